/** A stretch of opening hours, as the clock on the wall shows them: `{ opens: '09:00', closes: '13:00' }`. */
export interface Hours {
  /** From `00:00` to `23:59`. */
  readonly opens: string
  /** Later than `opens`, up to `24:00`. Hours over midnight are two stretches, on two days. */
  readonly closes: string
}

/** The same, in minutes since the day began. */
export interface Stretch {
  readonly opensAt: number
  readonly closesAt: number
}

/**
 * Reads the hours of one day, `on`, and puts them in order.
 *
 * @throws RangeError where they cannot be: see {@link defineSchedule}.
 */
export const readHours = (hours: readonly Hours[], slotMinutes: number, on: string): readonly Stretch[] => {
  const stretches = hours.map((each) => readStretch(each, slotMinutes, on)).toSorted((a, b) => a.opensAt - b.opensAt)
  for (const [at, { opensAt }] of stretches.entries()) {
    const before = stretches[at - 1]
    if (before !== undefined && opensAt < before.closesAt)
      throw new RangeError(`On ${on}, hours overlap at ${clockText(opensAt)}: make one stretch of the two.`)
  }
  return stretches
}

const readStretch = ({ opens, closes }: Hours, slotMinutes: number, on: string): Stretch => {
  const [opensAt, closesAt] = [readTime(opens, on), readTime(closes, on)]
  if (closesAt <= opensAt)
    throw new RangeError(
      `On ${on}, it closes at ${closes} and opens at ${opens}: hours over midnight are two stretches, one until '24:00' and one from '00:00' of the next day.`,
    )
  if (closesAt - opensAt < slotMinutes)
    throw new RangeError(
      `On ${on}, no slot of ${slotMinutes} minutes fits between ${opens} and ${closes}: make the hours longer, or leave them out.`,
    )
  return { opensAt, closesAt }
}

const readTime = (text: string, on: string): number => {
  const match = /^(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/.exec(text)
  if (match === null) throw new RangeError(`On ${on}, '${text}' is no time of day: write it as '09:00', up to '24:00'.`)
  const [, hours = 24, minutes = 0] = match
  return Number(hours) * 60 + Number(minutes)
}

const clockText = (minutes: number): string =>
  [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':')
