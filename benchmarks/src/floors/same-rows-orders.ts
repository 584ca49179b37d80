import { hour } from '@holdfast/core'
import type { Knex } from 'knex'
import { countingHoldfastOrders, stockedHoldfast } from '../lines/holdfast-orders.ts'
import type { ShopLine } from '../lines/line.ts'
import type { FullCart, Shop } from '../lines/shop.ts'
import type { Location } from '../scratch.ts'
import { floorOrder, outOfStock } from './shop-tables.ts'
import { countWrites, openKnex } from './tables.ts'

/**
 * What Holdfast itself reads and writes to place an order, on its own tables and in one commit, written by hand through knex's
 * query builder: the same statements, without the library.
 */
export const sameRowsOrdersThroughKnex = async (location: Location, shop: Shop): Promise<ShopLine> => {
  const holdfast = await stockedHoldfast(location, shop)
  const knex = openKnex(location)
  return {
    async place(cart) {
      const order = discounted(cart)
      await knex.transaction((trx) => place(trx, order))
    },
    ...countingHoldfastOrders(knex),
    ...(location.kind === 'sqlite' ? { countWrites: () => countWrites(knex) } : {}),
    async close() {
      await knex.destroy()
      await holdfast.database.close()
    },
  }
}

const discounted = (cart: FullCart) => {
  const order = floorOrder(cart)
  const offMinor = Math.floor(order.totalMinor / 10)
  return { ...order, coupon: cart.coupon, offMinor, totalMinor: order.totalMinor - offMinor }
}

type DiscountedOrder = ReturnType<typeof discounted>

const place = async (trx: Knex.Transaction, order: DiscountedOrder): Promise<void> => {
  await hold(trx, order)
  await storeOrder(trx, order)
  await storePayment(trx, order)
}

/** All rows that count are locked and read before the first is written. */
const hold = async (trx: Knex.Transaction, { owner, coupon: code, lines }: DiscountedOrder): Promise<void> => {
  const coupon: CouponRow | undefined = await trx('holdfast_coupons').where({ code }).forUpdate().first()
  const uses = await trx('holdfast_order_holds')
    .where({ coupon_code: code, owner })
    .whereNot({ status: 'released' })
    .count({ uses: '*' })
  if (coupon === undefined || Number(uses[0]?.['uses']) >= Number(coupon.use_limit_per_owner))
    throw new Error(`Coupon '${code}' is not taken.`)
  const stocks: StockRow[] = []
  for (const { articleId, quantity } of lines) {
    const stock: StockRow | undefined = await trx('holdfast_stock').where({ article_id: articleId }).forUpdate().first()
    if (stock === undefined || Number(stock.on_hand) - Number(stock.held) < quantity) return outOfStock(articleId)
    stocks.push({ ...stock, held: Number(stock.held) + quantity })
  }
  for (const { article_id: articleId, version, on_hand: onHand, held } of stocks)
    await trx('holdfast_stock')
      .where({ article_id: articleId, version })
      .update({ version: Number(version) + 1, on_hand: onHand, held })
  await trx('holdfast_coupons')
    .where({ code, version: coupon.version })
    .update({ version: Number(coupon.version) + 1, used: coupon.used, held: Number(coupon.held) + 1 })
}

interface CouponRow {
  readonly version: number | string
  readonly use_limit_per_owner: number | string
  readonly used: number | string
  readonly held: number | string
}
interface StockRow {
  readonly article_id: string
  readonly version: number | string
  readonly on_hand: number | string
  readonly held: number | string
}

const storeOrder = async (trx: Knex.Transaction, order: DiscountedOrder): Promise<void> => {
  const { id, paymentId, owner, coupon, lines, offMinor, totalMinor, currency, at, expiresAt } = order
  await trx('holdfast_orders')
    .insert({
      id,
      version: 1,
      owner,
      lines: JSON.stringify(
        lines.map(({ articleId, name, quantity, unitMinor }) => ({
          articleId,
          name,
          quantity,
          unitPrice: amount(unitMinor, currency),
        })),
      ),
      discount: JSON.stringify({ code: coupon, amount: amount(offMinor, currency) }),
      total_minor: totalMinor,
      total_currency: currency,
      payment_id: paymentId,
      expires_at: expiresAt,
      details: '{}',
      created_at: at,
      status: 'pending',
    })
    .onConflict('id')
    .ignore()
  const held = { order_id: id, owner, status: 'held' }
  await trx('holdfast_order_holds').insert([
    ...lines.map(({ articleId, quantity }, position) => ({
      ...held,
      position,
      of: 'stock',
      article_id: articleId,
      coupon_code: null,
      quantity,
    })),
    { ...held, position: lines.length, of: 'coupon', article_id: null, coupon_code: coupon, quantity: 1 },
  ])
}

const storePayment = async (trx: Knex.Transaction, order: DiscountedOrder): Promise<void> => {
  const { id, paymentId, owner, coupon, lines, totalMinor, currency, at } = order
  await trx('holdfast_payments')
    .insert({
      id: paymentId,
      version: 1,
      updated_at: at,
      purpose: 'order',
      owner,
      subject_type: 'order',
      subject_id: id,
      amount_minor: totalMinor,
      amount_currency: currency,
      item_name: lines.map(({ name }) => name).join(', '),
      item_description: `${id} — ${coupon}`,
      metadata: JSON.stringify({ order_id: id }),
      save_card: 0,
      created_at: at,
      status: 'pending',
    })
    .onConflict('id')
    .ignore()
  await trx('holdfast_timeline').insert({
    payment_id: paymentId,
    lines: JSON.stringify([
      [at, 'command', 'order', id, 'place_order', {}, `owner:${owner}`],
      [at, 'fact', 'order', id, 'placed', {}],
    ]),
  })
  await trx('holdfast_tasks')
    .insert({
      id: `expire_order:${id}`,
      body: JSON.stringify({ type: 'expire_order', orderId: id }),
      due_at: at + hour,
      created_at: at,
    })
    .onConflict('id')
    .ignore()
}

const amount = (minorUnits: number, currency: string) => ({ minorUnits: { $bigint: String(minorUnits) }, currency })
