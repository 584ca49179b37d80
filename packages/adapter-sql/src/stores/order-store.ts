import {
  bug,
  VersionConflict,
  type Hold,
  type Order,
  type OrderId,
  type OrderStore,
  type Versioned,
} from '@holdfast/core'
import { count, exactly, text } from '../row.ts'
import type { Row, SqlSession } from '../session.ts'
import { placeholders, rowsStatement, statement } from '../statement.ts'
import { holdColumns, holdValues, orderColumns, orderValues, readHold, readOrder } from './order-rows.ts'
import { conditions } from './payment-lists.ts'
import { updateRow } from './update-row.ts'

const select = `SELECT id, version, ${exactly(orderColumns)} FROM holdfast_orders`
const selectHolds = `SELECT ${holdColumns.join(', ')} FROM holdfast_order_holds`
const sql = {
  find: statement(`${select} WHERE id = ?`),
  findLocked: statement(`${select} WHERE id = ? {lock}`),
  holdsOf: statement(`${selectHolds} WHERE order_id = ? ORDER BY position`),
  holdsOfAll: rowsStatement(
    (rows) => `${selectHolds} WHERE order_id IN ${placeholders(1, rows)} ORDER BY order_id, position`,
  ),
  insert: statement(
    `INSERT INTO holdfast_orders (id, version, ${orderColumns.join(', ')})
     VALUES ${placeholders(1, orderColumns.length + 2)} ON CONFLICT (id) DO NOTHING`,
  ),
  insertHolds: rowsStatement(
    (rows) =>
      `INSERT INTO holdfast_order_holds (${holdColumns.join(', ')}) VALUES ${placeholders(rows, holdColumns.length)}`,
  ),
  endHolds: rowsStatement(
    (rows) => `UPDATE holdfast_order_holds SET status = ? WHERE order_id = ? AND position IN ${placeholders(1, rows)}`,
  ),
}

const updateOrder = updateRow('holdfast_orders', orderColumns, ['version'])

/** Orders in SQL: a row for the order and one for each hold there ever was of it, under the version of the order's row. */
export const sqlOrderStore = (session: SqlSession): OrderStore => {
  // What this transaction has read or written and, in one that writes, locked: it cannot have changed since.
  const known = new Map<OrderId, Versioned<Order>>()

  const find = async (id: OrderId): Promise<Versioned<Order> | undefined> => {
    const remembered = known.get(id)
    if (remembered !== undefined) return remembered
    // Sent together, and not a join, as with payments: the holds are those there are once the lock was had.
    const [[row], holds] = await Promise.all([
      session.query(session.mode === 'write' ? sql.findLocked : sql.find, [id]),
      session.query(sql.holdsOf, [id]),
    ])
    if (row === undefined) return undefined
    const found = { value: readOrder(row, holds.map(readHold)), version: count(row, 'version') }
    known.set(id, found)
    return found
  }

  return {
    find,
    async list({ owner, status, limit, after }) {
      const { where, values } = conditions([
        ['owner = ?', owner],
        ['status = ?', status],
        ['(created_at, id) < (SELECT created_at, id FROM holdfast_orders WHERE id = ?)', after],
      ])
      const rows = await session.query(statement(`${select} ${where} ORDER BY created_at DESC, id DESC LIMIT ?`), [
        ...values,
        limit,
      ])
      const holds = await holdsOf(
        session,
        rows.map((row) => text(row, 'id')),
      )
      return rows.map((row) => readOrder(row, holds.get(text(row, 'id')) ?? []))
    },
    async save(order, expected) {
      const before = expected === 0 ? undefined : await find(order.id)
      if (expected !== 0 && before?.version !== expected) throw stale(order.id, expected)
      if (before === undefined) await insert(session, order)
      else {
        refuseBugs(before.value, order)
        updateOrder(session, orderValues(before.value), orderValues(order), { id: order.id, set: [expected + 1] })
      }
      saveHolds(session, order, before?.value.holds ?? [])
      known.set(order.id, { value: order, version: expected + 1 })
    },
  }
}

/** What each of these orders holds or has held. */
const holdsOf = async (session: SqlSession, ids: readonly string[]): Promise<ReadonlyMap<string, readonly Hold[]>> => {
  const rows: readonly Row[] = ids.length === 0 ? [] : await session.query(sql.holdsOfAll(ids.length), ids)
  const holds = new Map<string, Hold[]>(ids.map((id) => [id, []]))
  for (const row of rows) holds.get(text(row, 'order_id'))?.push(readHold(row))
  return holds
}

const stale = (id: OrderId, expected: number): VersionConflict =>
  new VersionConflict(`Order '${id}' is not at version ${expected}.`)

const insert = async (session: SqlSession, order: Order): Promise<void> => {
  const { changes } = await session.change(sql.insert, [order.id, 1, ...orderValues(order)])
  if (changes !== 1) throw stale(order.id, 0)
}

const refuseBugs = (before: Order, { id, holds }: Order): void => {
  for (const [at, old] of before.holds.entries()) {
    const hold = holds[at]
    if (hold === undefined || thing(hold) !== thing(old)) bug(`A hold of order '${id}' is missing.`)
    else if (hold.status !== old.status && old.status !== 'held')
      bug(`A hold of order '${id}' was ${old.status}, and cannot be ${hold.status}.`)
  }
}

/** What is held, in a text that nothing else has. */
const thing = (hold: Hold): string =>
  hold.of === 'stock' ? `${hold.quantity} of ${hold.articleId}` : `coupon ${hold.code}`

/** Writes the holds that are new, and those that have ended since they were read. */
const saveHolds = (session: SqlSession, order: Order, before: readonly Hold[]): void => {
  const added = order.holds.slice(before.length)
  if (added.length > 0)
    session.post(
      sql.insertHolds(added.length),
      added.flatMap((hold, at) => holdValues(order, hold, before.length + at)),
    )
  for (const status of ['consumed', 'released'] as const) {
    const ended = before.flatMap((old, at) => (order.holds[at]?.status === status && old.status !== status ? [at] : []))
    if (ended.length > 0) session.post(sql.endHolds(ended.length), [status, order.id, ...ended])
  }
}
