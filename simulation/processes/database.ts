import { copyFileSync, rmSync } from 'node:fs'
import { createDatabase } from '@holdfast/pg-test'
import BetterSqlite3 from 'better-sqlite3'
import type pg from 'pg'
import { keep, type Readable } from '../src/system/database.ts'
import { connectTo } from '../src/system/postgres.ts'
import { createMirror, readTables, type Mirror } from '../src/system/postgres-mirror.ts'

/** The databases that servers are run on. */
export const databaseKinds = ['sqlite', 'postgres'] as const
export type DatabaseKind = (typeof databaseKinds)[number]

/** A database that servers have for themselves, and that is read past them. */
export interface RealDatabase {
  /** For `DATABASE_URL`. */
  readonly url: string
  /** What is committed now. It is good until the next one is taken. */
  snapshot(): Promise<Readable>
  /** Keeps what is committed now, for {@link restore}. No server may be running. */
  backUp(): Promise<void>
  /** Puts back what was kept. No server may be running. */
  restore(): Promise<void>
  remove(): Promise<void>
}

/** A SQLite file, made by whichever server comes first. */
export const sqliteFile = (file: string): RealDatabase => {
  let reader: BetterSqlite3.Database | undefined
  const letGo = (): void => {
    reader?.close()
    reader = undefined
  }
  return {
    url: file,
    snapshot: async () => {
      const db = (reader ??= keep(new BetterSqlite3(file, { readonly: true })))
      return {
        query: <Row>(sql: string, ...values: readonly (string | number)[]) =>
          keep(db.prepare(sql)).all(...values) as readonly Row[],
      }
    },
    backUp: async () => {
      const db = keep(new BetterSqlite3(file))
      await db.backup(`${file}.backup`)
      db.close()
    },
    restore: async () => {
      letGo()
      for (const suffix of ['-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true })
      copyFileSync(`${file}.backup`, file)
    },
    remove: async () => letGo(),
  }
}

/** A database of its own on the server at `adminUrl`. */
export const postgresDatabase = async (adminUrl: string): Promise<RealDatabase> => {
  const { url, drop } = await createDatabase(adminUrl)
  const name = new URL(url).pathname.slice(1)
  let mirror: Mirror | undefined
  return {
    url,
    snapshot: () =>
      connected(url, async (client) => {
        mirror?.close()
        const tables = await readTables(client)
        mirror = createMirror(client, tables)
        await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
        await mirror.catchUp(client, new Set(tables.map((table) => table.name)))
        return mirror
      }),
    backUp: () =>
      connected(adminUrl, async (client) => {
        await client.query(`DROP DATABASE IF EXISTS ${name}_backup`)
        await client.query(`CREATE DATABASE ${name}_backup TEMPLATE ${name}`)
      }),
    restore: () =>
      connected(adminUrl, async (client) => {
        await client.query(`DROP DATABASE ${name}`)
        await client.query(`CREATE DATABASE ${name} TEMPLATE ${name}_backup`)
      }),
    remove: async () => {
      mirror?.close()
      await connected(adminUrl, (client) => client.query(`DROP DATABASE IF EXISTS ${name}_backup`))
      await drop()
    },
  }
}

const connected = async <T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = await connectTo(url)
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}
