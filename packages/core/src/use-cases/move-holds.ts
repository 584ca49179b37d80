import { bug } from '../kernel/bug.ts'
import type { OwnerId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Money } from '../kernel/money.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import { decideCoupon, evolveCoupon, type Coupon, type CouponCommand, type CouponRefusal } from '../coupon/coupon.ts'
import type { Order } from '../order/order.ts'
import type { Transaction, Versioned } from '../ports/unit-of-work.ts'
import type { Held, Hold } from '../order/hold.ts'
import { decideStock, evolveStock, noStock, type Stock, type StockCommand, type StockRefusal } from '../stock/stock.ts'

/** Why something cannot be held. */
export type HoldRefused =
  | (Extract<StockRefusal, { readonly code: 'out_of_stock' }> & { readonly articleId: Stock['articleId'] })
  | Exclude<CouponRefusal, { readonly code: 'coupon_not_held' }>
  | { readonly code: 'coupon_unknown' }

/**
 * Holds all of this for an order, or nothing of it. With `again` the order has let go of it before: it is taken at once, and on the
 * terms that it had.
 *
 * Rows are locked in one order by whoever wants several, the coupon and then stocks by article: two carts that want the same
 * never wait for each other in a circle.
 */
export const takeHolds = async (
  tx: Transaction,
  wanted: readonly Held[],
  ask: { readonly owner: OwnerId } & ({ readonly subtotal: Money; readonly at: Instant } | { readonly again: true }),
): Promise<Result<undefined, HoldRefused>> => {
  const isAgain = 'again' in ask
  const stocks: Versioned<Stock>[] = []
  const coupons: Versioned<Coupon>[] = []
  for (const held of inLockOrder(wanted)) {
    if (held.of === 'stock') {
      const { articleId, quantity } = held
      const { value, version } = (await tx.stock.find(articleId)) ?? { value: noStock(articleId), version: 0 }
      const decision = decideStock(value, { type: 'hold', quantity })
      if (!decision.ok) return err({ code: 'out_of_stock', articleId, available: value.onHand - value.held })
      const kept = decision.events.reduce(evolveStock, value)
      stocks.push({ value: isAgain ? stockAfter(kept, { type: 'consume', quantity }) : kept, version })
    } else {
      const found = await tx.coupons.find(held.code)
      if (found === undefined) return err({ code: 'coupon_unknown' })
      const { value, version } = found
      const usesOfOwner = value.limitPerOwner === undefined ? 0 : await tx.coupons.countUses(held.code, ask.owner)
      const decision = decideCoupon(
        value,
        isAgain
          ? { type: 'hold_again', usesOfOwner }
          : { type: 'hold', at: ask.at, subtotal: ask.subtotal, usesOfOwner },
      )
      if (!decision.ok) return err(decision.refusal as HoldRefused)
      const kept = decision.events.reduce(evolveCoupon, value)
      coupons.push({ value: isAgain ? couponAfter(kept, { type: 'consume' }) : kept, version })
    }
  }
  for (const { value, version } of stocks) await tx.stock.save(value, version)
  for (const { value, version } of coupons) await tx.coupons.save(value, version)
  return ok(undefined)
}

/** Carries over what became of an order's holds to what they were held of. */
export const endHolds = async (tx: Transaction, before: Order, after: Order): Promise<void> => {
  const ended = after.holds.filter(({ status }, at) => status !== before.holds[at]?.status)
  for (const hold of inLockOrder(ended)) {
    const type = hold.status === 'consumed' ? 'consume' : 'release'
    if (hold.of === 'stock') await moveStock(tx, hold, { type, quantity: hold.quantity })
    else await moveCoupon(tx, hold, { type })
  }
}

/** Puts back on the shelf what an order had been paid for and has not been sent. Its coupon stays used. */
export const takeBack = async (tx: Transaction, { holds }: Order): Promise<void> => {
  for (const hold of inLockOrder(holds))
    if (hold.of === 'stock' && hold.status === 'consumed')
      await moveStock(tx, hold, { type: 'take_back', quantity: hold.quantity })
}

const moveStock = async (
  tx: Transaction,
  { articleId }: Extract<Hold, { readonly of: 'stock' }>,
  command: StockCommand,
): Promise<void> => {
  const { value, version } = (await tx.stock.find(articleId)) ?? bug(`The stock of '${articleId}' is gone.`)
  await tx.stock.save(stockAfter(value, command), version)
}

const moveCoupon = async (
  tx: Transaction,
  { code }: Extract<Hold, { readonly of: 'coupon' }>,
  command: CouponCommand,
): Promise<void> => {
  const { value, version } = (await tx.coupons.find(code)) ?? bug(`Coupon '${code}' is gone.`)
  await tx.coupons.save(couponAfter(value, command), version)
}

const stockAfter = (stock: Stock, command: StockCommand): Stock => {
  const decision = decideStock(stock, command)
  return decision.ok
    ? decision.events.reduce(evolveStock, stock)
    : bug(`The stock of '${stock.articleId}' refuses to ${command.type}: ${decision.refusal.code}.`)
}

const couponAfter = (coupon: Coupon, command: CouponCommand): Coupon => {
  const decision = decideCoupon(coupon, command)
  return decision.ok
    ? decision.events.reduce(evolveCoupon, coupon)
    : bug(`Coupon '${coupon.code}' refuses to ${command.type}: ${decision.refusal.code}.`)
}

const inLockOrder = <Any extends Held>(holds: readonly Any[]): readonly Any[] =>
  holds.toSorted((a, b) => (lockKey(a) < lockKey(b) ? -1 : 1))

const lockKey = (held: Held): string => (held.of === 'coupon' ? `1 ${held.code}` : `2 ${held.articleId}`)
