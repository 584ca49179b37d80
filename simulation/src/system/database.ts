import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate, sqlUnitOfWork } from '@holdfast/adapter-sql'
import type { UnitOfWork } from '@holdfast/core'
import BetterSqlite3 from 'better-sqlite3'
import type { Kernel } from '../kernel/kernel.ts'
import { connectionSource, type Knex } from './connection-source.ts'
import { laggingWay, meddledWay, type Meddling } from './meddling.ts'
import { createTurns, type Turns } from './turns.ts'

type Sqlite = BetterSqlite3.Database

/** One process's way to the database. */
export interface Connection {
  readonly unitOfWork: UnitOfWork
  /** What the end of a process does to its connections: open transactions are rolled back. Resolves when that is done. */
  cut(): Promise<void>
}

/** What a process brings along. */
export interface Connecting {
  readonly sleep: (ms: number) => Promise<void>
  readonly startTimer: (ms: number, run: () => void) => () => void
  readonly random: () => number
  /** Stops where the process can be interrupted. */
  readonly gate: (lane: string) => Promise<void>
  /** See {@link Kernel}. */
  readonly busy: Kernel['busy']
  /** Told of what is worth counting. */
  readonly count: (what: string) => void
  readonly now: () => number
  /** Present where somebody meddles. */
  readonly meddling?: Meddling
}

/** What the oracle reads by. */
export interface Readable {
  /** What is committed, past everything that is under test. In SQLite's words, whatever the database. */
  query<Row>(sql: string, ...values: readonly (string | number)[]): readonly Row[]
}

/** The database of one run, which every process opens for itself. */
export interface Database extends Readable {
  /** Present where one transaction is let in at a time. */
  readonly turns?: Turns
  connect(options: Connecting): Connection
  /** Present where it can be done: cuts the connections of all processes, as a server that restarts does. */
  cutConnections?(): Promise<void>
  /**
   * Present where it can be done, and where runs need not be the same on every database: from now on, or no longer, there is no
   * room for anything more.
   */
  setFull?(isFull: boolean): void
  /** Makes sure that `query` misses nothing. @throws when it has. */
  whole(): Promise<void>
  close(): Promise<void>
}

/**
 * How transactions meet. `transaction`: gates around each, and writers meet as the database has it. `turns`: the same gates,
 * and one writer at a time, which is the same on every database. `statement`: gates before every statement, too, and several
 * transactions of one process at once.
 */
export const gatings = ['transaction', 'turns', 'statement'] as const
export type GatingName = (typeof gatings)[number]

/** Makes databases that are migrated and empty. `dispose` removes what they left behind. */
export interface DatabaseMaker {
  /** What it is, for people: `SQLite 3.50.4`. */
  readonly name: string
  readonly kind: 'sqlite' | 'postgres'
  readonly gating: GatingName
  /**
   * `isNew`: one that nobody has had before, where it matters how much room there is in it. `without` and `instead`: see {@link Meddling}.
   */
  open(options?: { readonly isNew: boolean } & Pick<Meddling, 'without' | 'instead'>): Promise<Database>
  dispose(): Promise<void>
}

/**
 * SQLite, in one file per run and with one connection per process, as processes of one host have it: who wants to write
 * while another process does is turned away and comes again.
 *
 * The file is in memory where the machine has such a place, and nothing is flushed: what is simulated is the end of
 * processes, not of power. A file whose run is over is emptied for the next one, its connections and their prepared
 * statements kept: making them takes as long as some runs do. One that had to be new is removed, or a long run would have a
 * file for each of its full disks.
 */
