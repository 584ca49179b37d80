import { day, second } from '../kernel/instant.ts'

/**
 * What a clock on the wall shows, as the moment at which a clock in UTC shows the same: a number to reckon with, and not a
 * moment itself.
 */
export type WallTime = number

/** A clock on the wall of a place. Moments are in milliseconds since the epoch. */
export interface WallClock {
  shows(moment: number): WallTime
  /** When it shows this: the first time where it does so twice, `undefined` where it never does. */
  firstMoment(wall: WallTime): number | undefined
  /**
   * How far ahead of UTC the clock is on all of a day, in milliseconds, or `undefined` where it may be changed around that
   * day. The day is named by the wall time at which it begins.
   */
  aheadOn(dayBegins: WallTime): number | undefined
}

/** Whether this is the name of a time zone that can be reckoned with here, such as `Europe/Madrid`. */
export const isTimeZone = (name: string): boolean => {
  // Some runtimes take an offset, `+05:30`, for a zone. It has no name and never changes, and others refuse it.
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    formatterOf(name)
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/**
 * The clock on the walls of a time zone, by the time zone data of the runtime.
 *
 * @throws RangeError where {@link isTimeZone} is false.
 */
export const wallClock = (timeZone: string): WallClock => {
  const formatter = formatterOf(timeZone)
  const shows = (moment: number): WallTime => {
    const whole = Math.floor(moment / second) * second
    const read: Record<string, number> = {}
    for (const { type, value } of formatter.formatToParts(whole)) read[type] = Number(value)
    const { year = NaN, month = NaN, day: date, hour, minute, second: seconds } = read
    return Date.UTC(year, month - 1, date, hour, minute, seconds) + moment - whole
  }
  // Asked for each midnight of UTC by four days in a row.
  const midnights = new Map<number, number>()
  const aheadAtMidnight = (midnight: number): number => {
    const known = midnights.get(midnight) ?? shows(midnight) - midnight
    midnights.set(midnight, known)
    return known
  }
  return {
    shows,
    firstMoment(wall) {
      // No zone is a day from UTC, nor changes its clocks twice in two days: it is one of these two, or both, or none.
      const before = wall - (shows(wall - day) - (wall - day))
      const after = wall - (shows(wall + day) - (wall + day))
      return [Math.min(before, after), Math.max(before, after)].find((moment) => shows(moment) === wall)
    },
    aheadOn(dayBegins) {
      const [ahead, ...others] = [-1, 0, 1, 2].map((days) => aheadAtMidnight(dayBegins + days * day))
      return others.every((other) => other === ahead) ? ahead : undefined
    },
  }
}

// Making one takes a hundred times as long as using it. There are as many as the host's schedules have time zones.
const formatters = new Map<string, Intl.DateTimeFormat>()

const formatterOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = formatters.get(timeZone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formatters.set(timeZone, made)
  return made
}
