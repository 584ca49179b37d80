import { describe, expect, it } from 'vitest'
import {
  providerEventHistoryContract,
  providerEventHistoryPromises,
  type ProviderEventHistoryFixture,
} from '../src/contracts/provider-event-history.contract.ts'
import {
  after,
  ListingInterrupted,
  instant,
  minute,
  second,
  type ProviderEvent,
  type ProviderEventHistory,
} from '../src/index.ts'
import { memoryClock, memoryEventHistory, memoryPaymentProvider } from '../src/memory/index.ts'

const memoryFixture = (): ProviderEventHistoryFixture => {
  const clock = memoryClock(instant(Date.UTC(2026, 0, 1)))
  const provider = memoryPaymentProvider({ clock })
  const history = memoryEventHistory({ provider })
  return {
    provider,
    history,
    payer: provider.payer,
    now: clock.now,
    pass: (ms) => clock.advance(ms),
    turnAway: () => history.interruptAfter(0),
  }
}

providerEventHistoryContract({ name: 'memory', open: async () => memoryFixture() })

type Change = (history: ProviderEventHistory) => ProviderEventHistory

const eachPage =
  (change: (page: readonly ProviderEvent[]) => readonly ProviderEvent[]): Change =>
  (history) => ({
    events: async function* (period) {
      for await (const page of history.events(period)) yield change(page)
    },
  })
const shifted =
  (fromMs: number, toMs: number): Change =>
  (history) => ({ events: ({ from, to }) => history.events({ from: after(from, fromMs), to: after(to, toMs) }) })

let told = 0
const mutants: Readonly<Record<string, Change>> = {
  'lists the oldest first': eachPage((page) => page.toReversed()),
  'tells of the newest twice': eachPage((page) => [...page.slice(0, 1), ...page]),
  'leaves out the last of a page': eachPage((page) => page.slice(0, -1)),
  'leaves out our marks': eachPage((page) =>
    page.map((event) =>
      event.news.about === 'attempt' ? { ...event, news: { ...event.news, attemptId: 'att_x' as never } } : event,
    ),
  ),
  'gives an event another id each time': eachPage((page) =>
    page.map((event) => ({ ...event, id: `${event.id}_${(told += 1)}` })),
  ),
  'begins after the beginning': shifted(second, 0),
  'begins before the beginning': shifted(-minute, 0),
  'goes on until after the end': shifted(0, second),
  'reads all of it before it tells of any': (history) => ({
    events: async function* (period) {
      const pages: (readonly ProviderEvent[])[] = []
      for await (const page of history.events(period)) pages.push(page)
      yield* pages
    },
  }),
  'takes no answer for the end of the list': (history) => ({
    events: async function* (period) {
      try {
        yield* history.events(period)
      } catch (error) {
        if (!(error instanceof ListingInterrupted)) throw error
      }
    },
  }),
}

describe('the contract of an event history', () => {
  it.each(Object.entries(mutants))('catches one that %s', async (_what, change) => {
    let caught = 0
    for (const { keptBy } of providerEventHistoryPromises) {
      const fixture = memoryFixture()
      await keptBy({ ...fixture, history: change(fixture.history) }).catch(() => (caught += 1))
    }
    expect(caught).toBeGreaterThan(0)
  })
})
