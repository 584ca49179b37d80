import pg from 'pg'
import type { Location } from '../scratch.ts'
import { connections, openKnex } from './tables.ts'

/** A statement that each connection prepares once. Answers how many rows it read or changed. */
export const named = (name: string, text: string) => {
  const ask = asking(name, text)
  return async (on: pg.Pool | pg.PoolClient, values: readonly (string | number)[]): Promise<number> =>
    (await ask(on, values)).rowCount ?? 0
}

/** As {@link named}; answers the rows. */
export const asking =
  <Row extends pg.QueryResultRow>(name: string, text: string) =>
  (on: pg.Pool | pg.PoolClient, values: readonly (string | number)[]): Promise<pg.QueryResult<Row>> =>
    on.query<Row>({ name, text, values: [...values] })

/** Runs work on one connection, in one transaction. */
export const inTransaction = async <Result>(
  pool: pg.Pool,
  work: (connection: pg.PoolClient) => Promise<Result>,
): Promise<Result> => {
  const connection = await pool.connect()
  try {
    await connection.query('BEGIN')
    const result = await work(connection)
    await connection.query('COMMIT')
    return result
  } catch (error) {
    await connection.query('ROLLBACK')
    throw error
  } finally {
    connection.release()
  }
}

/** The driver for what is measured, and knex for what is not: it makes the tables, fills them and counts. */
export const openPostgres = (location: Location) => {
  if (location.kind !== 'postgres') throw new Error('This floor is for Postgres.')
  const pool = new pg.Pool({ connectionString: location.url, max: connections })
  const knex = openKnex(location)
  const close = async (): Promise<void> => {
    await knex.destroy()
    await pool.end()
  }
  return { pool, knex, close }
}
