import type { UnitOfWork } from '@holdfast/core'
import createKnex, { type Knex } from 'knex'
import { hostPool } from './host-pool.ts'
import { migrate, pendingMigrations } from './migrations/migrate.ts'
import type { SqlOptions } from './retry.ts'
import { sqlUnitOfWork } from './sql-unit-of-work.ts'
import { sqliteClient } from './sqlite-client.ts'
import { defaultStatementTimeoutMs } from './transaction-limits.ts'

/** Where the data is: a file, a server, or something of the host's that knows. */
export type SqlLocation =
  /** `filename`: a path, or `:memory:` for a database that goes with the process. */
  | { readonly kind: 'sqlite'; readonly filename: string }
  /** `poolMax`: connections at once, 10 by default. */
  | { readonly kind: 'postgres'; readonly url: string; readonly poolMax?: number }
  /** The host's own knex, for `pg` or `better-sqlite3`. It stays the host's: `close` leaves it open. */
  | { readonly kind: 'knex'; readonly knex: Knex }
  /** The host's own `pg.Pool`. It stays the host's: `close` leaves it open. */
  | { readonly kind: 'pg-pool'; readonly pool: object }

/** A database, ready to be used. */
export interface SqlDatabase {
  readonly unitOfWork: UnitOfWork
  /**
   * For the host's own statements on the same database. Inside a transaction of ours nobody else gets its connection: there,
   * see {@link sqlOf}.
   */
  readonly knex: Knex
  /** See {@link migrate}. */
  migrate(): Promise<readonly string[]>
  /** See {@link pendingMigrations}. */
  pending(): Promise<readonly string[]>
  /** Resolves when the database answers. @throws when it does not. */
  ping(): Promise<void>
  /** Waits for what is under way, and gives back what was opened here, and nothing else. */
  close(): Promise<void>
}

/** Opens a database, or makes use of one that is open. Nothing is connected before the first use. */
export const openSql = (location: SqlLocation, options: SqlOptions = {}): SqlDatabase => {
  const isOpenedHere = location.kind === 'postgres' || location.kind === 'sqlite'
  const { statementTimeoutMs = isOpenedHere ? defaultStatementTimeoutMs : 0 } = options
  const limited = { ...options, statementTimeoutMs }
  const { knex, close } = open(location, limited)
  return {
    unitOfWork: sqlUnitOfWork(knex, limited),
    knex,
    migrate: () => migrate(knex, limited),
    pending: () => pendingMigrations(knex),
    async ping() {
      await knex.raw('select 1')
    },
    close,
  }
}

const acquireConnectionTimeout = 10_000

// What goes wrong is thrown, and told by whoever catches it; a library does not write to its host's console.
const log = { warn: () => {}, error: () => {}, deprecate: () => {}, debug: () => {} }

const open = (
  location: SqlLocation,
  { statementTimeoutMs = 0, answerTimeoutMs = statementTimeoutMs > 0 ? statementTimeoutMs + 5_000 : 0 }: SqlOptions,
): Pick<SqlDatabase, 'knex' | 'close'> => {
  switch (location.kind) {
    case 'knex':
      return { knex: location.knex, close: async () => {} }
    case 'pg-pool': {
      const { pool, giveBack } = hostPool(location.pool)
      // Not in knex's types yet: a pool that is used and never closed by it.
      const knex = createKnex({ client: 'pg', connectionPool: pool, log } as Knex.Config)
      return {
        knex,
        async close() {
          // Without its pool, knex could not give back what is still in use.
          await giveBack()
          await knex.destroy()
        },
      }
    }
    case 'postgres':
      return opened({
        client: 'pg',
        log,
        connection: {
          connectionString: location.url,
          application_name: 'holdfast',
          query_timeout: answerTimeoutMs,
          // So that those which nobody uses are found out, too.
          keepAlive: true,
          keepAliveInitialDelayMillis: 10_000,
          connectionTimeoutMillis: acquireConnectionTimeout,
        } as Knex.PgConnectionConfig,
        pool: { min: 0, max: location.poolMax ?? 10, idleTimeoutMillis: 30_000 },
        acquireConnectionTimeout,
      })
    case 'sqlite':
      return opened({
        client: sqliteClient(),
        log,
        connection: { filename: location.filename },
        useNullAsDefault: true,
        acquireConnectionTimeout,
        // One connection that is never closed: SQLite has one writer, and in memory the connection is the database.
        pool: { min: 1, max: 1, idleTimeoutMillis: 2 ** 31 - 1, afterCreate: prepareSqlite },
      })
  }
}

const opened = (config: Knex.Config): Pick<SqlDatabase, 'knex' | 'close'> => {
  const knex = createKnex(config)
  return { knex, close: () => knex.destroy() }
}

const prepareSqlite = (connection: { exec(sql: string): unknown }, done: (error?: Error) => void): void => {
  // Waiting for a lock inside SQLite stops the whole process: hardly any of it there, the rest in a timer.
  connection.exec('PRAGMA busy_timeout = 20')
  connection.exec('PRAGMA journal_mode = WAL')
  // With less, a commit that was answered may be gone after a power cut.
  connection.exec('PRAGMA synchronous = FULL')
  connection.exec('PRAGMA foreign_keys = ON')
  // What is written again and again goes from the log to its place once in 32 MB of log, and not once in 4.
  connection.exec('PRAGMA wal_autocheckpoint = 8000')
  done()
}
