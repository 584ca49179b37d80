import {
  VersionConflict,
  type IntentId,
  type IntentStore,
  type Json,
  type OwnerId,
  type PaymentId,
  type PendingIntent,
  type Quote,
  type RefundReason,
  type Versioned,
} from '@holdfast/core'
import { bad, count, json, jsonText, moment, text } from '../row.ts'
import type { Row, SqlSession } from '../session.ts'
import { placeholders, statement, type Value } from '../statement.ts'
import { updateRow } from './update-row.ts'

const columns = [
  'token',
  'kind',
  'owner',
  'payload',
  'quote',
  'payment_id',
  'expires_at',
  'created_at',
  'status',
  'paid_at',
  'fulfilled_at',
  'record_type',
  'record_id',
  'refunded_at',
  'refund_reason',
  'abandoned_at',
] as const

const select = `SELECT id, version, ${columns.join(', ')} FROM holdfast_intents`
const sql = {
  find: statement(`${select} WHERE id = ?`),
  findLocked: statement(`${select} WHERE id = ? {lock}`),
  findOfPayment: statement(
    `${select} WHERE id = (SELECT subject_id FROM holdfast_payments WHERE id = ? AND subject_type = 'intent') {lock}`,
  ),
  findByToken: statement(`${select} WHERE token = ?`),
  listOpen: statement(`${select} WHERE owner = ? AND status = 'open' ORDER BY created_at DESC, id DESC LIMIT ?`),
  listStale: statement(`${select} WHERE status = 'open' AND created_at < ? ORDER BY created_at, id LIMIT ?`),
  listStaleAfter: statement(
    `${select} WHERE status = 'open' AND created_at < ?
       AND (created_at, id) > (SELECT created_at, id FROM holdfast_intents WHERE id = ?)
     ORDER BY created_at, id LIMIT ?`,
  ),
  insert: statement(
    `INSERT INTO holdfast_intents (id, version, ${columns.join(', ')})
     VALUES ${placeholders(1, columns.length + 2)} ON CONFLICT (id) DO NOTHING`,
  ),
}

const updateIntent = updateRow('holdfast_intents', columns, ['version'])

/** Pending intents in SQL. */
export interface SqlIntentStore extends IntentStore {
  /**
   * Has the intent at hand that a payment is for: whoever changes the one soon wants the other. Where statements travel
   * together it costs no journey of its own; elsewhere nothing is read before it is asked for.
   */
  readAhead(paymentId: PaymentId): void
}

/** Pending intents in SQL. */
export const sqlIntentStore = (session: SqlSession): SqlIntentStore => {
  // What this transaction has read or written and, in a transaction that writes, locked: it cannot have changed since.
  const known = new Map<IntentId, Versioned<PendingIntent>>()
  const ahead: Promise<unknown>[] = []

  const find = async (id: IntentId): Promise<Versioned<PendingIntent> | undefined> => {
    await Promise.all(ahead)
    const remembered = known.get(id)
    if (remembered !== undefined) return remembered
    const [row] = await session.query(session.mode === 'write' ? sql.findLocked : sql.find, [id])
    return row && remember(row)
  }

  const remember = (row: Row): Versioned<PendingIntent> => {
    const value = readIntent(row)
    const found = known.get(value.id) ?? { value, version: count(row, 'version') }
    known.set(value.id, found)
    return found
  }

  const insert = async (intent: PendingIntent): Promise<void> => {
    const { changes } = await session.change(sql.insert, [intent.id, 1, ...intentValues(intent)])
    if (changes !== 1) throw stale(intent.id, 0)
  }

  return {
    find,
    readAhead(paymentId) {
      if (session.mode === 'read' || !session.dialect.pipelines) return
      // Should it fail, the transaction has, and says so to whoever does something in it.
      ahead.push(
        session
          .query(sql.findOfPayment, [paymentId])
          .then((rows) => rows.map(remember))
          .catch(() => {}),
      )
    },
    async findByToken(token) {
      const [row] = await session.query(sql.findByToken, [token])
      return row && readIntent(row)
    },
    async listOpen(owner, limit) {
      return (await session.query(sql.listOpen, [owner, limit])).map(readIntent)
    },
    async listStale(createdBefore, limit, after) {
      const rows =
        after === undefined
          ? await session.query(sql.listStale, [createdBefore, limit])
          : await session.query(sql.listStaleAfter, [createdBefore, after, limit])
      return rows.map(readIntent)
    },
    async save(intent, expected) {
      const before = expected === 0 ? undefined : await find(intent.id)
      if (expected !== 0 && before?.version !== expected) throw stale(intent.id, expected)
      if (before === undefined) await insert(intent)
      else
        updateIntent(session, intentValues(before.value), intentValues(intent), { id: intent.id, set: [expected + 1] })
      known.set(intent.id, { value: intent, version: expected + 1 })
    },
  }
}

const stale = (id: IntentId, expected: number): VersionConflict =>
  new VersionConflict(`Intent '${id}' is not at version ${expected}.`)

const intentValues = (intent: PendingIntent): readonly Value[] => [
  intent.token,
  intent.kind,
  intent.owner,
  jsonText(intent.payload ?? null),
  jsonText(intent.quote),
  intent.paymentId,
  intent.expiresAt,
  intent.createdAt,
  intent.status,
  intent.status === 'paid' ? intent.paidAt : null,
  intent.status === 'fulfilled' ? intent.fulfilledAt : null,
  intent.status === 'fulfilled' ? intent.record.type : null,
  intent.status === 'fulfilled' ? intent.record.id : null,
  intent.status === 'refunded' ? intent.refundedAt : null,
  intent.status === 'refunded' ? intent.reason : null,
  intent.status === 'abandoned' ? intent.abandonedAt : null,
]

const readIntent = (row: Row): PendingIntent => {
  const base = {
    id: text(row, 'id') as IntentId,
    token: text(row, 'token'),
    kind: text(row, 'kind'),
    owner: text(row, 'owner') as OwnerId,
    payload: json<Json>(row, 'payload'),
    quote: json<Quote>(row, 'quote'),
    paymentId: text(row, 'payment_id') as PaymentId,
    expiresAt: moment(row, 'expires_at'),
    createdAt: moment(row, 'created_at'),
  }
  const status = text(row, 'status') as PendingIntent['status']
  switch (status) {
    case 'open':
      return { ...base, status }
    case 'paid':
      return { ...base, status, paidAt: moment(row, 'paid_at') }
    case 'fulfilled':
      return {
        ...base,
        status,
        fulfilledAt: moment(row, 'fulfilled_at'),
        record: { type: text(row, 'record_type'), id: text(row, 'record_id') },
      }
    case 'refunded':
      return {
        ...base,
        status,
        refundedAt: moment(row, 'refunded_at'),
        reason: text(row, 'refund_reason') as RefundReason,
      }
    case 'abandoned':
      return { ...base, status, abandonedAt: moment(row, 'abandoned_at') }
    default:
      return bad(row, 'status')
  }
}
