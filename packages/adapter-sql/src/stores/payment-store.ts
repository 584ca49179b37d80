import {
  bug,
  isLive,
  VersionConflict,
  type Attempt,
  type AttemptId,
  type Instant,
  type Payment,
  type PaymentCase,
  type PaymentId,
  type PaymentStore,
  type Refund,
  type StoredPayment,
} from '@holdfast/core'
import { count, exactly, moment, text } from '../row.ts'
import type { SqlSession } from '../session.ts'
import { placeholders, statement, type Statement, type Value } from '../statement.ts'
import { attemptColumns, attemptValues, readAttempt } from './attempt-rows.ts'
import type { SqlIntentStore } from './intent-store.ts'
import { findPaymentOf, listPayments } from './payment-lists.ts'
import { paymentColumns, paymentValues, readPayment } from './payment-rows.ts'
import { readStats } from './payment-stats.ts'
import { readRefund, refundColumns, refundValues } from './refund-rows.ts'
import { updateRow, type UpdateRow } from './update-row.ts'

const paymentById = `SELECT id, version, updated_at, ${exactly(paymentColumns)} FROM holdfast_payments WHERE id = ?`
const sql = {
  find: statement(paymentById),
  findLocked: statement(`${paymentById} {lock}`),
  attemptsOf: statement(
    `SELECT id, payment_id, ${exactly(attemptColumns)} FROM holdfast_attempts WHERE payment_id = ? ORDER BY position, id`,
  ),
  refundsOf: statement(
    `SELECT id, payment_id, ${exactly(refundColumns)} FROM holdfast_refunds WHERE payment_id = ? ORDER BY position, id`,
  ),
  paymentOfRefund: statement(
    `SELECT payment_id, 0 AS rank FROM holdfast_refunds WHERE id = ?
     UNION ALL SELECT payment_id, 1 AS rank FROM holdfast_refunds WHERE provider_id = ? ORDER BY rank LIMIT 1`,
  ),
  insert: statement(
    `INSERT INTO holdfast_payments (id, version, updated_at, ${paymentColumns.join(', ')})
     VALUES ${placeholders(1, paymentColumns.length + 3)} ON CONFLICT (id) DO NOTHING`,
  ),
  insertAttempt: statement(
    `INSERT INTO holdfast_attempts (id, payment_id, position, ${attemptColumns.join(', ')})
     VALUES ${placeholders(1, attemptColumns.length + 3)}`,
  ),
  insertRefund: statement(
    `INSERT INTO holdfast_refunds (id, payment_id, position, ${refundColumns.join(', ')})
     VALUES ${placeholders(1, refundColumns.length + 3)}`,
  ),
  // Written out and not passed in: the planner has to see that the partial index covers it.
  dueAttempts: statement(
    `SELECT id, payment_id FROM holdfast_attempts
     WHERE status IN ('requested', 'open', 'processing') AND look_at <= ? ORDER BY look_at, id LIMIT ?`,
  ),
  dueCharges: statement(
    `SELECT id, payment_id FROM holdfast_attempts
     WHERE status = 'succeeded' AND look_at <= ? ORDER BY look_at, id LIMIT ?`,
  ),
  dueRefunds: statement(
    `SELECT id, payment_id FROM holdfast_refunds
     WHERE status IN ('requested', 'pending') AND look_at <= ? ORDER BY look_at, id LIMIT ?`,
  ),
}

const updatePayment = updateRow('holdfast_payments', paymentColumns, ['version', 'updated_at'])

