import type { Knex } from 'knex'
import { postgresViolation, sqliteViolation, type ConstraintViolation } from './constraint-violation.ts'
import { ask, neverSent, PreparationLost, type PgStatement } from './postgres-pipeline.ts'
import type { Outcome, Row, SqlSession } from './session.ts'
import { statement, type Statement, type Value } from './statement.ts'
import { defaultIdleTransactionTimeoutMs, type TransactionLimits } from './transaction-limits.ts'

/**
 * What a failed statement means for the transaction it was in.
 *
 * `conflict`: another transaction was in the way; the same work may succeed when it runs again. `busy`: as that, before
 * anything was done. `lost`: the connection is gone. `overdue`: the server has stopped it, since it took longer than it may:
 * somebody else may be in the way, and has been for that long. `full`: the database has no room for it now, on its disk or in
 * its memory. `other`: running it again would fail again.
 */
export type ErrorKind = 'conflict' | 'busy' | 'lost' | 'overdue' | 'full' | 'other'

/** Everything in which Postgres and SQLite differ. */
export interface Dialect {
  readonly name: 'postgres' | 'sqlite'
  /** True where statements may be sent without waiting for the one before. */
  readonly pipelines: boolean
  readonly types: {
    readonly text: string
    /** Whole numbers of 64 bits. */
    readonly integer: string
    /** Counts up by itself, in the order of insertion. On SQLite it is the table's key, and cannot be part of one. */
    readonly sequence: string
  }
  readonly transaction: TransactionEnds
  /**
   * A part of a transaction that can be taken back by itself. Present where one connection writes at a time, so that
   * transactions which wait for it gain by sharing one commit; elsewhere the server itself writes several at once.
   */
  readonly part?: TransactionEnds
  send(connection: object, statement: Statement, values: readonly Value[]): Promise<Outcome>
  /**
   * Runs a statement that is not ours, in the words of this database, with values in the rows as the driver makes them of
   * their columns' types. Nothing may be sent behind it before it is answered.
   *
   * @throws {@link ConstraintViolation} when it would break a constraint: the statement alone was taken back then.
   */
  sendForHost(connection: object, mode: 'read' | 'write', text: string, values: readonly Value[]): Promise<Outcome>
  /** False once a transaction has ended by itself. */
  inTransaction(connection: object): boolean
  /** Makes sure that a connection which breaks while it is ours breaks nothing else. Call the answer when done with it. */
  guard(connection: object): () => void
  kindOf(error: unknown): ErrorKind
  /** The constraint that would have been broken, when that is what an error says. */
  violationOf(error: unknown): ConstraintViolation | undefined
  /** True where a statement failed because its connection was gone before it was sent: a commit that was not sent kept nothing. */
  wasNeverSent(error: unknown): boolean
  /** The text under a name in an object that a column holds as JSON; one with no quotes in it, under a name that is there once. */
  textIn(column: string, name: string): string
  /**
   * As {@link Dialect.textIn}, of all objects of a list, each of which has it where `path` leads: what to join for it, and how it is
   * called there.
   */
  textsIn(column: string, path: readonly [string, string]): { readonly join: string; readonly text: string }
  /** Keeps everybody else from this resource until the end of the transaction. */
  lockResource(session: SqlSession, resourceId: string): void
  /** Keeps everybody else from migrating until the end of the transaction. */
  lockMigrations(session: SqlSession): void
}

/** How a transaction begins and ends. */
export interface TransactionEnds {
  begin(connection: object, mode: 'read' | 'write'): Promise<void>
  /** @throws when nothing was kept, and when that cannot be known. */
  commit(connection: object): Promise<void>
  rollBack(connection: object): Promise<void>
}

/**
 * The dialect that a knex instance speaks. Each transaction on Postgres tells the server its limits.
 *
 * @throws for any other database or driver, and for a transaction of knex's.
 */
export const dialectOf = (knex: Knex, limits: TransactionLimits = {}): Dialect => {
  if (knex.isTransaction === true)
    throw new Error('Holdfast begins its transactions itself: give it the knex, not a transaction of it.')
  const { driverName, dialect } = knex.client as { readonly driverName?: string; readonly dialect?: string }
  if (dialect === 'postgresql' && driverName === 'pg') return postgres(limits)
  if (dialect === 'sqlite3' && driverName === 'better-sqlite3') return sqlite
  throw new Error(
    `Holdfast speaks to Postgres through 'pg' and to SQLite through 'better-sqlite3', not through '${driverName}'.`,
  )
}

/** The names of constraints that only ever say that somebody else was faster. */
export const slotConstraint = 'holdfast_reservations_no_overlap'

/** Of a connection of `pg`, what is used of it beside its queries. */
interface PgConnection {
  on(event: 'error', listener: (error: unknown) => void): void
  removeListener(event: 'error', listener: (error: unknown) => void): void
  /** Where knex looks whether a connection is to be thrown away. */
  __knex__disposed?: unknown
}

/** Of what a server, a socket or the driver says went wrong, what is read. */
interface PgError {
  readonly code?: string
  readonly severity?: string
  readonly constraint?: string
  readonly message?: string
}

