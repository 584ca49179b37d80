import type { Clock } from './ports/clock.ts'
import type { Ids } from './ports/ids.ts'
import { idPrefix, type Id, type IdKind } from './kernel/ids.ts'
import { instant } from './kernel/instant.ts'

/** The clock on the wall. With the ids below, the only place in core that reads anything from outside. */
export const systemClock = (): Clock => ({
  now: () => instant(Date.now()),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
})

/** Ids and tokens from the platform's cryptographic source of randomness: 128 bits each. */
export const randomIds = (): Ids => ({
  next: <Kind extends IdKind>(kind: Kind) => `${idPrefix[kind]}_${randomText()}` as Id<Kind>,
  token: randomText,
})

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

/** 26 letters and digits that carry 130 random bits, without those that are read for one another. */
const randomText = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(26)), (byte) => alphabet[byte % alphabet.length]).join('')
