import { ListingInterrupted } from '../ports/listing-interrupted.ts'
import type { ProviderEventHistory } from '../ports/provider-event-history.ts'
import type { MemoryPaymentProvider } from './memory-payment-provider.ts'

/** A {@link ProviderEventHistory} in memory, and the fault of it. */
export interface MemoryEventHistory extends ProviderEventHistory {
  /** So many more pages are answered, and then one is not. */
  readonly interruptAfter: (pages: number) => void
}

/** What a history in memory is made with. */
export interface MemoryEventHistoryOptions {
  readonly provider: Pick<MemoryPaymentProvider, 'events'>
  /** Default 100, as at Stripe. */
  readonly pageSize?: number
}

/** Everything that a provider in memory has told, whoever delivered it, repeated it or lost it. It forgets nothing. */
export const memoryEventHistory = ({ provider, pageSize = 100 }: MemoryEventHistoryOptions): MemoryEventHistory => {
  let pagesLeft: number | undefined
  const askForPage = (): void => {
    if (pagesLeft === undefined) return
    pagesLeft -= 1
    if (pagesLeft >= 0) return
    pagesLeft = undefined
    throw new ListingInterrupted('The in-memory provider does not answer.')
  }
  return {
    interruptAfter: (pages) => {
      pagesLeft = pages
    },
    async *events({ from, to }) {
      for (let last: string | undefined; ; ) {
        askForPage()
        const events = provider
          .events()
          .filter(({ occurredAt }) => occurredAt >= from && occurredAt < to)
          .toReversed()
          .toSorted((a, b) => b.occurredAt - a.occurredAt)
        const start = last === undefined ? 0 : events.findIndex(({ id }) => id === last) + 1
        const page = events.slice(start, start + pageSize)
        if (page.length > 0) yield page
        if (start + pageSize >= events.length) return
        last = page.at(-1)?.id
      }
    },
  }
}