const lockResource = statement('SELECT pg_advisory_xact_lock(hashtextextended(?, 0))')

// Any number will do that nobody else locks; this one spells "holdfast" on a telephone.
const lockMigrations = statement('SELECT pg_advisory_xact_lock(46533278)')

const beginWriting = statement('BEGIN ISOLATION LEVEL READ COMMITTED').postgres
const beginReading = statement('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY').postgres
const commit = statement('COMMIT').postgres
const rollBack = statement('ROLLBACK').postgres

// Around a statement of the host's: Postgres ends the whole transaction over one that fails.
const mark = statement('SAVEPOINT holdfast_host').postgres
const releaseMark = statement('RELEASE SAVEPOINT holdfast_host').postgres
const returnToMark = statement('ROLLBACK TO SAVEPOINT holdfast_host').postgres

/** Holds for the transaction in which it is said: what the host has set for its own is there again afterwards. */
const limit = (name: string, ms: number): readonly PgStatement[] =>
  ms > 0 ? [statement(`SET LOCAL ${name} = ${Math.trunc(ms)}`).postgres] : []

const postgres = ({
  idleTransactionTimeoutMs = defaultIdleTransactionTimeoutMs,
  statementTimeoutMs = 0,
}: TransactionLimits): Dialect => ({
  name: 'postgres',
  pipelines: true,
  // In the order of bytes, as on SQLite and in JavaScript, and not of the database's language.
  types: { text: 'text COLLATE "C"', integer: 'bigint', sequence: 'bigint GENERATED ALWAYS AS IDENTITY' },
  transaction: {
    async begin(connection, mode) {
      // They travel in the same message. Not said when a connection is made: PgBouncer takes none on which it is.
      const beginning = [
        mode === 'write' ? beginWriting : beginReading,
        ...limit('idle_in_transaction_session_timeout', idleTransactionTimeoutMs),
        ...limit('statement_timeout', statementTimeoutMs),
      ]
      await Promise.all(beginning.map((each) => ask(connection, each)))
    },
    async commit(connection) {
      const { command } = await ask(connection, commit)
      // Postgres answers COMMIT with a rollback, and no error, when a statement had failed before.
      if (command !== 'COMMIT') throw new Error('A statement failed, and the transaction was rolled back.')
    },
    async rollBack(connection) {
      await ask(connection, rollBack)
    },
  },
  send: (connection, { postgres }, values) => ask(connection, postgres, values),
  async sendForHost(connection, mode, text, values) {
    const asked = { text, typed: true } as const
    if (mode === 'read') return ask(connection, asked, values)
    // They travel in the same message.
    const [marked, ran] = await Promise.allSettled([ask(connection, mark), ask(connection, asked, values)])
    if (ran.status === 'fulfilled') {
      // Travels with what comes next. Where it fails, so does that.
      ask(connection, releaseMark).catch(() => {})
      return ran.value
    }
    // Without the mark, what failed is something that was sent before.
    const violation = marked.status === 'fulfilled' ? postgresViolation(ran.reason) : undefined
    if (violation === undefined) throw ran.reason
    await ask(connection, returnToMark)
    throw violation
  },
  inTransaction: () => true,
  guard(connection) {
    const pg = connection as PgConnection
    // Without a listener, a connection that breaks would end the process.
    const onError = (error: unknown): void => {
      pg.__knex__disposed = error
    }
    pg.on('error', onError)
    return () => pg.removeListener('error', onError)
  },
  kindOf(error) {
    const { code = '', constraint, message = '', severity } = error as PgError
    // Serialization failure, deadlock, lock not available.
    if (code === '40001' || code === '40P01' || code === '55P03') return 'conflict'
    // We stood still in the transaction for too long, and the server has rolled it back. It says so to whatever was sent
    // next, a commit included: had that reached it before, it would not have been idle.
    if (code === '25P03') return 'conflict'
    if (code === '23P01' && constraint === slotConstraint) return 'conflict'
    if (error instanceof PreparationLost) return 'conflict'
    // By `statement_timeout`, ours or the host's, or by an operator.
    if (code === '57014') return 'overdue'
    if (code === '53100' || code === '53200') return 'full'
    // Connection exceptions: with these a server, or a pooler before it, ends a connection. Of a statement they only say that
    // it has no sense, as one to which a value is missing, and the connection goes on.
    if (code.startsWith('08')) return severity === 'FATAL' ? 'lost' : 'other'
    // No connection left; the server shutting down or starting, the database gone, and a limit of the server's for sessions
    // or transactions; and what the socket and the driver say of it.
    if (/^(53300|57P0[1-5]|25P04|ECONN\w+|EPIPE|ETIMEDOUT|EHOST\w+|ENET\w+|ENOTFOUND|EAI_AGAIN)$/.test(code))
      return 'lost'
    return /^Connection terminated|^Client has encountered a connection error|^timeout expired|^Query read timeout/.test(
      message,
    )
      ? 'lost'
      : 'other'
  },
  violationOf: postgresViolation,
  // A statement that was under way fails with what happened to the connection.
  wasNeverSent: (error) => error instanceof Error && error.message.startsWith(neverSent),
  // Not by an operator for JSON: each reads all that is in it, and fails over characters that Postgres does not keep. Quotes
  // within a text have a backslash before them: nothing that was written looks like the name of something.
  textIn: (column, name) => `substring(${column} from '"${name}" *: *"([^"]*)"')`,
  textsIn: (column, [, name]) => ({
    join: `CROSS JOIN LATERAL regexp_matches(${column}, '"${name}" *: *"([^"]*)"', 'g') AS found (texts)`,
    text: 'found.texts[1]',
  }),
  lockResource(session, resourceId) {
    session.post(lockResource, [resourceId])
  },
  lockMigrations(session) {
    session.post(lockMigrations, [])
  },
})

