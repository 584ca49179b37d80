import { ListingInterrupted } from '../ports/listing-interrupted.ts'
import type { ProviderAudit } from '../ports/provider-audit.ts'
import type { ProviderEventHistory } from '../ports/provider-event-history.ts'
import { notAsked } from './guarded-provider.ts'
import type { Circuit } from './shared-circuit.ts'

/** The same history, asked only while its circuit is closed, as {@link guardedProvider} is. */
export const guardedEventHistory = (history: ProviderEventHistory, circuit: Circuit): ProviderEventHistory => ({
  events: guardedList((period) => history.events(period), circuit),
})

/** The same audit, asked only while its circuit is closed, as {@link guardedProvider} is. */
export const guardedAudit = (audit: ProviderAudit, circuit: Circuit): ProviderAudit => ({
  sessions: guardedList((period) => audit.sessions(period), circuit),
  charges: guardedList((period) => audit.charges(period), circuit),
  refunds: guardedList((period) => audit.refunds(period), circuit),
})

/**
 * A list of which each page is a call. Where none may be made it is interrupted, {@link ListingInterrupted} with
 * `retryAfterMs`; an interruption is an outage, unless it says that the provider is there, and so is whatever else is thrown.
 *
 * Only its first page may be the probe: whoever asks for a page behind the last makes no call, and no end of a list says that
 * anybody has answered.
 */
const guardedList = <Period, Page>(list: (period: Period) => AsyncIterable<Page>, circuit: Circuit) =>
  async function* (period: Period): AsyncGenerator<Page> {
    const pages = list(period)[Symbol.asyncIterator]()
    try {
      for (let isFirst = true; ; isFirst = false) {
        const page = await nextOf(pages, circuit, isFirst ? 'first' : 'later')
        if (page.done === true) return
        yield page.value
      }
    } finally {
      await pages.return?.()
    }
  }

const nextOf = async <Page>(
  pages: AsyncIterator<Page>,
  circuit: Circuit,
  which: 'first' | 'later',
): Promise<IteratorResult<Page>> => {
  const entered = await (which === 'first' ? circuit.enter() : circuit.goOn())
  if (!entered.ok) throw new ListingInterrupted(notAsked, { retryAfterMs: entered.error.retryAfterMs })
  const { value: pass } = entered
  try {
    const page = await pages.next()
    if (which === 'first' || page.done !== true) await circuit.leave(pass, 'answer')
    return page
  } catch (error) {
    await circuit.leave(pass, error instanceof ListingInterrupted && error.inService ? 'answer' : 'outage')
    throw error
  }
}
