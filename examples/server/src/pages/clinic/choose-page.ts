import { html } from 'hono/html'
import type { Instant, Money } from '@holdfast/core'
import type { Doctor } from '../../clinic/doctors.ts'
import { dayThere } from '../../clinic/free-days.ts'
import { formatDay, formatMoney, formatTime } from '../../language/format.ts'
import { arrow, type Html, type Page } from '../layout.ts'
import type { SignedIn, Visitor } from '../visitor.ts'
import { portrait } from './portrait.ts'
import { renderWaysToPay } from './ways-to-pay.ts'

/** What is about to be paid: an appointment where there is a time, else a consultation. */
export interface Chosen {
  readonly doctor: Doctor
  readonly startsAt: Instant | undefined
  readonly balance: Money
}

/** What somebody has chosen, and how they want to pay for it. */
export const choosePage = (visitor: Visitor, signedIn: SignedIn, { doctor, startsAt, balance }: Chosen): Page => {
  const { t, language } = visitor
  const amount = startsAt === undefined ? doctor.consultation : doctor.appointment
  const what = startsAt === undefined ? t.clinic.chat : t.clinic.appointment
  return {
    title: `${what} · ${doctor.name[language]}`,
    section: 'clinic',
    content: html`<p class="back"><a href="/clinic/${doctor.slug}">${arrow('back')} ${doctor.name[language]}</a></p>
<section class="card lone choose"><p class="place">${what}</p><div class="who-with">${portrait(doctor)}<div><h1>${doctor.name[language]}</h1><p class="soft">${doctor.speciality[language]}</p></div></div>
<dl class="sums">${startsAt === undefined ? '' : renderWhen(visitor, doctor, startsAt)}
<div class="now"><dt>${t.clinic.price}</dt><dd>${formatMoney(language, amount)}</dd></div></dl>
<p class="soft">${startsAt === undefined ? t.clinic.askHint : t.clinic.notBooked}</p>
<h2>${t.clinic.choose}</h2>
${renderWaysToPay(visitor, signedIn, {
  amount,
  balance,
  action: `/clinic/${doctor.slug}/${startsAt === undefined ? 'ask' : 'book'}`,
  fields: startsAt === undefined ? {} : { at: new Date(startsAt).toISOString() },
})}</section>`,
  }
}

const renderWhen = ({ t, language }: Visitor, doctor: Doctor, startsAt: Instant): Html => {
  const { timeZone } = doctor.schedule
  return html`<div><dt>${t.clinic.when}</dt><dd>${formatDay(language, dayThere(timeZone, startsAt))}<br><strong>${formatTime(language, startsAt, timeZone)}</strong> <span class="soft">${doctor.place[language]}</span></dd></div>`
}
