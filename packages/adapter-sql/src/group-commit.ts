import { Contention } from '@holdfast/core'
import type { Knex } from 'knex'
import type { Dialect, TransactionEnds } from './dialect.ts'
import type { RetryOptions } from './retry.ts'
import { openSession, type OpenSession, type SqlSession } from './session.ts'
import { onConnection } from './transact.ts'

/** Runs work in a transaction, once: committed when it resolves, rolled back when anything throws. */
export type Transact = <T>(work: (session: SqlSession) => Promise<T>) => Promise<T>

/** Work in line for the connection. */
interface Waiting {
  readonly work: (session: SqlSession) => Promise<unknown>
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
  readonly stopTimer: () => void
}

/** What became of a piece of work, to be told once the commit is done. */
interface End {
  readonly tell: () => void
}

/**
 * Transactions for a database with one writer: those that wait in line while another commits are then run one after the
 * other and committed together. What costs is the commit, and it costs the same for one as for thirty.
 *
 * Each is a savepoint: it sees what those before it did, and one that throws takes back its own part only. Nobody is told
 * anything, good or bad, before the commit: should that fail, it has failed for all. Where one of them alone is to blame, they
 * are run again, each by itself.
 */
export const groupCommit = (
  knex: Knex,
  dialect: Dialect,
  part: TransactionEnds,
  options: Pick<RetryOptions, 'startTimer' | 'pause'> = {},
): Transact => {
  const { startTimer = byTimeout } = options
  let line: readonly Waiting[] = []
  let moving = false

  const move = async (): Promise<void> => {
    moving = true
    while (line.length > 0) await commitTogether()
    moving = false
  }

  const commitTogether = async (): Promise<void> => {
    let group: readonly Waiting[] | undefined
    try {
      const ends = await onConnection(knex, dialect, options, (connection) => {
        // As late as this, so that whoever came while the connection was waited for is in it.
        group = line.slice(0, mostTogether)
        line = line.slice(mostTogether)
        for (const { stopTimer } of group) stopTimer()
        return runGroup(dialect, part, connection, group)
      })
      for (const { tell } of ends) tell()
    } catch (error) {
      // No commit, so nothing is kept of the group; or no connection, which is true for everybody in line.
      const failed = group ?? line
      if (group === undefined) line = []
      for (const { stopTimer, reject } of failed) {
        stopTimer()
        reject(error)
      }
    }
  }

  return <T>(work: (session: SqlSession) => Promise<T>) =>
    new Promise<T>((resolve, reject) => {
      const leave = (): void => {
        line = line.filter((other) => other !== waiting)
        reject(new Contention('The database was busy with other transactions for too long.'))
      }
      const waiting: Waiting = {
        work,
        resolve: resolve as (result: unknown) => void,
        reject,
        // Whoever is alone goes at once, and waits for the pool at most, which has a timer of its own.
        stopTimer: moving ? startTimer(longestWaitMs, leave) : () => {},
      }
      line = [...line, waiting]
      if (!moving) void move()
    })
}

const byTimeout = (ms: number, run: () => void): (() => void) => {
  const timer = setTimeout(run, ms)
  return () => clearTimeout(timer)
}

// More would gain little, and make the first wait for the last.
const mostTogether = 64

// As long as knex waits for a connection. A transaction inside another would otherwise wait for itself for ever.
const longestWaitMs = 10_000

const runGroup = async (
  dialect: Dialect,
  part: TransactionEnds,
  connection: object,
  group: readonly Waiting[],
): Promise<readonly End[]> => {
  const [only] = group
  if (group.length === 1 && only !== undefined) return runAlone(dialect, connection, [only])
  const ends: End[] = []
  await dialect.transaction.begin(connection, 'write')
  try {
    for (const waiting of group) {
      const end = await runPart(await openSession(dialect, connection, 'write', part), waiting)
      // A full disk takes everything back by itself, what the others did included; so does a table of the host's, if it says so.
      if (!dialect.inTransaction(connection)) return await runAlone(dialect, connection, group)
      ends.push(end)
    }
    await dialect.transaction.commit(connection)
    return ends
  } catch (error) {
    await dialect.transaction.rollBack(connection)
    // Of constraints that are looked at last: whose it is shows when each commits by itself.
    if (dialect.violationOf(error) !== undefined) return runAlone(dialect, connection, group)
    throw error
  }
}

/** One after the other, each with a commit of its own, so that what takes one back takes back nothing else. */
const runAlone = async (dialect: Dialect, connection: object, group: readonly Waiting[]): Promise<readonly End[]> => {
  const ends: End[] = []
  for (const waiting of group)
    try {
      ends.push(await runPart(await openSession(dialect, connection, 'write'), waiting))
    } catch (error) {
      // It concerns this one alone: what those before it did is kept already.
      ends.push({ tell: () => waiting.reject(error) })
    }
  return ends
}

const runPart = async (session: OpenSession, { work, resolve, reject }: Waiting): Promise<End> => {
  try {
    const result = await work(session)
    await session.commit()
    return { tell: () => resolve(result) }
  } catch (error) {
    await session.rollBack()
    return { tell: () => reject(error) }
  }
}
