import { after, hour, type Instant } from '../kernel/instant.ts'
import type { Result } from '../kernel/result.ts'
import type { Clock } from '../ports/clock.ts'
import type { PaymentMethodCache } from '../ports/payment-method-cache.ts'
import type { PaymentMethod } from '../ports/payment-provider.ts'

/** What {@link memoryPaymentMethodCache} needs. */
export interface MemoryPaymentMethodCacheOptions {
  readonly clock: Pick<Clock, 'now'>
  /** How long a list is kept, in milliseconds. Default: an hour. */
  readonly keepMs?: number
  /** How many customers' lists are kept; one more, and the one that nobody has read for longest goes. Default: 10,000. */
  readonly maxLists?: number
}

/**
 * Lists of saved cards in this process. Other processes have their own: what changes is dropped here where it was done or heard
 * of here, and shows everywhere else an hour later at the latest. Hosts with several share one:
 * `sqlPaymentMethodCache` of adapter-sql.
 */
export const memoryPaymentMethodCache = ({
  clock,
  keepMs = hour,
  maxLists = 10_000,
}: MemoryPaymentMethodCacheOptions): PaymentMethodCache => {
  // In the order in which they were read last.
  const kept = new Map<string, { readonly methods: readonly PaymentMethod[]; readonly until: Instant }>()
  const underWay = new Map<string, Promise<Result<readonly PaymentMethod[], unknown>>>()

  const find = (customerId: string): readonly PaymentMethod[] | undefined => {
    const found = kept.get(customerId)
    if (found === undefined) return undefined
    kept.delete(customerId)
    if (found.until <= clock.now()) return undefined
    kept.set(customerId, found)
    return found.methods
  }
  const keep = (customerId: string, methods: readonly PaymentMethod[], until: Instant): void => {
    kept.set(customerId, { methods, until })
    const [longestUnread] = kept.keys()
    if (kept.size > maxLists && longestUnread !== undefined) kept.delete(longestUnread)
  }

  return {
    async read<Refusal>(customerId: string, fetch: () => Promise<Result<readonly PaymentMethod[], Refusal>>) {
      const methods = find(customerId)
      if (methods !== undefined) return { ok: true, value: methods }
      const begun = underWay.get(customerId)
      if (begun !== undefined) return begun as Promise<Result<readonly PaymentMethod[], Refusal>>
      const until = after(clock.now(), keepMs)
      const fetching = fetch()
      underWay.set(customerId, fetching)
      // Whoever dropped it meanwhile has taken it from here.
      const isMine = (): boolean => underWay.get(customerId) === fetching
      try {
        const fetched = await fetching
        if (fetched.ok && isMine()) keep(customerId, fetched.value, until)
        return fetched
      } finally {
        if (isMine()) underWay.delete(customerId)
      }
    },
    async drop(customerId) {
      kept.delete(customerId)
      underWay.delete(customerId)
    },
  }
}