/** Payments in SQL: a row each for the payment, its attempts and its refunds, under the version of the payment's row. */
export const sqlPaymentStore = (session: SqlSession, intents: Pick<SqlIntentStore, 'readAhead'>): PaymentStore => {
  // What this transaction has read or written and, in a transaction that writes, locked: it cannot have changed since.
  const known = new Map<PaymentId, StoredPayment>()

  const find = async (id: PaymentId): Promise<StoredPayment | undefined> => {
    const remembered = known.get(id)
    if (remembered !== undefined) return remembered
    // Three statements and not a join: in Postgres, a join that had to wait for the lock on the payment would show it
    // with the attempts of before. These are sent together, and the later ones see what was there once the lock was had.
    const reading = Promise.all([
      session.query(session.mode === 'write' ? sql.findLocked : sql.find, [id]),
      session.query(sql.attemptsOf, [id]),
      session.query(sql.refundsOf, [id]),
    ])
    intents.readAhead(id)
    const [[row], attempts, refunds] = await reading
    if (row === undefined) return undefined
    const value = { payment: readPayment(row), attempts: attempts.map(readAttempt), refunds: refunds.map(readRefund) }
    const found = { value, version: count(row, 'version'), updatedAt: moment(row, 'updated_at') }
    known.set(id, found)
    return found
  }

  const insert = async (payment: Payment, now: Instant): Promise<void> => {
    const { changes } = await session.change(sql.insert, [payment.id, 1, now, ...paymentValues(payment)])
    if (changes !== 1) throw stale(payment.id, 0)
  }

  return {
    find,
    findPaymentOf: (by) => findPaymentOf(session, by),
    async findPaymentOfRefund(id) {
      const [row] = await session.query(sql.paymentOfRefund, [id, id])
      return row && (text(row, 'payment_id') as PaymentId)
    },
    list: (filter) => listPayments(session, filter),
    stats: (period) => readStats(session, period),
    async save(kase, expected, now) {
      const { payment } = kase
      const before = expected === 0 ? undefined : await find(payment.id)
      // First of all: what would be a bug in a case that is up to date may only be one that is not.
      if (expected !== 0 && before?.version !== expected) throw stale(payment.id, expected)
      refuseBugs(kase, before?.value)
      if (before === undefined) await insert(payment, now)
      else
        updatePayment(session, paymentValues(before.value.payment), paymentValues(payment), {
          id: payment.id,
          set: [expected + 1, now],
        })
      saveParts(session, payment.id, liveLast(kase.attempts), before?.value.attempts, attemptParts)
      saveParts(session, payment.id, numbered(kase.refunds), before?.value.refunds, refundParts)
      known.set(payment.id, { value: kase, version: expected + 1, updatedAt: now })
    },
    listDueAttempts: (now, limit) => listDue(session, sql.dueAttempts, [now, limit]),
    listDueCharges: (now, limit) => listDue(session, sql.dueCharges, [now, limit]),
    async listDueRefunds(now, limit) {
      const rows = await session.query(sql.dueRefunds, [now, limit])
      return rows.map((row) => ({ paymentId: text(row, 'payment_id') as PaymentId, refundId: text(row, 'id') }))
    },
  }
}

const listDue = async (
  session: SqlSession,
  due: Statement,
  values: readonly Value[],
): ReturnType<PaymentStore['listDueAttempts']> => {
  const rows = await session.query(due, values)
  return rows.map((row) => ({
    paymentId: text(row, 'payment_id') as PaymentId,
    attemptId: text(row, 'id') as AttemptId,
  }))
}

const stale = (id: PaymentId, expected: number): VersionConflict =>
  new VersionConflict(`Payment '${id}' is not at version ${expected}.`)

const refuseBugs = (kase: PaymentCase, before: PaymentCase | undefined): void => {
  const { payment, attempts, refunds } = kase
  if (attempts.filter(isLive).length > 1) bug(`Payment '${payment.id}' would have two live attempts.`)
  for (const old of [...(before?.attempts ?? []), ...(before?.refunds ?? [])])
    if (![...attempts, ...refunds].some(({ id }) => id === old.id)) bug(`Payment '${payment.id}' lost '${old.id}'.`)
}

/** Writes the attempts or refunds that differ from what was read, in this order. */
const saveParts = <Part extends { readonly id: string }>(
  session: SqlSession,
  paymentId: PaymentId,
  parts: readonly { readonly part: Part; readonly position: number }[],
  before: readonly Part[] = [],
  { insert, update, values }: PartStatements<Part>,
): void => {
  const stored = new Map(before.map((part) => [part.id, part]))
  for (const { part, position } of parts) {
    const old = stored.get(part.id)
    if (old === undefined) session.post(insert, [part.id, paymentId, position, ...values(part)])
    else if (old !== part) update(session, values(old), values(part), { id: part.id })
  }
}

interface PartStatements<Part> {
  readonly insert: Statement
  readonly update: UpdateRow
  readonly values: (part: Part) => readonly Value[]
}

const attemptParts: PartStatements<Attempt> = {
  insert: sql.insertAttempt,
  update: updateRow('holdfast_attempts', attemptColumns),
  values: attemptValues,
}
const refundParts: PartStatements<Refund> = {
  insert: sql.insertRefund,
  update: updateRow('holdfast_refunds', refundColumns),
  values: refundValues,
}

const numbered = <Part>(parts: readonly Part[]): readonly { readonly part: Part; readonly position: number }[] =>
  parts.map((part, position) => ({ part, position }))

/** What has ended before what is live: the index that allows one live attempt is never asked to hold two. */
const liveLast = (attempts: readonly Attempt[]): ReturnType<typeof numbered<Attempt>> =>
  numbered(attempts).toSorted((a, b) => Number(isLive(a.part)) - Number(isLive(b.part)))
