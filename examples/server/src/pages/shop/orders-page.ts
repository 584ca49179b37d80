import { html } from 'hono/html'
import type { Instant } from '@holdfast/core'
import { formatMoment, formatMoney } from '../../language/format.ts'
import { lineName, type OrderCase } from '../../shop/read-orders.ts'
import { illustration } from '../illustrations.ts'
import type { Html, Page } from '../layout.ts'
import type { Visitor } from '../visitor.ts'
import { orderBadges } from './order-badges.ts'
import { minutesLeft, standingOf } from './order-standing.ts'

/** What somebody has ordered, newest first. */
export const ordersPage = (visitor: Visitor, orders: readonly OrderCase[], now: Instant): Page => {
  const { t } = visitor
  return {
    title: t.shop.orders.title,
    section: 'orders',
    content: html`<h1>${t.shop.orders.title}</h1>
${orders.length === 0 ? html`<div class="card lone"><p>${t.shop.orders.none}</p><p><a class="button primary" href="/shop">${t.shop.cart.browse}</a></p></div>` : ''}
<ul class="bookings">${orders.map((each) => renderOrder(visitor, each, now))}</ul>`,
  }
}

const renderOrder = (visitor: Visitor, found: OrderCase, now: Instant): Html => {
  const { t, language } = visitor
  const { order } = found
  const { lines, total } = order
  const names = lines.map((line) => lineName(line, language))
  const things = lines.reduce((sum, { quantity }) => sum + quantity, 0)
  const isPayable = standingOf(visitor, found, now).canBePaid
  return html`<li class="card booking">${illustration(lines[0]?.articleId ?? '')}
<div class="booking-what"><h2><a href="/orders/${order.id}">${names.slice(0, 3).join(', ')}${names.length > 3 ? '…' : ''}</a></h2>
<p class="soft">${t.shop.orders.articles(things)} · ${formatMoney(language, total)} · ${formatMoment(language, order.createdAt)}</p></div>
<div class="booking-state"><p>${orderBadges(visitor, found)}${isPayable ? html` <span class="soft">${t.shop.order.minutesLeft(minutesLeft(order, now))}</span>` : ''}</p>
<p><a class="button ${isPayable ? 'primary' : 'quiet'}" href="/orders/${order.id}">${t.shop.orders.open}</a></p></div></li>`
}
