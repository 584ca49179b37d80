import { html } from 'hono/html'
import { orderTransitions, type Order } from '@holdfast/core'
import { formatMoment, formatMoney } from '../language/format.ts'
import { badge } from '../pages/badge.ts'
import { arrow, type Html, type Page } from '../pages/layout.ts'
import type { Visitor } from '../pages/visitor.ts'
import { lineName } from '../shop/read-orders.ts'
import { consolePage, orderLink, paymentLink, table } from './console-frame.ts'

/** Every status an order can have, in the order of the machine's table. */
export const orderStatuses = Object.keys(orderTransitions) as readonly Order['status'][]

/** How many orders a page lists. */
export const ordersPerPage = 25

/** Orders, newest first. */
export const ordersPage = (
  visitor: Visitor,
  {
    orders,
    status,
    after,
  }: {
    readonly orders: readonly Order[]
    readonly status: Order['status'] | undefined
    readonly after: string | undefined
  },
): Page => {
  const { t } = visitor
  const filter = status === undefined ? {} : { status }
  const last = orders.at(-1)?.id
  return consolePage(visitor, {
    part: 'orders',
    title: t.console.orders,
    content: html`<nav class="tabs"><ul><li><a href="/console/orders" ${status === undefined ? html`aria-current="page"` : ''}>${t.console.all}</a></li>${orderStatuses.map(
      (each) =>
        html`<li><a href="/console/orders?status=${each}" ${each === status ? html`aria-current="page"` : ''}>${t.shop.status[each]}</a></li>`,
    )}</ul></nav>
${ordersTable(visitor, orders)}
<p class="pager">${after === undefined ? '' : html`<a href="/console/orders?${new URLSearchParams(filter)}">${t.console.newer}</a>`}
${last === undefined || orders.length < ordersPerPage ? '' : html`<a href="/console/orders?${new URLSearchParams({ ...filter, after: last })}">${t.console.older} ${arrow('on')}</a>`}</p>`,
  })
}

/** Orders as the console lists them, wherever it does. */
export const ordersTable = (visitor: Visitor, orders: readonly Order[]): Html => {
  const { t } = visitor
  const { columns } = t.console
  return table(
    [t.console.order, t.console.lines, columns.owner, columns.amount, columns.status, columns.created, columns.payment],
    orders.map((order) => row(visitor, order)),
    t.console.none,
  )
}

const row = ({ t, language }: Visitor, order: Order): readonly (Html | string)[] => [
  orderLink(order.id),
  order.lines.map((line) => `${line.quantity} × ${lineName(line, language)}`).join(', '),
  order.owner,
  formatMoney(language, order.total),
  badge(order.status, t.shop.status[order.status]),
  formatMoment(language, order.createdAt),
  paymentLink(order.paymentId),
]
