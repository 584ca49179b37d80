import {
  isoTime,
  type PayFromWalletRefusal,
  type PayWithSavedCardRefusal,
  type PaymentId,
  type PendingIntent,
  type StartCheckoutRefusal,
} from '@holdfast/core'
import { isClinicKind } from '../clinic/clinic-kinds.ts'
import { readVisitDetails } from '../clinic/read-clinic.ts'
import { readStayDetails } from '../stays/stay-kind.ts'
import { answerLater } from './answer-later.ts'
import type { Ask, Desk } from './desk.ts'
import { notFoundPage } from './problem-page.ts'

/** Sends the browser to the one page on which this payment can be paid, or says clearly why there is none. */
export const leadToPayment = async (c: Ask, desk: Desk, paymentId: PaymentId): Promise<Response> => {
  const visitor = c.get('visitor')
  const { actor } = desk.signedIn(c)
  const checkout = await desk.holdfast.startCheckout({ actor, paymentId })
  if (checkout.ok)
    return checkout.value.type === 'open'
      ? c.redirect(checkout.value.checkoutUrl, 303)
      : c.redirect(`/payment/opening?payment_id=${paymentId}`, 303)
  if (checkout.error.code === 'payment_not_found') return desk.show(c, notFoundPage(visitor), 404)
  if (checkout.error.code === 'provider_unavailable')
    return answerLater(c, desk, { paymentId, retryAfterMs: checkout.error.retryAfterMs })
  return c.redirect(await whereItStands(desk, paymentId, checkout.error.code), 303)
}

/** The page that tells most about a payment that cannot be paid now. */
export const whereItStands = (
  desk: Desk,
  paymentId: PaymentId,
  code: (StartCheckoutRefusal | PayFromWalletRefusal | PayWithSavedCardRefusal)['code'],
): Promise<string> =>
  desk.unitOfWork.read(async (tx) => {
    const { payment } = (await tx.payments.find(paymentId))?.value ?? {}
    if (payment?.subject.type === 'reservation') return `/bookings/${payment.subject.id}?problem=${code}`
    if (payment?.subject.type === 'order') return `/orders/${payment.subject.id}?problem=${code}`
    const found = payment === undefined ? undefined : await tx.intents.find(payment.subject.id as PendingIntent['id'])
    const isOver = code === 'slot_taken' || code === 'intent_expired'
    // Paid, and lost in the same moment: the outcome tells where the money is.
    if (found === undefined || !isOver || found.value.status !== 'open')
      return `/payment/success?payment_id=${paymentId}&problem=${code}`
    return whereToChoose(found.value, code)
  })

/** Where somebody can choose again whose time, or whose time to pay, is gone. */
const whereToChoose = ({ kind, quote: { details } }: PendingIntent, code: string): string => {
  if (kind === 'wallet_topup') return `/wallet?problem=${code}`
  if (!isClinicKind(kind)) return `/stays/${readStayDetails(details).property}?problem=${code}#dates`
  const { doctor, startsAt } = readVisitDetails(details)
  const at = startsAt === undefined ? '' : `&at=${encodeURIComponent(isoTime(startsAt))}`
  return `/clinic/${doctor?.slug ?? ''}?problem=${code}${at}`
}
