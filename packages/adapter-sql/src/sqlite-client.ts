import { createRequire } from 'node:module'
import type { Knex } from 'knex'

/** Of knex's own client for better-sqlite3, what is changed here. Not in knex's types. */
type SqliteClient = new (
  config: Knex.Config,
) => Knex.Client & {
  acquireRawConnection(): Promise<SqliteConnection>
  _query(connection: unknown, query: { sql: string }): Promise<unknown>
}

/** Of a connection of better-sqlite3, what is changed here. */
interface SqliteConnection {
  prepare(sql: string): object
}

/**
 * Knex's client for better-sqlite3, but for two things: its transactions take the lock when they begin, and where Node would
 * end over a statement that is collected, none is: see {@link endsOverStatements}.
 *
 * Knex has no option for it, and begins with a plain BEGIN. A transaction that reads first and writes later is then turned
 * away as soon as somebody else has written, whatever the time-out. Holdfast begins its own transactions itself; this is
 * for the host's, on the same file.
 *
 * @throws where loading the driver would end the process, and where it is not installed.
 */
export const sqliteClient = (): typeof Knex.Client => {
  const require = createRequire(import.meta.url)
  const { version } = require('better-sqlite3/package.json') as { readonly version: string }
  refuseCrash(version)
  const keeping = endsOverStatements(version)
  const Base = require('knex/lib/dialects/better-sqlite3/index.js') as SqliteClient
  return class ImmediateSqlite extends Base {
    override async acquireRawConnection(): Promise<SqliteConnection> {
      const connection = await super.acquireRawConnection()
      if (keeping) keepStatements(connection)
      return connection
    }
    override _query(connection: unknown, query: { sql: string }): Promise<unknown> {
      return super._query(
        connection,
        query.sql === 'BEGIN;' ? Object.assign(query, { sql: 'BEGIN IMMEDIATE;' }) : query,
      )
    }
  } as unknown as typeof Knex.Client
}

/**
 * Stops where Node would.
 *
 * better-sqlite3 13 is built against Node-API 10. On Node 20, which has 9, loading it ends the process without a word.
 *
 * @throws Error for that pair.
 */
export const refuseCrash = (version: string, nodeApi = Number(process.versions['napi'])): void => {
  if (Number.parseInt(version, 10) >= 13 && nodeApi < 10)
    throw new Error(
      `better-sqlite3 ${version} needs Node 22 or later (this is ${process.version}): install better-sqlite3 12.`,
    )
}

/**
 * True where the garbage collector may end the process.
 *
 * From 24.19 on, Node's headers make every object of an add-on of the older kind leave a list when it is collected, which
 * aborts where no script is running just then. better-sqlite3 is of that kind up to 12.
 *
 * @see https://github.com/nodejs/node/issues/65446, read 2026-11-21
 */
export const endsOverStatements = (version: string, node = process.versions.node): boolean =>
  Number.parseInt(version, 10) < 13 && Number.parseInt(node, 10) >= 24

/** What must never be collected: connections, each with all of its statements. */
const kept: object[] = []

/** Prepares each text once and holds on to it, for as long as the process lives. */
const keepStatements = (connection: SqliteConnection): void => {
  const statements = new Map<string, object>()
  const prepare = connection.prepare.bind(connection)
  kept.push(connection, statements)
  connection.prepare = (sql) => {
    const known = statements.get(sql) ?? prepare(sql)
    statements.set(sql, known)
    return known
  }
}
