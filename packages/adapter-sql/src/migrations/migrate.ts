import type { Knex } from 'knex'
import { dialectOf } from '../dialect.ts'
import { persistently, type SqlOptions } from '../retry.ts'
import { text } from '../row.ts'
import { statement } from '../statement.ts'
import { transact } from '../transact.ts'
import { initial } from './0001-initial.ts'
import type { Migration } from './migration.ts'

/** Every step, oldest first. */
const migrations: readonly Migration[] = [initial]

/**
 * Brings the tables up to date: every step that is not there yet, in one transaction, all or none. Several processes may do
 * so at once; one does it, and the others find it done. There is no way back but a backup.
 *
 * The tables' names begin with `holdfast_`; which steps were taken stands in `holdfast_migrations`.
 *
 * @returns the names of the steps taken.
 */
export const migrate = (knex: Knex, options: SqlOptions = {}): Promise<readonly string[]> => {
  const dialect = dialectOf(knex, options)
  const { text: textType, integer } = dialect.types
  const make = statement(
    `CREATE TABLE IF NOT EXISTS holdfast_migrations (name ${textType} NOT NULL PRIMARY KEY, applied_at ${integer} NOT NULL)`,
  )
  return persistently(dialect, options, () =>
    transact(knex, dialect, 'write', async (session) => {
      dialect.lockMigrations(session)
      session.post(make, [])
      const applied = new Set((await session.query(names, [])).map((row) => text(row, 'name')))
      const missing = migrations.filter(({ name }) => !applied.has(name))
      for (const { name, statements } of missing) {
        // Each is waited for by itself: how long an answer is waited for is meant for one statement, and tables may be large.
        for (const sql of statements(dialect)) await session.change(unprepared(sql), [])
        session.post(note, [name, Date.now()])
      }
      return missing.map(({ name }) => name)
    }),
  )
}

/**
 * The names of the steps that {@link migrate} would take, oldest first. Only reads. @throws when the database does not answer.
 */
export const pendingMigrations = async (knex: Knex): Promise<readonly string[]> => {
  const isNew = !(await knex.schema.hasTable('holdfast_migrations'))
  const applied = new Set<string>(isNew ? [] : await knex('holdfast_migrations').pluck('name'))
  return migrations.filter(({ name }) => !applied.has(name)).map(({ name }) => name)
}

const names = statement('SELECT name FROM holdfast_migrations ORDER BY name')
const note = statement('INSERT INTO holdfast_migrations (name, applied_at) VALUES (?, ?)')

/** Run once and never again: not worth preparing. */
const unprepared = (sql: string) => ({ text: sql, postgres: { text: sql, name: undefined }, sqlite: sql })
