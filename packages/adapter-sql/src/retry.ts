import { Contention, StoreUnavailable, VersionConflict } from '@holdfast/core'
import type { Dialect, ErrorKind } from './dialect.ts'
import type { TransactionLimits } from './transaction-limits.ts'

/** How a unit of work behaves towards others who use the same database. */
export interface SqlOptions extends RetryOptions, TransactionLimits {
  /**
   * On connections to Postgres that are opened here, how long an answer is waited for, in milliseconds, before the server is
   * taken for gone, and its connection with it: a machine that is gone says nothing, and stops no statement. Should be
   * more than `statementTimeoutMs`. 0 waits for ever. Default: five seconds more than `statementTimeoutMs`, and 0 where that is 0.
   */
  readonly answerTimeoutMs?: number
}

/** How long a transaction is tried again, and with what patience. */
export interface RetryOptions {
  /** How often work is run that other writers keep defeating. Default: 10. */
  readonly maxTries?: number
  /** How long a database that is locked is waited for, in milliseconds. Default: 5000. */
  readonly busyTimeoutMs?: number
  /** How often work is run that loses its connection before it commits. Default: 4. */
  readonly maxReconnects?: number
  /** How to wait. Default: a timer. */
  readonly sleep?: (ms: number) => Promise<void>
  /** Does something after a while, unless what it answers is called before. Default: a timer. */
  readonly startTimer?: (ms: number, run: () => void) => () => void
  /**
   * Lets the process do something else before each transaction on SQLite, which answers at once: one after the other would
   * leave no time for anything. Default: a turn of the event loop.
   */
  readonly pause?: () => Promise<void>
  /** From 0 up to 1, so that those who were defeated together do not come back together. Default: `Math.random`. */
  readonly random?: () => number
}

/**
 * Tries a whole transaction until it succeeds, fails for good, or its patience is at an end.
 *
 * Tried again: version conflicts, serialization failures, deadlocks, a slot that somebody took meanwhile, a locked
 * database, a transaction that the server ended because it stood still, a connection that has forgotten what it had prepared,
 * and one that was lost before the commit was sent. A connection lost during the commit is not: see
 * {@link CommitUnknown}.
 *
 * @throws {@link Contention} when other writers won every time, or the server stopped a statement that took
 * longer than it may. @throws {@link StoreUnavailable} when the connection was
 * lost every time, and when there is no room for what is to be stored. @throws whatever failed for good.
 */
export const persistently = async <T>(
  dialect: Dialect,
  {
    maxTries = 10,
    busyTimeoutMs = 5_000,
    maxReconnects = 4,
    sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    random = Math.random,
  }: RetryOptions,
  transaction: () => Promise<T>,
): Promise<T> => {
  const failures: Record<ErrorKind, number> = { conflict: 0, busy: 0, lost: 0, overdue: 0, full: 0, other: 0 }
  let waitedMs = 0
  for (;;)
    try {
      return await transaction()
    } catch (error) {
      const kind = error instanceof VersionConflict ? 'conflict' : dialect.kindOf(error)
      failures[kind] += 1
      const goOn = {
        conflict: failures.conflict < maxTries,
        busy: waitedMs < busyTimeoutMs,
        lost: failures.lost < maxReconnects,
        // It has waited for as long as is allowed, already.
        overdue: false,
        // Somebody has to make room first.
        full: false,
        other: false,
      }[kind]
      if (!goOn && kind === 'other') throw error
      if (!goOn) {
        const GaveUp = kind === 'lost' || kind === 'full' ? StoreUnavailable : Contention
        throw new GaveUp(`Gave up: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
      }
      const waitMs = longestWaitMs(kind, failures[kind]) * (0.5 + random() / 2)
      waitedMs += waitMs
      await sleep(waitMs)
    }
}

// A conflict is over when the winner has committed; a locked file and a server that restarts take longer.
const longestWaitMs = (kind: ErrorKind, failures: number): number =>
  kind === 'lost' ? Math.min(50 * 2 ** failures, 1_000) : Math.min(2 ** failures, 100)
