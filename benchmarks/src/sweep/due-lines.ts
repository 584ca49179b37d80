import type { Instant, UnitOfWork } from '@holdfast/core'
import Database from 'better-sqlite3'
import pg from 'pg'
import { asking } from '../floors/postgres.ts'
import { pragmas } from '../floors/tables.ts'
import type { Location } from '../scratch.ts'

/** Lists what is due at a moment, at most so many of a kind: pages, charges and refunds. Answers how many there were. */
export interface DueLine {
  list(now: Instant, limit: number): Promise<number>
  close(): Promise<void>
}

/** What a sweep begins with: three listings in one transaction that reads. */
export const listDue = (unitOfWork: UnitOfWork, now: Instant, limit: number): Promise<number> =>
  unitOfWork.read(async ({ payments }) => {
    const attempts = await payments.listDueAttempts(now, limit)
    const charges = await payments.listDueCharges(now, limit)
    const refunds = await payments.listDueRefunds(now, limit)
    return attempts.length + charges.length + refunds.length
  })

const queries = [
  ['holdfast_attempts', `status IN ('requested', 'open', 'processing')`],
  ['holdfast_attempts', `status = 'succeeded'`],
  ['holdfast_refunds', `status IN ('requested', 'pending')`],
].map(
  ([table, isUnsettled]) =>
    `SELECT id, payment_id FROM ${table} WHERE ${isUnsettled} AND look_at <= $1 ORDER BY look_at, id LIMIT $2`,
)

/** The same questions, put to the same tables and their partial indexes by a driver alone. */
export const dueByHand = (location: Location): DueLine => {
  if (location.kind === 'sqlite') {
    const database = new Database(location.filename)
    for (const pragma of pragmas) database.pragma(pragma)
    const statements = queries.map((query) => database.prepare(query.replace('$1', '?').replace('$2', '?')))
    return {
      list: async (now, limit) => statements.reduce((sum, each) => sum + each.all(now, limit).length, 0),
      async close() {
        database.close()
      },
    }
  }
  const pool = new pg.Pool({ connectionString: location.url, max: 1 })
  const statements = queries.map((query, at) => asking(`due_${at}`, query))
  return {
    async list(now, limit) {
      let found = 0
      for (const ask of statements) found += (await ask(pool, [now, limit])).rows.length
      return found
    },
    close: () => pool.end(),
  }
}
