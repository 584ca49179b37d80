import BetterSqlite3 from 'better-sqlite3'
import pg from 'pg'
import { keep } from './database.ts'

/** A table of Postgres, as far as its rows have to be copied. */
interface Table {
  readonly name: string
  readonly columns: readonly string[]
  readonly key: readonly string[]
  /** Present where Postgres counts the rows: the numbers have gaps there, and here they have none. */
  readonly counted: string | undefined
}

/**
 * What is committed in Postgres, in a SQLite in memory: the oracle asks both databases in the same words, and at once.
 *
 * The rows of a counted table are numbered anew in the order in which they were seen. Their own numbers are handed out when
 * a row is written and not when it is committed, so that whoever follows them would miss some.
 */
export interface Mirror {
  /** Takes over what was committed to these tables since they were read last, through any connection. */
  catchUp(client: pg.Client, tables: ReadonlySet<string>): Promise<void>
  /** Reads everything once more. @throws when a row is not as it was seen before. */
  verify(): Promise<void>
  query<Row>(sql: string, ...values: readonly (string | number)[]): readonly Row[]
  close(): void
}

/** The tables there are. */
export const readTables = async (observer: pg.Client): Promise<readonly Table[]> => {
  const { rows } = await observer.query<{ name: string; columns: string[]; key: string[]; counted: string | null }>(
    `SELECT relname::text AS name,
       (SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns,
       (SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute JOIN pg_index ON indrelid = attrelid
        WHERE attrelid = c.oid AND indisprimary AND attnum = ANY (indkey)) AS key,
       (SELECT attname::text FROM pg_attribute WHERE attrelid = c.oid AND attidentity <> '') AS counted
     FROM pg_class c WHERE relkind = 'r' AND relname LIKE 'holdfast\\_%' AND relname <> 'holdfast_migrations' ORDER BY relname`,
  )
  return rows.map(({ counted, ...table }) => ({ ...table, counted: counted ?? undefined }))
}

/** A mirror of tables that are empty. */
export const createMirror = (observer: pg.Client, tables: readonly Table[]): Mirror => {
  const db = keep(new BetterSqlite3(':memory:'))
  const statements = keep(new Map<string, BetterSqlite3.Statement<unknown[]>>())
  const prepare = (sql: string): BetterSqlite3.Statement<unknown[]> => {
    const known = statements.get(sql) ?? db.prepare(sql)
    statements.set(sql, known)
    return known
  }
  const copies = new Map(tables.map((table) => [table.name, createCopy(db, table, prepare)]))
  const changesOf = ({ name, columns, key }: Table, since: string) => ({
    name: `mirror_${name}`,
    text: `SELECT ${columns.join(', ')} FROM ${name} WHERE xmin::text::bigint >= $1 ORDER BY ${key.join(', ')}`,
    values: [since],
    rowMode: 'array' as const,
    types: exactNumbers,
  })
  const since = new Map<string, string>()
  return {
    async catchUp(client, names) {
      const changed = tables.filter(({ name }) => names.has(name))
      // Whatever ends after this is read again the next time.
      const [horizon, ...results] = await Promise.all([
        client.query<{ horizon: string }>(horizonQuery),
        ...changed.map((table) => client.query<unknown[]>(changesOf(table, since.get(table.name) ?? '0'))),
      ])
      for (const [index, { rows }] of results.entries()) {
        const name = changed[index]?.name ?? ''
        since.set(name, horizon.rows[0]?.horizon ?? '0')
        copies.get(name)?.put(rows)
      }
    },
    async verify() {
      for (const table of tables) {
        const { rows } = await observer.query<unknown[]>({ ...changesOf(table, '0') })
        copies.get(table.name)?.compare(rows)
      }
    },
    query: <Row>(sql: string, ...values: readonly (string | number)[]) => prepare(sql).all(...values) as readonly Row[],
    close: () => db.close(),
  }
}

/** Numbers of 64 bits as numbers: none here is too large. */
const exactNumbers = {
  getTypeParser: (oid: number) => (oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid)),
}

const horizonQuery = {
  name: 'mirror_horizon',
  text: 'SELECT (pg_snapshot_xmin(pg_current_snapshot())::text::bigint % 4294967296)::text AS horizon',
}

const createCopy = (
  db: BetterSqlite3.Database,
  { name, columns, key, counted }: Table,
  prepare: (sql: string) => BetterSqlite3.Statement<unknown[]>,
) => {
  // No types and no rules: what is in a row is for Postgres to say.
  db.exec(`CREATE TABLE ${name} (${columns.join(', ')}, PRIMARY KEY (${key.join(', ')})) WITHOUT ROWID`)
  const insert = `INSERT OR REPLACE INTO ${name} VALUES (${columns.map(() => '?').join(', ')})`
  const all = keep(db.prepare(`SELECT * FROM ${name}`).raw())
  const at = counted === undefined ? -1 : columns.indexOf(counted)
  const numbers = new Map<unknown, number>()
  const numbered = (row: readonly unknown[]): readonly unknown[] => {
    if (at < 0) return row
    const number = numbers.get(row[at]) ?? numbers.size + 1
    numbers.set(row[at], number)
    return row.with(at, number)
  }
  return {
    put(rows: readonly (readonly unknown[])[]): void {
      for (const row of rows) prepare(insert).run(...numbered(row))
    },
    compare(rows: readonly (readonly unknown[])[]): void {
      const here = new Set(all.all().map((row) => JSON.stringify(row)))
      const missing = rows.map((row) => JSON.stringify(numbered(row))).find((row) => !here.has(row))
      if (missing !== undefined || here.size !== rows.length)
        throw new Error(`${name} has ${rows.length} rows, the oracle has seen ${here.size}. Missing: ${missing}`)
    },
  }
}
