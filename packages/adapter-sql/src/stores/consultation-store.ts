import {
  VersionConflict,
  type Consultation,
  type ConsultationId,
  type ConsultationStore,
  type EndedBy,
  type IntentId,
  type Json,
  type OwnerId,
  type PaymentId,
  type ResourceId,
} from '@holdfast/core'
import { bad, count, json, jsonText, moment, text } from '../row.ts'
import type { Row, SqlSession } from '../session.ts'
import { placeholders, statement, type Value } from '../statement.ts'
import { conditions } from './payment-lists.ts'

const columns = [
  'owner',
  'resource_id',
  'intent_id',
  'payment_id',
  'details',
  'created_at',
  'status',
  'ended_at',
  'ended_by',
] as const

const select = `SELECT id, version, ${columns.join(', ')} FROM holdfast_consultations`
const sql = {
  find: statement(`${select} WHERE id = ?`),
  findLocked: statement(`${select} WHERE id = ? {lock}`),
  insert: statement(
    `INSERT INTO holdfast_consultations (id, version, ${columns.join(', ')})
     VALUES ${placeholders(1, columns.length + 2)} ON CONFLICT (id) DO NOTHING`,
  ),
  update: statement(
    `UPDATE holdfast_consultations SET version = ?, ${columns.map((column) => `${column} = ?`).join(', ')}
     WHERE id = ? AND version = ?`,
  ),
}

/** Consultations in SQL. */
export const sqlConsultationStore = (session: SqlSession): ConsultationStore => ({
  async find(id) {
    const [row] = await session.query(session.mode === 'write' ? sql.findLocked : sql.find, [id])
    return row && { value: readConsultation(row), version: count(row, 'version') }
  },
  async list({ owner, resourceId, limit, after }) {
    const { where, values } = conditions([
      ['owner = ?', owner],
      ['resource_id = ?', resourceId],
      ['(created_at, id) < (SELECT created_at, id FROM holdfast_consultations WHERE id = ?)', after],
    ])
    const rows = await session.query(statement(`${select} ${where} ORDER BY created_at DESC, id DESC LIMIT ?`), [
      ...values,
      limit,
    ])
    return rows.map(readConsultation)
  },
  async save(consultation, expected) {
    const { id } = consultation
    const values = consultationValues(consultation)
    const { changes } =
      expected === 0
        ? await session.change(sql.insert, [id, 1, ...values])
        : await session.change(sql.update, [expected + 1, ...values, id, expected])
    if (changes !== 1) throw new VersionConflict(`Consultation '${id}' is not at version ${expected}.`)
  },
})

const consultationValues = (consultation: Consultation): readonly Value[] => [
  consultation.owner,
  consultation.resourceId,
  consultation.intentId,
  consultation.paymentId,
  jsonText(consultation.details),
  consultation.createdAt,
  consultation.status,
  ...endOf(consultation),
]

const endOf = (consultation: Consultation): readonly [Value, Value] => {
  switch (consultation.status) {
    case 'open':
      return [null, null]
    case 'closed':
      return [consultation.closedAt, consultation.closedBy]
    case 'cancelled':
      return [consultation.cancelledAt, consultation.cancelledBy]
  }
}

const readConsultation = (row: Row): Consultation => {
  const base = {
    id: text(row, 'id') as ConsultationId,
    owner: text(row, 'owner') as OwnerId,
    resourceId: text(row, 'resource_id') as ResourceId,
    intentId: text(row, 'intent_id') as IntentId,
    paymentId: text(row, 'payment_id') as PaymentId,
    details: json<Readonly<Record<string, Json>>>(row, 'details'),
    createdAt: moment(row, 'created_at'),
  }
  const status = text(row, 'status') as Consultation['status']
  switch (status) {
    case 'open':
      return { ...base, status }
    case 'closed':
      return { ...base, status, closedAt: moment(row, 'ended_at'), closedBy: text(row, 'ended_by') as EndedBy }
    case 'cancelled':
      return { ...base, status, cancelledAt: moment(row, 'ended_at'), cancelledBy: text(row, 'ended_by') as EndedBy }
    default:
      return bad(row, 'status')
  }
}
