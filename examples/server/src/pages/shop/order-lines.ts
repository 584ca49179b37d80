import { html } from 'hono/html'
import { lineTotal, type Money, type Order } from '@holdfast/core'
import { formatMoney, formatNumber } from '../../language/format.ts'
import { lineName } from '../../shop/read-orders.ts'
import { illustration } from '../illustrations.ts'
import type { Html } from '../layout.ts'
import type { Visitor } from '../visitor.ts'

/** What was ordered, line by line, and what it came to. */
export const renderOrderLines = (visitor: Visitor, { lines, discount, total }: Order): Html => {
  const { t, language } = visitor
  const shown = (amount: Money): string => formatMoney(language, amount)
  return html`<ul class="order-lines">${lines.map(
    (line) =>
      html`<li>${illustration(line.articleId)}<div><strong>${lineName(line, language)}</strong><br><span class="soft">${formatNumber(language, line.quantity)} × ${shown(line.unitPrice)}</span></div><span>${shown(lineTotal(line))}</span></li>`,
  )}</ul>
<dl class="sums">${
    discount === undefined
      ? ''
      : html`<div><dt>${t.shop.cart.discount(discount.code)}</dt><dd>−${shown(discount.amount)}</dd></div>`
  }
<div class="now"><dt>${t.shop.receipt.sum}</dt><dd>${shown(total)}</dd></div></dl>`
}
