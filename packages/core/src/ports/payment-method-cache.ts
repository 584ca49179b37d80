import type { Result } from '../kernel/result.ts'
import type { PaymentMethod } from './payment-provider.ts'

/**
 * Lists of saved cards, kept for a while, so that the provider is not asked each time somebody looks at theirs.
 *
 * How stale a list may be: not at all where all processes share the cache and every change is heard of; for as long as it is kept
 * where a webhook got lost, and in a process that keeps lists of its own, since a webhook is taken in by one process only. What a stale
 * list shows is checked where it matters: a card that is gone is not charged, and cannot be removed twice.
 */
export interface PaymentMethodCache {
  /**
   * The customer's list, as it was kept; else as `fetch` answers it now, which is kept. However many ask a process at once, it is fetched
   * once. What `fetch` refuses is not kept, nor is what it throws, nor what it answers once the list was dropped meanwhile.
   */
  read<Refusal>(
    customerId: string,
    fetch: () => Promise<Result<readonly PaymentMethod[], Refusal>>,
  ): Promise<Result<readonly PaymentMethod[], Refusal>>
  /** Forgets the customer's list. Whoever reads from now on gets none that was fetched before. */
  drop(customerId: string): Promise<void>
}
