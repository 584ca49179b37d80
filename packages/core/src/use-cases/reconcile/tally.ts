import type { Currency, Money } from '../../kernel/money.ts'
import type { Drift, DriftCode, MendedAs } from './drift.ts'

/** What both sides have in one currency, in minor units. What nobody here knows, and what went back whole, is on no side. */
export interface ComparedSums {
  readonly currency: Currency
  /** What has come, whatever went back of it. */
  readonly charged: { readonly there: bigint; readonly here: bigint }
  /** What went or is going back by refunds. */
  readonly refunded: { readonly there: bigint; readonly here: bigint }
}

/** How many there are on each side: ours, old enough to be compared, and of the kind of money that is taken here. */
export interface Compared {
  readonly there: number
  readonly here: number
}

/** How often a drift was found, and how many of these `fix` has mended. */
export interface DriftCount {
  readonly found: number
  readonly mended: number
}

type Kind = 'sessions' | 'charges' | 'refunds'
type Side = 'there' | 'here'

/** Counts what is compared, as long as it is. Of drift no more than `limit` is kept; all of it is counted. */
export const reconcileTally = (limit: number) => {
  const compared = { sessions: none(), charges: none(), refunds: none() }
  const sums = new Map<Currency, { charged: Sum; refunded: Sum }>()
  const counts = new Map<DriftCode, { found: number; mended: number }>()
  const drift: Drift[] = []
  const other = { strangers: 0, young: 0, unheard: 0 }

  const add = (what: 'charged' | 'refunded', side: Side, { currency, minorUnits }: Money): void => {
    const sum = sums.get(currency) ?? { charged: zero(), refunded: zero() }
    sum[what][side] += minorUnits
    sums.set(currency, sum)
  }

  return {
    other,
    count: (kind: Kind, side: Side): void => void (compared[kind][side] += 1),
    add,
    note: (found: Drift, outcome: MendedAs | undefined): void => {
      const count = counts.get(found.code) ?? { found: 0, mended: 0 }
      count.found += 1
      if (outcome === 'mended') count.mended += 1
      if (outcome === 'unheard') other.unheard += 1
      counts.set(found.code, count)
      if (drift.length < limit) drift.push(outcome === undefined ? found : { ...found, outcome })
    },
    read: () => ({
      compared: compared as Readonly<Record<Kind, Compared>>,
      sums: [...sums]
        .map(([currency, sum]): ComparedSums => ({ currency, ...sum }))
        .toSorted((a, b) => (a.currency < b.currency ? -1 : 1)),
      counts: Object.fromEntries(counts) as Readonly<Partial<Record<DriftCode, DriftCount>>>,
      drift: drift as readonly Drift[],
      more: [...counts.values()].reduce((all, { found }) => all + found, 0) > drift.length,
      ...other,
    }),
  }
}

/** What {@link reconcileTally} answers. */
export type ReconcileTally = ReturnType<typeof reconcileTally>

interface Sum {
  there: bigint
  here: bigint
}

const none = (): { there: number; here: number } => ({ there: 0, here: 0 })
const zero = (): Sum => ({ there: 0n, here: 0n })
