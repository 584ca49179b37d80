import { minute, type Instant } from '../kernel/instant.ts'

/**
 * Something asked of the provider, of which asking on would tell nothing, or would make it after all: it is only looked for
 * among what the provider holds.
 */
export interface OnlySought {
  /** When the last who might ask for it stopped. The provider's time: its clock is one, ours are many. */
  readonly askingEndedAt?: Instant
}

/**
 * How long after the last asking "there is none" is believed. The provider's lists lag a little; and where nobody waits for the
 * answer, whoever was asking just then is given time to be heard.
 */
const absenceProvenAfterMs = { page: 2 * minute, money: 10 * minute } as const

/** For how long yet "there is none" proves nothing, in milliseconds; 0: it does. `asOf`: the provider's time. */
export const unprovenForMs = (
  { askingEndedAt }: OnlySought,
  asOf: Instant,
  what: keyof typeof absenceProvenAfterMs,
): number => Math.max(0, (askingEndedAt ?? asOf) + absenceProvenAfterMs[what] - asOf)
