import { html } from 'hono/html'
import { isCollected, type PaymentCase, type PaymentId, type PendingIntent, type Reservation } from '@holdfast/core'
import { formatDay, formatMoney } from '../language/format.ts'
import type { Day } from '../stays/nights.ts'
import type { readStayDetails } from '../stays/stay-kind.ts'
import { buttonForm } from './forms.ts'
import type { Html, Page } from './layout.ts'
import type { SignedIn, Visitor } from './visitor.ts'

/** What a payment has come to, with what it was for. */
export interface Outcome {
  readonly kase: PaymentCase
  readonly intent: PendingIntent | undefined
  readonly reservation: Reservation | undefined
  readonly stay: ReturnType<typeof readStayDetails> | undefined
  /** Free stays of the same length nearby, for somebody who came second. */
  readonly others: readonly { readonly arrival: Day; readonly departure: Day }[]
}

/** What somebody reads who has just come back from paying: what became of it, and the one thing to do next. */
export const outcomePage = (visitor: Visitor, signedIn: SignedIn, outcome: Outcome): Page => {
  const { t, words, language } = visitor
  const { kase, intent, reservation, stay } = outcome
  const { payment } = kase
  const retry = buttonForm(signedIn, `/payments/${payment.id}/pay`, t.outcome.retry)
  const leave =
    intent?.status === 'open'
      ? buttonForm(signedIn, `/payments/${payment.id}/abandon`, t.outcome.abandon, { look: 'quiet' })
      : ''
  const sum = formatMoney(language, payment.amount)

  if (intent?.status === 'refunded' && stay !== undefined) return fasterPage(visitor, outcome, stay, sum)
  if (isCollected(payment)) {
    if (payment.status === 'refunded') return page(t.outcome.refundedTitle, html`<p>${t.outcome.refunded(sum)}</p>`)
    if (reservation === undefined || stay === undefined) return waitingPage(visitor)
    const link = html`<p><a class="button primary" href="/bookings/${reservation.id}">${t.outcome.seeBooking}</a></p>`
    return payment.purpose === 'balance'
      ? page(t.outcome.balanceTitle, html`<p>${t.outcome.balance(stay.name)}</p>${link}`, 'good')
      : page(
          t.outcome.confirmedTitle,
          html`<p>${t.outcome.confirmed(stay.name, formatDay(language, stay.arrival))}</p>${link}`,
          'good',
        )
  }
  switch (payment.status) {
    case 'processing':
    case 'authorized':
      return waitingPage(visitor)
    case 'failed':
      return page(
        t.outcome.failedTitle,
        html`<p>${t.outcome.failed(words.failures[payment.failure.code])}</p><div class="row">${retry}${leave}</div>`,
        'bad',
      )
    case 'cancelled':
      return page(
        t.outcome.abandonedTitle,
        html`<p>${t.outcome.abandoned}</p><p><a class="button primary" href="/stays/${stay?.property ?? ''}">${t.outcome.again}</a></p>`,
      )
    case 'pending':
      return page(t.outcome.openTitle, html`<p>${t.outcome.open}</p><div class="row">${retry}${leave}</div>`)
  }
}

/** Stripe could not be asked. Nothing is lost. */
export const laterPage = ({ t }: Visitor, signedIn: SignedIn, paymentId: PaymentId): Page =>
  page(
    t.outcome.failedTitle,
    html`<p>${t.outcome.later}</p>${buttonForm(signedIn, `/payments/${paymentId}/pay`, t.outcome.retry)}`,
    'bad',
  )

/** The payment page has been asked for and is not there yet. */
export const openingPage = ({ t }: Visitor): Page => ({
  ...page(t.outcome.openingTitle, html`<p>${t.outcome.opening}</p>`, 'busy'),
  refreshS: 1,
})

const waitingPage = ({ t }: Visitor): Page => ({
  ...page(t.outcome.waitingTitle, html`<p>${t.outcome.waiting}</p>`, 'busy'),
  refreshS: 3,
})

const fasterPage = (visitor: Visitor, { others }: Outcome, stay: NonNullable<Outcome['stay']>, sum: string): Page => {
  const { t, language } = visitor
  return page(
    t.outcome.fasterTitle,
    html`<p>${t.outcome.faster(stay.name)}</p><p><strong>${t.outcome.fasterMoney(sum)}</strong></p>
<h2>${others.length === 0 ? t.outcome.noOtherNights : t.outcome.otherNights}</h2>
<ul class="others">${others.map(
      ({ arrival, departure }) =>
        html`<li><a href="/stays/${stay.property}?arrival=${arrival}&departure=${departure}#dates">${formatDay(language, arrival, 'short')} → ${formatDay(language, departure, 'short')}</a></li>`,
    )}</ul>
<p><a class="button quiet" href="/stays/${stay.property}">${t.outcome.again}</a></p>`,
    'bad',
  )
}

const page = (title: string, content: Html, tone: 'good' | 'bad' | 'busy' | 'calm' = 'calm'): Page => ({
  title,
  section: 'bookings',
  content: html`<section class="card lone outcome ${tone}">${signs[tone]}<h1>${title}</h1>${content}</section>`,
})

const sign = (drawing: Html): Html => html`<svg class="sign" viewBox="0 0 48 48" aria-hidden="true">${drawing}</svg>`

const signs: Readonly<Record<'good' | 'bad' | 'busy' | 'calm', Html>> = {
  good: sign(html`<circle cx="24" cy="24" r="22"/><path d="m14 25 7 7 13-15"/>`),
  bad: sign(html`<circle cx="24" cy="24" r="22"/><path d="M24 13v14M24 33v2"/>`),
  busy: sign(html`<circle cx="24" cy="24" r="22"/><path d="M24 12v12l8 6"/>`),
  calm: sign(html`<circle cx="24" cy="24" r="22"/><path d="M15 24h18"/>`),
}
