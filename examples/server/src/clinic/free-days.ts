import {
  after,
  day,
  isBookable,
  nearestFreeSlots,
  type Clock,
  type FreeSlot,
  type Instant,
  type ListFreeSlots,
} from '@holdfast/core'
import { addDays, type Day } from '../stays/nights.ts'
import { resourceOf, type Doctor } from './doctors.ts'

/** A day where the doctor is, with what is free on it. */
export interface FreeDay {
  readonly on: Day
  readonly slots: readonly FreeSlot[]
}

/** How many weeks of appointments can be looked at. */
export const weeksAhead = 2

/** The day that a clock on the wall shows there. */
export const dayThere = (timeZone: string, moment: Instant): Day => {
  // Swedes write a day as everybody stores it: 2026-06-01. Making a formatter takes a hundred times as long as using it.
  const known = formatters.get(timeZone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' })
  formatters.set(timeZone, known)
  return known.format(moment)
}

// As many as there are places where doctors are.
const formatters = new Map<string, Intl.DateTimeFormat>()

/** Reads what is free in the coming two weeks. */
export const readFreeSlots = async (
  doctor: Doctor,
  { listFreeSlots, clock }: { readonly listFreeSlots: ListFreeSlots; readonly clock: Pick<Clock, 'now'> },
): Promise<readonly FreeSlot[]> => {
  const from = clock.now()
  // A day more than two weeks: the last day ends at midnight there, and not at the hour it is now.
  const to = after(from, (weeksAhead * 7 + 1) * day)
  const listed = await listFreeSlots({ resourceId: resourceOf(doctor), from, to, limit: 2_000 })
  if (!listed.ok) throw new Error(`The slots of '${doctor.slug}' cannot be listed: ${listed.error.code}.`)
  return listed.value.slots
}

/** The seven days of a week from today on, each with what is free on it. `week`: 0 for the one that begins today. */
export const freeDays = (
  { schedule: { timeZone } }: Doctor,
  free: readonly FreeSlot[],
  { week, now }: { readonly week: number; readonly now: Instant },
): readonly FreeDay[] => {
  const today = dayThere(timeZone, now)
  const byDay = new Map<Day, FreeSlot[]>()
  for (const slot of free) {
    const on = dayThere(timeZone, slot.startsAt)
    byDay.set(on, [...(byDay.get(on) ?? []), slot])
  }
  return Array.from({ length: 7 }, (_, index) => {
    const on = addDays(today, week * 7 + index)
    return { on, slots: byDay.get(on) ?? [] }
  })
}

/** Why a time that is not free cannot be had, as a refused intent would say it. */
export const whyNotFree = (
  { schedule }: Doctor,
  startsAt: Instant,
  now: Instant,
): 'slot_begun' | 'slot_within_notice' | 'slot_taken' => {
  if (startsAt <= now) return 'slot_begun'
  return isBookable(schedule, { startsAt, endsAt: startsAt }, now) ? 'slot_taken' : 'slot_within_notice'
}

/** What to offer to somebody who did not get the slot they wanted: what is free closest to it, at most `limit`. */
export const nearbySlots = async (
  doctor: Doctor,
  wanted: Instant,
  limit: number,
  sources: Parameters<typeof readFreeSlots>[1],
): Promise<readonly FreeSlot[]> => nearestFreeSlots(await readFreeSlots(doctor, sources), wanted, limit)
