import { html } from 'hono/html'
import { doctors, type Doctor } from '../../clinic/doctors.ts'
import { formatMoney } from '../../language/format.ts'
import type { Html, Page } from '../layout.ts'
import type { Visitor } from '../visitor.ts'
import { portrait } from './portrait.ts'

/** The doctors there are. */
export const clinicPage = (visitor: Visitor, unpaid: Html): Page => {
  const { t } = visitor
  return {
    title: t.clinic.title,
    section: 'clinic',
    content: html`${unpaid}<section class="hero"><h1>${t.clinic.title}</h1><p>${t.clinic.lead}</p></section>
<ul class="doctors">${doctors.map((doctor) => renderCard(visitor, doctor))}</ul>`,
  }
}

const renderCard = (visitor: Visitor, doctor: Doctor): Html => {
  const { t, language } = visitor
  const name = doctor.name[language]
  return html`<li class="card doctor"><a href="/clinic/${doctor.slug}" aria-label="${t.clinic.see(name)}">${portrait(doctor)}</a>
<div><p class="place">${doctor.speciality[language]} · ${doctor.place[language]}</p>
<h2><a href="/clinic/${doctor.slug}">${name}</a></h2><p class="soft">${doctor.about[language]}</p>
${renderPrices(visitor, doctor)}</div></li>`
}

/** What it costs to see a doctor, and to ask them by chat. */
export const renderPrices = ({ t, language }: Visitor, { appointment, consultation, schedule }: Doctor): Html =>
  html`<dl class="prices"><div><dt>${t.clinic.appointment} · ${t.clinic.minutes(schedule.slotMinutes)}</dt><dd>${formatMoney(language, appointment)}</dd></div>
<div><dt>${t.clinic.chat}</dt><dd>${formatMoney(language, consultation)}</dd></div></dl>`
