import { html } from 'hono/html'
import {
  after,
  lastThirtyDays,
  type Currency,
  type FailureCode,
  type Holdfast,
  type Instant,
  type PaymentStats,
} from '@holdfast/core'
import { formatMoney, formatPercent } from '../language/format.ts'
import type { Html } from '../pages/layout.ts'
import type { Visitor } from '../pages/visitor.ts'
import { atHour, dayOf } from '../stays/nights.ts'
import { table } from './console-frame.ts'

/** Payments of today, by the clocks where the stays are, and of the last thirty days. */
export interface Figures {
  readonly today: PaymentStats
  readonly thirtyDays: PaymentStats
}

/** Counts payments. */
export const readFigures = async (
  { readPaymentStats }: Pick<Holdfast, 'readPaymentStats'>,
  now: Instant,
): Promise<Figures> => {
  // What was made due at this very moment is in it too.
  const to = after(now, 1)
  const count = async (from: Instant): Promise<PaymentStats> => {
    const read = await readPaymentStats({ from, to })
    const [stats] = read.ok ? read.value : []
    if (stats === undefined) throw new Error('The time until now is no time to count payments in.')
    return stats
  }
  return { today: await count(atHour(dayOf(now), 0)), thirtyDays: await count(lastThirtyDays(now).from) }
}

/** What payments of one currency came to. */
interface CurrencyFigures {
  readonly currency: Currency
  readonly count: number
  readonly paid: number
  /** Minor units. */
  readonly cameIn: bigint
  readonly wentBack: bigint
}

/** The statuses of payments whose money has come. */
const collected = new Set(['completed', 'partially_refunded', 'refunded', 'disputed'])

/** Adds up what is counted by status and currency, currency by currency. */
export const byCurrency = ({ payments }: PaymentStats): readonly CurrencyFigures[] => {
  const sums = new Map<Currency, CurrencyFigures>()
  for (const { status, currency, count, due, refunded } of payments) {
    const before = sums.get(currency) ?? { currency, count: 0, paid: 0, cameIn: 0n, wentBack: 0n }
    const isPaid = collected.has(status)
    sums.set(currency, {
      currency,
      count: before.count + count,
      paid: before.paid + (isPaid ? count : 0),
      cameIn: before.cameIn + (isPaid ? due : 0n),
      wentBack: before.wentBack + refunded,
    })
  }
  return [...sums.values()]
}

/** The figures as the overview shows them. */
export const renderFigures = (visitor: Visitor, figures: Figures): Html => {
  const { t } = visitor
  return html`<section class="card"><h2>${t.console.figures}</h2>
<h3>${t.console.today}</h3>${renderPeriod(visitor, figures.today)}
<h3>${t.console.thirtyDays}</h3>${renderPeriod(visitor, figures.thirtyDays)}${renderFailures(visitor, figures.thirtyDays.failures)}</section>`
}

const renderPeriod = ({ t, language }: Visitor, stats: PaymentStats): Html =>
  table(
    [
      '',
      t.console.figureCount,
      t.console.figurePaid,
      t.console.figureConversion,
      t.console.figureSum,
      t.console.figureRefunded,
    ],
    byCurrency(stats).map(({ currency, count, paid, cameIn, wentBack }) => [
      currency,
      String(count),
      String(paid),
      formatPercent(language, paid / count),
      formatMoney(language, { minorUnits: cameIn, currency }),
      formatMoney(language, { minorUnits: wentBack, currency }),
    ]),
    t.console.noFigures,
  )

const renderFailures = (
  { t }: Visitor,
  failures: readonly { readonly code: FailureCode; readonly count: number }[],
): Html | string =>
  failures.length === 0
    ? ''
    : html`<h3>${t.console.figureFailures}</h3><ul class="failures">${failures.map(({ code, count }) => html`<li><strong>${count}</strong> ${t.console.failures[code]}</li>`)}</ul>`
