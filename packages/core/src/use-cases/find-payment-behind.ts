import type { AttemptId, ConsultationId, IntentId, OrderId, PaymentId, ReservationId } from '../kernel/ids.ts'
import type { Transaction } from '../ports/unit-of-work.ts'

/**
 * The payment that an id leads to, for people who have nothing else: its own, that of the order, intent, reservation or consultation
 * that it is for, that of an attempt or a refund of it, the provider's id of a page, a charge or a refund of it, or that of an
 * event about one of these. `undefined` where it leads nowhere.
 */
export const findPaymentBehind = async (tx: Transaction, id: string): Promise<PaymentId | undefined> => {
  if ((await tx.payments.find(id as PaymentId)) !== undefined) return id as PaymentId
  const record =
    (await tx.orders.find(id as OrderId)) ??
    (await tx.intents.find(id as IntentId)) ??
    (await tx.reservations.find(id as ReservationId)) ??
    (await tx.consultations.find(id as ConsultationId))
  if (record !== undefined) return record.value.paymentId
  const attempt = await tx.payments.findPaymentOf({ attemptId: id as AttemptId, providerId: id, chargeId: id })
  return attempt?.paymentId ?? (await tx.payments.findPaymentOfRefund(id)) ?? (await findPaymentOfEvent(tx, id))
}

const findPaymentOfEvent = async (tx: Transaction, id: string): Promise<PaymentId | undefined> => {
  const event = await tx.inbox.find(id)
  const news = event?.body.news
  switch (news?.about) {
    case 'attempt':
      return (await tx.payments.findPaymentOf(news))?.paymentId
    case 'dispute':
      return (await tx.payments.findPaymentOf({ chargeId: news.chargeId }))?.paymentId
    case 'refund':
      return (await tx.payments.findPaymentOf({ chargeId: news.report.chargeId }))?.paymentId
    case 'payment_methods':
    case 'nothing':
    case undefined:
      return undefined
  }
}
