import { day, instant, minute, type Instant } from '../kernel/instant.ts'
import { stretchesOf, type Schedule } from './schedule.ts'
import { wallClock, type WallClock, type WallTime } from './wall-clock.ts'

/** A slot that a schedule offers to whoever comes first, half open. */
export interface OfferedSlot {
  readonly startsAt: Instant
  readonly endsAt: Instant
}

/** From one moment, inclusive, to another, exclusive. */
export interface TimeRange {
  readonly from: Instant
  readonly to: Instant
}

/**
 * The slots of a schedule that begin in a range of time, earliest first, whether anybody has them or not. They never
 * overlap, and those of two ranges that touch are those of the whole. The work grows with the days in the range.
 *
 * Slots begin when the clock on the wall says so, and each is as long as the schedule says, whatever the clock is turned to
 * meanwhile. A time that the clock skips begins none; one that it shows twice begins one, the first time. A slot for which
 * a change of the clock leaves no room is not offered: one that would begin before the one before it is over, or be over
 * after the clock shows closing time. Nothing is offered before the year 1970, or from 9999 on.
 */
export const offeredSlots = (schedule: Schedule, { from, to }: TimeRange): readonly OfferedSlot[] => {
  const [begin, end] = [Math.max(from, earliest), Math.min(to, latest)]
  if (begin >= end) return []
  const clock = wallClock(schedule.timeZone)
  const dayAt = (moment: number): WallTime => Math.floor(clock.shows(moment) / day) * day
  const slots: OfferedSlot[] = []
  // One more at each end: a clock that is turned back over midnight shows the day before again.
  const lastDay = dayAt(end) + day
  for (let dayBegins = dayAt(begin) - day; dayBegins <= lastDay; dayBegins += day)
    for (const slot of slotsOfDay(schedule, clock, dayBegins))
      if (slot.startsAt >= begin && slot.startsAt < end) slots.push(slot)
  return slots
}

const earliest = Date.UTC(1970, 0, 1)
const latest = Date.UTC(9999, 0, 1)

const slotsOfDay = (schedule: Schedule, clock: WallClock, dayBegins: WallTime): readonly OfferedSlot[] => {
  const stretches = stretchesOf(schedule, dayBegins)
  if (stretches.length === 0) return []
  const slotMs = schedule.slotMinutes * minute
  const ahead = clock.aheadOn(dayBegins)
  const slots: OfferedSlot[] = []
  let freeFrom = -Infinity
  for (const { opensAt, closesAt } of stretches) {
    const closing = dayBegins + closesAt * minute
    for (let wall = dayBegins + opensAt * minute; wall + slotMs <= closing; wall += slotMs) {
      const startsAt = ahead === undefined ? clock.firstMoment(wall) : wall - ahead
      if (startsAt === undefined || startsAt < freeFrom) continue
      const endsAt = startsAt + slotMs
      if (ahead === undefined && clock.shows(endsAt - 1) >= closing) continue
      slots.push({ startsAt: instant(startsAt), endsAt: instant(endsAt) })
      freeFrom = endsAt
    }
  }
  return slots
}
