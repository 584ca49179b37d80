/** Numbers from 0 up to and without 2^32, the same for the same seed. */
export type Random = () => number

/** A generator of its own for `seed` (sfc32, seeded by FNV-1a): fast, and good enough to look for trouble with. */
export const randomFrom = (seed: string): Random => {
  let a = hashText(seed)
  let b = hashText(`${seed}/b`)
  let c = hashText(`${seed}/c`)
  let counter = 1
  const next = (): number => {
    const result = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + result
    return result >>> 0
  }
  for (let round = 0; round < 12; round += 1) next()
  return next
}

/** A whole number from 0 up to and without `bound`. */
export const below = (random: Random, bound: number): number => random() % bound

/** True with this probability. */
export const happens = (random: Random, probability: number): boolean => random() < probability * 2 ** 32

/** One of these. @throws when there is none. */
export const oneOf = <T>(random: Random, items: readonly T[]): T => {
  const item = items[below(random, items.length)]
  if (item === undefined) throw new RangeError('There is nothing to choose from.')
  return item
}

/** FNV-1a, 32 bits: spreads text over numbers. */
export const hashText = (text: string): number => {
  let state = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1)
    state = Math.imul(state ^ text.charCodeAt(index), 0x01000193) >>> 0
  return state
}
