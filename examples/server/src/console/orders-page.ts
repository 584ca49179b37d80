import { html } from 'hono/html'
import { orderTransitions, type Order } from '@holdfast/core'
import { formatMoment, formatMoney } from '../language/format.ts'
import { arrow, type Html, type Page } from '../pages/layout.ts'
import { orderBadges } from '../pages/shop/order-badges.ts'
import type { Visitor } from '../pages/visitor.ts'
import { lineName, type OrderCase } from '../shop/read-orders.ts'
import { consolePage, orderLink, ownerLink, paymentLink, table } from './console-frame.ts'

/** Every status an order can have, in the order of the machine's table. */
export const orderStatuses = Object.keys(orderTransitions) as readonly Order['status'][]

/** What the list of those that wait to be sent is called in addresses. */
export const toSend = 'to_send'

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
    readonly orders: readonly OrderCase[]
    readonly status: Order['status'] | typeof toSend | undefined
    readonly after: string | undefined
  },
): Page => {
  const { t } = visitor
  const filter = status === undefined ? {} : { status }
  const last = orders.at(-1)?.order.id
  return consolePage(visitor, {
    part: 'orders',
    title: t.console.orders,
    content: html`<nav class="tabs"><ul><li><a href="/console/orders" ${status === undefined ? html`aria-current="page"` : ''}>${t.console.all}</a></li><li><a href="/console/orders?status=${toSend}" ${status === toSend ? html`aria-current="page"` : ''}>${t.console.toSendTab}</a></li>${orderStatuses.map(
      (each) =>
        html`<li><a href="/console/orders?status=${each}" ${each === status ? html`aria-current="page"` : ''}>${t.shop.status[each]}</a></li>`,
    )}</ul></nav>
${ordersTable(visitor, orders)}
<p class="pager">${after === undefined ? '' : html`<a href="/console/orders?${new URLSearchParams(filter)}">${t.console.newer}</a>`}
${last === undefined || status === toSend || orders.length < ordersPerPage ? '' : html`<a href="/console/orders?${new URLSearchParams({ ...filter, after: last })}">${t.console.older} ${arrow('on')}</a>`}</p>`,
  })
}

/** Orders as the console lists them, wherever it does. */
export const ordersTable = (visitor: Visitor, orders: readonly OrderCase[]): Html => {
  const { t } = visitor
  const { columns } = t.console
  return table(
    [t.console.order, t.console.lines, columns.owner, columns.amount, columns.status, columns.created, columns.payment],
    orders.map((each) => row(visitor, each)),
    t.console.none,
  )
}

const row = (visitor: Visitor, found: OrderCase): readonly (Html | string)[] => {
  const { language } = visitor
  const { order } = found
  return [
    orderLink(order.id),
    order.lines.map((line) => `${line.quantity} × ${lineName(line, language)}`).join(', '),
    ownerLink(order.owner),
    formatMoney(language, order.total),
    orderBadges(visitor, found),
    formatMoment(language, order.createdAt),
    paymentLink(order.paymentId),
  ]
}
