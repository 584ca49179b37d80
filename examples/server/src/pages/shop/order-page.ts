import { html } from 'hono/html'
import { isCollected, type Instant, type Order } from '@holdfast/core'
import { formatMoment, formatMoney } from '../../language/format.ts'
import { findArticle } from '../../shop/articles.ts'
import { orderMoneyOf } from '../../shop/order-money.ts'
import { downloadsOf, hasSomethingToSend, readShipTo, type OrderCase } from '../../shop/read-orders.ts'
import { buttonForm, hiddenFields } from '../forms.ts'
import { arrow, type Html, type Notice, type Page } from '../layout.ts'
import type { SignedIn, Visitor } from '../visitor.ts'
import { orderBadges } from './order-badges.ts'
import { renderOrderLines } from './order-lines.ts'
import { minutesLeft, standingOf } from './order-standing.ts'
import { renderCardChoice, type CardOffer } from './saved-cards.ts'

/** What the page of one order shows. */
export interface OrderView extends OrderCase {
  readonly now: Instant
  /** What it can be paid with beside a new card. */
  readonly cards: readonly CardOffer[]
  readonly notice: Notice | undefined
}

/** One order: how it stands and what can be done about it, what was ordered, and what became of the money. */
export const orderPage = (visitor: Visitor, signedIn: SignedIn, view: OrderView): Page => {
  const { t, language } = visitor
  const { order, kase, now } = view
  const standing = standingOf(visitor, view, now)
  const shipTo = readShipTo(order)
  const tracking = order.status === 'shipped' || order.status === 'delivered' ? order.tracking : undefined
  return {
    title: t.shop.order.title,
    section: 'orders',
    notice: view.notice,
    ...(standing.refreshS === undefined ? {} : { refreshS: standing.refreshS }),
    content: html`<p class="back"><a href="/orders">${arrow('back')} ${t.shop.orders.title}</a></p>
<h1>${t.shop.order.title}</h1>
<p class="soft">${t.shop.order.reference} <code>${order.id}</code></p>
<div class="columns order"><div>
<section class="card standing ${standing.tone}"><p>${orderBadges(visitor, view)}${standing.canBePaid ? html` <strong>${t.shop.order.minutesLeft(minutesLeft(order, now))}</strong>` : ''}</p>
<p role="status">${standing.text}</p>${renderRefunds(visitor, view)}
${tracking === undefined ? '' : html`<p>${t.shop.order.tracking}: <code dir="ltr">${tracking}</code></p>`}
${renderDownloads(visitor, view)}
${renderActions(visitor, signedIn, view, standing.canBePaid)}</section>
<section class="card"><h2>${t.shop.order.what}</h2>${renderOrderLines(visitor, order)}
${shipTo === undefined ? '' : html`<p class="soft">${t.shop.cart.goesTo}: <bdi>${shipTo}</bdi></p>`}</section></div>
<section class="card"><ol class="plan steps">${renderSteps(visitor, order)}</ol>
${isCollected(kase.payment) ? html`<p><a class="button quiet" href="/orders/${order.id}/receipt">${kase.refunds.some(({ status }) => status !== 'failed') ? t.shop.order.receiptRefunded : html`${t.shop.order.receipt} · ${formatMoney(language, kase.payment.amount)}`}</a></p>` : ''}</section></div>`,
  }
}

const renderActions = (visitor: Visitor, signedIn: SignedIn, view: OrderView, canBePaid: boolean): Html | string => {
  const { t, language } = visitor
  const { order, cards } = view
  const { payment } = view.kase
  if (order.status === 'cancelled') return html`<p><a class="button quiet" href="/shop">${t.shop.order.again}</a></p>`
  // What can only be downloaded, its buyer may have by now: whether that is called off is for staff to say.
  if (order.status === 'completed' && hasSomethingToSend(order) && orderMoneyOf(view) === undefined)
    return renderCancel(visitor, signedIn, order, t.shop.order.cancelPaidHint)
  if (!canBePaid) return ''
  return html`<form method="post" action="/payments/${payment.id}/pay">${hiddenFields(signedIn)}${renderCardChoice(visitor, cards)}<button class="button primary">${t.shop.order.payNow} · ${formatMoney(language, order.total)}</button></form>
${renderCancel(visitor, signedIn, order, t.shop.order.cancelHint)}`
}

/** The form says how the order stood that it was shown with: one that was paid meanwhile is not called off by it. */
const renderCancel = ({ t }: Visitor, signedIn: SignedIn, order: Order, hint: string): Html =>
  html`<details><summary>${t.shop.order.cancel}</summary><p class="soft">${hint}</p>
${buttonForm(signedIn, `/orders/${order.id}/cancel`, t.shop.order.cancelSure, { look: 'danger', fields: order.status === 'completed' ? { paid: '1' } : {} })}</details>`

const renderRefunds = ({ t, language }: Visitor, { kase: { refunds } }: OrderView): readonly Html[] =>
  refunds
    .filter(({ status }) => status !== 'failed')
    .map(({ amount, status }) => {
      const sum = formatMoney(language, amount)
      return html`<p class="soft">${status === 'succeeded' ? t.shop.order.refunded(sum) : t.shop.order.refundComing(sum)}</p>`
    })

const renderDownloads = ({ t, language }: Visitor, view: OrderView): readonly Html[] =>
  downloadsOf(view).map(
    (slug) =>
      html`<p><a class="button primary" href="/orders/${view.order.id}/download/${slug}">${t.shop.order.download(findArticle(slug)?.name[language] ?? slug)}</a></p>`,
  )

/** What has happened to it, and what is still to come. */
const renderSteps = (visitor: Visitor, order: Order): readonly Html[] => {
  const { t } = visitor
  const paidAt = 'completedAt' in order ? order.completedAt : undefined
  const isSent = order.status === 'shipped' || order.status === 'delivered'
  const steps: readonly (Html | undefined)[] = [
    step(visitor, t.shop.order.placed, order.createdAt),
    order.status === 'cancelled' && paidAt === undefined ? undefined : step(visitor, t.shop.order.paid, paidAt),
    ...(order.status === 'cancelled'
      ? [step(visitor, t.shop.order.ended, order.cancelledAt, 'failed')]
      : hasSomethingToSend(order) || isSent
        ? [
            step(visitor, t.shop.order.shipped, isSent ? order.shippedAt : undefined),
            step(visitor, t.shop.order.delivered, order.status === 'delivered' ? order.deliveredAt : undefined),
          ]
        : []),
  ]
  return steps.filter((each) => each !== undefined)
}

const step = ({ language }: Visitor, name: string, at: Instant | undefined, look = 'done'): Html =>
  html`<li class="${at === undefined ? 'waiting' : look}"><div><h3>${name}</h3><p class="soft">${at === undefined ? '' : formatMoment(language, at)}</p></div></li>`
