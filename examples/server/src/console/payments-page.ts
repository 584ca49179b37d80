import { html } from 'hono/html'
import { paymentTransitions, type Payment, type PaymentSummary } from '@holdfast/core'
import { formatMoment, formatMoney } from '../language/format.ts'
import { badge } from '../pages/badge.ts'
import { arrow, type Html, type Page } from '../pages/layout.ts'
import type { Visitor } from '../pages/visitor.ts'
import { consolePage, ownerLink, paymentLink, table } from './console-frame.ts'

/** Every status a payment can have, in the order of the machine's table. */
export const paymentStatuses = Object.keys(paymentTransitions) as readonly Payment['status'][]

/** How many payments a page lists. */
export const paymentsPerPage = 25

/** Payments, newest first. */
export const paymentsPage = (
  visitor: Visitor,
  {
    payments,
    status,
    after,
  }: {
    readonly payments: readonly PaymentSummary[]
    readonly status: Payment['status'] | undefined
    readonly after: string | undefined
  },
): Page => {
  const { t, words } = visitor
  const filter = status === undefined ? {} : { status }
  const last = payments.at(-1)?.payment.id
  return consolePage(visitor, {
    part: 'payments',
    title: t.console.payments,
    content: html`<form class="filter" method="get"><label class="field">${t.console.filter}<select name="status"><option value="">${t.console.all}</option>${paymentStatuses.map(
      (each) =>
        html`<option value="${each}" ${each === status ? html`selected` : ''}>${words.paymentStatus[each]}</option>`,
    )}</select></label><button class="button quiet">${t.console.show}</button></form>
${paymentsTable(visitor, payments)}
<p class="pager">${after === undefined ? '' : html`<a href="/console/payments?${new URLSearchParams(filter)}">${t.console.newer}</a>`}
${last === undefined || payments.length < paymentsPerPage ? '' : html`<a href="/console/payments?${new URLSearchParams({ ...filter, after: last })}">${t.console.older} ${arrow('on')}</a>`}</p>`,
  })
}

/** Payments as the console lists them, wherever it does. */
export const paymentsTable = (visitor: Visitor, payments: readonly PaymentSummary[]): Html => {
  const { t } = visitor
  const { columns } = t.console
  return table(
    [columns.payment, columns.purpose, columns.owner, columns.amount, columns.status, columns.created, columns.changed],
    payments.map(({ payment, updatedAt }) => row(visitor, payment, updatedAt)),
    t.console.none,
  )
}

const row = (
  { t, words, language }: Visitor,
  payment: Payment,
  updatedAt: PaymentSummary['updatedAt'],
): readonly (Html | string)[] => [
  paymentLink(payment.id),
  purposeName(t, payment.purpose),
  ownerLink(payment.owner),
  formatMoney(language, payment.amount),
  badge(payment.status, words.paymentStatus[payment.status]),
  formatMoment(language, payment.createdAt),
  formatMoment(language, updatedAt),
]

/** What a payment is for, in words; a purpose of some other host's stays as it is. */
export const purposeName = (t: Visitor['t'], purpose: string): string =>
  (t.purpose as Readonly<Record<string, string>>)[purpose] ?? purpose
