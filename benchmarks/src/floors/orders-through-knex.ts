import type { Knex } from 'knex'
import type { ShopLine } from '../lines/line.ts'
import type { Shop } from '../lines/shop.ts'
import type { Location } from '../scratch.ts'
import { countingFloorOrders, createShopTables, floorOrder, outOfStock, type FloorOrder } from './shop-tables.ts'
import { countWrites, openKnex } from './tables.ts'

/** The rows of the floor by hand in one commit, through knex's query builder and its transactions. */
export const ordersThroughKnex = async (location: Location, shop: Shop): Promise<ShopLine> => {
  const knex = openKnex(location)
  await createShopTables(knex, location, shop)
  return {
    async place(cart) {
      const order = floorOrder(cart)
      await knex.transaction((trx) => place(trx, order))
    },
    ...countingFloorOrders(knex, shop),
    ...(location.kind === 'sqlite' ? { countWrites: () => countWrites(knex) } : {}),
    close: () => knex.destroy(),
  }
}

const place = async (trx: Knex.Transaction, order: FloorOrder): Promise<void> => {
  const { id, paymentId, owner, lines, totalMinor, currency, at, expiresAt } = order
  for (const { articleId, quantity } of lines) {
    const taken = await trx('stock')
      .where({ article_id: articleId })
      .andWhere('on_hand', '>=', quantity)
      .decrement('on_hand', quantity)
    if (taken !== 1) outOfStock(articleId)
  }
  await trx('orders').insert({
    id,
    owner,
    status: 'pending',
    total_minor: totalMinor,
    currency,
    created_at: at,
    expires_at: expiresAt,
  })
  // All at once, as anybody would with a query builder.
  await trx('order_lines').insert(
    lines.map(({ articleId, name, quantity, unitMinor }, position) => ({
      order_id: id,
      position,
      article_id: articleId,
      name,
      quantity,
      unit_minor: unitMinor,
    })),
  )
  await trx('payments').insert({
    id: paymentId,
    order_id: id,
    amount_minor: totalMinor,
    currency,
    status: 'pending',
    created_at: at,
  })
}
