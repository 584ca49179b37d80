import type { ConsultationId, IntentId, OrderId, PaymentId, ReservationId } from '../kernel/ids.ts'
import type { Transaction } from '../ports/unit-of-work.ts'

/**
 * The payment that an id leads to, for people who have nothing else: its own, that of the order, intent, reservation or consultation
 * that it is for, or the provider's id of a page or a charge of it. `undefined` where it leads nowhere.
 */
export const findPaymentBehind = async (tx: Transaction, id: string): Promise<PaymentId | undefined> => {
  if ((await tx.payments.find(id as PaymentId)) !== undefined) return id as PaymentId
  const record =
    (await tx.orders.find(id as OrderId)) ??
    (await tx.intents.find(id as IntentId)) ??
    (await tx.reservations.find(id as ReservationId)) ??
    (await tx.consultations.find(id as ConsultationId))
  if (record !== undefined) return record.value.paymentId
  const attempt =
    (await tx.payments.findPaymentOf({ providerId: id })) ?? (await tx.payments.findPaymentOf({ chargeId: id }))
  return attempt?.paymentId
}
