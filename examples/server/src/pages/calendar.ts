import { html } from 'hono/html'
import { formatDay, formatMonth, formatNumber, weekdays } from '../language/format.ts'
import type { TakenNights } from '../stays/free-nights.ts'
import { isFree } from '../stays/free-nights.ts'
import { addDays, addMonths, monthOf, nightsBetween, type Day } from '../stays/nights.ts'
import { furthestAheadDays, longestStayNights } from '../stays/stay-kind.ts'
import { arrow, type Html } from './layout.ts'
import type { Visitor } from './visitor.ts'

/** What a guest has chosen so far. */
export interface Choice {
  readonly arrival: Day | undefined
  readonly departure: Day | undefined
}

/** What a calendar is drawn from. */
export interface CalendarView extends Choice {
  /** The first of the two months that are shown. */
  readonly month: string
  readonly today: Day
  readonly taken: TakenNights
  /** The address of this page with another choice. */
  readonly href: (choice: { readonly arrival?: Day; readonly departure?: Day; readonly month: string }) => string
}

/** Two months of nights. Every day that may be chosen is a link, so that it works by keyboard and without a script. */
export const renderCalendar = (visitor: Visitor, view: CalendarView): Html => {
  const { t } = visitor
  const { month, today, href, arrival, departure } = view
  const chosen = { ...(arrival === undefined ? {} : { arrival }), ...(departure === undefined ? {} : { departure }) }
  const earlier = addMonths(month, -2) < monthOf(today) ? monthOf(today) : addMonths(month, -2)
  return html`<div class="calendar">
<p class="months-nav">
${month > monthOf(today) ? html`<a href="${href({ ...chosen, month: earlier })}#dates" aria-label="${t.stay.previous}">${arrow('back')}</a>` : html`<span></span>`}
${
  addMonths(month, 2) <= monthOf(addDays(today, furthestAheadDays))
    ? html`<a href="${href({ ...chosen, month: addMonths(month, 2) })}#dates" aria-label="${t.stay.next}">${arrow('on')}</a>`
    : html`<span></span>`
}
</p>
<div class="months">${[month, addMonths(month, 1)].map((each) => renderMonth(visitor, view, each))}</div>
<ul class="legend"><li><i class="free"></i>${t.stay.legendFree}</li><li><i class="taken"></i>${t.stay.legendTaken}</li><li><i class="chosen"></i>${t.stay.legendChosen}</li></ul>
</div>`
}

const renderMonth = (
  { language }: Visitor & { readonly language: Visitor['language'] },
  view: CalendarView,
  month: string,
): Html => {
  const first = `${month}-01`
  const days = nightsBetween(first, `${addMonths(month, 1)}-01`)
  const before = (new Date(`${first}T00:00:00Z`).getUTCDay() + 6) % 7
  const cells = [
    ...Array<undefined>(before).fill(undefined),
    ...Array.from({ length: days }, (_, index) => addDays(first, index)),
  ]
  const weeks = Array.from({ length: Math.ceil(cells.length / 7) }, (_, week) =>
    Array.from({ length: 7 }, (_, at) => cells[week * 7 + at]),
  )
  const texts = { language }
  return html`<table class="month"><caption>${formatMonth(language, month)}</caption>
<thead><tr>${weekdays(language).map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${weeks.map((week) => html`<tr>${week.map((on) => (on === undefined ? html`<td></td>` : renderDay(texts, view, month, on)))}</tr>`)}</tbody></table>`
}

const renderDay = ({ language }: Pick<Visitor, 'language'>, view: CalendarView, month: string, on: Day): Html => {
  const state = stateOf(view, on)
  const number = formatNumber(language, Number(on.slice(8)))
  const label = formatDay(language, on)
  if (state.link === undefined) return html`<td><span class="day ${state.look}" title="${label}">${number}</span></td>`
  const current = state.look === 'chosen' ? html`aria-current="date"` : ''
  return html`<td><a class="day ${state.look}" href="${view.href({ ...state.link, month: view.month })}#dates" aria-label="${label}" ${current}>${number}</a></td>`
}

interface DayState {
  readonly look: 'past' | 'taken' | 'free' | 'chosen' | 'between'
  /** What is chosen by clicking; absent: nothing can be. */
  readonly link?: { readonly arrival: Day; readonly departure?: Day }
}

const stateOf = ({ today, taken, arrival, departure }: CalendarView, on: Day): DayState => {
  if (on <= today || on > addDays(today, furthestAheadDays)) return { look: 'past' }
  const isChosen = on === arrival || on === departure
  const isBetween = arrival !== undefined && departure !== undefined && on > arrival && on < departure
  const look = isChosen ? 'chosen' : isBetween ? 'between' : taken.has(on) ? 'taken' : 'free'
  const endsStay =
    arrival !== undefined &&
    departure === undefined &&
    on > arrival &&
    nightsBetween(arrival, on) <= longestStayNights &&
    isFree(taken, arrival, on)
  if (endsStay) return { look: look === 'taken' ? 'free' : look, link: { arrival, departure: on } }
  return taken.has(on) ? { look } : { look, link: { arrival: on } }
}
