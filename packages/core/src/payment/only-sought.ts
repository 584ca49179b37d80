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
 * How long after the last asking "there is none" is believed. The provider's own lists lag a little; and where nobody waits
 * for the answer, whoever was asking just then is given time to be heard.
 */
export const absenceProvenAfterMs = { page: 2 * minute, money: 10 * minute } as const

/** For how long yet "there is none" proves nothing, in milliseconds; 0: it does. */
export const unprovenForMs = (
  { askingEndedAt }: OnlySought,
  now: Instant,
  what: keyof typeof absenceProvenAfterMs,
): number => Math.max(0, (askingEndedAt ?? now) + absenceProvenAfterMs[what] - now)
