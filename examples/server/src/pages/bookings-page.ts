import { html } from 'hono/html'
import type { PendingIntent, Reservation } from '@holdfast/core'
import { formatDay, formatMoment, formatMoney } from '../language/format.ts'
import { readStayDetails } from '../stays/stay-kind.ts'
import { buttonForm } from './forms.ts'
import { illustration } from './illustrations.ts'
import { arrow, type Html, type Page } from './layout.ts'
import { badge } from './badge.ts'
import type { SignedIn, Visitor } from './visitor.ts'

/** What a guest has booked, and what is still to be paid to be booked. */
export const bookingsPage = (
  visitor: Visitor,
  signedIn: SignedIn,
  {
    reservations,
    intents,
  }: { readonly reservations: readonly Reservation[]; readonly intents: readonly PendingIntent[] },
): Page => {
  const { t } = visitor
  const isEmpty = reservations.length + intents.length === 0
  return {
    title: t.bookings.title,
    section: 'bookings',
    content: html`<h1>${t.bookings.title}</h1>
${isEmpty ? html`<div class="card lone"><p>${t.bookings.none}</p><p><a class="button primary" href="/">${t.bookings.browse}</a></p></div>` : ''}
<ul class="bookings">${intents.map((intent) => renderIntent(visitor, signedIn, intent))}${reservations.map((reservation) => renderReservation(visitor, reservation))}</ul>`,
  }
}

const renderReservation = (visitor: Visitor, reservation: Reservation): Html => {
  const { t, words, language } = visitor
  const { balance, status } = reservation
  const owes = balance !== undefined && (status === 'confirmed' || status === 'balance_due')
  const line = owes
    ? t.bookings.due(formatMoney(language, balance.amount), formatMoment(language, balance.dueAt))
    : status === 'cancelled'
      ? ''
      : t.bookings.nothingDue
  return html`<li class="card booking">${summary(visitor, reservation.details)}
<div class="booking-state">${badge(status, words.reservationStatus[status])}<p class="soft">${line}</p>
<a class="button quiet" href="/bookings/${reservation.id}">${t.bookings.open}</a></div></li>`
}

const renderIntent = (visitor: Visitor, signedIn: SignedIn, intent: PendingIntent): Html => {
  const { t, language } = visitor
  return html`<li class="card booking">${summary(visitor, intent.quote.details)}
<div class="booking-state">${badge('pending', t.bookings.waiting)}<p class="soft">${t.bookings.waitingHint(formatMoment(language, intent.expiresAt))}</p>
${buttonForm(signedIn, `/payments/${intent.paymentId}/pay`, t.bookings.goOn)}
${buttonForm(signedIn, `/payments/${intent.paymentId}/abandon`, t.outcome.abandon, { look: 'quiet' })}</div></li>`
}

const summary = ({ language }: Visitor, details: Reservation['details']): Html => {
  const { property, name, arrival, departure } = readStayDetails(details)
  return html`${illustration(property)}<div class="booking-what"><h2>${name}</h2><p>${formatDay(language, arrival, 'short')} ${arrow('on')} ${formatDay(language, departure, 'short')}</p></div>`
}
