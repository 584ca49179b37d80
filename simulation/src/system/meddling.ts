import type BetterSqlite3 from 'better-sqlite3'

/** What is put between the library and its database, to see whether anybody notices. */
export interface Meddling {
  /** Changes a statement before it is sent. */
  readonly rewrite?: (sql: string) => string
  /** What the tables are made without: indexes, triggers and constraints by their names, and on SQLite checks by their text. */
  readonly without?: readonly string[]
  /** What they are made with in its place, as statements. */
  readonly instead?: readonly string[]
  /**
   * On SQLite: what is read is up to so old. `reads`: by transactions that only read; `everything`: by those that write, too,
   * which then decide by it.
   */
  readonly replica?: { readonly lagMs: number; readonly serves: 'reads' | 'everything' }
  /**
   * On SQLite: a statement that is turned away, since others have written after what was read, is sent again by itself, and
   * not with all that it was decided by.
   */
  readonly retriesStatements?: true
}

/** Of `better-sqlite3`, what the adapter uses. */
interface SqliteWay {
  prepare(sql: string): SqliteStatement
  exec(sql: string): unknown
  readonly inTransaction: boolean
}

interface SqliteStatement {
  readonly reader: boolean
  readonly readonly: boolean
  all(values: readonly unknown[]): unknown[]
  run(values: readonly unknown[]): { readonly changes: number }
}

/** The way to a connection, with somebody meddling. `old`: where what is read comes from, where that is another one. */
export const meddledWay = (
  connection: BetterSqlite3.Database,
  { rewrite = (sql) => sql, retriesStatements, replica }: Meddling,
  { old, count }: { readonly old: SqliteWay | undefined; readonly count: (what: string) => void },
): SqliteWay => {
  let isInPart = false
  const prepare = (sql: string): SqliteStatement => {
    if (replica?.serves === 'everything' && old !== undefined && sql.startsWith('SELECT')) return old.prepare(sql)
    const ready = connection.prepare<unknown[]>(rewrite(sql))
    const asked = <T>(ask: () => T): T => {
      if (sql.startsWith('SAVEPOINT')) isInPart = true
      if (sql.startsWith('RELEASE')) isInPart = false
      try {
        return ask()
      } catch (error) {
        if ((error as { readonly code?: string }).code !== 'SQLITE_BUSY_SNAPSHOT') throw error
        count('busy_snapshot')
        if (retriesStatements !== true || isInPart) throw error
        connection.exec('COMMIT; BEGIN IMMEDIATE')
        return ask()
      }
    }
    return {
      reader: ready.reader,
      readonly: ready.readonly,
      all: (values) => asked(() => ready.all(...values)),
      run: (values) => asked(() => ready.run(...values)),
    }
  }
  return {
    prepare,
    exec: (sql) => connection.exec(rewrite(sql)),
    get inTransaction() {
      return connection.inTransaction
    },
  }
}

/** A way to what was there up to `lagMs` ago: a connection that holds on to what it saw, and looks again after that. */
export const laggingWay = (connection: BetterSqlite3.Database, lagMs: number, now: () => number): SqliteWay => {
  let seenMs = -Infinity
  const look = (): void => {
    if (now() - seenMs < lagMs) return
    seenMs = now()
    if (connection.inTransaction) connection.exec('COMMIT')
    connection.exec('BEGIN; SELECT count(*) FROM sqlite_schema')
  }
  const nothing: SqliteStatement = { reader: false, readonly: true, all: () => [], run: () => ({ changes: 0 }) }
  return {
    prepare: (sql) => {
      if (/^(?:BEGIN|COMMIT|ROLLBACK)/.test(sql)) return nothing
      const ready = connection.prepare<unknown[]>(sql)
      return {
        reader: ready.reader,
        readonly: ready.readonly,
        all: (values) => {
          look()
          return ready.all(...values)
        },
        run: (values) => ready.run(...values),
      }
    },
    exec: () => {},
    inTransaction: true,
  }
}
