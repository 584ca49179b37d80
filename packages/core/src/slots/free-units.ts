/** What is left of something that can be had several times at once. */
export interface FreeUnits {
  /** How many more can have it: at least 1. */
  readonly unitsLeft: number
  /** The lowest unit that is free. */
  readonly unit: number
}

/**
 * What is left beside the units that are held, or `undefined` when nothing is. Units are numbered from 0. One that is held
 * beyond the capacity, as after a capacity was lowered, takes a place like any other: never are more held than there are.
 */
export const freeUnits = (capacity: number, held: ReadonlySet<number>): FreeUnits | undefined => {
  if (held.size >= capacity) return undefined
  let unit = 0
  while (held.has(unit)) unit += 1
  return { unitsLeft: capacity - held.size, unit }
}
