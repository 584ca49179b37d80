import { closeSync, fsyncSync, openSync } from 'node:fs'
import { openSql } from '@holdfast/adapter-sql'
import { after, instant, minute, type Instant } from '@holdfast/core'
import Database from 'better-sqlite3'
import pg from 'pg'
import type { Location } from '../scratch.ts'
import { historyStatements } from './history-rows.ts'
import { dueThings, numberingOf, type DueThing } from './numbering.ts'

/** A database with many payments, of which few have anything due. */
export interface History {
  readonly payments: number
  readonly due: readonly DueThing[]
  /** A moment at which about a tenth of it was due, and one at which all of it was. */
  readonly moments: readonly [Instant, Instant]
}

/**
 * Fills an empty database with the payments of years, by one statement for each table.
 *
 * Of what is due, half are open pages, one in twenty is a refund, and the rest are charges. Of all other payments, one in twenty
 * expired unpaid, one in fifty was refunded, one in five hundred has a page that is open and not due; all others were paid, and
 * their charges are asked about again within a year.
 */
export const makeHistory = async (location: Location, payments: number, due: number): Promise<History> => {
  const madeAt = instant(Date.now())
  const numbering = numberingOf(payments, due, madeAt)
  const database = openSql(location)
  await database.migrate()
  await database.close()
  const statements = historyStatements(numbering, location.kind)
  if (location.kind === 'sqlite') fillSqlite(location.filename, statements)
  else await fillPostgres(location.url, statements)
  return { payments, due: dueThings(numbering), moments: [after(madeAt, -90 * minute), madeAt] }
}

const fillSqlite = (filename: string, statements: readonly string[]): void => {
  const database = new Database(filename)
  // Until it is full, nobody needs this file: it may go with a power cut.
  for (const pragma of ['journal_mode = DELETE', 'journal_mode = OFF', 'synchronous = OFF', 'cache_size = -1000000'])
    database.pragma(pragma)
  for (const statement of statements) database.exec(statement)
  database.close()
  const descriptor = openSync(filename, 'r+')
  fsyncSync(descriptor)
  closeSync(descriptor)
}

const fillPostgres = async (url: string, statements: readonly string[]): Promise<void> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  for (const statement of statements) await client.query(statement)
  // As the server does by itself, later.
  await client.query('VACUUM (ANALYZE)')
  // Not everybody may ask for it. Without, it comes while others are measured.
  await client.query('CHECKPOINT').catch(() => {})
  await client.end()
}
