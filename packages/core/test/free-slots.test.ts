import { describe, expect, it } from 'vitest'
import {
  defineSchedule,
  freeSlots,
  hour,
  instant,
  minute,
  nearestFreeSlots,
  weekdays,
  type FreeSlot,
  type Reservation,
} from '../src/index.ts'
import { cancelledReservation, paidReservation } from '../src/contracts/samples.ts'
import type { ResourceId } from '../src/kernel/ids.ts'

const nine = instant(Date.parse('2026-11-20T09:00Z'))
const at = (minutes: number) => instant(nine + minutes * minute)
const clinic = (change: { readonly capacity?: number; readonly noticeMinutes?: number } = {}) =>
  defineSchedule({
    timeZone: 'UTC',
    slotMinutes: 30,
    weekly: Object.fromEntries(weekdays.map((name) => [name, [{ opens: '09:00', closes: '11:00' }]])),
    ...change,
  })

/** A reservation from so many minutes past nine to so many. */
const held = (unit: number, from: number, to: number): Reservation =>
  paidReservation(`r${unit}-${from}`, { resourceId: 'dr' as ResourceId, unit, startsAt: at(from), endsAt: at(to) })

/** What is free of the four slots of a morning: minutes past nine, units left, lowest free unit. */
const freeOf = (
  reservations: readonly Reservation[],
  change: Parameters<typeof clinic>[0] & { readonly now?: number } = {},
) =>
  freeSlots(clinic(change), reservations, { from: at(-60), to: at(24 * 60 - 60), now: at(change.now ?? -60) }).map(
    ({ startsAt, endsAt, unitsLeft, unit }) => {
      expect(endsAt - startsAt).toBe(30 * minute)
      return [(startsAt - nine) / minute, unitsLeft, unit]
    },
  )

describe('a slot is free', () => {
  it('when nobody holds any part of it', () => {
    expect(freeOf([])).toEqual([
      [0, 1, 0],
      [30, 1, 0],
      [60, 1, 0],
      [90, 1, 0],
    ])
    expect(freeOf([held(0, 30, 60)])).toEqual([
      [0, 1, 0],
      [60, 1, 0],
      [90, 1, 0],
    ])
    // Of another length, as after the schedule was changed.
    expect(freeOf([held(0, 59, 61)])).toEqual([
      [0, 1, 0],
      [90, 1, 0],
    ])
    expect(freeOf([held(0, -600, 600)])).toEqual([])
  })

  it('when those who held it have cancelled', () => {
    const { slot } = held(0, 0, 30)
    expect(freeOf([cancelledReservation('r', slot)])).toHaveLength(4)
  })

  it('as long as a unit is left, and the lowest is named', () => {
    const reservations = [held(2, 0, 30), held(0, 0, 30), held(0, 30, 60), held(1, 60, 90), held(1, 90, 120)]
    expect(freeOf(reservations, { capacity: 3 })).toEqual([
      [0, 1, 1],
      [30, 2, 1],
      [60, 2, 0],
      [90, 2, 0],
    ])
    expect(freeOf([...reservations, held(1, 0, 30)], { capacity: 3 })).toHaveLength(3)
  })

  it('for all of its time on one unit, or not at all', () => {
    expect(freeOf([held(0, 0, 15), held(1, 15, 30)], { capacity: 2 })).not.toContainEqual([0, 1, 0])
    expect(freeOf([held(0, 0, 15), held(0, 15, 30)], { capacity: 2 })).toContainEqual([0, 1, 1])
  })

  it('counting those on units that the schedule has no longer', () => {
    expect(freeOf([held(4, 0, 30)], { capacity: 2 })).toContainEqual([0, 1, 0])
    expect(freeOf([held(4, 0, 30), held(1, 0, 30)], { capacity: 2 })).toHaveLength(3)
    expect(freeOf([held(4, 0, 30)], { capacity: 1 })).toHaveLength(3)
  })

  it('until it begins, or as long before that as the notice says', () => {
    expect(freeOf([], { now: 29 })).toHaveLength(3)
    expect(freeOf([], { now: 30 })).toHaveLength(2)
    expect(freeOf([], { now: 29, noticeMinutes: 30 })).toHaveLength(2)
    expect(freeOf([], { now: 30, noticeMinutes: 30 })).toHaveLength(1)
    expect(freeOf([], { now: -1000, noticeMinutes: 1000 })).toHaveLength(3)
  })

  it('whatever the order of the reservations, which is left as it is', () => {
    const reservations = [held(0, 60, 90), held(0, 0, 30), held(0, 30, 60)]
    const before = [...reservations]
    expect(freeOf(reservations)).toEqual([[90, 1, 0]])
    expect(reservations).toEqual(before)
  })
})

describe('the nearest free slots', () => {
  const free = [0, 1, 2, 4, 8].map(
    (hours): FreeSlot => ({
      startsAt: at(hours * 60),
      endsAt: at(hours * 60 + 30),
      unitsLeft: 1,
      unit: 0,
    }),
  )
  const nearest = (hours: number, count: number) =>
    nearestFreeSlots(free, instant(nine + hours * hour), count).map(({ startsAt }) => (startsAt - nine) / hour)

  it('are those that begin closest to the one that was wanted, the earlier first where two are', () => {
    expect(nearest(3, 3)).toEqual([2, 4, 1])
    expect(nearest(1, 3)).toEqual([1, 0, 2])
    expect(nearest(100, 2)).toEqual([8, 4])
    expect(nearest(-100, 2)).toEqual([0, 1])
    expect(nearest(5, 2)).toEqual([4, 2])
    expect(nearest(6, 5)).toEqual([4, 8, 2, 1, 0])
    const [nearer] = nearestFreeSlots(free.toReversed(), instant(nine + 3 * hour), 1)
    expect(nearer).toEqual(free[2])
  })

  it('are at most so many, and no more than there are', () => {
    expect(nearest(3, 0)).toEqual([])
    expect(nearest(3, -2)).toEqual([])
    expect(nearest(3, 9)).toHaveLength(5)
    expect(nearestFreeSlots([], nine, 3)).toEqual([])
  })
})
