import { html } from 'hono/html'
import type { PaymentCase, PendingIntent, Reservation, Transaction } from '@holdfast/core'
import { formatDay, formatMoney } from '../../language/format.ts'
import { dayOf } from '../../stays/nights.ts'
import { readStayDetails } from '../../stays/stay-kind.ts'
import type { Desk } from '../desk.ts'
import { buttonForm } from '../forms.ts'
import { arrow, type Html } from '../layout.ts'
import type { SignedIn, Visitor } from '../visitor.ts'
import { isInWallet, wasTaken, type OutcomeCard, type PaidThing } from './outcome-page.ts'

/** A payment for nights: the deposit, the whole price, or the balance of a booking. */
export const stayOutcome = async (
  visitor: Visitor,
  signedIn: SignedIn,
  desk: Desk,
  kase: PaymentCase,
  intent: PendingIntent | undefined,
): Promise<PaidThing> => {
  const { t, language } = visitor
  const { payment } = kase
  const sum = formatMoney(language, payment.amount)
  const reservation = await desk.unitOfWork.read((tx) => findReservation(tx, payment, intent))
  const details = reservation?.details ?? intent?.quote.details
  if (details === undefined) throw new Error(`Payment '${payment.id}' is for nothing.`)
  const stay = readStayDetails(details)
  const link = html`<p><a class="button primary" href="/bookings/${reservation?.id ?? ''}">${t.outcome.seeBooking}</a></p>`
  const done: OutcomeCard =
    payment.purpose === 'balance'
      ? { title: t.outcome.balanceTitle, content: html`<p>${t.outcome.balance(stay.name)}</p>${link}`, tone: 'good' }
      : {
          title: t.outcome.confirmedTitle,
          content: html`<p>${t.outcome.confirmed(stay.name, formatDay(language, stay.arrival))}</p>${link}`,
          tone: 'good',
        }
  return {
    section: 'bookings',
    done: reservation === undefined ? undefined : done,
    lost: {
      title: wasTaken(intent) ? t.outcome.fasterTitle : t.clinic.outcome.keptTitle,
      content: html`<p>${wasTaken(intent) ? t.outcome.faster(stay.name) : t.clinic.outcome.gone}</p><p><strong>${isInWallet(kase) ? t.messages.toWallet(sum) : t.outcome.fasterMoney(sum)}</strong></p>
${intent?.status === 'refunded' ? await renderOthers(visitor, desk, intent) : ''}`,
      tone: 'bad',
    },
    retry: buttonForm(signedIn, `/payments/${payment.id}/pay`, t.outcome.retry),
    abandoned: html`<p>${t.outcome.abandoned}</p><p><a class="button primary" href="/stays/${stay.property}">${t.outcome.again}</a></p>`,
  }
}

const findReservation = async (
  tx: Transaction,
  { subject }: PaymentCase['payment'],
  intent: PendingIntent | undefined,
): Promise<Reservation | undefined> => {
  const id = subject.type === 'reservation' ? subject.id : intent?.status === 'fulfilled' ? intent.record.id : undefined
  return id === undefined ? undefined : (await tx.reservations.find(id as Reservation['id']))?.value
}

/** Free stays of the same length nearby, for somebody who came second. */
const renderOthers = async ({ t, language }: Visitor, { alternatives }: Desk, intent: PendingIntent): Promise<Html> => {
  const { property } = readStayDetails(intent.quote.details)
  const others = (await alternatives(intent, 4)).map(({ startsAt, endsAt }) => ({
    arrival: dayOf(startsAt),
    departure: dayOf(endsAt),
  }))
  return html`<h2>${others.length === 0 ? t.outcome.noOtherNights : t.outcome.otherNights}</h2>
<ul class="others">${others.map(
    ({ arrival, departure }) =>
      html`<li><a href="/stays/${property}?arrival=${arrival}&departure=${departure}#dates">${formatDay(language, arrival, 'short')} ${arrow('on')} ${formatDay(language, departure, 'short')}</a></li>`,
  )}</ul>
<p><a class="button quiet" href="/stays/${property}">${t.outcome.again}</a></p>`
}
