import { html } from 'hono/html'
import { orderMoneyOf } from '../../shop/order-money.ts'
import type { OrderCase } from '../../shop/read-orders.ts'
import { badge } from '../badge.ts'
import type { Html } from '../layout.ts'
import type { Visitor } from '../visitor.ts'

/** How an order stands, in a badge: with what its money says, where that is another thing. */
export const orderBadges = ({ t }: Visitor, found: OrderCase): Html => {
  const { status } = found.order
  const money = orderMoneyOf(found)
  if (money === undefined) return badge(status, t.shop.status[status])
  const said = badge(money, t.shop.money[money])
  // Nobody is told that something is paid, or waits to be paid, whose money says otherwise.
  return status === 'pending' || status === 'completed' ? said : html`${badge(status, t.shop.status[status])} ${said}`
}
