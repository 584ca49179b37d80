import { html } from 'hono/html'
import { isoTime, type FreeSlot } from '@holdfast/core'
import type { Doctor } from '../../clinic/doctors.ts'
import { weeksAhead, type FreeDay } from '../../clinic/free-days.ts'
import { formatDayOfWeek, formatMoney, formatMoment, formatTime } from '../../language/format.ts'
import { arrow, type Html, type Notice, type Page } from '../layout.ts'
import type { Visitor } from '../visitor.ts'
import { renderPrices } from './clinic-page.ts'
import { portrait } from './portrait.ts'

/** What the page of one doctor shows. */
export interface DoctorView {
  readonly doctor: Doctor
  /** 0 for the seven days from today on. */
  readonly week: number
  readonly days: readonly FreeDay[]
  /** What to offer in place of a slot that was lost. */
  readonly nearby: readonly FreeSlot[]
  readonly unpaid: Html
  readonly notice: Notice | undefined
}

/** One doctor: who that is, when there is time, and the way to ask by chat. */
export const doctorPage = (visitor: Visitor, view: DoctorView): Page => {
  const { t, language } = visitor
  const { doctor, nearby } = view
  return {
    title: doctor.name[language],
    section: 'clinic',
    notice: view.notice,
    content: html`<p class="back"><a href="/clinic">${arrow('back')} ${t.clinic.back}</a></p>${view.unpaid}
${nearby.length === 0 ? '' : html`<section class="card"><h2>${t.clinic.nearest}</h2>${renderTimes(visitor, doctor, nearby)}</section>`}
<section class="doctor-head">${portrait(doctor)}<div><p class="place">${doctor.speciality[language]} · ${doctor.place[language]}</p>
<h1>${doctor.name[language]}</h1><p class="lead">${doctor.about[language]}</p>${renderPrices(visitor, doctor)}</div></section>
<section class="stay-book" id="times"><div class="card"><h2>${t.clinic.times}</h2><p class="soft">${t.clinic.timesOf(doctor.place[language])}</p>
${renderWeeks(visitor, view)}
<ol class="days">${view.days.map((day) => renderDay(visitor, doctor, day))}</ol></div>
<div class="card price"><h2>${t.clinic.ask}</h2><p class="soft">${t.clinic.askHint}</p>
<p><a class="button primary" href="/clinic/${doctor.slug}/ask">${t.clinic.ask} · ${formatMoney(language, doctor.consultation)}</a></p></div></section>`,
  }
}

/** Free times that are not all of one day, each with its day: what to choose instead. */
export const renderTimes = (
  { language }: Visitor,
  doctor: Doctor,
  slots: readonly Pick<FreeSlot, 'startsAt'>[],
): Html =>
  html`<ul class="others">${slots.map(
    ({ startsAt }) =>
      html`<li><a href="${bookingPath(doctor, startsAt)}">${formatMoment(language, startsAt, doctor.schedule.timeZone)}</a></li>`,
  )}</ul>`

const renderWeeks = ({ t }: Visitor, { doctor, week }: DoctorView): Html =>
  html`<nav class="tabs"><ul>${Array.from(
    { length: weeksAhead },
    (_, index) =>
      html`<li><a href="/clinic/${doctor.slug}?week=${index}#times" ${index === week ? html`aria-current="page"` : ''}>${index === 0 ? t.clinic.thisWeek : t.clinic.nextWeek}</a></li>`,
  )}</ul></nav>`

const renderDay = (visitor: Visitor, doctor: Doctor, { on, slots }: FreeDay): Html => {
  const { t, language } = visitor
  return html`<li><h3>${formatDayOfWeek(language, on)}</h3>${
    slots.length === 0
      ? html`<p class="soft">${t.clinic.nothingFree}</p>`
      : html`<ul class="times">${slots.map((slot) => renderSlot(visitor, doctor, slot))}</ul>`
  }</li>`
}

const renderSlot = ({ t, language }: Visitor, doctor: Doctor, { startsAt, unitsLeft }: FreeSlot): Html => {
  const places =
    doctor.schedule.capacity === 1 ? '' : html` <span class="soft">${t.clinic.placesLeft(unitsLeft)}</span>`
  return html`<li><a href="${bookingPath(doctor, startsAt)}"><time datetime="${isoTime(startsAt)}">${formatTime(language, startsAt, doctor.schedule.timeZone)}</time>${places}</a></li>`
}

const bookingPath = ({ slug }: Doctor, startsAt: FreeSlot['startsAt']): string =>
  `/clinic/${slug}/book?at=${encodeURIComponent(isoTime(startsAt))}`
