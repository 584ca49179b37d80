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
  /** Keeps what is committed now, for {@link restore}. On SQLite no server may be running; on Postgres they are cut off. */
  backUp(): Promise<void>
  /** Puts back what was kept, once. On SQLite no server may be running; on Postgres they are cut off. */
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
      if (db.inTransaction) db.exec('COMMIT')
      db.exec('BEGIN')
      // What is seen is what is committed at the first look.
      db.prepare('SELECT 1 FROM sqlite_schema').all()
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
        await shut(client, name)
        await client.query(`CREATE DATABASE ${name}_backup TEMPLATE ${name}`)
        await client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`)
      }),
    restore: () =>
      connected(adminUrl, async (client) => {
        await shut(client, name)
        await client.query('BEGIN')
        await client.query(`ALTER DATABASE ${name} RENAME TO ${name}_lost`)
        await client.query(`ALTER DATABASE ${name}_backup RENAME TO ${name}`)
        await client.query('COMMIT')
        await client.query(`DROP DATABASE ${name}_lost`)
      }),
    remove: async () => {
      mirror?.close()
      await connected(adminUrl, (client) => client.query(`DROP DATABASE IF EXISTS ${name}_backup`))
      await drop()
    },
  }
}

/** Ends every connection to a database, and lets nobody in. */
const shut = async (client: pg.Client, name: string): Promise<void> => {
  await client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`)
  for (let left = 1; left > 0; ) {
    const { rows } = await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
      name,
    ])
    left = rows.length
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
