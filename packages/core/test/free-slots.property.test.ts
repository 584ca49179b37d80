import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  defineSchedule,
  freeSlots,
  instant,
  minute,
  nearestFreeSlots,
  offeredSlots,
  overlap,
  weekdays,
  type Reservation,
} from '../src/index.ts'
import { cancelledReservation, paidReservation } from '../src/contracts/samples.ts'
import type { ResourceId } from '../src/kernel/ids.ts'

const monday = Date.parse('2026-03-02T00:00Z')
const week = 7 * 1440
const at = (minutes: number) => instant(monday + minutes * minute)
const range = { from: at(0), to: at(week) }

const schedules = fc
  .record({
    timeZone: fc.constantFrom('America/New_York', 'Asia/Kathmandu', 'Asia/Tehran'),
    slotMinutes: fc.constantFrom(20, 45, 60, 90),
    capacity: fc.integer({ min: 1, max: 4 }),
    noticeMinutes: fc.constantFrom(0, 0, 90, 2 * 1440),
  })
  .map((fields) =>
    defineSchedule({
      ...fields,
      weekly: Object.fromEntries(
        weekdays.slice(0, 5).map((name) => [
          name,
          [
            { opens: '00:00', closes: '09:30' },
            { opens: '15:00', closes: '18:00' },
          ],
        ]),
      ),
    }),
  )

const where = fc
  .tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: -90, max: week }), fc.integer({ min: 1, max: 200 }))
  .map(([unit, from, length]) => ({
    resourceId: 'dr' as ResourceId,
    unit,
    startsAt: at(from),
    endsAt: at(from + length),
  }))
const reservations = fc
  .array(fc.tuple(where, fc.boolean()), { maxLength: 60 })
  .map((all) =>
    all.map(
      ([slot, cancelled], n): Reservation => (cancelled ? cancelledReservation : paidReservation)(`held${n}`, slot),
    ),
  )
const now = fc.integer({ min: -2000, max: week }).map(at)

const holders = (all: readonly Reservation[], slot: { readonly startsAt: number; readonly endsAt: number }) =>
  all.filter((one) => one.status !== 'cancelled' && one.slot.startsAt < slot.endsAt && slot.startsAt < one.slot.endsAt)

describe('free slots', () => {
  it('are those of the schedule that can still be booked and have a unit on which nobody is', () => {
    fc.assert(
      fc.property(schedules, reservations, now, (schedule, held, moment) => {
        const expected = offeredSlots(schedule, range).flatMap((slot) => {
          if (moment >= slot.startsAt - schedule.noticeMinutes * minute) return []
          const units = new Set(holders(held, slot).map((one) => one.slot.unit))
          const unit = Array.from({ length: schedule.capacity }, (_, n) => n).find((each) => !units.has(each))
          const unitsLeft = schedule.capacity - units.size
          return unitsLeft > 0 ? [{ ...slot, unitsLeft, unit }] : []
        })
        expect(freeSlots(schedule, held, { ...range, now: moment })).toEqual(expected)
      }),
      { numRuns },
    )
  })

  it('can be booked one after the other until none is left, and never are more there than there is room for', () => {
    fc.assert(
      fc.property(schedules, reservations, fc.array(fc.nat(), { maxLength: 40 }), (schedule, held, choices) => {
        // Bookings that the tables would not have let in are left out.
        const booked = held.filter((one, n) => !held.slice(0, n).some((other) => overlap(one.slot, other.slot)))
        const before = booked.length
        for (const choice of choices) {
          const free = freeSlots(schedule, booked, { ...range, now: at(-9_000) })
          const taken = free[choice % free.length]
          if (taken === undefined) break
          const { unit, startsAt, endsAt } = taken
          booked.push(paidReservation(`b${booked.length}`, { resourceId: 'dr' as ResourceId, unit, startsAt, endsAt }))
        }
        for (const { id, slot } of booked.slice(before)) {
          const rivals = holders(booked, slot).filter((one) => one.id !== id)
          expect(rivals.filter((one) => overlap(one.slot, slot))).toEqual([])
          expect(new Set(rivals.map((one) => one.slot.unit)).size).toBeLessThan(schedule.capacity)
        }
      }),
      { numRuns },
    )
  })

  it('nearest to a wanted one are no further from it than any that is not offered', () => {
    fc.assert(
      fc.property(schedules, now, fc.nat({ max: 12 }), (schedule, wanted, count) => {
        const free = freeSlots(schedule, [], { ...range, now: at(-9_000) })
        const nearest = nearestFreeSlots(free, wanted, count)
        expect(nearest).toHaveLength(Math.min(count, free.length))
        const distances = nearest.map(({ startsAt }) => Math.abs(startsAt - wanted))
        expect(distances).toEqual(distances.toSorted((a, b) => a - b))
        const others = free.filter((slot) => !nearest.includes(slot))
        expect(others.filter(({ startsAt }) => Math.abs(startsAt - wanted) < (distances.at(-1) ?? 0))).toEqual([])
      }),
      { numRuns },
    )
  })
})

const numRuns = Number(process.env['HOLDFAST_PROPERTY_RUNS'] ?? 100)
