import type { AttemptId, PaymentFilter, PaymentId, PaymentStore, PaymentSummary } from '@holdfast/core'
import { exactly, moment, text } from '../row.ts'
import type { SqlSession } from '../session.ts'
import { statement, type Value } from '../statement.ts'
import { paymentColumns, readPayment } from './payment-rows.ts'

/** Newest first, older than the one asked for, each filter through an index of its own. */
export const listPayments = async (
  session: SqlSession,
  { owner, status, after, limit }: PaymentFilter,
): Promise<readonly PaymentSummary[]> => {
  const filters: readonly (readonly [string, Value | undefined])[] = [
    ['owner = ?', owner],
    ['status = ?', status],
    ['(created_at, id) < (SELECT created_at, id FROM holdfast_payments WHERE id = ?)', after],
  ]
  const { where, values } = conditions(filters)
  const rows = await session.query(
    statement(
      `SELECT id, updated_at, ${exactly(paymentColumns)} FROM holdfast_payments ${where} ORDER BY created_at DESC, id DESC LIMIT ?`,
    ),
    [...values, limit],
  )
  return rows.map((row) => ({ payment: readPayment(row), updatedAt: moment(row, 'updated_at') }))
}

/** Which payment an attempt belongs to, by the first of its names that is known. */
export const findPaymentOf = async (
  session: SqlSession,
  { attemptId, providerId, chargeId }: Parameters<PaymentStore['findPaymentOf']>[0],
): ReturnType<PaymentStore['findPaymentOf']> => {
  const names = [
    ['id', attemptId],
    ['provider_id', providerId],
    ['charge_id', chargeId],
  ] as const
  const given = names.filter(([, name]) => name !== undefined)
  if (given.length === 0) return undefined
  const each = given.map(
    ([column], rank) => `SELECT payment_id, id, ${rank} AS rank FROM holdfast_attempts WHERE ${column} = ?`,
  )
  const [row] = await session.query(
    statement(`${each.join(' UNION ALL ')} ORDER BY rank LIMIT 1`),
    given.map(([, name]) => name ?? null),
  )
  return row && { paymentId: text(row, 'payment_id') as PaymentId, attemptId: text(row, 'id') as AttemptId }
}

/** A WHERE of those conditions whose value is given. The few texts that come of it are prepared like any other. */
export const conditions = (
  filters: readonly (readonly [string, Value | undefined])[],
): { readonly where: string; readonly values: readonly Value[] } => {
  const given = filters.filter((filter): filter is readonly [string, Value] => filter[1] !== undefined)
  return {
    where: given.length === 0 ? '' : `WHERE ${given.map(([condition]) => condition).join(' AND ')}`,
    values: given.map(([, value]) => value),
  }
}
