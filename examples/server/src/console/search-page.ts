import { html } from 'hono/html'
import type { PaymentSummary } from '@holdfast/core'
import type { Page } from '../pages/layout.ts'
import type { Visitor } from '../pages/visitor.ts'
import type { OrderCase } from '../shop/read-orders.ts'
import { consolePage } from './console-frame.ts'
import { ordersTable } from './orders-page.ts'
import { paymentsTable } from './payments-page.ts'

/** What was looked for and is not known here, or nothing yet. */
export const nothingFoundPage = (visitor: Visitor, text: string): Page => {
  const { t } = visitor
  return consolePage(visitor, {
    part: undefined,
    title: t.console.search,
    sought: text,
    content: html`${text === '' ? '' : html`<p role="status">${t.console.searchNothing(text)}</p>`}<p class="soft">${t.console.searchHelp}</p>`,
  })
}

/** What one person has paid and ordered, newest first. */
export const belongingsPage = (
  visitor: Visitor,
  {
    name,
    sought,
    payments,
    orders,
  }: {
    readonly name: string
    readonly sought: string
    readonly payments: readonly PaymentSummary[]
    readonly orders: readonly OrderCase[]
  },
): Page => {
  const { t } = visitor
  return consolePage(visitor, {
    part: undefined,
    title: t.console.ofPerson(name),
    sought,
    content: html`<h2>${t.console.payments}</h2>${paymentsTable(visitor, payments)}
<h2 class="more">${t.console.orders}</h2>${ordersTable(visitor, orders)}`,
  })
}
