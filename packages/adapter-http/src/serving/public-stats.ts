import { bug, day, instant, minute, type Clock, type Holdfast, type Instant } from '@holdfast/core'
import { isCollectedRow, type PublicStats } from '../wire/payment-stats.ts'

/**
 * The last thirty whole days, in UTC. Counted anew after ten minutes at the earliest: whoever asks again and again neither
 * sees one payment come nor keeps the store busy.
 *
 * Sums are left out: one large payment among small ones would stand in them for everybody to read.
 */
export const publicStats = ({
  holdfast,
  clock,
}: {
  readonly holdfast: Pick<Holdfast, 'readPaymentStats'>
  readonly clock: Pick<Clock, 'now'>
}): (() => Promise<PublicStats>) => {
  let kept: { readonly until: number; readonly stats: Promise<PublicStats> } | undefined
  return () => {
    const now = clock.now()
    if (kept !== undefined && now < kept.until) return kept.stats
    const counting = { until: now + keptMs, stats: count(holdfast, instant(now - (now % day))) }
    kept = counting
    // What could not be counted is not kept.
    counting.stats.catch(() => {
      if (kept === counting) kept = undefined
    })
    return counting.stats
  }
}

const keptMs = 10 * minute

const count = async (holdfast: Pick<Holdfast, 'readPaymentStats'>, to: Instant): Promise<PublicStats> => {
  const from = instant(to - 30 * day)
  const outcome = await holdfast.readPaymentStats({ from, to })
  if (!outcome.ok) return bug('Thirty days are a period.')
  const rows = outcome.value.flatMap(({ payments }) => payments)
  const all = rows.reduce((sum, row) => sum + row.count, 0)
  const made = rows.filter(isCollectedRow).reduce((sum, row) => sum + row.count, 0)
  return {
    from,
    to,
    payments: inTens(all),
    completed: inTens(made),
    ...(all < 100 ? {} : { conversion: Math.round((made / all) * 20) / 20 }),
  }
}

const inTens = (number: number): number => number - (number % 10)
