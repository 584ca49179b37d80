/**
 * A random generator without state of its own: the `index`-th value of the sequence that belongs to `seed`.
 *
 * Being a function of an index it survives a restart as one stored number, and the same seed gives the same run.
 */
export const randomAt = (seed: string, index: number): number => {
  let hash = hashOf(seed) ^ Math.imul(index + 0x9e3779b9, 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad)
  hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97)
  return (hash ^ (hash >>> 15)) >>> 0
}

const hashes = new Map<string, number>()

const hashOf = (seed: string): number => {
  const known = hashes.get(seed)
  if (known !== undefined) return known
  let hash = 0x811c9dc5
  for (const character of seed) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  if (hashes.size > 1000) hashes.clear()
  hashes.set(seed, hash)
  return hash
}

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** A text of letters and digits in the manner of Stripe's ids. No two indexes of one seed give the same. */
export const randomText = (seed: string, index: number, length: number): string => {
  let text = ''
  for (let position = 0; position < length; position += 1) {
    text += alphabet.charAt(randomAt(`${seed}:${position}`, index) % alphabet.length)
  }
  return text
}
