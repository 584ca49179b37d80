import type { Knex } from 'knex'
import type { Dialect } from './dialect.ts'
import { openSession, type SqlSession } from './session.ts'

/** One transaction, once, on a connection of knex's pool: committed when `work` resolves, rolled back when anything throws. */
export const transact = async <T>(
  knex: Knex,
  dialect: Dialect,
  mode: 'read' | 'write',
  work: (session: SqlSession) => Promise<T>,
): Promise<T> => {
  const client = knex.client as ConnectionSource
  const connection = await client.acquireConnection()
  const unguard = dialect.guard(connection)
  try {
    const session = await openSession(dialect, connection, mode)
    try {
      const result = await work(session)
      await session.commit()
      return result
    } catch (error) {
      await session.rollBack().catch((reason: unknown) => discard(connection, reason))
      throw error
    }
  } finally {
    unguard()
    await client.releaseConnection(connection)
  }
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
