import { minute, type Instant } from '../kernel/instant.ts'
import type { Reservation, Slot } from '../reservation/reservation.ts'
import { offeredSlots, type OfferedSlot, type TimeRange } from './offered-slots.ts'
import type { Schedule } from './schedule.ts'
import { freeUnits, type FreeUnits } from './free-units.ts'

/** A slot that can be booked now, with what is left of it. */
export interface FreeSlot extends OfferedSlot, FreeUnits {}

/**
 * The slots of a schedule that begin in a range of time and can be booked at `now`, earliest first: that have not begun, are
 * not within the schedule's notice, and have a unit that nobody holds any part of meanwhile.
 *
 * `reservations` are those of the resource, in any order. Those that are cancelled hold nothing; every other that overlaps
 * a slot counts, also one of another length or of a unit that the schedule no longer has.
 */
export const freeSlots = (
  schedule: Schedule,
  reservations: readonly Pick<Reservation, 'slot' | 'status'>[],
  { from, to, now }: TimeRange & { readonly now: Instant },
): readonly FreeSlot[] => {
  const holding = reservations
    .filter(({ status }) => status !== 'cancelled')
    .map(({ slot }) => slot)
    .toSorted((a, b) => a.startsAt - b.startsAt)
  const free: FreeSlot[] = []
  let next = 0
  let during: Slot[] = []
  for (const slot of offeredSlots(schedule, { from, to })) {
    for (let held = holding[next]; held !== undefined && held.startsAt < slot.endsAt; held = holding[next]) {
      during.push(held)
      next += 1
    }
    during = during.filter(({ endsAt }) => endsAt > slot.startsAt)
    if (!isBookable(schedule, slot, now)) continue
    const left = freeUnits(schedule.capacity, new Set(during.map(({ unit }) => unit)))
    if (left === undefined) continue
    // Spreading both takes several times as long as all the rest.
    free.push({ startsAt: slot.startsAt, endsAt: slot.endsAt, unitsLeft: left.unitsLeft, unit: left.unit })
  }
  return free
}

/** Whether a slot can still be booked as far as time goes: now is before the schedule's notice, and before it begins. */
export const isBookable = ({ noticeMinutes }: Schedule, { startsAt }: OfferedSlot, now: Instant): boolean =>
  now < startsAt - noticeMinutes * minute

/**
 * At most `count` of the free slots, those that begin closest to `wanted`, nearest first: what to offer to somebody who did
 * not get the slot they wanted. Of two that are equally close, the earlier comes first.
 */
export const nearestFreeSlots = (free: readonly FreeSlot[], wanted: Instant, count: number): readonly FreeSlot[] =>
  free
    .toSorted((a, b) => Math.abs(a.startsAt - wanted) - Math.abs(b.startsAt - wanted) || a.startsAt - b.startsAt)
    .slice(0, Math.max(0, count))
