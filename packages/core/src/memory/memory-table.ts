import { decodeJson, encodeJson } from '../kernel/json.ts'

/** What a transaction lets its tables do. */
export interface Session {
  /** @throws Bug once the transaction is over. */
  readonly reading: () => void
  /** Remembers how to take a change back. @throws Bug once the transaction is over, and in one that only reads. */
  readonly writing: (undo: () => void) => void
}

/** Rows by key, as one transaction sees and changes them. */
export interface MemoryTable<Row> {
  get(key: string): Row | undefined
  /** Keeps a copy: what is done to `row` afterwards changes nothing here. */
  set(key: string, row: Row): void
  /** In the order in which they were first set. */
  all(): readonly Row[]
  readonly size: number
}

/** The rows of a table, seen through a transaction. A row is kept as JSON keeps it, like in any other database. */
export const memoryTable = <Row>(rows: Map<string, Row>, session: Session): MemoryTable<Row> => ({
  get(key) {
    session.reading()
    return rows.get(key)
  },
  set(key, row) {
    const before = rows.get(key)
    session.writing(() => (before === undefined ? rows.delete(key) : rows.set(key, before)))
    rows.set(key, decodeJson<Row>(encodeJson(row)))
  },
  all() {
    session.reading()
    return [...rows.values()]
  },
  get size() {
    session.reading()
    return rows.size
  },
})

/** Orders by a number, then by id: the total order that every list needs. */
export const byNumberThenId =
  <Row extends { readonly id: string }>(number: (row: Row) => number) =>
  (a: Row, b: Row): number =>
    number(a) - number(b) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

/** At most `limit` of these rows, after the one with id `after`; none when there is no such row. */
export const page = <Row>(
  rows: readonly Row[],
  id: (row: Row) => string,
  { limit, after }: { readonly limit: number; readonly after?: string | undefined },
): readonly Row[] => {
  const start = after === undefined ? 0 : rows.findIndex((row) => id(row) === after) + 1
  return after !== undefined && start === 0 ? [] : rows.slice(start, start + limit)
}

/** Which records to list in the order of their ids: at most `limit`, after the one with id `after`. */
export const byId = <Row>(
  rows: MemoryTable<{ readonly value: Row }>,
  id: (row: Row) => string,
  wanted: { readonly limit: number; readonly after?: string | undefined },
): readonly Row[] => {
  const all = rows.all().map(({ value }) => value)
  return page(
    all.sort((a, b) => (id(a) < id(b) ? -1 : 1)),
    id,
    wanted,
  )
}

/** Which records to list, the newest first: those that fit, at most `limit`, older than the one with id `after`. */
export const newestThat = <Row extends { readonly id: string; readonly createdAt: number }>(
  rows: MemoryTable<{ readonly value: Row }>,
  { limit, after }: { readonly limit: number; readonly after?: string | undefined },
  fits: (row: Row) => boolean,
): readonly Row[] => {
  const newestFirst = rows
    .all()
    .map(({ value }) => value)
    .sort(byNumberThenId(({ createdAt }) => createdAt))
    .reverse()
  return page(newestFirst, ({ id }) => id, { limit: newestFirst.length, after })
    .filter(fits)
    .slice(0, limit)
}
