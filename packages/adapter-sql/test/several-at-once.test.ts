import { hour, instant, minute, ok, type ReservationCatalogue } from '@holdfast/core'
import { rules } from '@holdfast/core/contracts'
import { memoryNotifier, memoryPaymentProvider, type MemoryClock } from '@holdfast/core/memory'
import { randomIds, systemClock } from '@holdfast/core/system'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestDatabase, type DatabaseKind, type TestDatabase } from './databases.ts'

const { brokenAlways, brokenAtRest, catalogue, owner, start, world } = rules

/** What can be had by three at a time. */
const forThree: ReservationCatalogue = {
  quote: async (payload, context) => {
    const quoted = await catalogue.quote(payload, context)
    return quoted.ok ? ok({ ...quoted.value, capacity: 3 }) : quoted
  },
}

const movingClock = (): MemoryClock => {
  const wall = systemClock()
  // From when the rules' slots are still to come, whatever day it is.
  let ahead = start - wall.now()
  return {
    now: () => instant(wall.now() + ahead),
    sleep: (ms) => wall.sleep(Math.min(ms, 50)),
    advance: async (ms) => void (ahead += ms),
    sleepers: 0,
  }
}

describe.each<DatabaseKind>(['sqlite file', 'postgres'])('a slot that three can have, on %s', (kind) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await openTestDatabase(kind)
  })
  afterAll(() => database.close())

  it('goes to three of twenty who pay for it at once in three processes, and every other one has the money back', async () => {
    const clock = movingClock()
    const shared = { clock, provider: memoryPaymentProvider({ clock }), notifier: memoryNotifier(), ids: randomIds() }
    const stores = [database.unitOfWork, database.another().unitOfWork, database.another().unitOfWork]
    const worlds = stores.map((unitOfWork) => world({ ...shared, unitOfWork, catalogue: forThree }))
    const [first] = worlds
    if (first === undefined) throw new Error('No process.')
    const inAny = (n: number) => worlds[n % worlds.length] ?? first

    const booked = await Promise.all(Array.from({ length: 20 }, (_, n) => inAny(n).book(owner(`guest-${n}`))))
    for (const { sessionId } of booked) await shared.provider.payer.pay(sessionId)
    await Promise.all(shared.provider.events().map((event, n) => inAny(n).holdfast.receiveEvent(event)))
    await Promise.all(worlds.map((each) => each.holdfast.workOnce()))
    await first.pass(2 * hour, 10 * minute)

    expect([...(await brokenAlways(first)), ...(await brokenAtRest(first))]).toEqual([])
    expect((await first.reservations()).map(({ slot }) => slot.unit).toSorted((a, b) => a - b)).toEqual([0, 1, 2])
    expect(shared.provider.truth.refunds()).toHaveLength(17)
    expect(shared.notifier.sent.filter(({ template }) => template === 'refunded_unavailable')).toHaveLength(17)
  })
})
