import {
  decimalString,
  isoTime,
  type CollectedPayment,
  type Currency,
  type FailureCode,
  type Instant,
  type Payment,
  type PaymentPeriod,
  type PaymentStats,
} from '@holdfast/core'
import { z } from '@hono/zod-openapi'
import type { Catalogue } from '../language/catalogue.ts'
import { amount, askedDayOrTime, capitals, currency, time, words } from './parts.ts'
import { paymentStatus } from './payment.ts'

/** Which payments are counted, and by what stretch of time. */
export const statsQuery = z.strictObject({
  from: askedDayOrTime.optional().openapi({
    description: 'A time with its offset, or a day: its first moment in UTC. Absent: thirty days before `to`.',
  }),
  to: askedDayOrTime.optional().openapi({ description: 'Likewise: payments made due before it count. Absent: now.' }),
  by: z.enum(['day', 'week', 'month', 'all']).default('day').openapi({
    description: 'Periods begin with `from`. A month ends on the same day of the next one, or on its last, in UTC.',
  }),
})
/** By what stretch of time payments are counted. */
export type PeriodLength = z.output<typeof statsQuery>['by']

const figures = {
  payments: z.int().openapi({ description: 'How many payments were made due.' }),
  by_status: z.record(paymentStatus, z.int()).openapi({ description: 'How these stand now.' }),
  amounts: z
    .array(
      z.object({
        currency,
        due: amount.openapi({ description: 'What all of them come to.' }),
        collected: amount.openapi({ description: 'What of it came, also where it went back since.' }),
        refunded: amount.openapi({ description: 'What went back.' }),
      }),
    )
    .openapi({ description: 'By currency.' }),
  conversion: z.number().nullable().openapi({
    description: 'Which part of the payments was made, 0 to 1; null where there were none.',
    example: 0.75,
  }),
  failures: z.array(z.object({ code: z.string(), message: words, count: z.int() })).openapi({
    description:
      'Tries to pay that brought nothing, by why, the most frequent first: also cards that a page declined and stayed open.',
  }),
} as const

/** Payments counted, for staff. */
export const statsAnswer = z
  .object({
    from: time,
    to: time,
    by: z.enum(['day', 'week', 'month', 'all']),
    total: z.object(figures),
    periods: z.array(z.object({ from: time, to: time, ...figures })),
  })
  .openapi('PaymentStats')

/** Payments counted, for anyone. */
export const publicStatsAnswer = z
  .object({
    from: time,
    to: time,
    payments: z.int().openapi({ description: 'How many payments were made due, rounded down to tens.' }),
    completed: z.int().openapi({ description: 'How many of these were made, rounded down to tens.' }),
    conversion: z
      .number()
      .nullable()
      .openapi({ description: 'Which part of them was made, in steps of 0.05; null for fewer than a hundred.' }),
  })
  .openapi('PublicPaymentStats')

/** What anyone may know of how payments go: nothing that tells of one payer, and nothing of money. */
export interface PublicStats {
  readonly from: Instant
  readonly to: Instant
  /** Rounded down to tens. */
  readonly payments: number
  /** Rounded down to tens. */
  readonly completed: number
  /** In steps of 0.05. Absent for fewer than a hundred payments, where a step could be one payer. */
  readonly conversion?: number
}

/** Payments counted, period by period and in total. */
export const showStats = (
  periods: readonly PaymentPeriod[],
  { by, ...time }: { readonly by: PeriodLength } & Pick<PaymentPeriod, 'from' | 'to'>,
  catalogue: Catalogue,
): z.infer<typeof statsAnswer> => ({
  ...showStretch(time),
  by,
  total: figuresOf(periods, catalogue),
  periods: periods.map((period) => ({ ...showStretch(period), ...figuresOf([period], catalogue) })),
})

/** Payments counted, for anyone. */
export const showPublicStats = ({
  from,
  to,
  payments,
  completed,
  conversion,
}: PublicStats): z.infer<typeof publicStatsAnswer> => ({
  ...showStretch({ from, to }),
  payments,
  completed,
  conversion: conversion ?? null,
})

const showStretch = ({ from, to }: Pick<PaymentPeriod, 'from' | 'to'>) => ({ from: isoTime(from), to: isoTime(to) })

/** The figures of several periods together. */
const figuresOf = (periods: readonly PaymentStats[], { failures: words }: Catalogue) => {
  const rows = periods.flatMap(({ payments }) => payments)
  const payments = countOf(rows)
  const currencies = [...new Set(rows.map((row) => row.currency))].toSorted()
  return {
    payments,
    by_status: Object.fromEntries(
      paymentStatus.options.map((status) => [status, countOf(rows.filter((row) => capitals(row.status) === status))]),
    ) as Record<Uppercase<Payment['status']>, number>,
    amounts: currencies.map((code) => amountsOf(rows, code)),
    conversion: payments === 0 ? null : Number((countOf(rows.filter(isCollectedRow)) / payments).toFixed(4)),
    failures: failuresOf(periods).map(([code, count]) => ({ code, message: words[code], count })),
  }
}

type Row = PaymentStats['payments'][number]

const amountsOf = (rows: readonly Row[], code: Currency) => {
  const inIt = rows.filter((row) => row.currency === code)
  const shown = (minorUnits: readonly bigint[]): string =>
    decimalString({ minorUnits: minorUnits.reduce((sum, each) => sum + each, 0n), currency: code })
  return {
    currency: code,
    due: shown(inIt.map(({ due }) => due)),
    collected: shown(inIt.filter(isCollectedRow).map(({ due }) => due)),
    refunded: shown(inIt.map(({ refunded }) => refunded)),
  }
}

const failuresOf = (periods: readonly PaymentStats[]): readonly (readonly [FailureCode, number])[] => {
  const counts = new Map<FailureCode, number>()
  for (const { code, count } of periods.flatMap(({ failures }) => failures))
    counts.set(code, (counts.get(code) ?? 0) + count)
  return [...counts].toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
}

const countOf = (rows: readonly Row[]): number => rows.reduce((sum, { count }) => sum + count, 0)

const collected: Readonly<Record<CollectedPayment['status'], true>> = {
  completed: true,
  partially_refunded: true,
  refunded: true,
  disputed: true,
}

/** True of payments whose money came, whatever part of it went back since. */
export const isCollectedRow = ({ status }: Pick<Row, 'status'>): boolean => Object.hasOwn(collected, status)
