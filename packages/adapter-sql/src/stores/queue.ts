import {
  encodeJson,
  type Instant,
  type Json,
  type LastRun,
  type Leased,
  type NewWork,
  type Queue,
  type Work,
  type WorkStatus,
} from '@holdfast/core'
import { count, json, maybeMoment, maybeText, moment, text } from '../row.ts'
import type { Row, SqlSession } from '../session.ts'
import { placeholders, rowsStatement, statement, type Statement, type Value } from '../statement.ts'

/** The tables that hold work. */
export type QueueTable = 'holdfast_outbox' | 'holdfast_inbox' | 'holdfast_tasks'

/** Durable work with leases, in one table. */
export const sqlQueue = (table: QueueTable) => {
  const sql = statementsFor(table)
  /** Ends a piece, or, where it was appended since it was taken, makes it wait again; what each needs to know comes first. */
  const end = async (
    session: SqlSession,
    { over, again }: { readonly over: Statement; readonly again: Statement },
    values: { readonly over: readonly Value[]; readonly again: readonly Value[] },
    id: string,
    lease: number,
  ): Promise<boolean> =>
    (await session.change(over, [...values.over, id, lease])).changes === 1 ||
    (await session.change(again, [...values.again, id, lease])).changes === 1
  const take = async <Body>(
    session: SqlSession,
    id: string,
    { now, leaseMs }: { readonly now: Instant; readonly leaseMs: number },
  ): Promise<Leased<Body> | undefined> => {
    const [row] = (await session.change(sql.take, [now + leaseMs, id, now])).rows
    return row && readLeased<Body>(row)
  }
  return <Body>(session: SqlSession): Queue<Body> => ({
    async append(work, now) {
      const pieces = eachOnce(work)
      for (let start = 0; start < pieces.length; start += rowsAtOnce) {
        const some = pieces.slice(start, start + rowsAtOnce)
        session.post(
          sql.append(some.length),
          some.flatMap(({ id, body, dueAt }) => [id, encodeJson(body), dueAt, now]),
        )
      }
    },
    async lease({ now, limit, leaseMs }) {
      // One by one, which is one journey where statements travel together: for an UPDATE of what a SELECT finds, SQLite makes
      // tables that it throws away, and is fifty times as long at it, also where nothing is due.
      const due = await session.query(sql.due, [now, now, limit])
      const taken = await Promise.all(due.map((row) => take<Body>(session, text(row, 'id'), { now, leaseMs })))
      return taken.filter((work) => work !== undefined)
    },
    take: (id, until) => take(session, id, until),
    async finish(id, lease, { at, result }) {
      const written = result === undefined ? null : encodeJson(result)
      return end(session, sql.finish, { over: [at, written], again: [at, at, written] }, id, lease)
    },
    async prolong(id, lease, until) {
      return (await session.change(sql.prolong, [until, id, lease])).changes === 1
    },
    async postpone(id, lease, until, error) {
      return (await session.change(sql.postpone, [until, until, error, id, lease])).changes === 1
    },
    async bury(id, lease, error, at) {
      return end(session, sql.bury, { over: [at, error], again: [at] }, id, lease)
    },
    async find(id) {
      const [row] = await session.query(sql.find, [id])
      return row && readWork<Body>(row)
    },
    async list({ status, limit, after }) {
      const rows =
        after === undefined
          ? await session.query(sql.list[status], [limit])
          : await session.query(sql.listAfter[status], [after, limit])
      return rows.map((row) => readWork<Body>(row))
    },
    async revive(id, dueAt) {
      return (await session.change(sql.revive, [dueAt, id])).changes === 1
    },
    async depth(now) {
      const [row] = await session.query(sql.depth, [now])
      if (row === undefined) return { waiting: 0, dead: 0 }
      const oldestDueAt = maybeMoment(row, 'oldest_due_at')
      return {
        waiting: count(row, 'waiting'),
        dead: count(row, 'dead'),
        ...(oldestDueAt === undefined ? {} : { oldestDueAt }),
      }
    },
  })
}

/** Every column of a queue's table. */
export const workColumns =
  'id, body, status, due_at, tries, lease, leased_until, again_at, created_at, finished_at, last_error, result, ' +
  'last_ended_at, last_result'

const rowsAtOnce = 100

