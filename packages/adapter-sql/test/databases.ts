import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createDatabase } from '@holdfast/pg-test'
import pg from 'pg'
import { inject } from 'vitest'
import { openSql, type SqlOptions, type SqlDatabase } from '../src/index.ts'

/** A database of one kind, empty but for its tables, for one test file. */
export interface TestDatabase extends SqlDatabase {
  /** Another pool, or another connection, to the same data. Closed with the rest. */
  another(options?: SqlOptions): SqlDatabase
  /** Takes every row out, and leaves the tables. */
  empty(): Promise<void>
}

export type DatabaseKind = 'sqlite file' | 'sqlite memory' | 'postgres'

/** Both databases, of which SQLite comes in two forms. */
export const everyKind: readonly DatabaseKind[] = ['sqlite file', 'sqlite memory', 'postgres']

/** Makes one, with its tables. */
export const openTestDatabase = async (kind: DatabaseKind, options: SqlOptions = {}): Promise<TestDatabase> => {
  const { open, remove } = await place(kind)
  const first = open(options)
  const others: SqlDatabase[] = []
  await first.migrate()
  return {
    ...first,
    another(moreOptions = {}) {
      const other = open(moreOptions)
      others.push(other)
      return other
    },
    async empty() {
      for (const table of tables) await first.knex(table).delete()
    },
    async close() {
      for (const other of others) await other.close()
      await first.close()
      await remove()
    },
  }
}

/** Every table, in an order in which they can be emptied. */
export const tables = [
  'attempts',
  'refunds',
  'payments',
  'intents',
  'reservations',
  'consultations',
  'circuit_breakers',
  'payment_method_lists',
  'order_holds',
  'orders',
  'stock',
  'coupons',
  'customers',
  'timeline',
  'outbox',
  'inbox',
  'tasks',
  'requests',
  'ledger',
  'wallets',
  'attention',
].map((name) => `holdfast_${name}`)

/**
 * A pool as a host has one, and an `end` that resolves when its connections are closed.
 *
 * `pool.end()` of `pg` resolves as soon as it has told them. A server that is told to end them just then says so to those that
 * it has not closed yet, and the pool hands that on to its listeners, of which there may be none.
 */
export const openPool = (config: pg.PoolConfig): { readonly pool: pg.Pool; end(): Promise<void> } => {
  const pool = new pg.Pool(config)
  const closed: Promise<void>[] = []
  pool.on('connect', (client) => {
    closed.push(new Promise((resolve) => client.once('end', resolve)))
  })
  return {
    pool,
    async end() {
      await pool.end()
      await Promise.all(closed)
    },
  }
}

const place = async (kind: DatabaseKind) => {
  if (kind === 'postgres') {
    const { url, drop } = await createDatabase(inject('pgAdminUrl'))
    return { open: (options: SqlOptions) => openSql({ kind: 'postgres', url }, options), remove: drop }
  }
  const folder = mkdtempSync(path.join(os.tmpdir(), 'holdfast-sql-'))
  const filename = kind === 'sqlite file' ? path.join(folder, 'test.db') : ':memory:'
  return {
    open: (options: SqlOptions) => openSql({ kind: 'sqlite', filename }, options),
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  }
}