/** Of `better-sqlite3`, what is used of it. */
interface SqliteConnection {
  prepare(sql: string): SqliteStatement
  exec(sql: string): unknown
  readonly inTransaction: boolean
}
interface SqliteStatement {
  readonly reader: boolean
  readonly readonly: boolean
  all(values: readonly Value[]): readonly Row[]
  run(values: readonly Value[]): { readonly changes: number }
}

const prepared = new WeakMap<object, Map<string, SqliteStatement>>()

const prepare = (connection: SqliteConnection, sql: string): SqliteStatement => {
  const statements = prepared.get(connection) ?? new Map<string, SqliteStatement>()
  prepared.set(connection, statements)
  const old = statements.get(sql)
  if (old !== undefined) return old
  const made = connection.prepare(sql)
  statements.set(sql, made)
  return made
}

const once = (connection: object, sql: string): void => {
  prepare(connection as SqliteConnection, sql).run([])
}

const run = (ready: SqliteStatement, values: readonly Value[]): Outcome => {
  if (!ready.reader) return { rows: [], changes: ready.run(values).changes }
  const rows = ready.all(values)
  return { rows, changes: rows.length }
}

/** Thrown at whoever shared a transaction with somebody for whom there was no room. */
class EndedBySqlite extends Error {
  override readonly name = 'EndedBySqlite'
}

/** A full disk ends the transaction by itself; what came after would be kept one by one. */
const refuseEnded = ({ inTransaction }: SqliteConnection): void => {
  if (!inTransaction) throw new EndedBySqlite('SQLite has ended the transaction.')
}

const sqlite: Dialect = {
  name: 'sqlite',
  // Each statement is over when it has been called.
  pipelines: false,
  types: { text: 'text', integer: 'integer', sequence: 'integer PRIMARY KEY' },
  transaction: {
    async begin(connection, mode) {
      // Not a plain BEGIN: a transaction that reads first and writes later would be turned away, whatever the time-out.
      once(connection, mode === 'write' ? 'BEGIN IMMEDIATE' : 'BEGIN')
    },
    commit: async (connection) => once(connection, 'COMMIT'),
    async rollBack(connection) {
      if (sqlite.inTransaction(connection)) once(connection, 'ROLLBACK')
    },
  },
  part: {
    begin: async (connection) => once(connection, 'SAVEPOINT holdfast_part'),
    commit: async (connection) => once(connection, 'RELEASE holdfast_part'),
    async rollBack(connection) {
      if (!sqlite.inTransaction(connection)) return
      once(connection, 'ROLLBACK TO holdfast_part')
      once(connection, 'RELEASE holdfast_part')
    },
  },
  inTransaction: (connection) => (connection as SqliteConnection).inTransaction,
  async send(connection, { sqlite: sql }, values) {
    const db = connection as SqliteConnection
    refuseEnded(db)
    return run(prepare(db, sql), values)
  },
  async sendForHost(connection, mode, text, values) {
    const db = connection as SqliteConnection
    refuseEnded(db)
    // Not kept: there is no end to what texts may come.
    const ready = db.prepare(text)
    if (mode === 'read' && !ready.readonly) throw new Error('A transaction that only reads was asked to write.')
    try {
      return run(ready, values)
    } catch (error) {
      // SQLite takes back the statement by itself, unless the statement or the table says that all is to go.
      throw db.inTransaction ? (sqliteViolation(error) ?? error) : error
    }
  },
  guard: () => () => {},
  kindOf(error) {
    const { code = '', message = '' } = error as { code?: string; message?: string }
    if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return 'busy'
    if (code === 'SQLITE_FULL' || error instanceof EndedBySqlite) return 'full'
    return code === 'SQLITE_CONSTRAINT_TRIGGER' && message.includes(slotConstraint) ? 'conflict' : 'other'
  },
  violationOf: sqliteViolation,
  wasNeverSent: () => false,
  textIn: (column, name) => `${column} ->> '${name}'`,
  textsIn: (column, path) => ({
    join: `CROSS JOIN json_each(${column}) AS found`,
    text: `found.value ->> '$.${path.join('.')}'`,
  }),
  // There is one writer at a time: whoever is in a transaction that writes has locked everything.
  lockResource: () => {},
  lockMigrations: () => {},
}
