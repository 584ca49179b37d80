import { html } from 'hono/html'
import type { Order } from '@holdfast/core'
import { formatMoment, formatMoney } from '../language/format.ts'
import { badge } from '../pages/badge.ts'
import { buttonForm, hiddenFields } from '../pages/forms.ts'
import type { Html, Notice, Page } from '../pages/layout.ts'
import { orderBadges } from '../pages/shop/order-badges.ts'
import { renderOrderLines } from '../pages/shop/order-lines.ts'
import type { SignedIn, Visitor } from '../pages/visitor.ts'
import { findArticle } from '../shop/articles.ts'
import { orderMoneyOf } from '../shop/order-money.ts'
import { hasSomethingToSend, readShipTo, type OrderCase } from '../shop/read-orders.ts'
import { consolePage, ownerLink, paymentLink, table } from './console-frame.ts'

/** One order as staff see it: what is in it, what was kept for it, and what can be done. */
export const orderConsolePage = (
  visitor: Visitor,
  signedIn: SignedIn,
  { order, kase, notice }: OrderCase & { readonly notice: Notice | undefined },
): Page => {
  const { t, words, language } = visitor
  const { columns } = t.console
  const { payment } = kase
  const shipTo = readShipTo(order)
  return consolePage(visitor, {
    part: 'orders',
    title: `${t.console.order} · ${formatMoney(language, order.total)}`,
    notice,
    content: html`<p>${orderBadges(visitor, { order, kase })} <code>${order.id}</code> · ${ownerLink(order.owner)} · <a href="/orders/${order.id}">${t.console.asItsBuyer}</a></p>
<p class="soft">${columns.payment}: ${paymentLink(payment.id)} ${badge(payment.status, words.paymentStatus[payment.status])}</p>
<div class="columns"><div>
<section class="card"><h2>${t.console.lines}</h2>${renderOrderLines(visitor, order)}
<p class="soft">${shipTo === undefined ? t.console.nothingToSend : html`${t.console.goesTo}: ${shipTo}`}</p></section>
<section class="card"><h2>${t.console.holds}</h2>${table(
      [columns.what, columns.status],
      order.holds.map((hold) => holdRow(visitor, hold)),
      t.console.none,
    )}</section></div>
<section class="card"><h2>${t.console.actions}</h2>${renderDates(visitor, order)}<div class="actions">${renderActions(visitor, signedIn, { order, kase })}</div></section></div>`,
  })
}

const holdRow = ({ t, language }: Visitor, hold: Order['holds'][number]): readonly (Html | string)[] => [
  hold.of === 'coupon'
    ? html`${t.shop.cart.coupon} <code>${hold.code}</code>`
    : `${hold.quantity} × ${findArticle(hold.articleId)?.name[language] ?? hold.articleId}`,
  badge(hold.status, t.console.holdStatus[hold.status]),
]

const renderDates = ({ t, language }: Visitor, order: Order): Html => {
  const at = (name: string, moment: Order['createdAt'] | undefined): Html | string =>
    moment === undefined ? '' : html`<div><dt>${name}</dt><dd>${formatMoment(language, moment)}</dd></div>`
  const isSent = order.status === 'shipped' || order.status === 'delivered'
  return html`<dl class="sums">${at(t.shop.order.placed, order.createdAt)}${at(t.shop.order.paid, 'completedAt' in order ? order.completedAt : undefined)}
${at(t.shop.order.shipped, isSent ? order.shippedAt : undefined)}${isSent && order.tracking !== undefined ? html`<div><dt>${t.console.tracking}</dt><dd><code>${order.tracking}</code></dd></div>` : ''}
${at(t.shop.order.delivered, order.status === 'delivered' ? order.deliveredAt : undefined)}${at(t.shop.order.ended, order.status === 'cancelled' ? order.cancelledAt : undefined)}</dl>`
}

const renderActions = (visitor: Visitor, signedIn: SignedIn, found: OrderCase): readonly (Html | string)[] => {
  const { t } = visitor
  const { order } = found
  const at = (action: string): string => `/console/orders/${order.id}/${action}`
  switch (order.status) {
    case 'pending':
      return [buttonForm(signedIn, at('cancel'), t.console.cancelUnpaid, { look: 'danger', fields: { refund: 'all' } })]
    case 'completed':
      return [
        renderShip(visitor, signedIn, found),
        hasSomethingToSend(order) ? '' : html`<p class="soft">${t.console.nothingToSend}</p>`,
        html`<details><summary>${t.console.cancelOrder}</summary><p class="soft">${t.console.cancelOrderHint}</p><div class="actions">
${buttonForm(signedIn, at('cancel'), t.console.cancelAndRefund, { look: 'danger', fields: { refund: 'all' } })}
${buttonForm(signedIn, at('cancel'), t.console.cancelAndKeep, { look: 'danger', fields: { refund: 'nothing' } })}</div></details>`,
      ]
    case 'shipped':
      return [buttonForm(signedIn, at('deliver'), t.console.deliver)]
    case 'delivered':
    case 'cancelled':
      return []
  }
}

/** How it is noted that an order was sent. Where its money is not there, that is said first, and the button says it again. */
const renderShip = ({ t }: Visitor, signedIn: SignedIn, found: OrderCase): Html => {
  const money = orderMoneyOf(found)
  const warning =
    money === 'returned' ? t.console.moneyReturned : money === 'disputed' ? t.console.moneyDisputed : undefined
  return html`${warning === undefined ? '' : html`<p class="notice bad">${warning}</p>`}
<form method="post" action="/console/orders/${found.order.id}/ship">${hiddenFields(signedIn)}${warning === undefined ? '' : html`<input type="hidden" name="anyway" value="1">`}<label class="field">${t.console.shipTracking}<input name="tracking" autocomplete="off" maxlength="60"></label>
<button class="button ${warning === undefined ? 'primary' : 'danger'}">${warning === undefined ? t.console.ship : t.console.shipAnyway}</button></form>`
}
