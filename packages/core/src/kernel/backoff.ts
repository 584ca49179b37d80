/** How long to wait between tries. */
export interface BackoffPolicy {
  readonly firstMs: number
  readonly capMs: number
}

/**
 * The wait before try number `tries + 1`: doubling from `firstMs` up to `capMs`, less up to a quarter of it.
 *
 * The part taken off follows from `salt`, so that pieces of work which failed together do not come back together, and the
 * same one always waits the same.
 */
export const backoffMs = (tries: number, salt: string, { firstMs, capMs }: BackoffPolicy): number => {
  const full = Math.min(firstMs * 2 ** Math.min(Math.max(tries - 1, 0), 40), capMs)
  return Math.round(full * (1 - (hash(`${salt}:${tries}`) % 1024) / 4096))
}

/** FNV-1a, 32 bits: spreads text over numbers, and promises nothing else. */
const hash = (text: string): number => {
  let state = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    state ^= text.charCodeAt(index)
    state = Math.imul(state, 0x01000193) >>> 0
  }
  return state
}
