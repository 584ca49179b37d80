import { openSql, type SqlDatabase } from '@holdfast/adapter-sql'
import { createDatabase } from '@holdfast/pg-test'
import { inject } from 'vitest'
import { tables } from '../../adapter-sql/test/databases.ts'

/** Both databases. */
export const everyKind = ['sqlite', 'postgres'] as const

/** A database of one kind, empty but for its tables, for one test file. */
export const openTestDatabase = async (kind: (typeof everyKind)[number]): Promise<SqlDatabase> => {
  if (kind === 'sqlite') {
    const database = openSql({ kind: 'sqlite', filename: ':memory:' })
    await database.migrate()
    return database
  }
  const { url, drop } = await createDatabase(inject('pgAdminUrl'))
  const database = openSql({ kind: 'postgres', url })
  await database.migrate()
  return {
    ...database,
    async close() {
      await database.close()
      await drop()
    },
  }
}

/** Takes every row out, and leaves the tables. */
export const empty = async ({ knex }: SqlDatabase): Promise<void> => {
  for (const table of tables) await knex(table).delete()
}
