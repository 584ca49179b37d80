import { readFileSync } from 'node:fs'
import { openSql, type SqlDatabase } from '@holdfast/adapter-sql'
import type { Instant, PaymentId } from '@holdfast/core'
import Database from 'better-sqlite3'
import type { Location } from '../scratch.ts'
import { listDue } from './due-lines.ts'

/** What Holdfast's own listings read, as the database says, or the system it runs on. */
export interface Reads {
  /** Rows looked at, those that were left out again among them. */
  readonly rows: number
  /** Pages of the file that were read, where the system counts what a process reads (Linux); on Postgres, buffers. */
  readonly pages?: number
  /** Pages that the whole database has. */
  readonly pagesInAll: number
  /** Through what each listing found its rows: the index, or the table that was read as a whole. */
  readonly through: readonly string[]
}

/** Lists what is due at a moment, and finds out what that reads. The statements explained are those that Holdfast has sent. */
export const readsOf = (location: Location, now: Instant, limit: number): Promise<Reads> =>
  location.kind === 'sqlite' ? readsOnSqlite(location, now, limit) : readsOnPostgres(location, now, limit)

type At<Kind extends Location['kind']> = Extract<Location, { readonly kind: Kind }>

/** On a connection that has read nothing yet but the schema: what it needs comes from the file, and the system counts it. */
const readsOnSqlite = async (location: At<'sqlite'>, now: Instant, limit: number): Promise<Reads> => {
  const database = openSql(location)
  try {
    const { knex, unitOfWork } = database
    const texts = await watchTexts(database)
    await unitOfWork.read(({ payments }) => payments.find('pay_nobody' as PaymentId))
    texts.length = 0
    const own = bytesRead()
    const before = bytesRead()
    await listDue(unitOfWork, now, limit)
    const after = bytesRead()
    const [{ page_size: pageSize } = { page_size: 4096 }]: readonly { readonly page_size: number }[] =
      await knex.raw('PRAGMA page_size')
    const [{ page_count: pagesInAll } = { page_count: 0 }]: readonly { readonly page_count: number }[] =
      await knex.raw('PRAGMA page_count')
    const looks = rowsSeen(
      location.filename,
      texts.filter((each) => each.trimStart().startsWith('SELECT')),
      [now, limit],
    )
    return {
      rows: looks.rows,
      ...(own === undefined || before === undefined || after === undefined
        ? {}
        : { pages: Math.floor((after - before - (before - own)) / pageSize) }),
      pagesInAll,
      through: looks.plans.map((detail) => / INDEX (\w+)/.exec(detail)?.[1] ?? detail),
    }
  } finally {
    await database.close()
  }
}

/**
 * How many rows these listings come across. SQLite keeps no such count, but calls a function that a condition has for each row that
 * it looks at: so the same statements are run once more with a function that counts, on a connection of their own.
 *
 * @throws when SQLite would then go another way than it does without.
 */
const rowsSeen = (
  filename: string,
  texts: readonly string[],
  values: readonly [Instant, number],
): { readonly rows: number; readonly plans: readonly string[] } => {
  const database = new Database(filename, { readonly: true })
  try {
    let rows = 0
    // Not deterministic, so that it is called for every row, and takes a column, so that it is called where that is known.
    database.function('seen', (_lookAt: unknown) => {
      rows += 1
      return 1
    })
    const planOf = (text: string): readonly string[] =>
      database
        .prepare<unknown[], { readonly detail: string }>(`EXPLAIN QUERY PLAN ${text}`)
        .all(...values)
        .map(({ detail }) => detail)
    const plans = texts.map((text) => {
      const counting = text.replace('WHERE ', 'WHERE seen(look_at) AND ')
      const [plan, planOfCounting] = [planOf(text), planOf(counting)]
      if (counting === text || plan.join() !== planOfCounting.join())
        throw new Error(`What this reads cannot be counted: ${text}`)
      database.prepare(counting).all(...values)
      return plan
    })
    return { rows, plans: plans.flat() }
  } finally {
    database.close()
  }
}

/** The texts that the connection is given to prepare, from now on. */
const watchTexts = async ({ knex }: SqlDatabase): Promise<string[]> => {
  const texts: string[] = []
  const client = knex.client as {
    acquireConnection(): Promise<{ prepare: (text: string) => object }>
    releaseConnection(connection: object): Promise<void>
  }
  const connection = await client.acquireConnection()
  const prepare = connection.prepare.bind(connection)
  connection.prepare = (text) => {
    texts.push(text)
    return prepare(text)
  }
  await client.releaseConnection(connection)
  return texts
}

/** Bytes that this process has read so far, from files and all else; `undefined` where the system does not say. */
const bytesRead = (): number | undefined => {
  try {
    return Number(/rchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1])
  } catch {
    return undefined
  }
}

/** On one connection, so that what Holdfast has prepared there can be explained there. */
const readsOnPostgres = async (location: At<'postgres'>, now: Instant, limit: number): Promise<Reads> => {
  const database = openSql({ ...location, poolMax: 1 })
  try {
    const { knex, unitOfWork } = database
    // Often enough that the server has settled for the plan it keeps.
    for (let n = 0; n < 10; n += 1) await listDue(unitOfWork, now, limit)
    const { rows: prepared }: { rows: readonly { readonly name: string }[] } = await knex.raw(
      `SELECT name FROM pg_prepared_statements WHERE statement LIKE 'SELECT%look_at <= %' ORDER BY prepare_time`,
    )
    const plans: PlanNode[] = []
    for (const { name } of prepared) {
      const explained: { readonly rows: readonly { readonly 'QUERY PLAN': readonly { readonly Plan: PlanNode }[] }[] } =
        await knex.raw(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE "${name}" (${now}, ${limit})`)
      const plan = explained.rows[0]?.['QUERY PLAN'][0]?.Plan
      if (plan !== undefined) plans.push(plan)
    }
    const { rows: sizes }: { rows: readonly { readonly pages: string }[] } = await knex.raw(
      `SELECT pg_database_size(current_database()) / current_setting('block_size')::int AS pages`,
    )
    const nodes = plans.flatMap(nodesOf)
    return {
      rows: nodes.reduce((sum, node) => sum + rowsOf(node), 0),
      pages: plans.reduce((sum, plan) => sum + plan['Shared Hit Blocks'] + plan['Shared Read Blocks'], 0),
      pagesInAll: Number(sizes[0]?.pages),
      through: nodes.flatMap((node) =>
        node['Node Type'] === 'Seq Scan' ? `all of ${node['Relation Name']}` : (node['Index Name'] ?? []),
      ),
    }
  } finally {
    await database.close()
  }
}

/** Of a plan that Postgres explains in JSON, what is read of it. */
interface PlanNode {
  readonly 'Node Type': string
  /** Present where rows of a table are read. */
  readonly 'Relation Name'?: string
  readonly 'Index Name'?: string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly 'Rows Removed by Index Recheck'?: number
  readonly 'Shared Hit Blocks': number
  readonly 'Shared Read Blocks': number
  readonly Plans?: readonly PlanNode[]
}

const nodesOf = (node: PlanNode): readonly PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)]

const rowsOf = (node: PlanNode): number =>
  node['Relation Name'] === undefined
    ? 0
    : node['Actual Loops'] *
      (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0))
