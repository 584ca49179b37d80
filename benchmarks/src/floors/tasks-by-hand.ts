import { randomIds } from '@holdfast/core/system'
import type { Knex } from 'knex'
import type { TaskLine } from '../lines/line.ts'
import type { Location } from '../scratch.ts'
import { asking, inTransaction, named, openPostgres } from './postgres.ts'
import { openSqlite } from './sqlite.ts'
import { readNumber } from './tables.ts'

/** A piece of work as it was leased. */
interface Leased {
  readonly id: string
  readonly body: string
  readonly tries: number | string
}

/** As many as the embedded runner leases at once. */
const batch = 20
const leaseMs = 300_000

/**
 * A lease of twenty, and then for each a look at its order and a DELETE, which is its commit: prepared statements of
 * better-sqlite3. There is one connection and nothing to wait for, so one worker does it, however many are asked for.
 */
export const sqliteTasksByHand = async (location: Location): Promise<TaskLine> => {
  const { database, knex, close, countWrites } = openSqlite(location)
  await createWorkTables(knex, location)
  const due = database.prepare(
    `SELECT id FROM work WHERE due_at <= ? AND (leased_until IS NULL OR leased_until <= ?) ORDER BY due_at, id LIMIT ${batch}`,
  )
  const take = database.prepare(
    'UPDATE work SET leased_until = ?, tries = tries + 1 WHERE id = ? RETURNING id, body, tries',
  )
  const look = database.prepare('SELECT status FROM orders WHERE id = ?')
  const remove = database.prepare('DELETE FROM work WHERE id = ? AND tries = ?')
  const lease = database.transaction((): readonly Leased[] => {
    const now = Date.now()
    const ids = due.pluck().all(now, now) as readonly string[]
    return ids.map((id) => take.get(now + leaseMs, id) as Leased)
  })
  return {
    ...floorQueue(knex),
    async work() {
      for (let leased = lease.immediate(); leased.length > 0; leased = lease.immediate())
        for (const { id, body, tries } of leased) {
          if (look.get(orderOf(body)) !== undefined) wrongOrder(body)
          if (remove.run(id, tries).changes !== 1) leaseLost(id)
        }
    },
    countWrites,
    close,
  }
}

const lease = asking<Leased>(
  'lease',
  `UPDATE work SET leased_until = $2, tries = tries + 1 WHERE id IN (
     SELECT id FROM work WHERE due_at <= $1 AND (leased_until IS NULL OR leased_until <= $1)
     ORDER BY due_at, id LIMIT ${batch} FOR UPDATE SKIP LOCKED
   ) RETURNING id, body, tries`,
)
const look = named('look', 'SELECT status FROM orders WHERE id = $1')
const remove = named('remove', 'DELETE FROM work WHERE id = $1 AND tries = $2')

/** The same by so many workers, each leasing what nobody else has locked: prepared statements of `pg`. */
export const postgresTasksByHand = async (location: Location): Promise<TaskLine> => {
  const { pool, knex, close } = openPostgres(location)
  await createWorkTables(knex, location)
  const leaseSome = (): Promise<readonly Leased[]> =>
    inTransaction(pool, async (connection) => {
      const now = Date.now()
      return (await lease(connection, [now, now + leaseMs])).rows
    })
  const worker = async (): Promise<void> => {
    for (let leased = await leaseSome(); leased.length > 0; leased = await leaseSome())
      for (const { id, body, tries } of leased) {
        if ((await look(pool, [orderOf(body)])) !== 0) wrongOrder(body)
        if ((await remove(pool, [id, tries])) !== 1) leaseLost(id)
      }
  }
  return {
    ...floorQueue(knex),
    async work(_count, workers) {
      await Promise.all(Array.from({ length: workers }, worker))
    },
    close,
  }
}

const createWorkTables = async (knex: Knex, { kind }: Location): Promise<void> => {
  const integer = kind === 'sqlite' ? 'integer' : 'bigint'
  const statements = [
    'CREATE TABLE orders (id text PRIMARY KEY, owner text NOT NULL, status text NOT NULL)',
    `CREATE TABLE work (
       id text PRIMARY KEY, body text NOT NULL, due_at ${integer} NOT NULL, tries ${integer} NOT NULL DEFAULT 0,
       leased_until ${integer}, created_at ${integer} NOT NULL)`,
    'CREATE INDEX work_due ON work (due_at, id)',
  ]
  for (const statement of statements) await knex.raw(statement)
}

/** What is done is gone: it is what was added, less what is left. */
const floorQueue = (knex: Knex): Pick<TaskLine, 'add' | 'countDone'> => {
  const ids = randomIds()
  let added = 0
  return {
    async add(count) {
      const now = Date.now()
      const work = Array.from({ length: count }, () => {
        const orderId = ids.next('order')
        const body = JSON.stringify({ type: 'expire_order', orderId })
        return { id: `expire_order:${orderId}`, body, due_at: now, created_at: now }
      })
      await knex.batchInsert('work', work, 200)
      added += count
    },
    countDone: async () => added - (await readNumber(knex, 'SELECT count(*) AS number FROM work')),
  }
}

const orderOf = (body: string): string => (JSON.parse(body) as { readonly orderId: string }).orderId

const wrongOrder = (body: string): never => {
  throw new Error(`There is an order for ${body}, which nobody placed.`)
}

const leaseLost = (id: string): never => {
  throw new Error(`Somebody else has taken '${id}'.`)
}
