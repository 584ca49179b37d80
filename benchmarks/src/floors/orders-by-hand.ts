import type { ShopLine } from '../lines/line.ts'
import type { Shop } from '../lines/shop.ts'
import type { Location } from '../scratch.ts'
import { inTransaction, named, openPostgres } from './postgres.ts'
import { countingFloorOrders, createShopTables, floorOrder, outOfStock, type FloorOrder } from './shop-tables.ts'
import { openSqlite } from './sqlite.ts'

/** Stock, order, lines and payment in one commit, by hand: prepared statements of better-sqlite3 and nothing between. */
export const sqliteOrdersByHand = async (location: Location, shop: Shop): Promise<ShopLine> => {
  const { database, knex, close, countWrites } = openSqlite(location)
  await createShopTables(knex, location, shop)
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
  const place = database.transaction(({ id, owner, lines, totalMinor, currency, ...order }: FloorOrder) => {
    for (const { articleId, quantity } of lines)
      if (take.run(quantity, articleId, quantity).changes !== 1) outOfStock(articleId)
    insertOrder.run(id, owner, totalMinor, currency, order.at, order.expiresAt)
    for (const [position, { articleId, name, quantity, unitMinor }] of lines.entries())
      insertLine.run(id, position, articleId, name, quantity, unitMinor)
    insertPayment.run(order.paymentId, id, totalMinor, currency, order.at)
  })
  return {
    async place(cart) {
      place.immediate(floorOrder(cart))
    },
    ...countingFloorOrders(knex, shop),
    countWrites,
    close,
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
    async place(cart) {
      const { id, owner, lines, totalMinor, currency, ...order } = floorOrder(cart)
      await inTransaction(pool, async (connection) => {
        for (const { articleId, quantity } of lines)
          if ((await take(connection, [quantity, articleId])) !== 1) outOfStock(articleId)
        await insertOrder(connection, [id, owner, totalMinor, currency, order.at, order.expiresAt])
        for (const [position, { articleId, name, quantity, unitMinor }] of lines.entries())
          await insertLine(connection, [id, position, articleId, name, quantity, unitMinor])
        await insertPayment(connection, [order.paymentId, id, totalMinor, currency, order.at])
      })
    },
    ...countingFloorOrders(knex, shop),
    close,
  }
}
