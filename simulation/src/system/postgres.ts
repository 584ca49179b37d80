import { openSql, sqlUnitOfWork } from '@holdfast/adapter-sql'
import { createDatabase } from '@holdfast/pg-test'
import pg from 'pg'
import { connectionSource } from './connection-source.ts'
import type { Connecting, Connection, Database, DatabaseMaker } from './database.ts'
import { createExchange, deadlockTimeoutMs, type Exchange } from './postgres-exchange.ts'
import { createLines, type Lines } from './postgres-lines.ts'
import { createMirror, readTables } from './postgres-mirror.ts'
import { createTurns } from './turns.ts'

/** One database on the server, for one run after the other. */
interface Place {
  readonly url: string
  /** For everything that is not under test. */
  readonly observer: pg.Client
  /** To see who waits for whom. */
  readonly monitor: pg.Client
  readonly tables: Awaited<ReturnType<typeof readTables>>
  /** Connections that are open, and that nobody has. */
  readonly spare: pg.Client[]
  runs: number
  drop(): Promise<void>
}

/** How the processes of a run meet on Postgres. */
export interface PostgresOptions {
  readonly gating?: 'turns' | 'statement'
  /** Changes what is sent: to see whether anybody notices. */
  readonly rewrite?: (sql: string) => string
}

/**
 * Postgres, with a database of its own for each run that is under way at the same time. It is emptied between runs.
 *
 * With `turns`, each process has one connection. With `statement`, it has several, stops before every statement, waits for
 * locks, and loses its connections when it ends, as all do when the server restarts.
 */
export const postgresDatabases = async (
  adminUrl: string,
  { gating = 'turns', rewrite = (sql) => sql }: PostgresOptions = {},
): Promise<DatabaseMaker> => {
  const free: Place[] = []
  const made: Place[] = []
  const take = async (): Promise<Place> => {
    const known = free.pop()
    if (known !== undefined) return known
    const place = await makePlace(adminUrl)
    made.push(place)
    return place
  }
  const first = await take()
  free.push(first)
  const { rows } = await first.observer.query<{ server_version: string }>('SHOW server_version')
  return {
    name: `Postgres ${rows[0]?.server_version ?? ''}`,
    kind: 'postgres',
    gating,
    async open({ without, instead = [] } = { isNew: false }) {
      // Nobody else is to have it.
      if (without !== undefined) {
        const own = await makePlace(adminUrl)
        for (const name of without) await leaveOut(own, name)
        for (const sql of instead) await own.observer.query(sql)
        return openPlace(own, { gating, rewrite }, own.drop)
      }
      const place = await take()
      await emptyTables(place)
      return openPlace(place, { gating, rewrite }, async () => void free.push(place))
    },
    async dispose() {
      for (const place of made.splice(0)) await place.drop()
    },
  }
}

const makePlace = async (adminUrl: string): Promise<Place> => {
  const { url, drop } = await createDatabase(adminUrl)
  const sql = openSql({ kind: 'postgres', url })
  await sql.migrate()
  await sql.close()
  const observer = await connectTo(url)
  const monitor = await connectTo(url)
  // Rows are deleted table by table, in any order.
  await observer.query('SET session_replication_role = replica')
  const tables = await readTables(observer)
  // It works when it likes, and takes locks; what it would tidy up goes when the tables are truncated.
  for (const { name } of tables)
    await observer.query(`ALTER TABLE ${name} SET (autovacuum_enabled = false, toast.autovacuum_enabled = false)`)
  const spare: pg.Client[] = []
  return {
    url,
    observer,
    monitor,
    tables,
    spare,
    runs: 0,
    async drop() {
      for (const client of [observer, monitor, ...spare]) await client.end()
      await drop()
    },
  }
}

/** Takes away an index or a constraint. @throws where there is none of this name. */
const leaveOut = async ({ observer }: Place, name: string): Promise<void> => {
  const { rows } = await observer.query<{ readonly kept: string }>(
    'SELECT conrelid::regclass AS kept FROM pg_constraint WHERE conname = $1',
    [name],
  )
  const [constraint] = rows
  await observer.query(
    constraint === undefined ? `DROP INDEX ${name}` : `ALTER TABLE ${constraint.kept} DROP CONSTRAINT ${name}`,
  )
}

/** Connects, and lets no broken connection end the process. */
export const connectTo = async (url: string): Promise<pg.Client> => {
  const client = new pg.Client({
    connectionString: url,
    // What is simulated is the end of processes, not of power.
    options: `-c synchronous_commit=off -c deadlock_timeout=${deadlockTimeoutMs}ms`,
    pipeline: true,
  } as pg.ClientConfig)
  client.on('error', () => {})
  await client.connect()
  return client
}

/** Deleting leaves dead rows behind, and truncating takes longer: so mostly the one, and now and then the other. */
const emptyTables = async (place: Place): Promise<void> => {
  const names = place.tables.map(({ name }) => name)
  place.runs += 1
  if (place.runs % 16 === 0) await place.observer.query(`TRUNCATE ${names.join(', ')}`)
  else
    await Promise.all(names.map((name) => place.observer.query({ name: `empty_${name}`, text: `DELETE FROM ${name}` })))
}

const openPlace = (
  place: Place,
  { gating, rewrite }: Required<PostgresOptions>,
  onClose: () => Promise<void>,
): Database => {
  const { monitor, observer, tables, spare } = place
  const mirror = createMirror(observer, tables)
  const processes = new Set<Lines>()
  const endings: Promise<void>[] = []
  let exchange: Exchange | undefined
  const end = async (lines: Lines): Promise<void> => {
    processes.delete(lines)
    await lines.end()
    await exchange?.settle()
  }
  const open = async (): Promise<pg.Client> => spare.pop() ?? (await connectTo(place.url))
  const shared = {
    connect(options: Connecting): Connection {
      if (gating === 'statement') exchange ??= createExchange({ monitor, ...options })
      const meddle = options.meddling?.rewrite
      let conflicts = 0
      // Whoever has lost waits for a moment, and does the whole transaction again.
      const sleep = (ms: number): Promise<void> => {
        for (; conflicts > 0; conflicts -= 1) options.count('deadlock_retried')
        return options.sleep(ms)
      }
      const onConflict = (): void => void (conflicts += 1)
      const lines = createLines({
        ...options,
        rewrite,
        meddle,
        onConflict,
        exchange,
        monitor,
        open,
        spare,
        onCommit: mirror.catchUp,
      })
      processes.add(lines)
      const knex = connectionSource({ driverName: 'pg', most: gating === 'turns' ? 1 : 3, ...lines })
      return {
        // A transaction stands still here for as long as others are chosen before it.
        unitOfWork: sqlUnitOfWork(knex, { ...options, sleep, idleTransactionTimeoutMs: 0 }),
        cut() {
          const ending = end(lines)
          endings.push(ending)
          return ending
        },
      }
    },
    query: mirror.query,
    whole: mirror.verify,
    async close() {
      await Promise.all([...endings, ...[...processes].map(end)])
      mirror.close()
      await onClose()
    },
  }
  if (gating === 'turns') return { ...shared, turns: createTurns() }
  return {
    ...shared,
    async cutConnections() {
      for (const lines of processes) await lines.lose()
      await exchange?.settle()
    },
  }
}
