import { createRequire } from 'node:module'
import type { Knex } from 'knex'

/** Of knex's own client for better-sqlite3, what is changed here. Not in knex's types. */
type SqliteClient = new (
  config: Knex.Config,
) => Knex.Client & {
  _query(connection: unknown, query: { sql: string }): Promise<unknown>
}

/**
 * Knex's client for better-sqlite3, but for one thing: its transactions take the lock when they begin.
 *
 * Knex has no option for it, and begins with a plain BEGIN. A transaction that reads first and writes later is then turned
 * away as soon as somebody else has written, whatever the time-out. Holdfast begins its own transactions itself; this is
 * for the host's, on the same file.
 *
 * @throws where loading the driver would end the process, and where it is not installed.
 */
export const sqliteClient = (): typeof Knex.Client => {
  const require = createRequire(import.meta.url)
  refuseCrash((require('better-sqlite3/package.json') as { readonly version: string }).version)
  const Base = require('knex/lib/dialects/better-sqlite3/index.js') as SqliteClient
  return class ImmediateSqlite extends Base {
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
