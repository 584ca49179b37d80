import type { Readable } from '../system/database.ts'
import { wantedOf } from './shop.ts'

/** What could be had at a moment: units of each article that nobody holds, and uses of each coupon that nobody has. */
export interface Shelf {
  readonly units: ReadonlyMap<string, number>
  readonly uses: ReadonlyMap<string, number>
}

/** What can be had now. */
export const readShelf = (database: Readable): Shelf => ({
  units: new Map(
    database
      .query<{ readonly id: string; readonly free: number }>(
        'SELECT article_id AS id, on_hand - held AS free FROM holdfast_stock ORDER BY article_id',
      )
      .map(({ id, free }) => [id, free]),
  ),
  uses: new Map(
    database
      .query<{ readonly code: string; readonly free: number | null }>(
        'SELECT code, use_limit - used - held AS free FROM holdfast_coupons ORDER BY code',
      )
      .map(({ code, free }) => [code, free ?? Infinity]),
  ),
})

interface OrderRow {
  readonly owner: string
  readonly lines: string
  readonly coupon: string | null
}

/** Whether all that an order wants could be had at each of these moments. */
export const isStillThere = (database: Readable, orderId: string, moments: readonly Shelf[]): boolean => {
  const [order] = database.query<OrderRow>(
    "SELECT owner, lines, json_extract(discount, '$.code') AS coupon FROM holdfast_orders WHERE id = ?",
    orderId,
  )
  if (order === undefined) return false
  const { owner, lines, coupon } = order
  return (
    moments.every(
      ({ units, uses }) =>
        [...wantedOf(lines)].every(([article, quantity]) => (units.get(article) ?? 0) >= quantity) &&
        (coupon === null || (uses.get(coupon) ?? 0) > 0),
    ) &&
    (coupon === null || database.query(usedUp, coupon, owner).length === 0)
  )
}

const usedUp = `
  SELECT code FROM holdfast_coupons WHERE code = ? AND use_limit_per_owner <= (
    SELECT COUNT(*) FROM holdfast_order_holds WHERE coupon_code = code AND owner = ? AND status <> 'released'
  )`
