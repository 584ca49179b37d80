import {
  bug,
  decodeJson,
  encodeJson,
  type Attention,
  type AttentionCode,
  type AttentionList,
  type Claim,
  type CustomerStore,
  type Instant,
  type Json,
  type PaymentId,
  type RequestLog,
  type Timeline,
  type TimelineEntry,
} from '@holdfast/core'
import { json, maybeText, moment, text } from '../row.ts'
import type { Row, SqlSession } from '../session.ts'
import { placeholders, rowsStatement, statement } from '../statement.ts'

const rowsAtOnce = 100

const sql = {
  findCustomer: statement('SELECT customer_id FROM holdfast_customers WHERE owner = ?'),
  rememberCustomer: statement(
    `INSERT INTO holdfast_customers (owner, customer_id) VALUES (?, ?)
     ON CONFLICT (owner) DO UPDATE SET customer_id = excluded.customer_id WHERE holdfast_customers.customer_id = ?`,
  ),
  appendLines: statement('INSERT INTO holdfast_timeline (payment_id, lines) VALUES (?, ?)'),
  story: statement('SELECT lines FROM holdfast_timeline WHERE payment_id = ? ORDER BY seq LIMIT ?'),
  // Changes nothing where there is one already, but waits for whoever is making it, and answers what it is then.
  claim: statement(
    `INSERT INTO holdfast_requests (id, fingerprint, created_at) VALUES (?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET id = excluded.id RETURNING fingerprint, outcome`,
  ),
  settle: statement('UPDATE holdfast_requests SET outcome = coalesce(outcome, ?) WHERE id = ? RETURNING outcome'),
  raise: rowsStatement(
    (rows) =>
      `INSERT INTO holdfast_attention (id, code, payment_id, at, data) VALUES ${placeholders(rows, 5)}
       ON CONFLICT (id) DO NOTHING`,
  ),
  unresolved: statement(
    `SELECT id, code, payment_id, at, data FROM holdfast_attention WHERE resolved_at IS NULL ORDER BY at DESC, id DESC LIMIT ?`,
  ),
  resolve: statement(
    'UPDATE holdfast_attention SET resolved_by = ?, resolved_at = ? WHERE id = ? AND resolved_at IS NULL',
  ),
}

/** Customers in SQL. */
export const sqlCustomerStore = (session: SqlSession): CustomerStore => ({
  async find(owner) {
    const [row] = await session.query(sql.findCustomer, [owner])
    return row && text(row, 'customer_id')
  },
  async remember(owner, customerId, insteadOf) {
    session.post(sql.rememberCustomer, [owner, customerId, insteadOf ?? null])
  },
})

/** The stories of all payments, in SQL: what is written at once is one row, numbered in the order in which they came. */
export const sqlTimeline = (session: SqlSession): Timeline => ({
  async append(entries) {
    const stories = new Map<PaymentId, Line[]>()
    for (const entry of entries) {
      const lines = stories.get(entry.paymentId) ?? []
      lines.push(lineOf(entry))
      stories.set(entry.paymentId, lines)
    }
    for (const [paymentId, lines] of stories) session.post(sql.appendLines, [paymentId, encodeJson(lines)])
  },
  async list(paymentId, limit) {
    // Each row has a line at least.
    const rows = await session.query(sql.story, [paymentId, limit])
    return rows
      .flatMap((row) => json<readonly Line[]>(row, 'lines'))
      .slice(0, limit)
      .map((line) => entryOf(paymentId, line))
  },
})

/** A line of a story as it is kept. Without names for its parts: they would be a third of what is written for every event. */
type Line = readonly [
  at: Instant,
  type: TimelineEntry['type'],
  aboutType: string,
  aboutId: string,
  name: string,
  data: TimelineEntry['data'],
  actor?: string,
]

const lineOf = ({ at, type, about, name, actor, data }: TimelineEntry): Line =>
  actor === undefined
    ? [at, type, about.type, about.id, name, data]
    : [at, type, about.type, about.id, name, data, actor]

const entryOf = (paymentId: PaymentId, [at, type, aboutType, aboutId, name, data, actor]: Line): TimelineEntry => ({
  paymentId,
  at,
  type,
  about: { type: aboutType, id: aboutId },
  name,
  ...(actor === undefined ? {} : { actor }),
  data,
})

/** Requests and their answers, in SQL. Whoever claims a key first makes the others wait until it has settled or failed. */
export const sqlRequestLog = (session: SqlSession): RequestLog => ({
  async claim<Outcome>(key: string, fingerprint: string, now: Instant): Promise<Claim<Outcome>> {
    const [row] = (await session.change(sql.claim, [key, fingerprint, now])).rows
    if (row === undefined) return bug(`The claim of request '${key}' answered no row.`)
    if (text(row, 'fingerprint') !== fingerprint) return { type: 'reused' }
    const outcome = maybeText(row, 'outcome')
    return outcome === undefined ? { type: 'fresh' } : { type: 'settled', outcome: readOutcome<Outcome>(outcome) }
  },
  async settle<Outcome>(key: string, outcome: Outcome): Promise<Outcome> {
    const [row] = (await session.change(sql.settle, [encodeJson({ outcome }), key])).rows
    return row === undefined
      ? bug(`Request '${key}' is settled, but nobody claimed it.`)
      : readOutcome<Outcome>(text(row, 'outcome'))
  },
})

// In a box, so that an outcome of nothing is told from no outcome.
const readOutcome = <Outcome>(outcome: string): Outcome => decodeJson<{ readonly outcome: Outcome }>(outcome).outcome

/** What needs a human, in SQL. */
export const sqlAttentionList = (session: SqlSession): AttentionList => ({
  async raise(items) {
    for (let start = 0; start < items.length; start += rowsAtOnce) {
      const some = items.slice(start, start + rowsAtOnce)
      session.post(
        sql.raise(some.length),
        some.flatMap(({ id, code, paymentId, at, data }) => [id, code, paymentId ?? null, at, encodeJson(data)]),
      )
    }
  },
  async list(limit) {
    return (await session.query(sql.unresolved, [limit])).map(readAttention)
  },
  async resolve(id, by, at) {
    return (await session.change(sql.resolve, [by, at, id])).changes === 1
  },
})

const readAttention = (row: Row): Attention => {
  const paymentId = maybeText(row, 'payment_id') as PaymentId | undefined
  return {
    id: text(row, 'id'),
    code: text(row, 'code') as AttentionCode,
    ...(paymentId === undefined ? {} : { paymentId }),
    at: moment(row, 'at'),
    data: json<Readonly<Record<string, Json>>>(row, 'data'),
  }
}
