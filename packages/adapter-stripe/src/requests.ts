import {
  after,
  hour,
  minute,
  type ChargeRequest,
  type Instant,
  type RefundRequest,
  type SessionRequest,
} from '@holdfast/core'
import type Stripe from 'stripe'
import { toStripeLocale } from './locale.ts'

/**
 * A page lives 30 minutes to 24 hours (Checkout Session reference). A minute is left at the short end, for the call
 * and for clocks that disagree. None at the long end: an ending of exactly a day must stay the same for every try.
 */
const shortestPageMs = 31 * minute
const longestPageMs = 24 * hour

/**
 * What a hosted page is asked for with. `amount` is the sum in Stripe's own terms, `now` only moves an ending that is
 * out of Stripe's bounds into them.
 *
 * It never names payment methods: the account's settings decide what the page offers.
 */
export const sessionParams = (
  request: SessionRequest,
  amount: number,
  now: Instant,
): Stripe.Checkout.SessionCreateParams => {
  const metadata = marks(request.metadata, {
    attempt_id: request.attemptId,
    payment_id: request.paymentId,
    type: request.purpose,
    owner: request.owner,
    kind: 'hosted',
    ...(request.saveCard ? { save_card: 'true' } : {}),
  })
  const locale = request.locale === undefined ? undefined : toStripeLocale(request.locale)
  return {
    mode: 'payment',
    line_items: [
      {
        quantity: 1,
        price_data: {
          currency: request.amount.currency.toLowerCase(),
          unit_amount: amount,
          product_data: { name: request.item.name, ...description(request.item.description) },
        },
      },
    ],
    client_reference_id: request.paymentId,
    metadata,
    payment_intent_data: {
      // A session's marks do not reach its PaymentIntent by themselves.
      metadata,
      ...description(request.item.name),
      ...(request.saveCard ? { setup_future_usage: 'off_session' as const } : {}),
    },
    ...(request.customerId === undefined
      ? // A card is kept only where there is a customer to keep it for.
        { customer_creation: request.saveCard ? ('always' as const) : ('if_required' as const) }
      : { customer: request.customerId }),
    success_url: request.successUrl,
    cancel_url: request.cancelUrl,
    expires_at: Math.floor(within(request.expiresAt, now) / 1_000),
    ...(locale === undefined ? {} : { locale }),
  }
}

/** What a saved card is charged with: at once, and without its owner. */
export const chargeParams = (request: ChargeRequest, amount: number): Stripe.PaymentIntentCreateParams => ({
  amount,
  currency: request.amount.currency.toLowerCase(),
  customer: request.card.customerId,
  payment_method: request.card.paymentMethodId,
  confirm: true,
  off_session: true,
  ...description(`${request.item.name}${request.item.description === '' ? '' : ` · ${request.item.description}`}`),
  metadata: marks(request.metadata, {
    attempt_id: request.attemptId,
    payment_id: request.paymentId,
    type: request.purpose,
    kind: 'off_session',
  }),
})

/** What money is given back with. Stripe knows three reasons; ours is kept beside. */
export const refundParams = (request: RefundRequest, amount: number): Stripe.RefundCreateParams => ({
  payment_intent: request.chargeId,
  amount,
  ...(request.reason === 'requested_by_customer' || request.reason === 'duplicate' ? { reason: request.reason } : {}),
  metadata: marks({}, { refund_id: request.refundId, payment_id: request.paymentId, reason: request.reason }),
  expand: ['payment_intent'],
})

/** The host's metadata with our marks, which win. In one order, whatever order they were stored in. */
const marks = (
  theirs: Readonly<Record<string, string>>,
  ours: Readonly<Record<string, string>>,
): Record<string, string> =>
  Object.fromEntries(Object.entries({ ...theirs, ...ours }).toSorted(([a], [b]) => (a < b ? -1 : 1)))

/** Stripe takes an empty description for one to be removed. */
const description = (text: string): { readonly description?: string } => (text === '' ? {} : { description: text })

const within = (expiresAt: Instant, now: Instant): Instant =>
  expiresAt < after(now, shortestPageMs)
    ? after(now, shortestPageMs)
    : expiresAt > after(now, longestPageMs)
      ? after(now, longestPageMs)
      : expiresAt
