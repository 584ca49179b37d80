import { expect } from 'vitest'
import { Contention, VersionConflict, type UnitOfWork } from '../ports/unit-of-work.ts'
import { overlap, type Reservation, type Slot } from '../reservation/reservation.ts'
import { promise, type ContractPromise } from './contract.ts'
import {
  at,
  cancelledReservation,
  everyReservation,
  ownerId,
  paidReservation,
  reservationId,
  resourceId,
  slot,
} from './samples.ts'
import { shortWhile } from './unit-of-work-transactions.contract.ts'

/** What every store of reservations promises. */
export const reservationStorePromises: readonly ContractPromise<UnitOfWork>[] = [
  promise('reads back a reservation in every status', async (uow) => {
    for (const reservation of everyReservation()) await book(uow, reservation)
    for (const reservation of everyReservation())
      expect(await uow.run((tx) => tx.reservations.find(reservation.id))).toEqual({ value: reservation, version: 1 })
    expect(await uow.run((tx) => tx.reservations.find(reservationId('nobody')))).toBeUndefined()
  }),
  promise('moves one reservation through every status', async (uow) => {
    let version = 0
    for (const reservation of everyReservation()) {
      const same = { ...reservation, id: reservationId('r') }
      await uow.run((tx) => tx.reservations.save(same, version))
      version += 1
      expect(await uow.read((tx) => tx.reservations.find(reservationId('r')))).toEqual({ value: same, version })
    }
  }),
  promise('refuses a stale save of a reservation, and changes nothing then', async (uow) => {
    const reservation = paidReservation('r', day)
    for (const version of [0, 1]) await uow.run((tx) => tx.reservations.save(reservation, version))
    for (const stale of [0, 1, 3])
      await uow.run((tx) =>
        expect(tx.reservations.save(cancelledReservation('r', day), stale)).rejects.toBeInstanceOf(VersionConflict),
      )
    expect(await uow.read((tx) => tx.reservations.find(reservationId('r')))).toEqual({ value: reservation, version: 2 })
  }),
  promise('refuses a reservation of a slot that another holds any part of', async (uow) => {
    await book(uow, paidReservation('first', day))
    const taken = [
      [10, 20],
      [0, 11],
      [19, 30],
      [12, 13],
      [0, 30],
    ] as const
    for (const [n, [from, to]] of taken.entries())
      await expect(book(uow, paidReservation(`late${n}`, slot('casa', 0, from, to)))).rejects.toBeInstanceOf(Contention)
    await uow.run(async (tx) => {
      const second = tx.reservations.save(paidReservation('second', day), 0)
      await expect(second).rejects.toBeInstanceOf(VersionConflict)
      await tx.reservations.save(paidReservation('elsewhere', slot('casa', 1, 10, 20)), 0)
    })
    expect(await everyId(uow)).toEqual(['first', 'elsewhere'])
  }),
  promise(
    'lets a slot begin where another ends, another unit and another resource be had at the same time',
    async (uow) => {
      await book(uow, paidReservation('first', day))
      await book(uow, paidReservation('before', slot('casa', 0, 0, 10)))
      await book(uow, paidReservation('after', slot('casa', 0, 20, 30)))
      await book(uow, paidReservation('next-door', slot('casa', 1, 10, 20)))
      await book(uow, paidReservation('elsewhere', slot('villa', 0, 10, 20)))
      expect(await everyId(uow)).toHaveLength(5)
    },
  ),
  promise('frees the slot of a cancelled reservation, and keeps it for nobody who wants it back', async (uow) => {
    await book(uow, paidReservation('first', day))
    await uow.run((tx) => tx.reservations.save(cancelledReservation('first', day), 1))
    await book(uow, paidReservation('second', day))
    await expect(uow.run((tx) => tx.reservations.save(paidReservation('first', day), 2))).rejects.toBeInstanceOf(
      Contention,
    )
    expect(await overlapping(uow, day)).toEqual(['second'])
  }),
  promise('refuses a slot that ends before it has begun', async (uow) => {
    for (const [from, to] of [
      [10, 10],
      [20, 10],
    ] as const) {
      const refused = book(uow, paidReservation('r', slot('casa', 0, from, to)))
      await expect(refused).rejects.toThrow()
      await expect(refused).rejects.not.toBeInstanceOf(Contention)
    }
    expect(await everyId(uow)).toEqual([])
  }),
  promise('refuses a unit that there is none of, and takes the last that there is', async (uow) => {
    for (const [unit, capacity] of [
      [-1, undefined],
      [-1, 3],
      [1, 1],
      [7, 3],
      [3, 3],
    ] as const) {
      const change = capacity === undefined ? {} : { capacity }
      const refused = book(uow, paidReservation('r', slot('casa', unit, 0, 10), change))
      await expect(refused).rejects.toThrow()
      await expect(refused).rejects.not.toBeInstanceOf(Contention)
    }
    await book(uow, paidReservation('last', slot('casa', 2, 0, 10), { capacity: 3 }))
    await book(uow, paidReservation('named', slot('casa', 7, 0, 10)))
    expect(await overlapping(uow, slot('casa', 0, 0, 10))).toEqual(['last', 'named'])
  }),
  promise('moves a reservation to a slot only where that is free', async (uow) => {
    await book(uow, paidReservation('first', day))
    await book(uow, paidReservation('second', slot('casa', 0, 30, 40)))
    await uow.run(async (tx) => {
      const moved = tx.reservations.save(paidReservation('second', slot('casa', 0, 19, 29)), 1)
      await expect(moved).rejects.toBeInstanceOf(VersionConflict)
      await tx.reservations.save(paidReservation('second', slot('casa', 0, 20, 40)), 1)
    })
    expect(await overlapping(uow, slot('casa', 0, 0, 99))).toEqual(['first', 'second'])
  }),
  promise('gives one slot to one of 20 who ask whether it is free and then take it', async (uow) => {
    const booked = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        uow.run(async (tx) => {
          if ((await tx.reservations.listOverlapping(slot('casa', 0, n % 3, 20))).length > 0) return false
          await tx.reservations.save(paidReservation(`r${n}`, slot('casa', 0, n % 3, 20)), 0)
          return true
        }),
      ),
    )
    expect(booked.filter(Boolean)).toHaveLength(1)
    expect(await everyId(uow)).toHaveLength(1)
  }),
  promise('gives one slot to one of 20 who take it without asking', async (uow) => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => book(uow, paidReservation(`r${n}`, slot('casa', 0, n % 3, 20)))),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(Contention)
    expect(await everyId(uow)).toHaveLength(1)
  }),
  promise('keeps what was free free until the end of the transaction that saw it', async (uow) => {
    const seen: number[] = []
    const takeSlowly = (id: string) =>
      uow.run(async (tx) => {
        const rivals = await tx.reservations.listOverlapping(day)
        seen.push(rivals.length)
        await shortWhile()
        if (rivals.length === 0) await tx.reservations.save(paidReservation(id, day), 0)
      })
    await Promise.all([takeSlowly('one'), takeSlowly('two')])
    expect(seen).toEqual([0, 1])
  }),
  promise('lists what overlaps a stretch of time on every unit, earliest first, and nothing cancelled', async (uow) => {
    const slots: readonly Slot[] = [
      slot('casa', 0, 20, 30),
      slot('casa', 0, 0, 10),
      slot('casa', 0, 10, 20),
      slot('casa', 1, 1, 12),
    ]
    for (const [n, where] of slots.entries()) await book(uow, paidReservation(`r${n}`, where))
    await book(uow, cancelledReservation('gone', slot('casa', 0, 0, 99)))
    await book(uow, paidReservation('elsewhere', slot('villa', 0, 0, 99)))
    for (const [from, to] of [
      [0, 99],
      [5, 15],
      [10, 20],
      [9, 11],
      [20, 21],
      [30, 40],
    ] as const) {
      const expected = ['r1', 'r3', 'r2', 'r0'].filter((id) => {
        const held = slots[Number(id.slice(1))]
        return held !== undefined && overlap(held, slot('casa', held.unit, from, to))
      })
      for (const unit of [0, 1, 7]) expect(await overlapping(uow, slot('casa', unit, from, to))).toEqual(expected)
    }
  }),
  promise('gives each of two units once to 20 who take whichever is free', async (uow) => {
    const booked = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        uow.run(async (tx) => {
          const held = (await tx.reservations.listOverlapping(day)).map((holder) => holder.slot.unit)
          const unit = [0, 1].find((each) => !held.includes(each))
          if (unit === undefined) return undefined
          await tx.reservations.save(paidReservation(`r${n}`, { ...day, unit }), 0)
          return unit
        }),
      ),
    )
    expect(booked.filter((unit) => unit !== undefined).toSorted((a, b) => a - b)).toEqual([0, 1])
    expect(await everyId(uow)).toHaveLength(2)
  }),
  promise('lists what holds a resource, over all its units, earliest first, page by page', async (uow) => {
    await book(uow, paidReservation('b', slot('casa', 1, 5, 15)))
    await book(uow, paidReservation('a', slot('casa', 0, 5, 15)))
    await book(uow, paidReservation('c', slot('casa', 0, 0, 5)))
    await book(uow, paidReservation('d', slot('villa', 0, 5, 15)))
    await book(uow, cancelledReservation('aa', slot('casa', 0, 5, 15)))
    const holding = (from: number, to: number, limit: number, after?: string) =>
      uow.read(async (tx) => {
        const found = await tx.reservations.listHolding({
          resourceId: resourceId('casa'),
          from: at(from),
          to: at(to),
          limit,
          ...(after === undefined ? {} : { after: reservationId(after) }),
        })
        return found.map(({ id }) => String(id))
      })
    expect(await holding(0, 99, 9)).toEqual(['c', 'a', 'b'])
    expect(await holding(0, 99, 2)).toEqual(['c', 'a'])
    expect(await holding(0, 99, 2, 'a')).toEqual(['b'])
    expect(await holding(0, 99, 1, 'c')).toEqual(['a'])
    expect(await holding(0, 99, 9, 'b')).toEqual([])
    // The last one of a page may be cancelled before the next page is asked for.
    expect(await holding(0, 99, 9, 'aa')).toEqual(['b'])
    expect(await holding(0, 99, 9, 'nobody')).toEqual([])
    expect(await holding(5, 6, 9)).toEqual(['a', 'b'])
    expect(await holding(15, 99, 9)).toEqual([])
  }),
  promise('lists reservations newest first, page by page', async (uow) => {
    const created = { a: 1, b: 3, c: 2, d: 2 }
    for (const [n, [name, ms]] of Object.entries(created).entries())
      await book(uow, paidReservation(name, slot('casa', n, 0, 10), { createdAt: at(ms) }))
    await book(uow, paidReservation('eves', slot('casa', 9, 0, 10), { createdAt: at(2), owner: ownerId('eve') }))
    expect(await everyId(uow)).toEqual(['b', 'eves', 'd', 'c', 'a'])
    const listed = (filter: { owner?: string; limit: number; after?: string }) =>
      uow.read(async (tx) => {
        const { owner, limit, after } = filter
        const found = await tx.reservations.list({
          limit,
          ...(owner === undefined ? {} : { owner: ownerId(owner) }),
          ...(after === undefined ? {} : { after: reservationId(after) }),
        })
        return found.map(({ id }) => String(id))
      })
    expect(await listed({ owner: 'ana', limit: 2 })).toEqual(['b', 'd'])
    expect(await listed({ owner: 'ana', limit: 2, after: 'd' })).toEqual(['c', 'a'])
    expect(await listed({ limit: 2, after: 'b' })).toEqual(['eves', 'd'])
    expect(await listed({ limit: 9, after: 'nobody' })).toEqual([])
  }),
]

const day = slot('casa', 0, 10, 20)

const book = (uow: UnitOfWork, reservation: Reservation): Promise<void> =>
  uow.run((tx) => tx.reservations.save(reservation, 0))

const overlapping = (uow: UnitOfWork, where: Slot): Promise<readonly string[]> =>
  uow.read(async (tx) => (await tx.reservations.listOverlapping(where)).map(({ id }) => String(id)))

const everyId = (uow: UnitOfWork): Promise<readonly string[]> =>
  uow.read(async (tx) => (await tx.reservations.list({ limit: 99 })).map(({ id }) => String(id)))
