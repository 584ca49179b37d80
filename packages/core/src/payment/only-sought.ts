import { minute, type Instant } from '../kernel/instant.ts'

/**
 * Something asked of the provider, of which asking on would tell nothing, or would make it after all: it is only looked for
 * among what the provider holds.
 */
export interface OnlySought {
  /** When the last who might ask for it stopped. */
  readonly askingEndedAt?: Instant
}

/**
 * How long after the last asking "there is none" is believed: two minutes for a list that lags, three for whoever was asking just
 * then, and twice ten for two clocks of ours that are ten minutes wrong each, in either direction.
 */
export const absenceProvenAfterMs = 25 * minute

/** For how long yet "there is none" proves nothing, in milliseconds; 0: it does. */
export const unprovenForMs = ({ askingEndedAt }: OnlySought, now: Instant): number =>
  Math.max(0, (askingEndedAt ?? now) + absenceProvenAfterMs - now)
