import type { Instant } from '../kernel/instant.ts'
import type { ProviderEvent } from './provider-event.ts'

/** What happened from `from` until just before `to`, by the provider's own clock. */
export interface EventPeriod {
  readonly from: Instant
  readonly to: Instant
}

/**
 * What the provider has told, whether or not it has reached us: each event as a verified delivery of it would have been.
 *
 * Newest first, a page at a time, and a page is asked for when it is wanted; events about different things may be listed one
 * kind after the other. What a delivery would have been turned away for is not among them. What happens while somebody reads
 * may be in it or not, and what happened just now may be listed a little later. A provider forgets: Stripe after 30 days.
 *
 * @throws {@link ListingInterrupted} from any page; where a host has a circuit breaker, also because nobody was asked.
 */
export interface ProviderEventHistory {
  events(period: EventPeriod): AsyncIterable<readonly ProviderEvent[]>
}
