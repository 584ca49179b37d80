import { html } from 'hono/html'
import { isCollected, lineTotal, type Money, type Payment, type Refund } from '@holdfast/core'
import { formatMoment, formatMoney, formatNumber } from '../../language/format.ts'
import { lineName, readShipTo, type OrderCase } from '../../shop/read-orders.ts'
import { arrow, type Html, type Page } from '../layout.ts'
import type { SignedIn, Visitor } from '../visitor.ts'

/** An order whose money has come. */
export interface PaidOrder extends OrderCase {
  readonly payment: Extract<Payment, { readonly completedAt: unknown }>
}

/** The order as one that is paid; `undefined` for one that is not. */
export const asPaid = (found: OrderCase): PaidOrder | undefined => {
  const { payment } = found.kase
  return isCollected(payment) ? { ...found, payment } : undefined
}

/** What was paid for an order, and what went back, on one sheet of paper. */
export const receiptPage = (visitor: Visitor, { person }: SignedIn, paid: PaidOrder): Page => {
  const { t, language } = visitor
  const { order, payment, kase } = paid
  const shown = (amount: Money): string => formatMoney(language, amount)
  const attempt = kase.attempts.find(({ id }) => id === payment.attemptId)
  return {
    title: `${t.shop.receipt.title} ${order.id}`,
    section: 'orders',
    content: html`<p class="back"><a href="/orders/${order.id}">${arrow('back')} ${t.shop.receipt.back}</a></p>
<article class="card receipt"><header><h1>${t.shop.receipt.title}</h1><p class="soft">${t.shop.receipt.from}</p></header>
<dl class="dates"><div><dt>${t.shop.order.reference}</dt><dd><code>${order.id}</code></dd></div>
<div><dt>${t.shop.receipt.payment}</dt><dd><code>${payment.id}</code></dd></div>
<div><dt>${t.shop.receipt.of}</dt><dd>${readShipTo(order) ?? person.name}</dd></div>
<div><dt>${t.shop.receipt.paidOn}</dt><dd>${formatMoment(language, payment.completedAt)}${attempt === undefined ? '' : html`<br><span class="soft">${t.shop.receipt.paid[attempt.kind]}</span>`}</dd></div></dl>
<table class="data plain"><thead><tr><th scope="col">${t.shop.receipt.article}</th><th scope="col">${t.shop.receipt.quantity}</th><th scope="col">${t.shop.receipt.sum}</th></tr></thead>
<tbody>${order.lines.map(
      (line) =>
        html`<tr><td>${lineName(line, language)}<br><span class="soft">${t.shop.cart.each(shown(line.unitPrice))}</span></td><td>${formatNumber(language, line.quantity)}</td><td>${shown(lineTotal(line))}</td></tr>`,
    )}</tbody></table>
<dl class="sums">${order.discount === undefined ? '' : html`<div><dt>${t.shop.cart.discount(order.discount.code)}</dt><dd>−${shown(order.discount.amount)}</dd></div>`}
<div class="now"><dt>${t.shop.receipt.total}</dt><dd>${shown(payment.amount)}</dd></div>
${renderRefunds(visitor, paid)}</dl>
<p class="screen-only"><button type="button" class="button quiet" data-print hidden>${t.shop.receipt.print}</button></p></article>`,
  }
}

/** Every refund that did not fail, and what remains. */
const renderRefunds = ({ t, language }: Visitor, { payment, kase }: PaidOrder): Html | string => {
  const gone = kase.refunds.filter(({ status, attemptId }) => status !== 'failed' && attemptId === payment.attemptId)
  if (gone.length === 0) return ''
  const back = gone.reduce((sum, { amount }) => sum + amount.minorUnits, 0n)
  const remains = { ...payment.amount, minorUnits: payment.amount.minorUnits - back }
  return html`${gone.map(
    (refund) =>
      html`<div><dt>${whatBecameOf(refund, { t, language })}</dt><dd>−${formatMoney(language, refund.amount)}</dd></div>`,
  )}<div class="now"><dt>${t.shop.receipt.remains}</dt><dd>${formatMoney(language, remains)}</dd></div>`
}

const whatBecameOf = (refund: Refund, { t, language }: Pick<Visitor, 't' | 'language'>): string =>
  refund.status === 'succeeded'
    ? t.shop.receipt.refunded(formatMoment(language, refund.succeededAt))
    : t.shop.receipt.refundComing
