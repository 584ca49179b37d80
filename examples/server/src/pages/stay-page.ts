import { html } from 'hono/html'
import type { Instant } from '@holdfast/core'
import { formatDay, formatMoney, formatNumber } from '../language/format.ts'
import { priceStay } from '../stays/price.ts'
import type { Property } from '../stays/properties.ts'
import { renderCalendar, type CalendarView } from './calendar.ts'
import { hiddenFields } from './forms.ts'
import { illustration } from './illustrations.ts'
import { arrow, type Html, type Notice, type Page } from './layout.ts'
import type { Visitor } from './visitor.ts'

/** What the page of one stay shows. */
export interface StayView {
  readonly property: Property
  readonly calendar: CalendarView
  readonly now: Instant
  /** The path and query of this page, for coming back after signing in. */
  readonly here: string
  readonly notice: Notice | undefined
}

/** One stay: what it is, when it is free, and what the chosen nights cost. */
export const stayPage = (visitor: Visitor, view: StayView): Page => {
  const { t, language } = visitor
  const { property, calendar } = view
  return {
    title: property.name,
    section: 'stays',
    notice: view.notice,
    content: html`<p class="back"><a href="/">${arrow('back')} ${t.stay.back}</a></p>
<section class="stay-head">${illustration(property.slug)}<div><p class="place">${property.place}</p><h1>${property.name}</h1>
<p class="lead">${property.tagline[language]}</p><p>${property.about[language]}</p>
<p class="soft">${t.home.guests(property.guests)} · ${t.home.bedrooms(property.bedrooms)} · ${formatMoney(language, property.nightly)} ${t.home.perNight}</p></div></section>
<section class="stay-book" id="dates">
<div class="card"><h2>${t.stay.when}</h2><p class="soft" role="status">${hint(visitor, calendar)}</p>${renderCalendar(visitor, calendar)}</div>
<div class="card price">${renderPrice(visitor, view)}</div>
</section>`,
  }
}

const hint = ({ t }: Visitor, { arrival, departure, href, month }: CalendarView): Html | string => {
  if (arrival === undefined) return t.stay.pickArrival
  const clear = html`<a href="${href({ month })}#dates">${t.stay.clear}</a>`
  return departure === undefined ? html`${t.stay.pickDeparture} ${clear}` : clear
}

const renderPrice = (visitor: Visitor, { property, calendar, now, here }: StayView): Html => {
  const { t, language, signedIn } = visitor
  const { arrival, departure } = calendar
  if (arrival === undefined || departure === undefined)
    return html`<h2>${t.stay.price}</h2><p class="soft">${t.stay.chooseFirst}</p>`
  const price = priceStay(property, { arrival, departure }, now)
  const money = (amount: Parameters<typeof formatMoney>[1]): string => formatMoney(language, amount)
  return html`<h2>${t.stay.price}</h2>
<dl class="dates"><div><dt>${t.stay.arrival}</dt><dd>${formatDay(language, arrival)}</dd></div><div><dt>${t.stay.departure}</dt><dd>${formatDay(language, departure)}</dd></div></dl>
<dl class="sums">
<div><dt>${t.stay.nightsAt(price.nights, money(property.nightly))}</dt><dd>${money(price.total)}</dd></div>
<div class="now"><dt>${price.later === undefined ? t.stay.dueNow : t.stay.depositNow}</dt><dd>${money(price.now)}</dd></div>
${price.later === undefined ? '' : html`<div><dt>${t.stay.balanceOn(formatDay(language, price.later.dueOn, 'short'))}</dt><dd>${money(price.later.amount)}</dd></div>`}
</dl>
<p class="soft">${price.later === undefined ? t.stay.fullHint : t.stay.balanceHint}</p>
${
  signedIn === undefined
    ? html`<p><a class="button primary" href="/sign-in?next=${encodeURIComponent(`${here}#dates`)}">${t.stay.signInFirst}</a></p>`
    : html`<form method="post" action="/stays/${property.slug}/book">${hiddenFields(signedIn)}
<input type="hidden" name="arrival" value="${arrival}"><input type="hidden" name="departure" value="${departure}">
<label class="field">${t.stay.guests}<select name="guests">${Array.from({ length: property.guests }, (_, index) => html`<option value="${index + 1}" ${index === 1 ? html`selected` : ''}>${formatNumber(language, index + 1)}</option>`)}</select></label>
<button class="button primary">${price.later === undefined ? t.stay.payAll : t.stay.payDeposit} · ${money(price.now)}</button></form>`
}`
}
