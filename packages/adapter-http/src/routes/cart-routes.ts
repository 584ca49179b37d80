import type { CheckOutRefusal } from '@holdfast/core'
import type { RefusalWith } from '../problem/refusal.ts'
import {
  cartBody,
  cartOf,
  cartOfForm,
  checkedOutAnswer,
  checkingOutAnswer,
  showCheckedOut,
  showCheckingOut,
} from '../wire/cart.ts'
import { checkoutRefusals } from './checkout-routes.ts'
import { refused, reply, route, seeOther } from './route.ts'

const checkOut = route({
  name: 'check_out',
  method: 'post',
  path: '/checkout',
  tag: 'Orders',
  summary: 'Orders what is in a cart, at the prices of here, and leads to the page to pay it on. Its goods are held.',
  who: 'owner',
  body: cartBody,
  form: cartOfForm,
  leadsOn: true,
  limited: true,
  keyed: true,
  answers: { 200: checkedOutAnswer, 202: checkingOutAnswer },
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
    ...checkoutRefusals,
  ],
  handle: async ({ actor, body, keyed, words, wantsPage }, { holdfast, pages, urlOf }) => {
    const outcome = await holdfast.checkOut({ actor, cart: cartOf(body), ...keyed })
    if (!outcome.ok) return refused(inCart(outcome.error))
    const { checkout, ...placed } = outcome.value
    if (checkout.type === 'open')
      return wantsPage ? seeOther(checkout.checkoutUrl) : reply(200, showCheckedOut(placed, checkout))
    const page = wantsPage ? pages.pending?.(placed.paymentId) : undefined
    if (page !== undefined) return seeOther(page)
    return reply(202, showCheckingOut(placed, words), [
      ['location', urlOf(`/payments/${placed.paymentId}/status`)],
      ['retry-after', '1'],
    ])
  },
})

/** From the cart to the hosted page. */
export const cartRoutes = [checkOut] as const

/** A field of the cart stands in the body itself, where one of an intent stands in its `payload`. */
const inCart = (
  refusal: CheckOutRefusal,
): Exclude<CheckOutRefusal, { readonly code: 'invalid_payload' }> | RefusalWith<'invalid_payload'> =>
  refusal.code === 'invalid_payload' ? { ...refusal, of: 'cart' } : refusal
