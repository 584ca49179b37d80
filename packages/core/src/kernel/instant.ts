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

/** Lengths of time in milliseconds, so that a duration reads as one. */
export const second = 1_000
export const minute = 60 * second
export const hour = 60 * minute
export const day = 24 * hour
