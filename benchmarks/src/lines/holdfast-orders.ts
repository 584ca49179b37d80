import type { OwnerId, PlaceOrderRequest } from '@holdfast/core'
import type { Knex } from 'knex'
import { countWrites, readNumber } from '../floors/tables.ts'
import type { Location } from '../scratch.ts'
import { inOneTransaction, wireHoldfast, type WiredHoldfast } from './holdfast-line.ts'
import type { ShopLine } from './line.ts'
import { ticket } from './sale-kinds.ts'
import { onShelf, shopCurrency, type FullCart, type Shop } from './shop.ts'

/** `placeOrder`, from a cart to the order that can be paid. */
export const holdfastOrders = async (location: Location, shop: Shop): Promise<ShopLine> => {
  const wired = await stockedHoldfast(location, shop)
  const { holdfast, database } = wired
  return {
    async place(cart) {
      const placed = await holdfast.placeOrder(requestOf(cart))
      if (!placed.ok) throw new Error(`An order was refused: ${placed.error.code}.`)
    },
    ...countingHoldfastOrders(database.knex),
    ...(location.kind === 'sqlite' ? { countWrites: () => countWrites(database.knex) } : {}),
    close: () => database.close(),
  }
}

/** `checkOut`, from a cart to the page on which its order is paid. */
export const holdfastCheckouts = async (location: Location, shop: Shop): Promise<ShopLine> => {
  const wired = await stockedHoldfast(location, shop)
  const { holdfast, database } = wired
  return {
    async place(cart) {
      const out = await holdfast.checkOut(requestOf(cart))
      if (!out.ok) throw new Error(`A checkout was refused: ${out.error.code}.`)
      if (out.value.checkout.type !== 'open') throw new Error(`A checkout came to '${out.value.checkout.type}'.`)
    },
    ...countingHoldfastOrders(
      database.knex,
      `SELECT count(*) AS number FROM holdfast_orders AS o
       JOIN holdfast_payments AS p ON p.id = o.payment_id AND p.subject_id = o.id
       JOIN holdfast_attempts AS a ON a.payment_id = p.id AND a.status = 'open' AND a.amount_minor = o.total_minor
       WHERE o.status = 'pending' AND p.status = 'pending'`,
    ),
    ...(location.kind === 'sqlite' ? { countWrites: () => countWrites(database.knex) } : {}),
    close: () => database.close(),
  }
}

const requestOf = ({ owner, coupon, lines }: FullCart): PlaceOrderRequest => ({
  actor: { type: 'owner', id: owner as OwnerId },
  cart: {
    lines: lines.map(({ articleId, quantity }) => ({ articleId, quantity })),
    currency: shopCurrency,
    coupon,
  },
})

/** Holdfast with everything of a shop on its shelf, and its coupons defined. */
export const stockedHoldfast = async (location: Location, shop: Shop): Promise<WiredHoldfast> => {
  const wired = await wireHoldfast(location, ticket(), { shopCatalogue: shop.catalogue })
  const actor = { type: 'staff', id: 'desk' } as const
  await inOneTransaction(wired, async (holdfast) => {
    for (const articleId of shop.articleIds) {
      const stocked = await holdfast.adjustStock({ actor, articleId, by: onShelf })
      if (!stocked.ok) throw new Error(`Nothing was put on the shelf: ${stocked.error.code}.`)
    }
    for (const code of shop.coupons) {
      const terms = { code, discount: { type: 'percent', percent: 10 }, limit: onShelf, limitPerOwner: 1 } as const
      const defined = await holdfast.defineCoupon({ actor, terms })
      if (!defined.ok) throw new Error(`No coupon was defined: ${defined.error.code}.`)
    }
  })
  return wired
}

/** What Holdfast's own tables say of the orders that were placed. */
export const countingHoldfastOrders = (
  knex: Knex,
  payable = `SELECT count(*) AS number FROM holdfast_orders AS o
       JOIN holdfast_payments AS p ON p.id = o.payment_id AND p.subject_id = o.id
       JOIN holdfast_tasks AS t ON t.id = 'expire_order:' || o.id
       WHERE o.status = 'pending' AND p.status = 'pending' AND t.status = 'waiting' AND p.amount_minor = o.total_minor`,
): Pick<ShopLine, 'countPayable' | 'countTaken'> => ({
  countPayable: () => readNumber(knex, payable),
  async countTaken() {
    const held = await readNumber(knex, 'SELECT sum(held) AS number FROM holdfast_stock')
    const wanted = await readNumber(
      knex,
      `SELECT sum(quantity) AS number FROM holdfast_order_holds WHERE article_id IS NOT NULL AND status = 'held'`,
    )
    if (held !== wanted) throw new Error(`${held} units are held, for orders that want ${wanted}.`)
    return held
  },
})
