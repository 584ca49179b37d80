import { expect } from 'vitest'
import type { AttemptId } from '../kernel/ids.ts'
import { after, day, minute, second, type Instant } from '../kernel/instant.ts'
import { ListingInterrupted } from '../ports/listing-interrupted.ts'
import type { ProviderEvent } from '../ports/provider-event.ts'
import type { EventPeriod, ProviderEventHistory } from '../ports/provider-event-history.ts'
import { promise, runContract, type ContractPromise, type Harness } from './contract.ts'
import type { PaymentProviderFixture } from './payment-provider-fixture.ts'
import { hosted, openPage, paidPage, refundRequest, triedOn } from './payment-provider-requests.ts'

/** A provider with nothing in it yet, the history of what it tells, and what is needed to put that to the test. */
export interface ProviderEventHistoryFixture extends Pick<PaymentProviderFixture, 'provider' | 'payer' | 'now'> {
  readonly history: ProviderEventHistory
  /** Lets time pass at the provider. */
  readonly pass: (ms: number) => Promise<void>
  /** The provider turns away whoever asks for the next page. */
  readonly turnAway: () => void | Promise<void>
}

const all = async (
  { history }: ProviderEventHistoryFixture,
  period: EventPeriod,
): Promise<readonly ProviderEvent[]> => {
  const events: ProviderEvent[] = []
  for await (const page of history.events(period)) events.push(...page)
  return events
}

const untilNow = (now: Instant): EventPeriod => ({ from: after(now, -day), to: after(now, second) })

/** The attempts that are told of, in the order in which they first are. */
const attemptsIn = (events: readonly ProviderEvent[]): readonly unknown[] => [
  ...new Set(events.flatMap(({ news }) => (news.about === 'attempt' ? [news.attemptId] : []))),
]

/** Opens a page and closes it, of which the provider tells. Answers when that was. */
const openAndClose = async ({ provider, now }: ProviderEventHistoryFixture, id: string): Promise<Instant> => {
  const at = now()
  const providerId = await openPage(provider, at, id as AttemptId)
  await provider.closeAttempt({ kind: 'hosted', providerId })
  return at
}

/** Everything that a {@link ProviderEventHistory} promises, one promise at a time. */
export const providerEventHistoryPromises: readonly ContractPromise<ProviderEventHistoryFixture>[] = [
  promise('tells of nothing where nothing happened', async (f) => {
    expect(await all(f, untilNow(f.now()))).toEqual([])
  }),
  promise('tells of a card that was declined on a page once, by the name that asking gives it', async (f) => {
    const providerId = await openPage(f.provider, f.now())
    await f.payer.declineOnPage(providerId)
    const declined = triedOn(await f.provider.findAttempt({ ...hosted(f.now()), providerId }))
    expect(declined).toMatchObject({ failure: { code: 'card_declined', retryable: true } })
    const told = (await all(f, untilNow(f.now()))).flatMap(({ news }) =>
      news.about === 'attempt' && news.report !== 'ask' && news.report.state.type === 'page_declined' ? [news] : [],
    )
    expect(told).toEqual([
      expect.objectContaining({
        attemptId: 'att_1',
        report: { state: { type: 'page_declined', declined }, livemode: false },
      }),
    ])
  }),
  promise('tells of money that came and of money that went back, as a delivery would, with our marks', async (f) => {
    const chargeId = await paidPage(f, f.now())
    await f.provider.refund(refundRequest(chargeId))
    const news = (await all(f, untilNow(f.now()))).map((event) => event.news)
    expect(news).toContainEqual(
      expect.objectContaining({
        about: 'attempt',
        attemptId: 'att_1',
        report: expect.objectContaining({ state: expect.objectContaining({ type: 'captured' }) }),
      }),
    )
    expect(news).toContainEqual(expect.objectContaining({ about: 'refund', refundId: 'rf_1' }))
  }),
  promise('tells of the same events each time, each under an id of its own', async (f) => {
    await paidPage(f, f.now())
    const told = await all(f, untilNow(f.now()))
    expect(told).not.toEqual([])
    expect(new Set(told.map(({ id }) => id)).size).toBe(told.length)
    expect(await all(f, untilNow(f.now()))).toEqual(told)
  }),
  promise(
    'tells of what happened from the beginning of a period until just before its end, newest first',
    async (f) => {
      const times: Instant[] = []
      for (const id of ['att_1', 'att_2', 'att_3', 'att_4']) {
        times.push(await openAndClose(f, id))
        await f.pass(minute)
      }
      const [, from = f.now(), , to = f.now()] = times
      expect(attemptsIn(await all(f, { from, to }))).toEqual(['att_3', 'att_2'])
      // Half a second into one is past it, for a clock that counts whole seconds, too.
      expect(attemptsIn(await all(f, { from: after(from, 500), to: after(to, 500) }))).toEqual(['att_4', 'att_3'])
    },
  ),
  promise('tells of more than fit on a page, each once, and asks for a page when it is wanted', async (f) => {
    for (let count = 1; count <= 101; count += 1) await openAndClose(f, `att_${count}`)
    let pages = 0
    const told: ProviderEvent[] = []
    await expect(
      (async () => {
        for await (const page of f.history.events(untilNow(f.now()))) {
          pages += 1
          told.push(...page)
          await f.turnAway()
        }
      })(),
    ).rejects.toBeInstanceOf(ListingInterrupted)
    expect(pages).toBe(1)
    expect(attemptsIn(told)).toContain('att_101')
    expect(attemptsIn(told)).not.toContain('att_1')
    const whole = await all(f, untilNow(f.now()))
    expect(attemptsIn(whole)).toHaveLength(101)
    expect(new Set(whole.map(({ id }) => id)).size).toBe(whole.length)
  }),
  promise('throws where the provider does not answer, and tells of it all when it is asked again', async (f) => {
    await openAndClose(f, 'att_1')
    await f.turnAway()
    await expect(all(f, untilNow(f.now()))).rejects.toBeInstanceOf(ListingInterrupted)
    expect(attemptsIn(await all(f, untilNow(f.now())))).toEqual(['att_1'])
  }),
]

/** Runs every promise of a {@link ProviderEventHistory} against an adapter, from the adapter's own package. */
export const providerEventHistoryContract = (harness: Harness<ProviderEventHistoryFixture>): void =>
  runContract('provider-event-history', providerEventHistoryPromises, harness)