const statementsFor = (table: QueueTable) => {
  const free = '(leased_until IS NULL OR leased_until <= ?)'
  const held = 'id = ? AND lease = ? AND leased_until IS NOT NULL'
  // Whoever takes it has yet to look, so what was asked for until then is asked of them.
  const taken = 'tries = tries + 1, lease = lease + 1, leased_until = ?, again_at = NULL'
  const select = `SELECT ${workColumns} FROM ${table}`
  // A status is written out and not passed in, so that the planner sees which partial index covers it.
  const list = (status: WorkStatus) => statement(`${select} WHERE status = '${status}' ORDER BY due_at, id LIMIT ?`)
  const listAfter = (status: WorkStatus) =>
    statement(
      `${select} WHERE status = '${status}' AND (due_at, id) > (SELECT due_at, id FROM ${table} WHERE id = ?)
       ORDER BY due_at, id LIMIT ?`,
    )
  const ifDone = (column: string, ofThatRun: string) =>
    `${column} = CASE WHEN ${table}.status = 'done' THEN ${table}.${ofThatRun} ELSE ${table}.${column} END`
  const startOver = (more: string) =>
    statement(
      `UPDATE ${table} SET due_at = again_at, created_at = ?, tries = 0, leased_until = NULL, again_at = NULL,
         last_error = NULL${more} WHERE ${held} AND again_at IS NOT NULL`,
    )
  const unlessWaiting = (column: string) =>
    `${column} = CASE WHEN ${table}.status = 'waiting' THEN ${table}.${column} ELSE excluded.${column} END`
  return {
    append: rowsStatement(
      (rows) =>
        `INSERT INTO ${table} (id, body, due_at, created_at) VALUES ${placeholders(rows, 4)}
         ON CONFLICT (id) DO UPDATE SET
           due_at = CASE WHEN ${table}.status = 'waiting' AND ${table}.due_at < excluded.due_at
             THEN ${table}.due_at ELSE excluded.due_at END,
           again_at = CASE WHEN ${table}.leased_until IS NULL THEN NULL
             WHEN ${table}.again_at < excluded.due_at THEN ${table}.again_at ELSE excluded.due_at END,
           ${['body', 'tries', 'created_at', 'last_error'].map(unlessWaiting).join(', ')},
           ${ifDone('last_ended_at', 'finished_at')}, ${ifDone('last_result', 'result')},
           status = 'waiting', finished_at = NULL, result = NULL
         WHERE ${table}.status <> 'waiting' OR ${table}.leased_until IS NOT NULL OR excluded.due_at < ${table}.due_at`,
    ),
    due: statement(
      `SELECT id FROM ${table} WHERE status = 'waiting' AND due_at <= ? AND ${free}
       ORDER BY due_at, id LIMIT ? {skip locked}`,
    ),
    take: statement(
      `UPDATE ${table} SET ${taken} WHERE id = ? AND status = 'waiting' AND ${free} RETURNING id, body, tries, lease`,
    ),
    finish: {
      over: statement(
        `UPDATE ${table} SET status = 'done', finished_at = ?, result = ?, leased_until = NULL,
           last_ended_at = NULL, last_result = NULL WHERE ${held} AND again_at IS NULL`,
      ),
      again: startOver(', last_ended_at = ?, last_result = ?'),
    },
    prolong: statement(`UPDATE ${table} SET leased_until = ? WHERE ${held}`),
    postpone: statement(
      `UPDATE ${table} SET due_at = CASE WHEN again_at < ? THEN again_at ELSE ? END, last_error = ?,
         leased_until = NULL, again_at = NULL WHERE ${held}`,
    ),
    bury: {
      over: statement(
        `UPDATE ${table} SET status = 'dead', finished_at = ?, last_error = ?, leased_until = NULL
         WHERE ${held} AND again_at IS NULL`,
      ),
      again: startOver(''),
    },
    revive: statement(
      `UPDATE ${table} SET status = 'waiting', due_at = ?, tries = 0, finished_at = NULL WHERE id = ? AND status = 'dead'`,
    ),
    find: statement(`${select} WHERE id = ?`),
    list: { waiting: list('waiting'), done: list('done'), dead: list('dead') },
    listAfter: { waiting: listAfter('waiting'), done: listAfter('done'), dead: listAfter('dead') },
    depth: statement(
      `SELECT (SELECT count(*) FROM ${table} WHERE status = 'waiting') AS waiting,
              (SELECT count(*) FROM ${table} WHERE status = 'dead') AS dead,
              (SELECT min(due_at) FROM ${table} WHERE status = 'waiting' AND due_at <= ?) AS oldest_due_at`,
    ),
  }
}

/** Each piece once, due as soon as any says; in the order of ids, so that two who append the same do not block each other. */
const eachOnce = <Body>(work: readonly NewWork<Body>[]): readonly NewWork<Body>[] => {
  const pieces = new Map<string, NewWork<Body>>()
  for (const piece of work) {
    const known = pieces.get(piece.id)
    if (known === undefined) pieces.set(piece.id, piece)
    else if (piece.dueAt < known.dueAt) pieces.set(piece.id, { ...known, dueAt: piece.dueAt })
  }
  return [...pieces.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}

const readLeased = <Body>(row: Row): Leased<Body> => ({
  id: text(row, 'id'),
  body: json<Body>(row, 'body'),
  tries: count(row, 'tries'),
  lease: count(row, 'lease'),
})

/** Reads a piece of work back. */
export const readWork = <Body>(row: Row): Work<Body> => {
  const leasedUntil = maybeMoment(row, 'leased_until')
  const againAt = maybeMoment(row, 'again_at')
  const finishedAt = maybeMoment(row, 'finished_at')
  const lastError = maybeText(row, 'last_error')
  const lastRun = readLastRun(row)
  return {
    ...readLeased<Body>(row),
    status: text(row, 'status') as WorkStatus,
    dueAt: moment(row, 'due_at'),
    createdAt: moment(row, 'created_at'),
    ...(leasedUntil === undefined ? {} : { leasedUntil }),
    ...(againAt === undefined ? {} : { againAt }),
    ...(finishedAt === undefined ? {} : { finishedAt }),
    ...(lastError === undefined ? {} : { lastError }),
    ...readResult(row, 'result'),
    ...(lastRun === undefined ? {} : { lastRun }),
  }
}

const readLastRun = (row: Row): LastRun | undefined => {
  const endedAt = maybeMoment(row, 'last_ended_at')
  return endedAt === undefined ? undefined : { endedAt, ...readResult(row, 'last_result') }
}

const readResult = (row: Row, column: 'result' | 'last_result'): { readonly result?: Json } =>
  row[column] === null ? {} : { result: json<Json>(row, column) }
