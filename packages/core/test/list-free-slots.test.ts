import { describe, expect, it } from 'vitest'
import { cancelledReservation, paidReservation } from '../src/contracts/samples.ts'
import {
  day,
  defineSchedule,
  hour,
  instant,
  isoTime,
  listFreeSlots,
  minute,
  weekdays,
  type ListFreeSlotsRequest,
  type Reservation,
  type ResourceId,
  type Transaction,
  type UnitOfWork,
} from '../src/index.ts'
import { listAllHolding } from '../src/fulfilment/list-all-holding.ts'
import { memoryClock, memoryUnitOfWork } from '../src/memory/index.ts'

const resourceId = 'dr:lopez' as ResourceId
const now = instant(Date.parse('2026-11-20T09:15Z'))
const at = (ms: number) => instant(now - 15 * minute + ms)

/** Every hour from nine to noon, for two at a time, and every question that was put to the store. */
const clinic = (capacity = 2) => {
  const memory = memoryUnitOfWork()
  const questions: Parameters<Transaction['reservations']['listHolding']>[0][] = []
  const unitOfWork: UnitOfWork = {
    run: (work) => memory.run(work),
    read: (work) =>
      memory.read((tx) =>
        work({
          ...tx,
          reservations: {
            ...tx.reservations,
            listHolding: (filter) => {
              questions.push(filter)
              return tx.reservations.listHolding(filter)
            },
          },
        }),
      ),
  }
  const schedule = defineSchedule({
    timeZone: 'UTC',
    slotMinutes: 60,
    capacity,
    weekly: Object.fromEntries(weekdays.map((name) => [name, [{ opens: '09:00', closes: '12:00' }]])),
  })
  const list = listFreeSlots({
    unitOfWork,
    clock: memoryClock(now),
    schedules: { find: async (id) => (id === resourceId ? schedule : undefined) },
  })
  return {
    questions,
    read: unitOfWork.read,
    book: (...all: readonly Reservation[]) =>
      memory.run(async (tx) => {
        for (const one of all) await tx.reservations.save(one, 0)
      }),
    list: (change: Partial<ListFreeSlotsRequest> = {}) =>
      list({ resourceId, from: at(0), to: at(day), limit: 50, ...change }),
  }
}

const held = (id: string, unit: number, from: number, to: number, where = resourceId): Reservation =>
  paidReservation(id, { resourceId: where, unit, startsAt: at(from), endsAt: at(to) })

const shown = (outcome: Awaited<ReturnType<ReturnType<typeof clinic>['list']>>) =>
  outcome.ok
    ? outcome.value.slots.map(({ startsAt, unitsLeft, unit }) => [isoTime(startsAt).slice(11, 13), unitsLeft, unit])
    : outcome.error

describe('the free slots of a resource', () => {
  it('are those that have not begun and have a unit left, with the zone in which they are read', async () => {
    const { book, list } = clinic()
    await book(
      held('a', 0, hour, 2 * hour),
      held('b', 1, 2 * hour, 3 * hour),
      held('c', 0, 2 * hour, 3 * hour, 'dr:other' as ResourceId),
      cancelledReservation('d', held('d', 1, hour, 2 * hour).slot),
    )
    const listed = await list()
    expect(listed).toMatchObject({ ok: true, value: { timeZone: 'UTC' } })
    expect(shown(listed)).toEqual([
      ['10', 1, 1],
      ['11', 1, 0],
    ])
  })

  it('are asked for once, from now on and as far as the last of them reaches', async () => {
    const { list, questions } = clinic()
    await list({ from: at(-30 * day), to: at(2 * day) })
    expect(questions).toEqual([{ resourceId, from: now, to: at(2 * day + hour), limit: 10_000 }])
  })

  it('count a holder who begins after the range, in time that the last slot takes', async () => {
    const { book, list } = clinic(1)
    await book(held('late', 0, hour + 30 * minute, 5 * hour))
    expect(shown(await list({ to: at(hour + 1) }))).toEqual([])
    expect(shown(await clinic(1).list({ to: at(hour + 1) }))).toEqual([['10', 1, 0]])
  })

  it('are as many as were asked for, and none where the range is over', async () => {
    const { list, questions } = clinic()
    expect(shown(await list({ to: at(5 * day), limit: 3 }))).toEqual([
      ['10', 2, 0],
      ['11', 2, 0],
      ['09', 2, 0],
    ])
    for (const limit of [0, -1]) expect(shown(await list({ limit }))).toEqual([])
    const before = questions.length
    for (const to of [at(0), now]) expect(shown(await list({ from: at(-day), to }))).toEqual([])
    expect(questions).toHaveLength(before)
  })

  it('leave out nobody who holds one', async () => {
    const { book, list, questions } = clinic(3)
    const many = Array.from({ length: 150 }, (_, n) => held(`one${n}`, 0, hour + n * 1_000, hour + (n + 1) * 1_000))
    await book(...many, held('second', 1, 2 * hour - 1, 2 * hour), held('third', 2, 2 * hour - 1, 2 * hour))
    expect(shown(await list())).toEqual([['11', 3, 0]])
    expect(questions).toHaveLength(1)
  })
})

describe('all who hold a resource', () => {
  it.each([
    [1, 7],
    [2, 4],
    [3, 3],
    [6, 2],
    [7, 1],
  ])('are found, in pages of %s by %s questions', async (pageSize, asked) => {
    const { book, read, questions } = clinic()
    // Some begin at the same moment, and a page may end between them.
    const all = [0, 0, 1, 1, 2, 3].map((begins, n) => held(`r${n}`, n, begins * hour, (begins + 1) * hour))
    await book(...all)
    const stretch = { resourceId, from: at(0), to: at(day) }
    expect(await read((tx) => listAllHolding(tx, stretch, pageSize))).toEqual(all)
    expect(questions).toHaveLength(asked)
  })
})

describe('free slots are refused', () => {
  it.each([
    [
      'where there is no such resource, whatever else is wrong',
      { resourceId: 'x' as ResourceId, to: at(-day) },
      { code: 'unknown_resource', field: 'resource_id' },
    ],
    ['where the range is empty', { to: at(0) }, { code: 'range_empty' }],
    ['where the range ends before it begins', { from: at(day), to: at(0) }, { code: 'range_empty' }],
    ['where the range is too long', { to: at(62 * day + 1) }, { code: 'range_too_long', longestDays: 62 }],
  ])('%s', async (_where, change, error) => {
    const { list, questions } = clinic()
    expect(await list(change)).toEqual({ ok: false, error })
    expect(questions).toEqual([])
  })

  it('not where it is just as long as it may be', async () => {
    expect(shown(await clinic().list({ to: at(62 * day), limit: 1_000 }))).toHaveLength(62 * 3 - 1)
  })
})
