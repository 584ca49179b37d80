import { html } from 'hono/html'
import { isCollected, lastDecline, type Instant, type PaymentCase } from '@holdfast/core'
import { formatDay, formatMoment, formatMoney } from '../language/format.ts'
import { nightsBetween } from '../stays/nights.ts'
import { hasArrived } from '../stays/price.ts'
import type { Booking } from '../stays/read-booking.ts'
import { readStayDetails } from '../stays/stay-kind.ts'
import { badge } from './badge.ts'
import { buttonForm } from './forms.ts'
import { illustration } from './illustrations.ts'
import { arrow, type Html, type Notice, type Page } from './layout.ts'
import type { SignedIn, Visitor } from './visitor.ts'

/** One booking: where and when, what is due when and what came of it, and what can be done. */
export const bookingPage = (
  visitor: Visitor,
  signedIn: SignedIn,
  { booking, now, notice }: { readonly booking: Booking; readonly now: Instant; readonly notice: Notice | undefined },
): Page => {
  const { t, words, language } = visitor
  const { reservation } = booking
  const { property, name, arrival, departure, guests } = readStayDetails(reservation.details)
  const isUnderWay = booking.balance?.payment.status === 'processing'
  return {
    title: t.booking.title(name),
    section: 'bookings',
    notice,
    ...(isUnderWay ? { refreshS: 3 } : {}),
    content: html`<p class="back"><a href="/bookings">${arrow('back')} ${t.bookings.title}</a></p>
<section class="stay-head small">${illustration(property)}<div><h1>${t.booking.title(name)}</h1>
<p>${badge(reservation.status, words.reservationStatus[reservation.status])} <strong>${conclusion(visitor, reservation.status)}</strong></p>
<dl class="dates"><div><dt>${t.booking.arrive}</dt><dd>${formatDay(language, arrival)}<br><span class="soft">${t.booking.arrivalFrom}</span></dd></div>
<div><dt>${t.booking.leave}</dt><dd>${formatDay(language, departure)}<br><span class="soft">${t.booking.departureUntil}</span></dd></div></dl>
<p class="soft">${t.booking.nights(nightsBetween(arrival, departure))} · ${t.booking.guests(guests)} · ${t.booking.reference} <code>${reservation.id}</code></p></div></section>
<section class="card"><h2>${t.booking.money}</h2><ol class="plan">
${renderFirst(visitor, booking.first)}
${booking.balance === undefined ? '' : renderBalance(visitor, signedIn, booking, booking.balance)}
</ol></section>
${reservation.status === 'cancelled' || reservation.status === 'completed' ? '' : renderCancel(visitor, signedIn, booking, hasArrived(arrival, now))}`,
  }
}

const conclusion = ({ t }: Visitor, status: Booking['reservation']['status']): string => {
  switch (status) {
    case 'confirmed':
    case 'balance_due':
      return t.booking.confirmed
    case 'paid':
      return t.booking.paid
    case 'completed':
      return t.booking.completed
    case 'cancelled':
      return t.booking.cancelled
  }
}

const renderFirst = (visitor: Visitor, { payment, refunds }: PaymentCase): Html => {
  const { t, language } = visitor
  return html`<li class="${isCollected(payment) ? 'done' : 'waiting'}"><div><h3>${payment.purpose === 'full' ? t.booking.full : t.booking.deposit}</h3>
<p class="soft">${isCollected(payment) ? t.booking.paidOn(formatMoment(language, payment.completedAt)) : ''}</p>${renderRefunds(visitor, refunds)}</div>
<strong>${formatMoney(language, payment.amount)}</strong></li>`
}

const renderBalance = (
  visitor: Visitor,
  signedIn: SignedIn,
  { reservation }: Booking,
  { payment, attempts, refunds }: PaymentCase,
): Html => {
  const { t, language } = visitor
  const dueAt = reservation.balance === undefined ? undefined : formatMoment(language, reservation.balance.dueAt)
  const line = isCollected(payment)
    ? t.booking.paidOn(formatMoment(language, payment.completedAt))
    : payment.status === 'cancelled' || dueAt === undefined
      ? ''
      : t.booking.dueOn(dueAt)
  return html`<li class="${isCollected(payment) ? 'done' : payment.status === 'failed' ? 'failed' : 'waiting'}" id="balance"><div><h3>${t.booking.balance}</h3>
<p class="soft">${line}</p>${renderStanding(visitor, signedIn, { payment, attempts, refunds })}${renderRefunds(visitor, refunds)}</div>
<strong>${formatMoney(language, payment.amount)}</strong></li>`
}

/** How it stands with what is still owed, and the one button that goes with it. */
const renderStanding = (
  { t, words }: Visitor,
  signedIn: SignedIn,
  { payment, attempts }: PaymentCase,
): Html | string => {
  const button = (label: string): Html => buttonForm(signedIn, `/payments/${payment.id}/pay`, label)
  const declined =
    lastDecline({ attempts }) ?? attempts.findLast((attempt): attempt is Declined => attempt.status === 'declined')
  const reason = declined === undefined ? undefined : t.booking.failed(words.failures[declined.failure.code])
  switch (payment.status) {
    case 'failed':
      return html`<p class="bad-text">${t.booking.failed(words.failures[payment.failure.code])}</p>${button(t.booking.retry)}`
    case 'pending':
      if (attempts.some(({ status }) => status === 'open' || status === 'requested'))
        return html`${reason === undefined ? '' : html`<p class="bad-text">${reason}</p>`}${button(reason === undefined ? t.booking.finish : t.booking.retry)}`
      return html`<p class="soft">${payment.savedCard === undefined ? t.booking.onPage : t.booking.fromCard}</p>${button(t.booking.payNow)}`
    case 'processing':
    case 'authorized':
      return html`<p class="soft">${t.booking.onItsWay}</p>`
    case 'cancelled':
    case 'completed':
    case 'partially_refunded':
    case 'refunded':
    case 'disputed':
      return ''
  }
}

type Declined = Extract<PaymentCase['attempts'][number], { readonly status: 'declined' }>

const renderRefunds = ({ t, language }: Visitor, refunds: PaymentCase['refunds']): readonly Html[] =>
  refunds.map(({ amount, status }) => {
    const sum = formatMoney(language, amount)
    return status === 'failed'
      ? html``
      : html`<p class="soft">${status === 'succeeded' ? t.booking.refunded(sum) : t.booking.refundComing(sum)}</p>`
  })

const renderCancel = (
  { t, language }: Visitor,
  signedIn: SignedIn,
  { reservation }: Booking,
  isLate: boolean,
): Html => {
  const { arrival } = readStayDetails(reservation.details)
  return html`<details class="card"><summary>${t.booking.cancel}</summary>
<p class="soft">${isLate ? t.booking.cancelHintLate : t.booking.cancelHint(formatDay(language, arrival))}</p>
${buttonForm(signedIn, `/bookings/${reservation.id}/cancel`, t.booking.cancelSure, { look: 'danger' })}</details>`
}
