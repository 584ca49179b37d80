import type { Transaction } from '@holdfast/core'
import type { Knex } from 'knex'
import type { SqlSession } from './session.ts'
import type { Value } from './statement.ts'

/**
 * What a statement can be given. Booleans and moments are written as knex writes them: `true` and a date's text on Postgres,
 * 1 and milliseconds since 1970 on SQLite. Structures are given as JSON text.
 */
export type SqlValue = string | number | bigint | boolean | Date | null

/** A query that knex has built and not run: `database.knex('seats').insert({ … })`, `database.knex.raw(…)`. */
export interface KnexQuery {
  toSQL(): { toNative(): { readonly sql: string; readonly bindings: readonly unknown[] } }
}

/** What a statement of the host's did. */
export interface SqlResult {
  /** What a SELECT or a RETURNING answered, each value as the driver makes it of its column's type. */
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  /** How many rows were written; of a statement that answers rows, how many those are. */
  readonly changes: number
}

/**
 * The host's own statements, inside a transaction of Holdfast's: they see what it has done, are kept with it or not at all,
 * and run again with it.
 */
export interface TransactionSql {
  readonly dialect: 'postgres' | 'sqlite'
  /**
   * Runs one statement, behind all that was asked for before. As text, it has a `?` for each value, on both databases, and
   * `\\?` for a question mark that is none.
   *
   * @throws {@link ConstraintViolation} when it would break a constraint: then the statement alone is taken back, and
   * whoever catches it may go on. @throws anything else that goes wrong: then the transaction has failed, even if it is caught.
   */
  run(text: string, values?: readonly SqlValue[]): Promise<SqlResult>
  run(query: KnexQuery): Promise<SqlResult>
}

/** A transaction of this adapter, with what it runs on. */
export type SqlTransaction = Transaction & { readonly [behind]: Behind }

interface Behind {
  readonly session: SqlSession
  readonly knex: Knex
}

/**
 * Where a transaction keeps what it runs on. A property that can be seen, and no entry in a WeakMap: a host that changes one
 * store of a transaction copies the others (`{ ...tx, payments }`), and a copy has this, too.
 */
export const behind = Symbol('what a transaction runs on')

/** What a transaction runs on, for what is asked for by this name. @throws for a transaction of any other adapter. */
export const sessionOf = (tx: Transaction, askedBy: string): SqlSession => {
  const found = (tx as Partial<SqlTransaction>)[behind]
  if (found === undefined) throw new Error(`${askedBy} takes a unit of work of @holdfast/adapter-sql.`)
  return found.session
}

/**
 * The SQL of a transaction: what a host writes to its own tables with, in `fulfil`, so that they and the payment are kept
 * together or not at all.
 *
 * @throws when `tx` is not of this adapter, nor a copy of one that is, and when it is over.
 */
export const sqlOf = (tx: Transaction): TransactionSql => {
  const found = (tx as Partial<SqlTransaction>)[behind]
  if (found === undefined) throw new Error(foreign)
  const { session, knex } = found
  refuseEnded(session)
  return {
    dialect: session.dialect.name,
    async run(statement: string | KnexQuery, values: readonly SqlValue[] = []) {
      refuseEnded(session)
      const { sql, bindings } = nativeOf(knex, session.dialect.name, statement, values)
      if (controlsTransaction.test(sql)) throw new Error(`Holdfast begins and ends its transactions itself: ${sql}`)
      const toValue = session.dialect.name === 'postgres' ? postgresValue : sqliteValue
      const { rows, changes } = await session.runForHost(sql, bindings.map(toValue))
      return { rows, changes }
    },
  }
}

const foreign =
  'sqlOf takes the tx that a unit of work of @holdfast/adapter-sql has handed out, or a copy made by spreading it. ' +
  "For tests without a server, use openSql({ kind: 'sqlite', filename: ':memory:' }) and not the in-memory adapter."

const refuseEnded = ({ isOver }: SqlSession): void => {
  if (isOver)
    throw new Error(
      'This transaction is over. Call sqlOf(tx) in the function that is handed the tx, and await each statement there; ' +
        'it is run again with another tx.',
    )
}

const nativeOf = (
  knex: Knex,
  dialect: TransactionSql['dialect'],
  statement: string | KnexQuery,
  values: readonly SqlValue[],
): ReturnType<ReturnType<KnexQuery['toSQL']>['toNative']> => {
  const query: KnexQuery = typeof statement === 'string' ? knex.raw(statement, values as Knex.RawBinding[]) : statement
  const { sql, bindings } = query.toSQL().toNative()
  // For SQLite, knex leaves the backslash before a question mark that is none.
  return { sql: dialect === 'sqlite' ? sql.replaceAll('\\?', '?') : sql, bindings }
}

/** Past blanks and comments: whatever would end the transaction, or move its savepoints. */
const controlsTransaction =
  /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*(?:begin|start|commit|end|rollback|abort|savepoint|release|prepare\s+transaction|(?:insert|update)\s+or\s+rollback)\b/i

const postgresValue = (value: unknown, at: number): Value => {
  if (typeof value === 'boolean') return String(value)
  return value instanceof Date ? value.toISOString() : plain(value, at)
}

const sqliteValue = (value: unknown, at: number): Value => {
  if (typeof value === 'boolean') return Number(value)
  return value instanceof Date ? value.valueOf() : plain(value, at)
}

const plain = (value: unknown, at: number): Value => {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
    return value
  throw new Error(
    `Value ${at + 1} of the statement is ${value === undefined ? 'undefined' : 'a structure'}: ` +
      'give text, a number, a boolean, a Date or null, and structures as JSON text.',
  )
}
