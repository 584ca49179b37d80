import { day, hour, instant, minute, type PaymentId } from '@holdfast/core'
import { rules } from '@holdfast/core/contracts'
import { memoryNotifier, memoryPaymentProvider, type MemoryClock } from '@holdfast/core/memory'
import { randomIds, systemClock } from '@holdfast/core/system'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestDatabase, type DatabaseKind, type TestDatabase } from './databases.ts'

const { ana, ben, brokenAlways, brokenAtRest, mxn, owner, staff, start, world } = rules

/** Real time, that a test can also push on. */
const movingClock = (): MemoryClock => {
  const wall = systemClock()
  // A week before the first of the rules' slots, whatever day it is: what is left to pay of one is due.
  let ahead = start + 85 * day - wall.now()
  return {
    now: () => instant(wall.now() + ahead),
    sleep: (ms) => wall.sleep(Math.min(ms, 50)),
    advance: async (ms) => void (ahead += ms),
    sleepers: 0,
  }
}

// Several processes of one host: each with its own pool, all on one database, one provider and one notifier.
const processes = 3

describe.each<DatabaseKind>(['sqlite file', 'postgres'])('callers that really race on %s', (kind) => {
  let database: TestDatabase
  let stores: readonly TestDatabase['unitOfWork'][]
  beforeAll(async () => {
    database = await openTestDatabase(kind)
    stores = [database.unitOfWork, ...Array.from({ length: processes - 1 }, () => database.another().unitOfWork)]
  })
  afterAll(async () => database.close())

  const host = async () => {
    await database.empty()
    const clock = movingClock()
    const shared = { clock, provider: memoryPaymentProvider({ clock }), notifier: memoryNotifier(), ids: randomIds() }
    const worlds = stores.map((unitOfWork) => world({ ...shared, unitOfWork }))
    const [first] = worlds
    if (first === undefined) throw new Error('No process.')
    return { ...shared, first, at: (index: number) => worlds[index % worlds.length] ?? first }
  }
  const all = <T>(times: number, act: (index: number) => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: times }, (_, index) => act(index)))
  type Host = Awaited<ReturnType<typeof host>>
  const settle = async ({ first }: Host): Promise<void> => {
    await first.pass(2 * hour, 10 * minute)
    expect([...(await brokenAlways(first)), ...(await brokenAtRest(first))]).toEqual([])
  }
  const intent = async ({ first }: Host): Promise<PaymentId> => {
    const opened = await first.holdfast.openIntent({ actor: ana, kind: 'reservation', payload: { night: 0 } })
    if (!opened.ok) throw new Error(opened.error.code)
    return opened.value.paymentId
  }

  it('answers fifty retries of one payment with one page', async () => {
    const h = await host()
    const paymentId = await intent(h)
    const answers = await all(50, (index) => h.at(index).holdfast.startCheckout({ actor: ana, paymentId }))
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]).toMatchObject({ ok: true, value: { type: 'open' } })
    expect(h.provider.truth.attempts()).toHaveLength(1)
    await settle(h)
  })

  it('gives a slot to one of twenty who pay for it at once, and every other one their money, once', async () => {
    const h = await host()
    const booked = await all(20, (index) => h.at(index).book(owner(`guest-${index}`)))
    for (const { sessionId } of booked) await h.provider.payer.pay(sessionId)
    const events = h.provider.events()
    await all(events.length, async (index) => {
      const event = events[index]
      if (event !== undefined) await h.at(index).holdfast.receiveEvent(event)
    })
    await all(processes, (index) => h.at(index).holdfast.workOnce())
    await settle(h)
    expect(await h.first.reservations()).toHaveLength(1)
    expect(h.provider.truth.refunds()).toHaveLength(19)
    expect(h.notifier.sent.filter(({ template }) => template === 'refunded_unavailable')).toHaveLength(19)
  })

  it('takes one event fifty times at once as one', async () => {
    const h = await host()
    const { sessionId } = await h.first.book(ben)
    await h.provider.payer.pay(sessionId)
    const paid = h.provider.events().at(-1)
    if (paid === undefined) throw new Error('No event.')
    const taken = await all(50, (index) => h.at(index).holdfast.receiveEvent(paid))
    expect(taken.filter((answer) => answer === 'applied')).toHaveLength(1)
    expect(taken.filter((answer) => answer === 'known')).toHaveLength(49)
    await settle(h)
    expect(await h.first.reservations()).toHaveLength(1)
  })

  it('refunds once for one key, twice for two, and never more than came', async () => {
    const h = await host()
    const { paymentId, sessionId } = await h.first.book(ana)
    await h.provider.payer.pay(sessionId)
    await h.first.deliver()
    await all(30, (index) =>
      h.at(index).holdfast.refundPayment({
        actor: staff,
        paymentId,
        amount: mxn(50_00n),
        idempotencyKey: index % 2 === 0 ? 'a' : 'b',
      }),
    )
    expect(h.provider.truth.refunds()).toHaveLength(2)
    await all(30, (index) => h.at(index).holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(150_00n) }))
    await settle(h)
    expect(h.provider.truth.refunds().reduce((sum, { amount }) => sum + amount.minorUnits, 0n)).toBe(250_00n)
  })

  it('ends in one state when a cancellation, a payer, a retry, a new price and a sweep meet', async () => {
    for (let round = 0; round < 5; round += 1) {
      const h = await host()
      const { paymentId, sessionId } = await h.first.book(ana)
      await Promise.all([
        h.at(0).holdfast.cancelPayment({ actor: ana, paymentId }),
        h.at(1).holdfast.startCheckout({ actor: ana, paymentId }),
        h.at(2).holdfast.changeAmount({ actor: staff, paymentId, amount: mxn(99_00n) }),
        h.at(1).holdfast.sweep(),
        h.at(2).holdfast.syncPayment({ actor: ana, paymentId }),
        h.provider.payer.pay(sessionId).catch(() => {}),
      ])
      await h.first.deliver()
      await settle(h)
      // The balance of a stay that was paid for is another payment's.
      const pages = h.provider.truth.attempts().filter(({ kind }) => kind === 'hosted')
      expect(pages.filter(({ state }) => state.type === 'captured').length).toBeLessThanOrEqual(1)
    }
  })

  it('performs what is owed once, however many work at it', async () => {
    const h = await host()
    for (let night = 0; night < 6; night += 1) await h.first.book(ana, night)
    for (const { id } of h.provider.truth.attempts()) await h.provider.payer.pay(id)
    await h.first.deliver()
    await h.clock.advance(64 * 24 * hour)
    await all(9, (index) => h.at(index).holdfast.workOnce())
    await settle(h)
    const charges = h.provider.truth.attempts().filter(({ kind }) => kind === 'off_session')
    expect(charges).toHaveLength(6)
    expect(h.notifier.sent.filter(({ template }) => template === 'confirmed')).toHaveLength(6)
  })
})
