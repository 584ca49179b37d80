import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import path from 'node:path'
import { startPostgres } from '@holdfast/pg-test'
import pg from 'pg'
import type { DatabaseName } from './options.ts'

/** Where one line keeps its data: a file or a database of its own. */
export type Location =
  | { readonly kind: 'sqlite'; readonly filename: string }
  | { readonly kind: 'postgres'; readonly url: string }

/** Makes empty databases, and removes them when all is measured. */
export interface Scratch {
  readonly name: DatabaseName
  /** What is measured, in words: the version, and how durable a commit is. */
  readonly description: string
  create(): Promise<Location>
  remove(): Promise<void>
}

/** SQLite files in a directory of their own. */
export const sqliteScratch = (directory: string): Scratch => {
  const folder = mkdtempSync(path.join(directory, 'holdfast-bench-'))
  let files = 0
  return {
    name: 'sqlite',
    description: 'journal_mode = WAL, synchronous = FULL: every commit is on the disk before it returns',
    async create() {
      files += 1
      return { kind: 'sqlite', filename: path.join(folder, `${files}.db`) }
    },
    async remove() {
      rmSync(folder, { recursive: true })
    },
  }
}

/**
 * Databases on a server that keeps what it commits: the one that `TEST_DATABASE_URL` names, else 127.0.0.1:5432.
 *
 * @throws when that server forgets commits at a power cut: figures of it would flatter everybody. With `quick`, which
 * shows no figures, any server does, also one that is started for the purpose.
 */
export const postgresScratch = async (quick: boolean): Promise<Scratch> => {
  const server = quick
    ? await startPostgres()
    : { url: process.env['TEST_DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres', stop: async () => {} }
  const admin = new pg.Pool({ connectionString: server.url, max: 1 })
  const facts: Record<string, string> = {}
  for (const setting of ['server_version', 'fsync', 'synchronous_commit', 'wal_sync_method', 'shared_buffers'])
    facts[setting] = await show(admin, setting)
  const isDurable = facts['fsync'] === 'on' && facts['synchronous_commit'] === 'on'
  if (!isDurable && !quick) {
    await admin.end()
    throw new Error('This Postgres has fsync or synchronous_commit off: no figures of it. Set TEST_DATABASE_URL.')
  }
  const made: string[] = []
  return {
    name: 'postgres',
    description: Object.entries(facts)
      .map(([setting, value]) => `${setting} ${value}`)
      .join(', '),
    async create() {
      const name = `holdfast_bench_${randomBytes(6).toString('hex')}`
      await admin.query(`CREATE DATABASE ${name}`)
      made.push(name)
      const url = new URL(server.url)
      url.pathname = `/${name}`
      return { kind: 'postgres', url: url.href }
    },
    async remove() {
      for (const name of made) await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
      await admin.end()
      await server.stop()
    },
  }
}

const show = async (admin: pg.Pool, setting: string): Promise<string> => {
  const { rows } = await admin.query<Record<string, string>>(`SHOW ${setting}`)
  return rows[0]?.[setting] ?? 'unknown'
}
