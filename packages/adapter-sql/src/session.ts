import { bug, StoreUnavailable } from '@holdfast/core'
import { ConstraintViolation } from './constraint-violation.ts'
import type { Dialect, TransactionEnds } from './dialect.ts'
import { storable, type Statement, type Value } from './statement.ts'

/** A row as it comes from either database. Numbers of 64 bits come as text from Postgres; those of money from both. */
export type Row = Readonly<Record<string, string | number | bigint | null>>

/** What a statement did: the rows it answered, and how many it changed. */
export interface Outcome {
  readonly rows: readonly Row[]
  readonly changes: number
}

/**
 * One transaction on one connection.
 *
 * Statements are sent in the order in which they are asked for and, on a connection that pipelines, without waiting for
 * each other. Once one has failed, the whole transaction has: nothing after it is sent.
 */
export interface SqlSession {
  readonly mode: 'read' | 'write'
  readonly dialect: Dialect
  /** True from the moment it is committed or taken back. */
  readonly isOver: boolean
  /** For statements that change nothing; with `{lock}` in `write` mode only. */
  query(statement: Statement, values: readonly Value[]): Promise<readonly Row[]>
  /** For statements that change something, and whose outcome matters now. */
  change(statement: Statement, values: readonly Value[]): Promise<Outcome>
  /** For statements that change something and whose answer nobody needs. If one fails, the commit does. */
  post(statement: Statement, values: readonly Value[]): void
  /**
   * For a statement that is not ours, in the words of the database. Nothing is sent behind it before it is answered.
   *
   * @throws {@link ConstraintViolation}: the transaction goes on without it. @throws anything else: the transaction has failed.
   */
  runForHost(text: string, values: readonly Value[]): Promise<Outcome>
}

/** A session and its two ends. */
export interface OpenSession extends SqlSession {
  /**
   * Keeps everything.
   *
   * @throws what any statement failed with: then nothing is kept. @throws {@link CommitUnknown}
   */
  commit(): Promise<void>
  /** Takes everything back. */
  rollBack(): Promise<void>
}

/**
 * The connection was lost while a commit was under way: everything was kept, or nothing. It is not tried again, because
 * that could do it twice; whoever asked may ask again under the same key, and finds out.
 */
export class CommitUnknown extends StoreUnavailable {
  override readonly name = 'CommitUnknown'
}

/** Opens a transaction, or with `ends` a part of one, on a connection that nobody else uses meanwhile. */
export const openSession = async (
  dialect: Dialect,
  connection: object,
  mode: 'read' | 'write',
  ends: TransactionEnds = dialect.transaction,
): Promise<OpenSession> => {
  let over = false
  const failures: unknown[] = []
  const sent: Promise<unknown>[] = []
  // Until when everything waits: a statement that is taken back by itself must not take with it what is sent behind it.
  let held: Promise<void> | undefined

  const watch = async <T>(sending: Promise<T>): Promise<T> => {
    try {
      return await sending
    } catch (error) {
      // Whatever was sent behind the first failure failed because of it, and tells less.
      if (!(error instanceof ConstraintViolation)) failures.push(error)
      throw failures[0] ?? error
    }
  }
  const inTurn = (sending: () => Promise<Outcome>): Promise<Outcome> => {
    if (over) bug('A transaction was used after it had ended.')
    refuseFailed()
    if (held === undefined) return watch(sending())
    return watch(
      held.then(() => {
        refuseFailed()
        return sending()
      }),
    )
  }
  const refuseFailed = (): void => {
    if (failures.length > 0) throw failures[0]
  }
  const send = (statement: Statement, values: readonly Value[]): Promise<Outcome> =>
    inTurn(() => dialect.send(connection, statement, values.map(storable)))
  const allSent = async (): Promise<void> => {
    while (held !== undefined) await held
  }
  const writing = (): void => {
    if (mode === 'read') bug('A transaction that only reads was asked to write.')
  }

  const begun = watch(ends.begin(connection, mode))
  if (dialect.pipelines) sent.push(begun.catch(() => {}))
  else await begun

  return {
    mode,
    dialect,
    get isOver() {
      return over
    },
    async query(statement, values) {
      return (await send(statement, values)).rows
    },
    async change(statement, values) {
      writing()
      return send(statement, values)
    },
    post(statement, values) {
      writing()
      sent.push(send(statement, values).catch(() => {}))
    },
    async runForHost(text, values) {
      const answered = inTurn(() => dialect.sendForHost(connection, mode, text, values))
      const settled = answered.then(ignore, ignore)
      held = settled
      // The first to hear of it: those who waited come next, in their order, and nobody overtakes them.
      void settled.then(() => {
        if (held === settled) held = undefined
      })
      return answered
    },
    async commit() {
      over = true
      if (held !== undefined) await allSent()
      refuseFailed()
      try {
        await ends.commit(connection)
      } catch (error) {
        if (dialect.kindOf(error) === 'lost' && !dialect.wasNeverSent(error))
          throw new CommitUnknown('The connection was lost during a commit.', { cause: error })
        await Promise.all(sent)
        throw failures[0] ?? error
      }
      await Promise.all(sent)
    },
    async rollBack() {
      over = true
      await allSent()
      await Promise.all(sent)
      await ends.rollBack(connection)
    },
  }
}

const ignore = (): void => {}
