import type { Currency, FailureCode, Instant, Payment, PaymentStats } from '@holdfast/core'
import type { Dialect } from '../dialect.ts'
import { count, minorUnits, text } from '../row.ts'
import type { Row, SqlSession } from '../session.ts'
import { statement, type Statement } from '../statement.ts'

/** What there was of payments of a time: one statement for the payments, and one for the tries that brought nothing. */
export const readStats = async (
  session: SqlSession,
  { from, to }: { readonly from: Instant; readonly to: Instant },
): Promise<PaymentStats> => {
  const [sums, failures] = await Promise.all([
    session.query(sql.sums, [from, to]),
    session.query(failuresFor(session.dialect), [from, to, from, to]),
  ])
  return { payments: sums.map(readSum), failures: failures.map(readFailure).sort(mostFrequentFirst) }
}

/** A sum of amounts, in two columns: SQLite adds up 64 bits and no more, and one amount may take all of them. */
const exactSum = (column: string): string =>
  `CAST(coalesce(sum(${column} >> 32), 0) AS text) AS ${column}_high, CAST(coalesce(sum(${column} & 4294967295), 0) AS text) AS ${column}_low`

const sql = {
  sums: statement(
    `SELECT status, amount_currency, count(*) AS payments, ${exactSum('amount_minor')}, ${exactSum('refunded_minor')}
     FROM holdfast_payments WHERE created_at >= ? AND created_at < ?
     GROUP BY status, amount_currency ORDER BY status, amount_currency`,
  ),
}

const failuresFor = ({ textIn, textsIn }: Dialect): Statement => {
  const onPages = textsIn('a.declines', ['failure', 'code'])
  const attempts = 'holdfast_payments p JOIN holdfast_attempts a ON a.payment_id = p.id'
  const ofThatTime = 'p.created_at >= ? AND p.created_at < ?'
  return statement(
    `SELECT code, count(*) AS failures FROM (
       SELECT ${textIn('a.failure', 'code')} AS code FROM ${attempts} WHERE ${ofThatTime} AND a.status = 'declined'
       UNION ALL
       SELECT ${onPages.text} AS code FROM ${attempts} ${onPages.join} WHERE ${ofThatTime} AND a.decline_count > 0
     ) failed GROUP BY code`,
  )
}

const readSum = (row: Row): PaymentStats['payments'][number] => ({
  status: text(row, 'status') as Payment['status'],
  currency: text(row, 'amount_currency') as Currency,
  count: count(row, 'payments'),
  due: sumOf(row, 'amount_minor'),
  refunded: sumOf(row, 'refunded_minor'),
})

const sumOf = (row: Row, column: string): bigint =>
  (minorUnits(row, `${column}_high`) << 32n) + minorUnits(row, `${column}_low`)

type Failure = PaymentStats['failures'][number]

const readFailure = (row: Row): Failure => ({ code: text(row, 'code') as FailureCode, count: count(row, 'failures') })

// There are few of them, and not every database compares text that it has made as it compares what stands in its columns.
const mostFrequentFirst = (a: Failure, b: Failure): number => b.count - a.count || (a.code < b.code ? -1 : 1)
