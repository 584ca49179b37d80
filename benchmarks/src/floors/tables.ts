import { randomIds } from '@holdfast/core/system'
import createKnex, { type Knex } from 'knex'
import { price, type OpenPage } from '../paid-session.ts'
import type { Location } from '../scratch.ts'

/** The tables that somebody who writes it by hand would make, with the indexes they need to work it off later. */
export const createTables = async (knex: Knex, { kind }: Location): Promise<void> => {
  const integer = kind === 'sqlite' ? 'integer' : 'bigint'
  const sequence = kind === 'sqlite' ? 'integer PRIMARY KEY' : 'bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY'
  const statements = [
    `CREATE TABLE orders (id text PRIMARY KEY, owner text NOT NULL, status text NOT NULL, paid_at ${integer})`,
    `CREATE TABLE payments (
       id text PRIMARY KEY, order_id text NOT NULL REFERENCES orders (id), amount_minor ${integer} NOT NULL,
       currency text NOT NULL, status text NOT NULL, session_id text UNIQUE, charge_id text UNIQUE, completed_at ${integer})`,
    'CREATE INDEX payments_by_status ON payments (status, id)',
    `CREATE TABLE attempts (
       id text PRIMARY KEY, payment_id text NOT NULL REFERENCES payments (id), idempotency_key text NOT NULL,
       status text NOT NULL, session_id text UNIQUE, url text, requested_at ${integer} NOT NULL, expires_at ${integer})`,
    `CREATE UNIQUE INDEX attempts_one_live ON attempts (payment_id) WHERE status IN ('requested', 'open')`,
    `CREATE TABLE requests (id text PRIMARY KEY, fingerprint text NOT NULL, created_at ${integer} NOT NULL, outcome text)`,
    `CREATE TABLE inbox (
       id text PRIMARY KEY, type text NOT NULL, body text NOT NULL, status text NOT NULL, received_at ${integer} NOT NULL)`,
    'CREATE INDEX inbox_newest ON inbox (received_at, id)',
    `CREATE TABLE audit (
       seq ${sequence}, payment_id text NOT NULL, at ${integer} NOT NULL, name text NOT NULL, data text NOT NULL)`,
    'CREATE INDEX audit_by_payment ON audit (payment_id, seq)',
    `CREATE TABLE outbox (
       id text PRIMARY KEY, body text NOT NULL, status text NOT NULL, due_at ${integer} NOT NULL, created_at ${integer} NOT NULL)`,
    `CREATE INDEX outbox_waiting ON outbox (due_at, id) WHERE status = 'waiting'`,
  ]
  for (const statement of statements) await knex.raw(statement)
}

/** Knex as its own manual sets it up, with as many connections as the others have. */
export const openKnex = (location: Location): Knex =>
  location.kind === 'postgres'
    ? createKnex({ client: 'pg', connection: location.url, pool: { min: 0, max: connections } })
    : createKnex({
        client: 'better-sqlite3',
        connection: { filename: location.filename },
        useNullAsDefault: true,
        pool: {
          min: 1,
          max: 1,
          afterCreate(connection: { pragma(text: string): unknown }, done: () => void) {
            for (const pragma of pragmas) connection.pragma(pragma)
            done()
          },
        },
      })

/** How many connections to Postgres every line may use: the default of knex, of `pg` and of Holdfast. */
export const connections = 10

/** What makes a commit on SQLite durable, and what Holdfast sets too. */
export const pragmas = ['journal_mode = WAL', 'synchronous = FULL', 'foreign_keys = ON', 'busy_timeout = 1000'] as const

/** Adds orders with their payments, and answers the payments' ids. `withPage`: as if their pages were open. */
export const addPayments = async (
  knex: Knex,
  count: number,
  pages: 'with-page' | 'without-page',
): Promise<readonly OpenPage[]> => {
  const ids = randomIds()
  const made = Array.from({ length: count }, (): OpenPage => {
    const attemptId = ids.next('attempt')
    return { paymentId: ids.next('payment'), attemptId, sessionId: `cs_test_${attemptId}` }
  })
  const orders = made.map(({ paymentId }) => ({ id: orderOf(paymentId), owner: ownerOf(paymentId), status: 'pending' }))
  const payments = made.map(({ paymentId, sessionId }) => ({
    id: paymentId,
    order_id: orderOf(paymentId),
    amount_minor: Number(price.minorUnits),
    currency: price.currency,
    status: 'pending',
    session_id: pages === 'with-page' ? sessionId : null,
  }))
  await knex.batchInsert('orders', orders, 50)
  await knex.batchInsert('payments', payments, 50)
  return made
}

/** The order of a payment, which a real event would name in its metadata. */
export const orderOf = (paymentId: string): string => `ord_${paymentId}`

const ownerOf = (paymentId: string): string => `own_${paymentId.slice(-8)}`

/** Rows of this table in this status. */
export const countRows = async (
  knex: Knex,
  table: 'payments' | 'attempts' | 'holdfast_payments' | 'holdfast_attempts',
  status: string,
): Promise<number> => {
  const [row] = await knex(table).where({ status }).count({ rows: '*' })
  return Number(row?.['rows'])
}

/** Rows that this connection to SQLite has written so far. */
export const countWrites = async (knex: Knex): Promise<number> => {
  const [row]: readonly { readonly writes: number }[] = await knex.raw('SELECT total_changes() AS writes')
  return row?.writes ?? 0
}

/** The one `number` that a statement answers; 0 for none. */
export const readNumber = async (knex: Knex, statement: string): Promise<number> => {
  const answer: unknown = await knex.raw(statement)
  const rows = (Array.isArray(answer) ? answer : (answer as { readonly rows: unknown }).rows) as readonly {
    readonly number: string | number | null
  }[]
  return Number(rows[0]?.number ?? 0)
}
