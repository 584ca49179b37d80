/** A moment, in milliseconds since 1970-01-01T00:00:00Z. Always a whole number. It comes from a clock port, never from here. */
export type Instant = number & { readonly __instant: never }

/** Checks and brands a number of milliseconds since the epoch. @throws RangeError when it is not a whole, finite number. */
export const instant = (epochMs: number): Instant => {
  if (!Number.isSafeInteger(epochMs))
    throw new RangeError(`An instant is a whole number of milliseconds, not ${epochMs}.`)
  return epochMs as Instant
}

/** The moment `ms` milliseconds after `moment`. */
export const after = (moment: Instant, ms: number): Instant => instant(moment + ms)

/** `2026-11-20T10:00:00.000Z`: the moment in ISO 8601, UTC. */
export const isoTime = (moment: Instant): string => new Date(moment).toISOString()

/**
 * Reads a moment in ISO 8601 that says how far it is from UTC: `2026-11-20T10:00Z`, `2026-11-20T04:00:00.000-06:00`.
 *
 * Answers `undefined` for anything else: a day or a time that does not exist, or no offset, which would leave the moment to
 * the reader. What is finer than a millisecond is left off.
 */
export const parseIsoTime = (text: string): Instant | undefined => {
  const match = isoShape.exec(text)
  if (match === null) return undefined
  const [, date = '', time = '', seconds = '00', fraction = '', sign, hours = '0', minutes = '0'] = match
  const wall = Date.parse(`${date}T${time}:${seconds}Z`)
  // Some engines read the 30th of February as the 2nd of March.
  if (Number.isNaN(wall) || new Date(wall).toISOString().slice(0, 10) !== date) return undefined
  const offset = (Number(hours) * hour + Number(minutes) * minute) * (sign === '-' ? -1 : 1)
  return instant(wall + Number(fraction.slice(0, 3).padEnd(3, '0')) - offset)
}

const isoShape =
  /^(\d{4}-\d\d-\d\d)T((?:[01]\d|2[0-3]):[0-5]\d)(?::([0-5]\d)(?:\.(\d{1,9}))?)?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/

/** Lengths of time in milliseconds, so that a duration reads as one. */
export const second = 1_000
export const minute = 60 * second
export const hour = 60 * minute
export const day = 24 * hour
