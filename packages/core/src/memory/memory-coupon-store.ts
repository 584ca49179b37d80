import type { Coupon } from '../coupon/coupon.ts'
import { bug } from '../kernel/bug.ts'
import type { Order } from '../order/order.ts'
import { VersionConflict, type CouponStore, type Versioned } from '../ports/unit-of-work.ts'
import { byId, type MemoryTable } from './memory-table.ts'

/** Coupons in memory. Their uses are counted in the orders that hold them or have used them. */
export const memoryCouponStore = (
  coupons: MemoryTable<Versioned<Coupon>>,
  orders: MemoryTable<Versioned<Order>>,
): CouponStore => ({
  async find(code) {
    return coupons.get(code)
  },
  async list(filter) {
    return byId(coupons, ({ code }) => code, filter)
  },
  async countUses(code, owner) {
    return orders
      .all()
      .filter(({ value }) => value.owner === owner)
      .flatMap(({ value }) => value.holds)
      .filter((hold) => hold.of === 'coupon' && hold.code === code && hold.status !== 'released').length
  },
  async save(coupon, expected) {
    const { code, limit, used, held } = coupon
    const version = coupons.get(code)?.version ?? 0
    if (version !== expected) throw new VersionConflict(`Coupon '${code}' is at version ${version}, not ${expected}.`)
    if (held < 0 || (limit !== undefined && used + held > limit))
      bug(`Coupon '${code}' would be used ${used} times and held ${held} times of ${limit}.`)
    coupons.set(code, { value: coupon, version: expected + 1 })
  },
})
