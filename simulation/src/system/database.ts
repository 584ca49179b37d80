import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate, sqlUnitOfWork } from '@holdfast/adapter-sql'
import type { UnitOfWork } from '@holdfast/core'
import BetterSqlite3 from 'better-sqlite3'

type Sqlite = BetterSqlite3.Database
type Knex = Parameters<typeof sqlUnitOfWork>[0]

/** One process's way to the database. */
export interface Connection {
  readonly unitOfWork: UnitOfWork
  /** What the end of a process does to its connection: an open transaction is rolled back. */
  cut(): void
}

/** The database of one run, which every process opens for itself. */
export interface Database {
  connect(options: { readonly sleep: (ms: number) => Promise<void>; readonly random: () => number }): Connection
  /** What is committed, past everything that is under test. */
  query<Row>(sql: string, ...values: readonly (string | number)[]): readonly Row[]
  close(): void
}

/** Makes databases that are migrated and empty. `dispose` removes what they left behind. */
export interface DatabaseMaker {
  open(): Database
  dispose(): void
}

/**
 * SQLite, in one file per run and with one connection per process, as processes of one host would have it: who wants to
 * write while another process does is turned away and comes again.
 *
 * The file is in memory where the machine has such a place, and nothing is flushed: what is simulated is the end of
 * processes, not of power.
 */
export const sqliteDatabases = async (): Promise<DatabaseMaker> => {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'holdfast-simulation-'))
  const template = join(folder, 'template.db')
  const db = keep(new BetterSqlite3(template))
  await migrate(onlyConnection(db))
  db.close()
  let count = 0
  return {
    open() {
      count += 1
      const file = join(folder, `${count}.db`)
      copyFileSync(template, file)
      return openFile(file)
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  }
}

// On Node 24, what better-sqlite3 12 has made may end the process when it is collected: there, nothing is.
const kept: object[] = []
const keep = <T extends object>(made: T): T => {
  if (Number.parseInt(process.versions.node, 10) >= 24) kept.push(made)
  return made
}

const openFile = (file: string): Database => {
  const connections = new Set<Sqlite>()
  const open = (): Sqlite => {
    const db = keep(new BetterSqlite3(file))
    // Not by `pragma`, which leaves a statement behind.
    db.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON')
    connections.add(db)
    return db
  }
  const observer = open()
  const statements = keep(new Map<string, BetterSqlite3.Statement<unknown[]>>())
  return {
    connect(options) {
      const db = open()
      return {
        unitOfWork: sqlUnitOfWork(onlyConnection(db), options),
        cut() {
          connections.delete(db)
          db.close()
        },
      }
    },
    query<Row>(sql: string, ...values: readonly (string | number)[]) {
      const known = statements.get(sql) ?? observer.prepare(sql)
      statements.set(sql, known)
      return known.all(...values) as readonly Row[]
    },
    close() {
      for (const db of connections) db.close()
      for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true })
    },
  }
}

/**
 * What the adapter uses of a host's knex: a source of connections. This one has a single connection, handed out in turn,
 * and no timers, which virtual time could not see.
 */
const onlyConnection = (connection: Sqlite): Knex => {
  const line: (() => void)[] = []
  let taken = false
  const client = {
    driverName: 'better-sqlite3',
    dialect: 'sqlite3',
    acquireConnection: () =>
      new Promise<Sqlite>((resolve) => {
        if (taken) line.push(() => resolve(connection))
        else resolve(connection)
        taken = true
      }),
    releaseConnection: async () => {
      const next = line.shift()
      if (next === undefined) taken = false
      else next()
    },
  }
  return { client, isTransaction: false } as unknown as Knex
}
