import { bug } from '../kernel/bug.ts'
import type { Order } from '../order/order.ts'
import { VersionConflict, type OrderStore, type Versioned } from '../ports/unit-of-work.ts'
import type { Hold } from '../order/hold.ts'
import { newestThat, type MemoryTable } from './memory-table.ts'

/** Orders in memory. */
export const memoryOrderStore = (orders: MemoryTable<Versioned<Order>>): OrderStore => ({
  async find(id) {
    return orders.get(id)
  },
  async list({ owner, status, ...filter }) {
    return newestThat(
      orders,
      filter,
      (order) => (owner === undefined || order.owner === owner) && (status === undefined || order.status === status),
    )
  },
  async save(order, expected) {
    const stored = orders.get(order.id)
    const version = stored?.version ?? 0
    if (version !== expected)
      throw new VersionConflict(`Order '${order.id}' is at version ${version}, not ${expected}.`)
    for (const [at, old] of (stored?.value.holds ?? []).entries()) {
      const hold = order.holds[at]
      if (hold === undefined || !isSame(hold, old)) bug(`A hold of order '${order.id}' is missing.`)
      else if (hold.status !== old.status && old.status !== 'held')
        bug(`A hold of order '${order.id}' was ${old.status}, and cannot be ${hold.status}.`)
    }
    orders.set(order.id, { value: order, version: expected + 1 })
  },
})

/** True where both are of the same thing, whatever became of it. */
const isSame = (a: Hold, b: Hold): boolean =>
  a.of === 'stock'
    ? b.of === 'stock' && a.articleId === b.articleId && a.quantity === b.quantity
    : b.of === 'coupon' && a.code === b.code
