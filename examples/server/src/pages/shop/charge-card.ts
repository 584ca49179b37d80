import type { PaymentId } from '@holdfast/core'
import { answerLater } from '../answer-later.ts'
import type { Ask, Desk } from '../desk.ts'
import { keyOf, type Fields } from '../forms.ts'
import { leadToPayment, whereItStands } from '../lead-to-payment.ts'
import { notFoundPage } from '../problem-page.ts'

/**
 * Charges a saved card and goes on to what has become of the payment, or says clearly why it was not charged. A card whose bank
 * wants to see its owner leads to the payment page.
 */
export const chargeCard = async (
  c: Ask,
  desk: Desk,
  paymentId: PaymentId,
  paymentMethodId: string,
): Promise<Response> => {
  const visitor = c.get('visitor')
  const { actor } = desk.signedIn(c)
  if (actor.type !== 'owner') return desk.show(c, notFoundPage(visitor), 404)
  const keyed = keyForCard(c.get('fields'), paymentMethodId)
  const paid = await desk.holdfast.payWithSavedCard({ actor, paymentId, paymentMethodId, ...keyed })
  if (paid.ok) return c.redirect(`/payment/success?payment_id=${paymentId}`, 303)
  const { error } = paid
  if (error.code === 'payment_not_found') return desk.show(c, notFoundPage(visitor), 404)
  if (error.code === 'provider_unavailable')
    return answerLater(c, desk, { paymentId, retryAfterMs: error.retryAfterMs })
  if (error.code === 'payment_declined' && error.failure.code === 'authentication_required')
    return leadToPayment(c, desk, paymentId)
  return c.redirect(await whereItStands(desk, paymentId, error.code), 303)
}

/** A form that is sent again with another card is another request. */
const keyForCard = (fields: Fields, paymentMethodId: string): ReturnType<typeof keyOf> => {
  const { idempotencyKey } = keyOf(fields)
  return idempotencyKey === undefined ? {} : { idempotencyKey: `${idempotencyKey}:${paymentMethodId}`.slice(0, 200) }
}
