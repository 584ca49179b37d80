import { day } from '../kernel/instant.ts'
import { readHours, type Hours, type Stretch } from './hours.ts'
import { isTimeZone } from './wall-clock.ts'

/** A day of the week, by its name in English. */
export type Weekday = (typeof weekdays)[number]

/** The days of the week, from Sunday on. */
export const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const

/** A calendar day where the resource is: `2026-11-20`. */
export type CalendarDay = string

/** When something can be had, as a host writes it down. {@link defineSchedule} makes a {@link Schedule} of it. */
export interface ScheduleDefinition {
  /** The IANA name of where the clock hangs that the hours are read from: `America/Mexico_City`. */
  readonly timeZone: string
  /** How long each slot is, from 1 to 1,440 minutes. In a stretch of hours, one begins where the one before it ends. */
  readonly slotMinutes: number
  /** How many can have the same slot at the same time. Default: 1. */
  readonly capacity?: number
  /** Opening hours by weekday. A day that is not named is closed. */
  readonly weekly: { readonly [Day in Weekday]?: readonly Hours[] }
  /** Days on which it is closed all the same. */
  readonly closedOn?: readonly CalendarDay[]
  /** Days with hours of their own, in place of those of their weekday. */
  readonly otherHours?: Readonly<Record<CalendarDay, readonly Hours[]>>
  /** How many minutes before it begins a slot can no longer be booked. Default: 0, until it begins. */
  readonly noticeMinutes?: number
}

/** When a resource can be had, checked. Only {@link defineSchedule} makes one; everything else can rely on it. */
export interface Schedule {
  readonly timeZone: string
  readonly slotMinutes: number
  readonly capacity: number
  readonly noticeMinutes: number
  /** The stretches of each weekday, earliest first. */
  readonly weekly: Readonly<Record<Weekday, readonly Stretch[]>>
  /** The stretches of days that are not like their weekday; none where it is closed. */
  readonly exceptions: ReadonlyMap<CalendarDay, readonly Stretch[]>
  readonly [checked]: true
}
declare const checked: unique symbol

/**
 * Checks a schedule as a host wrote it down, and keeps a copy.
 *
 * @throws RangeError that names what cannot be, and says what to do: an unknown time zone or weekday; a slot length,
 * capacity or notice that is no such number; a day that does not exist, or that is closed and has other hours; hours that
 * cannot be read, that end before they begin, that overlap, or in which no slot fits.
 */
export const defineSchedule = (definition: ScheduleDefinition): Schedule => {
  const { timeZone, slotMinutes, capacity = 1, weekly, closedOn = [], otherHours = {}, noticeMinutes = 0 } = definition
  if (!isTimeZone(timeZone))
    throw new RangeError(
      `'${timeZone}' is no time zone that is known here: give its IANA name, such as 'America/Mexico_City'.`,
    )
  if (!isWhole(slotMinutes, 1) || slotMinutes > 1440)
    throw new RangeError(`A slot lasts a whole number of minutes from 1 to 1440, not ${slotMinutes}.`)
  if (!isWhole(capacity, 1))
    throw new RangeError(
      `A capacity is a whole number from 1 on, not ${capacity}. To close a day, name it in 'closedOn'.`,
    )
  if (!isWhole(noticeMinutes, 0))
    throw new RangeError(`A notice is a whole number of minutes from 0 on, not ${noticeMinutes}.`)
  for (const name of Object.keys(weekly))
    if (!weekdays.some((weekday) => weekday === name))
      throw new RangeError(`'${name}' is no weekday: write one of ${weekdays.join(', ')}.`)

  const exceptions = new Map<CalendarDay, readonly Stretch[]>()
  for (const date of closedOn) exceptions.set(checkDay(date), [])
  for (const [date, hours] of Object.entries(otherHours)) {
    if (exceptions.has(checkDay(date)))
      throw new RangeError(`${date} is closed and has other hours: leave it out of 'closedOn' or of 'otherHours'.`)
    if (hours.length === 0) throw new RangeError(`${date} has other hours, and none are given: name it in 'closedOn'.`)
    exceptions.set(date, readHours(hours, slotMinutes, date))
  }
  const stretchesOn = (weekday: Weekday): readonly Stretch[] => readHours(weekly[weekday] ?? [], slotMinutes, weekday)
  const schedule: Omit<Schedule, typeof checked> = {
    timeZone,
    slotMinutes,
    capacity,
    noticeMinutes,
    weekly: {
      sunday: stretchesOn('sunday'),
      monday: stretchesOn('monday'),
      tuesday: stretchesOn('tuesday'),
      wednesday: stretchesOn('wednesday'),
      thursday: stretchesOn('thursday'),
      friday: stretchesOn('friday'),
      saturday: stretchesOn('saturday'),
    },
    exceptions,
  }
  return schedule as Schedule
}

const isWhole = (value: number, least: number): boolean => Number.isSafeInteger(value) && value >= least

const checkDay = (text: CalendarDay): CalendarDay => {
  const moment = Date.parse(`${text}T00:00:00Z`)
  if (Number.isNaN(moment) || calendarDay(moment) !== text)
    throw new RangeError(`'${text}' is no day: write one that exists as '2026-11-20'.`)
  return text
}

/** The day that begins at a wall time. */
const calendarDay = (dayBegins: number): CalendarDay => new Date(dayBegins).toISOString().slice(0, 10)

/** The stretches in which it is open on the day that begins at this wall time, earliest first. */
export const stretchesOf = ({ weekly, exceptions }: Schedule, dayBegins: number): readonly Stretch[] => {
  // The first of January 1970 was a Thursday.
  const weekday = weekdays[(((dayBegins / day + 4) % 7) + 7) % 7] ?? 'sunday'
  return exceptions.get(calendarDay(dayBegins)) ?? weekly[weekday]
}
