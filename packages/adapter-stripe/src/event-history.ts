import {
  EventHistoryInterrupted,
  type EventPeriod,
  type ProviderEvent,
  type ProviderEventHistory,
} from '@holdfast/core'
import type Stripe from 'stripe'
import { z } from 'zod'
import { ask } from './asking.ts'
import { readEvent } from './webhook.ts'
import { listWire } from './wire.ts'

/** What {@link stripeEventHistory} needs. */
export interface StripeEventHistoryOptions {
  /** From {@link createStripe}. A restricted key will do that may read Events. */
  readonly stripe: Stripe
}

/**
 * The events that Stripe lists, of the last 30 days, a hundred to a request: those that webhooks are wanted for, money first and
 * then saved cards, since one request takes no more than 20 types. It only ever lists. A page that could not be had is asked for
 * again, three times, by the SDK.
 *
 * Each is read as its delivery would have been, in the API version it was made in; what `stripeWebhookVerifier` turns away as
 * `payload_invalid` is passed over. Whether Stripe believes that it was delivered is not asked: it may have been, and been lost here.
 */
export const stripeEventHistory = ({ stripe }: StripeEventHistoryOptions): ProviderEventHistory => ({
  async *events(period) {
    for (const types of [typesOfMoney, typesOfCards]) yield* pagesOf(stripe, period, types)
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

/** A list is the same however often it is asked for: here, unlike where money moves, the SDK may repeat by itself. */
const patiently: Stripe.RequestOptions = { maxNetworkRetries: 3 }

/** An odd event spoils itself only, but the list goes on after the last one's id. */
const pageWire = listWire.extend({ data: z.array(z.looseObject({ id: z.string() })) })

const pagesOf = async function* (
  stripe: Stripe,
  { from, to }: EventPeriod,
  types: string[],
): AsyncGenerator<readonly ProviderEvent[]> {
  // Stripe counts whole seconds: the first that has begun by neither end.
  const created = { gte: Math.ceil(from / 1_000), lt: Math.ceil(to / 1_000) }
  for (let last: string | undefined; ; ) {
    const after = last === undefined ? {} : { starting_after: last }
    const asked = await ask(pageWire, () => stripe.events.list({ created, types, limit: 100, ...after }, patiently))
    if (asked.type !== 'got') {
      const detail = 'detail' in asked ? asked.detail : (asked.failure.detail ?? asked.failure.code)
      throw new EventHistoryInterrupted(detail, asked.type === 'unreachable' ? asked.retryAfterMs : undefined)
    }
    const { data, has_more: hasMore } = asked.body
    const events = data.map(readEvent).flatMap((event) => (event.ok ? [event.value] : []))
    if (events.length > 0) yield events
    last = data.at(-1)?.id
    if (!hasMore || last === undefined) return
  }
}
