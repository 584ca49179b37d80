import type Stripe from 'stripe'
import type { World } from '../engine/world.ts'
import { checkAmount } from './currencies.ts'
import { checkOpen } from './payment-pages.ts'
import { idOf } from './references.ts'

/**
 * Has an open session ask for another sum, or in another currency, than it was created with, as a discount, a tax or a conversion of
 * the account's own settings does. The line items stay as they were asked for.
 *
 * Refuses, first match wins: a session that is not open, a sum that cannot be charged.
 */
export const changeTotal = (
  world: World,
  session: Stripe.Checkout.Session,
  { amount, currency = session.currency ?? 'usd' }: { readonly amount: number; readonly currency?: string },
): Stripe.Checkout.Session => {
  checkOpen(session)
  checkAmount(amount, currency, 'amount')
  // A first try on the page has made its PaymentIntent already.
  const intent = world.find('payment_intent', idOf(session.payment_intent) ?? '')
  if (intent !== undefined) world.put('payment_intent', intent.id, { ...intent, amount, currency })
  return world.put('checkout.session', session.id, {
    ...session,
    amount_subtotal: amount,
    amount_total: amount,
    currency,
  })
}
