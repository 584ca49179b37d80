import {
  day,
  err,
  instant,
  lastThirtyDays,
  ok,
  type Holdfast,
  type Instant,
  type PaymentPeriod,
  type PaymentStatsOutcome,
} from '@holdfast/core'
import { momentOf } from '../wire/parts.ts'
import {
  publicStatsAnswer,
  showPublicStats,
  showStats,
  statsAnswer,
  statsQuery,
  type PeriodLength,
} from '../wire/payment-stats.ts'
import { refused, reply, route } from './route.ts'

const tag = 'Payments'

const readStats = route({
  name: 'read_payment_stats',
  method: 'get',
  path: '/payments/payment_stats',
  tag,
  summary:
    'How many payments there were, what they came to and why some failed, period by period. Default: thirty days.',
  who: 'staff',
  query: statsQuery,
  answers: { 200: statsAnswer },
  refusals: ['invalid_period'],
  handle: async ({ query: { by, ...asked }, words }, { holdfast, clock }) => {
    const to = asked.to === undefined ? clock.now() : momentOf(asked.to)
    const from = asked.from === undefined ? lastThirtyDays(to).from : momentOf(asked.from)
    const outcome = await count(holdfast, { from, to }, by)
    return outcome.ok ? reply(200, showStats(outcome.value, { from, to, by }, words)) : refused(outcome.error)
  },
})

const readPublicStats = route({
  name: 'read_public_payment_stats',
  method: 'get',
  path: '/payments/payment_stats_public',
  tag,
  summary: 'How many payments there were in the last thirty whole days, so rounded that no payer can be told from it.',
  who: 'anyone',
  answers: { 200: publicStatsAnswer },
  refusals: [],
  handle: async (_ask, { publicStats }) =>
    reply(200, showPublicStats(await publicStats()), [['cache-control', 'public, max-age=600']]),
})

/** Payments counted. */
export const statsRoutes = [readStats, readPublicStats] as const

type Stretch = Pick<PaymentPeriod, 'from' | 'to'>

const count = (
  { readPaymentStats }: Pick<Holdfast, 'readPaymentStats'>,
  stretch: Stretch,
  by: PeriodLength,
): Promise<PaymentStatsOutcome> => {
  switch (by) {
    case 'day':
      return readPaymentStats({ ...stretch, everyMs: day })
    case 'week':
      return readPaymentStats({ ...stretch, everyMs: 7 * day })
    case 'month':
      return countMonths(readPaymentStats, stretch)
    case 'all':
      return readPaymentStats(stretch)
  }
}

/** Months are of different lengths, so each is asked for by itself. */
const countMonths = async (read: Holdfast['readPaymentStats'], { from, to }: Stretch): Promise<PaymentStatsOutcome> => {
  if (!(from < to) || afterMonths(from, mostMonths) < to)
    return err({ code: 'invalid_period', mostPeriods: mostMonths })
  const periods: PaymentPeriod[] = []
  for (let month = 0; afterMonths(from, month) < to; month += 1) {
    const next = afterMonths(from, month + 1)
    const outcome = await read({ from: afterMonths(from, month), to: next < to ? next : to })
    if (!outcome.ok) return outcome
    periods.push(...outcome.value)
  }
  return ok(periods)
}

const mostMonths = 120

/** The same day and time so many months later, or the last day of a month that has none such, in UTC. */
const afterMonths = (moment: Instant, months: number): Instant => {
  const date = new Date(moment)
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months + 1, 0)).getUTCDate()
  date.setUTCMonth(date.getUTCMonth() + months, Math.min(date.getUTCDate(), lastDay))
  return instant(date.getTime())
}
