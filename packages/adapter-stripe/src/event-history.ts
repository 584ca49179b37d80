import { type EventPeriod, type ProviderEvent, type ProviderEventHistory } from '@holdfast/core'
import type Stripe from 'stripe'
import { z } from 'zod'
import { pagesOfPeriod, patiently, type ListQuery } from './pages-of-period.ts'
import { readEvent } from './webhook.ts'

/** What {@link stripeEventHistory} needs. */
export interface StripeEventHistoryOptions {
  /** From {@link createStripe}. A restricted key will do that may read Events. */
  readonly stripe: Stripe
  /** How often the SDK asks again for a page that could not be had; 3 unless given. */
  readonly maxNetworkRetries?: number
}

/**
 * The events that Stripe lists, of the last 30 days, a hundred to a request: those that webhooks are wanted for, money first and
 * then saved cards, since one request takes no more than 20 types. It only ever lists. A page that could not be had is asked for
 * again by the SDK.
 *
 * Each is read as its delivery would have been, in the API version it was made in; what `stripeWebhookVerifier` turns away as
 * `payload_invalid` is passed over. Whether Stripe believes that it was delivered is not asked: it may have been, and been lost here.
 */
export const stripeEventHistory = ({
  stripe,
  maxNetworkRetries = patiently.maxNetworkRetries,
}: StripeEventHistoryOptions): ProviderEventHistory => ({
  async *events(period) {
    for (const types of [typesOfMoney, typesOfCards])
      yield* pagesOf((query) => stripe.events.list({ ...query, types }, { maxNetworkRetries }), period)
  },
})

// All that `translateEvent` makes news of.
const typesOfMoney = [
  'checkout.session.completed',
  'checkout.session.async_payment_succeeded',
  'checkout.session.async_payment_failed',
  'checkout.session.expired',
  'payment_intent.succeeded',
  'payment_intent.processing',
  'payment_intent.amount_capturable_updated',
  'payment_intent.requires_action',
  'payment_intent.payment_failed',
  'payment_intent.canceled',
  'refund.created',
  'refund.updated',
  'refund.failed',
  'charge.refund.updated',
  'charge.dispute.created',
  'charge.dispute.funds_withdrawn',
  'charge.dispute.closed',
]
const typesOfCards = [
  'payment_method.attached',
  'payment_method.detached',
  'payment_method.updated',
  'payment_method.automatically_updated',
  'customer.updated',
  'customer.deleted',
]

/** An odd event spoils itself only, but the list goes on after the last one's id. */
const eventWire = z.looseObject({ id: z.string() })

const pagesOf = async function* (
  list: (query: ListQuery) => Promise<unknown>,
  period: EventPeriod,
): AsyncGenerator<readonly ProviderEvent[]> {
  for await (const page of pagesOfPeriod(period, list, eventWire)) {
    const events = page.map(readEvent).flatMap((event) => (event.ok ? [event.value] : []))
    if (events.length > 0) yield events
  }
}
