import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { openSql, type SqlDatabase } from '@holdfast/adapter-sql'
import { createDatabase } from '@holdfast/pg-test'
import { inject } from 'vitest'

/** An empty database with its tables, for one test. */
export interface TestDatabase {
  /** Another connection, or another pool, to the same data, as another process would have it. */
  open(): SqlDatabase
  /** Where it is: a file, or an address. */
  readonly place: string
  close(): Promise<void>
}

export type DatabaseKind = 'sqlite' | 'postgres'

export const everyKind: readonly DatabaseKind[] = ['sqlite', 'postgres']

/** Makes one of a kind. */
export const openTestDatabase = async (kind: DatabaseKind): Promise<TestDatabase> => {
  const opened: SqlDatabase[] = []
  const { open, remove, at } = await place(kind)
  const database: TestDatabase = {
    place: at,
    open() {
      const next = open()
      opened.push(next)
      return next
    },
    async close() {
      for (const one of opened) await one.close()
      await remove()
    },
  }
  await database.open().migrate()
  return database
}

const place = async (
  kind: DatabaseKind,
): Promise<{ at: string; open: () => SqlDatabase; remove: () => Promise<void> }> => {
  if (kind === 'postgres') {
    const { url, drop } = await createDatabase(inject('pgAdminUrl'))
    return { at: url, open: () => openSql({ kind: 'postgres', url }), remove: drop }
  }
  const folder = mkdtempSync(path.join(os.tmpdir(), 'holdfast-bullmq-'))
  const filename = path.join(folder, 'test.db')
  return {
    at: filename,
    open: () => openSql({ kind: 'sqlite', filename }),
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  }
}
