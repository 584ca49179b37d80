import Database from 'better-sqlite3'
import type { Knex } from 'knex'
import type { Location } from '../scratch.ts'
import { openKnex, pragmas } from './tables.ts'

/** The driver for what is measured, and knex for what is not: it makes the tables, fills them and counts. */
interface OpenSqlite {
  readonly database: Database.Database
  readonly knex: Knex
  readonly countWrites: () => Promise<number>
  readonly close: () => Promise<void>
}

/** Opens a file for a floor, as durable as Holdfast does. @throws for Postgres. */
export const openSqlite = (location: Location): OpenSqlite => {
  if (location.kind !== 'sqlite') throw new Error('This floor is for SQLite.')
  const database = new Database(location.filename)
  for (const pragma of pragmas) database.pragma(pragma)
  const knex = openKnex(location)
  const close = async (): Promise<void> => {
    await knex.destroy()
    database.close()
  }
  const writes = database.prepare('SELECT total_changes()').pluck()
  return { database, knex, close, countWrites: async (): Promise<number> => Number(writes.get()) }
}
