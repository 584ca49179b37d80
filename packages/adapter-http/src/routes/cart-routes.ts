import type { CheckOutRefusal } from '@holdfast/core'
import { z } from '@hono/zod-openapi'
import type { RefusalWith } from '../problem/refusal.ts'
import {
  cartBody,
  cartOf,
  cartOfForm,
  checkedOutAnswer,
  checkingOutAnswer,
  paidOrderAnswer,
  showCheckedOut,
  showCheckingOut,
  showPaidOrder,
} from '../wire/cart.ts'
import { refused, reply, route, seeOther } from './route.ts'
import { savedCardRefusals } from './saved-card-routes.ts'

const checkOut = route({
  name: 'check_out',
  method: 'post',
  path: '/checkout',
  tag: 'Orders',
  summary:
    'Orders what is in a cart, at the prices of here. Charges a saved card, or leads to the page to pay on. Its goods are held.',
  who: 'owner',
  body: cartBody,
  form: cartOfForm,
  leadsOn: true,
  limited: true,
  keyed: true,
  answers: { 200: z.discriminatedUnion('status', [checkedOutAnswer, paidOrderAnswer]), 202: checkingOutAnswer },
  refusals: [
    'invalid_payload',
    'coupon_unknown',
    'coupon_not_started',
    'coupon_ended',
    'coupon_not_for_currency',
    'coupon_minimum_not_reached',
    'coupon_used_up',
    'coupon_used_by_you',
    'out_of_stock',
    ...savedCardRefusals,
  ],
  handle: async ({ actor, body, keyed, words, wantsPage }, { holdfast, pages, urlOf }) => {
    const { payment_method_id: paymentMethodId } = body
    const card = paymentMethodId === undefined ? {} : { paymentMethodId }
    const outcome = await holdfast.checkOut({ actor, cart: cartOf(body), ...card, ...keyed })
    if (!outcome.ok) return refused(inCart(outcome.error))
    const { checkout, ...placed } = outcome.value
    if (checkout.type === 'open')
      return wantsPage ? seeOther(checkout.checkoutUrl) : reply(200, showCheckedOut(placed, checkout))
    const page = wantsPage ? pages.pending?.(placed.paymentId) : undefined
    if (page !== undefined) return seeOther(page)
    if (checkout.type === 'paid') return reply(200, showPaidOrder(placed, checkout, words))
    const message = paymentMethodId === undefined ? 'checkout_pending' : 'payment_pending'
    return reply(202, showCheckingOut(placed, words.messages[message]), [
      ['location', urlOf(`/payments/${placed.paymentId}/status`)],
      ['retry-after', '1'],
    ])
  },
})

/** From the cart to the money. */
export const cartRoutes = [checkOut] as const

/**
 * A field of the cart stands in the body itself, where one of an intent stands in its `payload`. So does the card, where
 * one that is removed stands in the path.
 */
const inCart = (
  refusal: CheckOutRefusal,
): Exclude<CheckOutRefusal, { readonly code: Placed }> | RefusalWith<Placed> => {
  if (refusal.code === 'invalid_payload') return { ...refusal, of: 'body' }
  return refusal.code === 'payment_method_not_found' ? { ...refusal, field: 'payment_method_id' } : refusal
}

type Placed = 'invalid_payload' | 'payment_method_not_found'
