import { html } from 'hono/html'
import {
  decimalString,
  isCollected,
  type Attempt,
  type Order,
  type PaymentCase,
  type Refund,
  type TimelineEntry,
} from '@holdfast/core'
import { formatMoment, formatMoney } from '../language/format.ts'
import { badge } from '../pages/badge.ts'
import { buttonForm, hiddenFields } from '../pages/forms.ts'
import type { Html, Notice, Page } from '../pages/layout.ts'
import type { SignedIn, Visitor } from '../pages/visitor.ts'
import { orderBadges } from '../pages/shop/order-badges.ts'
import { lineName } from '../shop/read-orders.ts'
import { consolePage, ownerLink, table } from './console-frame.ts'
import { purposeName } from './payments-page.ts'
import { renderStory } from './story.ts'

/** What the page of one payment shows. */
export interface PaymentView {
  readonly kase: PaymentCase
  readonly story: readonly TimelineEntry[]
  /** The order that it is for, where it is for one. */
  readonly order: Order | undefined
  /** Whether the saved card can be made to fail from here. */
  readonly canFailCard: boolean
  readonly notice: Notice | undefined
}

/** One payment: how it stands, what can be done about it, every attempt and refund, and its whole story. */
export const paymentPage = (visitor: Visitor, signedIn: SignedIn, view: PaymentView): Page => {
  const { t, words, language } = visitor
  const { columns } = t.console
  const { payment, attempts, refunds } = view.kase
  return consolePage(visitor, {
    part: 'payments',
    title: `${purposeName(t, payment.purpose)} · ${formatMoney(language, payment.amount)}`,
    notice: view.notice,
    content: html`<p>${badge(payment.status, words.paymentStatus[payment.status])} ${payment.item.name} — <span class="soft">${payment.item.description}</span></p>
<p class="soft"><code>${payment.id}</code> · ${ownerLink(payment.owner)} · ${payment.subject.type === 'reservation' ? html`<a href="/bookings/${payment.subject.id}">${payment.subject.id}</a>` : payment.subject.id}</p>
${view.order === undefined ? '' : renderOrder(visitor, view.order, view.kase)}
<div class="columns"><div>
<section class="card"><h2>${t.console.attempts}</h2>${table(
      [columns.kind, columns.status, columns.amount, columns.reference],
      attempts.map((attempt) => attemptRow(visitor, attempt)),
      t.console.noAttempts,
    )}</section>
<section class="card"><h2>${t.console.refunds}</h2>${table(
      [columns.reason, columns.status, columns.amount, columns.destination, columns.reference],
      refunds.map((refund) => refundRow(visitor, refund)),
      t.console.noRefunds,
    )}</section>
</div>
<section class="card"><h2>${t.console.actions}</h2><div class="actions">${renderActions(visitor, signedIn, view)}</div></section></div>
<section class="card"><h2>${t.console.story}</h2><p class="soft">${t.console.storyHint}</p>${renderStory(visitor, payment.amount.currency, view.story)}</section>`,
  })
}

/** What it is for, where that is goods: with how it stands, and the way to it. */
const renderOrder = (visitor: Visitor, order: Order, kase: PaymentCase): Html => {
  const { t, language } = visitor
  return html`<section class="card"><h2>${t.console.order} ${orderBadges(visitor, { order, kase })}</h2>
<p>${order.lines.map((line) => `${line.quantity} × ${lineName(line, language)}`).join(', ')}</p>
<p><a class="button quiet" href="/console/orders/${order.id}">${t.console.seeOrder}</a></p></section>`
}

/** What its page has declined while it was open, oldest first. */
const renderDeclines = ({ t, language }: Visitor, { declines = [] }: Attempt): Html | string =>
  declines.length === 0
    ? ''
    : html`<ul class="declines soft">${declines.map(({ at, failure }) => html`<li>${t.console.declinedAt(formatMoment(language, at))} ${t.console.failures[failure.code]}</li>`)}</ul>`

const attemptRow = (visitor: Visitor, attempt: Attempt): readonly (Html | string)[] => {
  const { t, language } = visitor
  return [
    html`${t.attemptKind[attempt.kind]}<br><span class="soft">${formatMoment(language, attempt.requestedAt)}</span>`,
    html`${badge(attempt.status, t.attempt[attempt.status])}${attempt.status === 'declined' ? html`<br><span class="soft">${t.console.failures[attempt.failure.code]}</span>` : ''}${renderDeclines(visitor, attempt)}`,
    formatMoney(language, attempt.amount),
    attempt.providerId === undefined ? '—' : html`<code class="long">${attempt.providerId}</code>`,
  ]
}

const refundRow = ({ t, words, language }: Visitor, refund: Refund): readonly (Html | string)[] => [
  html`${t.refundReason[refund.reason]}<br><span class="soft">${formatMoment(language, refund.requestedAt)}</span>`,
  badge(refund.status, words.refundStatus[refund.status]),
  formatMoney(language, refund.amount),
  t.console.destination[refund.destination],
  refund.providerId === undefined ? '—' : html`<code class="long">${refund.providerId}</code>`,
]

const renderActions = (
  { t }: Visitor,
  signedIn: SignedIn,
  { kase, canFailCard }: PaymentView,
): readonly (Html | string)[] => {
  const { payment } = kase
  const { currency } = payment.amount
  const at = (action: string): string => `/console/payments/${payment.id}/${action}`
  const isOver = isCollected(payment) || payment.status === 'cancelled'
  return [
    buttonForm(signedIn, at('sync'), t.console.sync, { look: 'quiet' }),
    isCollected(payment) && payment.status !== 'refunded' && payment.status !== 'disputed'
      ? html`<form method="post" action="${at('refund')}">${hiddenFields(signedIn)}<label class="field">${t.console.refundAmount(currency)}
<input name="amount" inputmode="decimal" autocomplete="off" placeholder="${decimalString({ currency, minorUnits: payment.amount.minorUnits - payment.refunded })}"></label><button class="button danger">${t.console.refund}</button></form>`
      : '',
    // What an order comes to stands on its lines.
    isOver || payment.subject.type === 'order'
      ? ''
      : html`<form method="post" action="${at('amount')}">${hiddenFields(signedIn)}<label class="field">${t.console.newAmount(currency)}
<input name="amount" inputmode="decimal" autocomplete="off" required placeholder="${decimalString(payment.amount)}"></label><button class="button quiet">${t.console.changeAmount}</button></form>`,
    payment.subject.type === 'reservation' && payment.status === 'pending' && kase.attempts.length === 0
      ? buttonForm(signedIn, at('start-balance'), t.console.startBalance, { look: 'quiet' })
      : '',
    canFailCard && !isOver
      ? html`${buttonForm(signedIn, at('fail-card'), t.console.removeCard, { look: 'quiet' })}<p class="soft">${t.console.removeCardHint}</p>`
      : '',
    isOver ? '' : buttonForm(signedIn, at('cancel'), t.console.cancel, { look: 'danger' }),
    payment.subject.type === 'reservation'
      ? buttonForm(signedIn, at('cancel-booking'), t.console.cancelBooking, { look: 'danger' })
      : '',
  ]
}
