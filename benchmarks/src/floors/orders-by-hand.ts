import type Database from 'better-sqlite3'
import type pg from 'pg'
import { instantProvider } from '../instant-provider.ts'
import type { ShopLine } from '../lines/line.ts'
import type { Shop } from '../lines/shop.ts'
import type { Location } from '../scratch.ts'
import { inTransaction, named, openPostgres } from './postgres.ts'
import {
  countingFloorOrders,
  createPageTable,
  createShopTables,
  floorOrder,
  floorOrdersWithPage,
  outOfStock,
  type FloorOrder,
} from './shop-tables.ts'
import { openSqlite } from './sqlite.ts'

/** Stock, order, lines and payment in one commit, by hand: prepared statements of better-sqlite3 and nothing between. */
export const sqliteOrdersByHand = async (location: Location, shop: Shop): Promise<ShopLine> => {
  const { database, knex, close, countWrites } = openSqlite(location)
  await createShopTables(knex, location, shop)
  const place = database.transaction(writingOrders(database))
  return {
    async place(cart) {
      place.immediate(floorOrder(cart))
    },
    ...countingFloorOrders(knex, shop),
    countWrites,
    close,
  }
}

/** The same and the page that is about to be asked for; then the provider's answer, in a commit of its own. */
export const sqliteCheckoutsByHand = async (location: Location, shop: Shop): Promise<ShopLine> => {
  const { database, knex, close, countWrites } = openSqlite(location)
  await createShopTables(knex, location, shop)
  await createPageTable(knex, location)
  const provider = instantProvider()
  const write = writingOrders(database)
  const request = database.prepare(
    `INSERT INTO attempts (id, payment_id, idempotency_key, status, requested_at) VALUES (?, ?, ?, 'requested', ?)`,
  )
  const opened = database.prepare(
    `UPDATE attempts SET status = 'open', session_id = ?, url = ?, expires_at = ? WHERE id = ? AND status = 'requested'`,
  )
  const begin = database.transaction((order: FloorOrder) => {
    write(order)
    request.run(order.attemptId, order.paymentId, order.attemptId, order.at)
  })
  return {
    async place(cart) {
      const order = floorOrder(cart)
      begin.immediate(order)
      const { sessionId, url, expiresAt } = await provider.open(order.attemptId)
      if (opened.run(sessionId, url, expiresAt, order.attemptId).changes !== 1) throw new Error('The page was lost.')
    },
    ...countingFloorOrders(knex, shop, floorOrdersWithPage),
    countWrites,
    close,
  }
}

/** Writes the rows of an order. In a transaction, which is the caller's. */
const writingOrders = (database: Database.Database) => {
  const take = database.prepare('UPDATE stock SET on_hand = on_hand - ? WHERE article_id = ? AND on_hand >= ?')
  const insertOrder = database.prepare(
    `INSERT INTO orders (id, owner, status, total_minor, currency, created_at, expires_at)
     VALUES (?, ?, 'pending', ?, ?, ?, ?)`,
  )
  const insertLine = database.prepare(
    'INSERT INTO order_lines (order_id, position, article_id, name, quantity, unit_minor) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const insertPayment = database.prepare(
    `INSERT INTO payments (id, order_id, amount_minor, currency, status, created_at) VALUES (?, ?, ?, ?, 'pending', ?)`,
  )
  return ({ id, owner, lines, totalMinor, currency, ...order }: FloorOrder): void => {
    for (const { articleId, quantity } of lines)
      if (take.run(quantity, articleId, quantity).changes !== 1) outOfStock(articleId)
    insertOrder.run(id, owner, totalMinor, currency, order.at, order.expiresAt)
    for (const [position, { articleId, name, quantity, unitMinor }] of lines.entries())
      insertLine.run(id, position, articleId, name, quantity, unitMinor)
    insertPayment.run(order.paymentId, id, totalMinor, currency, order.at)
  }
}

// Takes the row's lock as well, until the commit.
const take = named('take', 'UPDATE stock SET on_hand = on_hand - $1 WHERE article_id = $2 AND on_hand >= $1')
const insertOrder = named(
  'insert_order',
  `INSERT INTO orders (id, owner, status, total_minor, currency, created_at, expires_at)
   VALUES ($1, $2, 'pending', $3, $4, $5, $6)`,
)
const insertLine = named(
  'insert_line',
  'INSERT INTO order_lines (order_id, position, article_id, name, quantity, unit_minor) VALUES ($1, $2, $3, $4, $5, $6)',
)
const insertPayment = named(
  'insert_payment',
  `INSERT INTO payments (id, order_id, amount_minor, currency, status, created_at) VALUES ($1, $2, $3, $4, 'pending', $5)`,
)

/** The same rows in one commit, statement by statement: prepared statements of `pg` and nothing between. */
export const postgresOrdersByHand = async (location: Location, shop: Shop): Promise<ShopLine> => {
  const { pool, knex, close } = openPostgres(location)
  await createShopTables(knex, location, shop)
  return {
    place: (cart) => inTransaction(pool, (connection) => writeOrder(connection, floorOrder(cart))),
    ...countingFloorOrders(knex, shop),
    close,
  }
}

const writeOrder = async (connection: pg.PoolClient, order: FloorOrder): Promise<void> => {
  const { id, owner, lines, totalMinor, currency, paymentId, at, expiresAt } = order
  for (const { articleId, quantity } of lines)
    if ((await take(connection, [quantity, articleId])) !== 1) outOfStock(articleId)
  await insertOrder(connection, [id, owner, totalMinor, currency, at, expiresAt])
  for (const [position, { articleId, name, quantity, unitMinor }] of lines.entries())
    await insertLine(connection, [id, position, articleId, name, quantity, unitMinor])
  await insertPayment(connection, [paymentId, id, totalMinor, currency, at])
}

const requestPage = named(
  'request_page',
  `INSERT INTO attempts (id, payment_id, idempotency_key, status, requested_at) VALUES ($1, $2, $1, 'requested', $3)`,
)
const openedPage = named(
  'opened_page',
  `UPDATE attempts SET status = 'open', session_id = $1, url = $2, expires_at = $3 WHERE id = $4 AND status = 'requested'`,
)

/** The same and the page that is about to be asked for; then the provider's answer, in a commit of its own. */
export const postgresCheckoutsByHand = async (location: Location, shop: Shop): Promise<ShopLine> => {
  const { pool, knex, close } = openPostgres(location)
  await createShopTables(knex, location, shop)
  await createPageTable(knex, location)
  const provider = instantProvider()
  return {
    async place(cart) {
      const order = floorOrder(cart)
      await inTransaction(pool, async (connection) => {
        await writeOrder(connection, order)
        await requestPage(connection, [order.attemptId, order.paymentId, order.at])
      })
      const { sessionId, url, expiresAt } = await provider.open(order.attemptId)
      if ((await openedPage(pool, [sessionId, url, expiresAt, order.attemptId])) !== 1)
        throw new Error('The page was lost.')
    },
    ...countingFloorOrders(knex, shop, floorOrdersWithPage),
    close,
  }
}
