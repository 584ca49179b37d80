import { html } from 'hono/html'
import {
  day,
  minute,
  payableUntil,
  type Consultation,
  type Instant,
  type Money,
  type PendingIntent,
  type Reservation,
} from '@holdfast/core'
import { findDoctorOf, type Doctor } from '../../clinic/doctors.ts'
import { readVisitDetails, type Visits } from '../../clinic/read-clinic.ts'
import { formatMoment, formatMoney } from '../../language/format.ts'
import { badge } from '../badge.ts'
import { buttonForm } from '../forms.ts'
import type { Html, Notice, Page } from '../layout.ts'
import type { SignedIn, Visitor } from '../visitor.ts'
import { portrait } from './portrait.ts'
import { renderWaysToPay } from './ways-to-pay.ts'

/** What a patient has at the clinic, and what waits to be paid. */
export interface AppointmentsView extends Visits {
  readonly unpaid: readonly PendingIntent[]
  readonly balance: Money
  readonly now: Instant
  readonly notice: Notice | undefined
}

/** A patient's appointments and consultations, those that wait for their payment first. */
export const appointmentsPage = (visitor: Visitor, signedIn: SignedIn, view: AppointmentsView): Page => {
  const { t } = visitor
  const { appointments, consultations, unpaid } = view
  const isEmpty = appointments.length + consultations.length + unpaid.length === 0
  return {
    title: t.clinic.appointments.title,
    section: 'appointments',
    notice: view.notice,
    content: html`<h1>${t.clinic.appointments.title}</h1>
${isEmpty ? html`<div class="card lone"><p>${t.clinic.appointments.none}</p><p><a class="button primary" href="/clinic">${t.clinic.appointments.browse}</a></p></div>` : ''}
<ul class="bookings" id="unpaid">${unpaid.map((intent) => renderUnpaid(visitor, signedIn, view, intent))}</ul>
<ul class="bookings">${consultations.filter(({ status }) => status === 'open').map((each) => renderConsultation(visitor, each))}
${appointments.map((each) => renderAppointment(visitor, signedIn, view.now, each))}
${consultations.filter(({ status }) => status !== 'open').map((each) => renderConsultation(visitor, each))}</ul>`,
  }
}

const renderUnpaid = (
  visitor: Visitor,
  signedIn: SignedIn,
  { balance, now }: AppointmentsView,
  intent: PendingIntent,
): Html => {
  const { kind, quote, paymentId } = intent
  const { t, language } = visitor
  const { doctor, startsAt } = readVisitDetails(quote.details)
  const endsAt = payableUntil(intent)
  const until = formatMoment(language, endsAt, doctor?.schedule.timeZone)
  const minutes = Math.max(1, Math.floor((endsAt - now) / minute))
  const hint =
    kind === 'wallet_topup'
      ? t.clinic.money.waiting(formatMoney(language, quote.amount))
      : startsAt === undefined
        ? t.clinic.appointments.waitingChat(until)
        : t.clinic.appointments.waitingHint(until)
  const pay =
    kind === 'wallet_topup'
      ? buttonForm(signedIn, `/payments/${paymentId}/pay`, t.bookings.goOn)
      : renderWaysToPay(visitor, signedIn, { amount: quote.amount, balance, action: `/payments/${paymentId}/pay` })
  return html`<li class="card unpaid"><div class="visit">${summary(visitor, doctor, titleOf(visitor, kind), startsAt)}
<div class="booking-state">${badge('pending', t.clinic.appointments.waiting)} <span class="soft">${t.clinic.appointments.minutesLeft(minutes)}</span><p class="soft">${hint}</p></div></div>
${pay}${buttonForm(signedIn, `/payments/${paymentId}/abandon`, t.outcome.abandon, { look: 'quiet' })}</li>`
}

const titleOf = ({ t }: Visitor, kind: string): string =>
  kind === 'wallet_topup' ? t.clinic.money.topUp : kind === 'consultation' ? t.clinic.chat : t.clinic.appointment

const renderAppointment = (visitor: Visitor, signedIn: SignedIn, now: Instant, reservation: Reservation): Html => {
  const { t } = visitor
  const { slot, status, id } = reservation
  const isOver = status === 'completed' || slot.endsAt <= now
  const state =
    status === 'cancelled'
      ? badge('cancelled', t.clinic.appointments.cancelled)
      : isOver
        ? badge('over', t.clinic.appointments.over)
        : badge('confirmed', t.clinic.appointments.confirmed)
  const hint = now < slot.startsAt - day ? t.clinic.appointments.cancelHint : t.clinic.appointments.cancelHintLate
  return html`<li class="card visit">${summary(visitor, findDoctorOf(slot.resourceId), t.clinic.appointment, slot.startsAt)}
<div class="booking-state">${state}${
    status === 'cancelled' || isOver
      ? ''
      : html`<details><summary>${t.clinic.appointments.cancel}</summary><p class="soft">${hint}</p>
${buttonForm(signedIn, `/appointments/${id}/cancel`, t.clinic.appointments.cancelSure, { look: 'danger' })}</details>`
  }</div></li>`
}

const renderConsultation = (visitor: Visitor, consultation: Consultation): Html => {
  const { t, language } = visitor
  const { resourceId, status, createdAt } = consultation
  const doctor = findDoctorOf(resourceId)
  const states = {
    open: badge('open', t.clinic.appointments.chatOpen),
    closed: badge('closed', t.clinic.appointments.chatClosed),
    cancelled: badge('cancelled', t.clinic.appointments.cancelled),
  }
  const hint =
    status === 'open'
      ? html`<p>${t.clinic.appointments.chatOpenHint(doctor?.name[language] ?? '')}</p><p class="soft">${t.clinic.appointments.since(formatMoment(language, createdAt))}</p>`
      : ''
  return html`<li class="card visit">${summary(visitor, doctor, t.clinic.chat, undefined)}<div class="booking-state">${states[status]}${hint}</div></li>`
}

const summary = (
  { language }: Visitor,
  doctor: Doctor | undefined,
  what: string,
  startsAt: Instant | undefined,
): Html => html`${doctor === undefined ? '' : portrait(doctor)}<div class="booking-what"><p class="place">${what}</p>
${doctor === undefined ? '' : html`<h2>${doctor.name[language]}</h2>`}
${startsAt === undefined || doctor === undefined ? '' : html`<p>${formatMoment(language, startsAt, doctor.schedule.timeZone)} · <span class="soft">${doctor.place[language]}</span></p>`}</div>`
