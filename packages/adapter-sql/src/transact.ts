import { setImmediate as turn } from 'node:timers/promises'
import { Contention } from '@holdfast/core'
import type { Knex } from 'knex'
import type { Dialect } from './dialect.ts'
import type { RetryOptions } from './retry.ts'
import { openSession, type SqlSession } from './session.ts'

/** One transaction, once, on a connection of knex's pool: committed when `work` resolves, rolled back when anything throws. */
export const transact = async <T>(
  knex: Knex,
  dialect: Dialect,
  mode: 'read' | 'write',
  work: (session: SqlSession) => Promise<T>,
  options: Pick<RetryOptions, 'pause'> = {},
): Promise<T> =>
  onConnection(knex, dialect, options, async (connection) => {
    const session = await openSession(dialect, connection, mode)
    try {
      const result = await work(session)
      await session.commit()
      return result
    } catch (error) {
      await session.rollBack().catch((reason: unknown) => discard(connection, reason))
      throw error
    }
  })

/** Has a connection of knex's pool to itself. */
export const onConnection = async <T>(
  knex: Knex,
  dialect: Dialect,
  { pause = turn }: Pick<RetryOptions, 'pause'>,
  use: (connection: object) => Promise<T>,
): Promise<T> => {
  // SQLite answers at once: without a pause, one transaction after the other would leave the process no time for anything
  // else. Whoever comes during the pause also gets into the same commit.
  if (!dialect.pipelines) await pause()
  const client = knex.client as ConnectionSource
  const connection = await client.acquireConnection().catch(tooBusy)
  const unguard = dialect.guard(connection)
  try {
    return await use(connection)
  } finally {
    unguard()
    await client.releaseConnection(connection)
  }
}

/** Every connection was taken for as long as the pool waits: nothing was done, and the same may be asked again. */
const tooBusy = (error: unknown): never => {
  // Of knex's own pool, and of a `pg.Pool`.
  const isTooBusy =
    error instanceof Error &&
    (error.name === 'KnexTimeoutError' || error.message === 'timeout exceeded when trying to connect')
  if (isTooBusy) throw new Contention(error.message, { cause: error })
  throw error
}

/** What is used of knex's client, which its types leave open. */
interface ConnectionSource {
  acquireConnection(): Promise<object>
  releaseConnection(connection: object): Promise<void>
}

/** A connection that cannot even roll back is thrown away by the pool: this is where knex looks. */
const discard = (connection: object, reason: unknown): void => {
  Object.assign(connection, { __knex__disposed: reason })
}