export const sqliteDatabases = async (
  gating: 'transaction' | 'turns' = 'transaction',
  place: string = existsSync('/dev/shm') ? '/dev/shm' : tmpdir(),
): Promise<DatabaseMaker> => {
  const folder = mkdtempSync(join(place, 'holdfast-simulation-'))
  const template = join(folder, 'template.db')
  const db = keep(new BetterSqlite3(template))
  await migrate(onlyConnection(db))
  const version = db.prepare('SELECT sqlite_version()').pluck().get()
  db.close()
  const free: SqliteFile[] = []
  let count = 0
  const newFile = ({ without = [], instead = [] }: Meddling = {}): SqliteFile => {
    count += 1
    const path = join(folder, `${count}.db`)
    copyFileSync(template, path)
    if (without.length > 0) leaveOut(path, without, instead)
    return openFile(path)
  }
  return {
    name: `SQLite ${String(version)}`,
    kind: 'sqlite',
    gating,
    async open({ isNew, ...meddling } = { isNew: false }) {
      const isOwn = isNew || meddling.without !== undefined
      const file = (isOwn ? undefined : free.pop()) ?? newFile(meddling)
      return openDatabase(file, gating === 'turns' ? { turns: createTurns() } : {}, () => {
        if (isOwn) file.remove()
        else free.push(file)
      })
    },
    async dispose() {
      for (const file of free) file.remove()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Makes every table, index and trigger anew, but for those. @throws where something is to be left out that is not there. */
const leaveOut = (path: string, without: readonly string[], instead: readonly string[]): void => {
  const db = keep(new BetterSqlite3(path))
  const all = keep(
    db.prepare<[], { readonly type: string; readonly name: string; readonly sql: string }>(
      `SELECT type, name, sql FROM sqlite_schema WHERE name GLOB 'holdfast*' AND name <> 'holdfast_migrations'
       ORDER BY type = 'table' DESC, rowid`,
    ),
  ).all()
  const known = all.flatMap(({ name, sql }) => [name, sql]).join('\n')
  for (const text of without) if (!known.includes(text)) throw new Error(`There is no '${text}' to be left out.`)
  db.pragma('foreign_keys = OFF')
  for (const { name } of all.filter(({ type }) => type === 'table')) db.exec(`DROP TABLE ${name}`)
  const checks = without.filter((text) => text.startsWith('CHECK'))
  for (const { name, sql } of all)
    if (!without.includes(name)) db.exec(checks.reduce((left, text) => left.replace(text, 'CHECK (1)'), sql))
  for (const sql of instead) db.exec(sql)
  db.close()
}

// On Node 24, what better-sqlite3 12 has made may end the process when it is collected: there, nothing is.
const kept: object[] = []
/** Holds on to what must not be collected. */
export const keep = <T extends object>(made: T): T => {
  if (Number.parseInt(process.versions.node, 10) >= 24) kept.push(made)
  return made
}

/** A file with the connections to it. */
interface SqliteFile {
  /** Somebody's own until it is given back. */
  take(): Sqlite
  /** What was under way on it is rolled back. */
  giveBack(connection: Sqlite): void
  query(sql: string, values: readonly (string | number)[]): readonly unknown[]
  /** Deletes every row. */
  empty(): void
  /** Closes every connection to it. */
  remove(): void
}

const openFile = (path: string): SqliteFile => {
  const all: Sqlite[] = []
  const idle: Sqlite[] = []
  const connect = (): Sqlite => {
    const db = keep(new BetterSqlite3(path))
    // Not by `pragma`, which leaves a statement behind.
    db.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON')
    all.push(db)
    return db
  }
  const observer = connect()
  const statements = keep(new Map<string, BetterSqlite3.Statement<unknown[]>>())
  const query: SqliteFile['query'] = (sql, values) => {
    const known = statements.get(sql) ?? observer.prepare(sql)
    statements.set(sql, known)
    return known.all(...values)
  }
  const deleteAll = query(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB 'holdfast*' AND name <> 'holdfast_migrations'",
    [],
  )
    .map((row) => `DELETE FROM ${(row as { readonly name: string }).name};`)
    .join(' ')
  return {
    take: () => idle.pop() ?? connect(),
    giveBack(connection) {
      if (connection.inTransaction) connection.exec('ROLLBACK')
      idle.push(connection)
    },
    query,
    empty: () => void observer.exec(`PRAGMA foreign_keys = OFF; BEGIN; ${deleteAll} COMMIT; PRAGMA foreign_keys = ON`),
    remove() {
      for (const db of all) db.close()
      rmSync(path)
    },
  }
}

const openDatabase = (file: SqliteFile, turns: Pick<Database, 'turns'>, onClose: () => void): Database => {
  const connected = new Set<Sqlite>()
  let isFull = false
  const limit = (connection: Sqlite, toWhatThereIs: boolean): void => {
    const [row] = file.query('SELECT page_count FROM pragma_page_count', [])
    const { page_count: pages } = row as { readonly page_count: number }
    connection.exec(`PRAGMA max_page_count = ${toWhatThereIs ? pages : mostPages}`)
  }
  const setFull = (full: boolean): void => {
    isFull = full
    for (const connection of connected) limit(connection, full)
  }
  return {
    ...turns,
    connect({ sleep, random, startTimer, now, count, meddling }) {
      const take = (): Sqlite => {
        const connection = file.take()
        connected.add(connection)
        if (isFull) limit(connection, true)
        return connection
      }
      const unitOfWorkOn = (way: object): UnitOfWork =>
        sqlUnitOfWork(onlyConnection(way), {
          sleep,
          random,
          startTimer,
          // Nobody else can come meanwhile: who does is for the scheduler to say.
          pause: async () => {},
        })
      const own = take()
      const { replica } = meddling ?? {}
      const behind = replica && take()
      const old = replica && behind && laggingWay(behind, replica.lagMs, now)
      const unitOfWork = unitOfWorkOn(meddling === undefined ? own : meddledWay(own, meddling, { old, count }))
      return {
        unitOfWork: old === undefined ? unitOfWork : { run: unitOfWork.run, read: unitOfWorkOn(old).read },
        async cut() {
          for (const connection of behind === undefined ? [own] : [own, behind]) {
            if (!connected.delete(connection)) continue
            if (isFull) limit(connection, false)
            file.giveBack(connection)
          }
        },
      }
    },
    query: <Row>(sql: string, ...values: readonly (string | number)[]) => file.query(sql, values) as readonly Row[],
    // Not where both databases are to do the same: the other one has room.
    ...(turns.turns === undefined ? { setFull } : {}),
    whole: async () => {},
    async close() {
      if (isFull) setFull(false)
      for (const connection of connected) file.giveBack(connection)
      file.empty()
      onClose()
    },
  }
}

// As many as SQLite itself allows unless told otherwise.
const mostPages = 4_294_967_294

const onlyConnection = (connection: object): Knex =>
  connectionSource({ driverName: 'better-sqlite3', most: 1, open: () => connection, isBroken: () => false })
