import { html } from 'hono/html'
import type { ComparedSums, Currency, Drift, DriftCode, DriftSide, PaymentId, Reconciled } from '@holdfast/core'
import { formatChange, formatMoment, formatMoney } from '../language/format.ts'
import type { Html, Page } from '../pages/layout.ts'
import type { Visitor } from '../pages/visitor.ts'
import { consolePage, table } from './console-frame.ts'

/** How many days back can be compared. */
export const driftDays = [1, 7, 30] as const

/** One of {@link driftDays}. */
export type DriftDays = (typeof driftDays)[number]

/** Of how many findings the page tells. All are counted. */
export const driftsShown = 100

/** What was compared, and which of the payments in it there are here. */
export interface DriftView {
  readonly days: DriftDays
  readonly compared: Reconciled
  readonly known: ReadonlySet<PaymentId>
}

/** What is not the same here and at Stripe, what that means and what to do. Without a view: what can be compared. */
export const driftPage = (visitor: Visitor, view: DriftView | undefined): Page => {
  const { t } = visitor
  const { driftPage: words } = t.console
  const chosen = view?.days ?? 7
  return consolePage(visitor, {
    part: 'drift',
    title: t.console.drift,
    content: html`<p class="soft">${words.hint}</p>
<form class="filter" method="get" action="/console/drift"><label class="field">${words.period}<select name="days">${driftDays.map(
      (days) => html`<option value="${days}" ${days === chosen ? html`selected` : ''}>${words.days(days)}</option>`,
    )}</select></label><button class="button primary">${words.compare}</button></form>
${view === undefined ? '' : renderCompared(visitor, view)}
<section class="card more"><h2>${words.command}</h2><p><code>holdfast reconcile --days ${chosen} --fix</code></p>
<p class="soft"><code>holdfast reconcile</code> ${words.commandHint}</p></section>`,
  })
}

const renderCompared = (visitor: Visitor, { compared, known }: DriftView): Html => {
  const { t, language } = visitor
  const { driftPage: words } = t.console
  const { from, to, strangers, young, counts, drift, more } = compared
  const note = (text: string): Html => html`<p class="soft">${text}</p>`
  // What matters most comes first, as the core has them.
  const codes = (Object.keys(words.meaning) as DriftCode[]).filter((code) => counts[code] !== undefined)
  return html`<section class="card"><h2>${words.compared(formatMoment(language, from), formatMoment(language, to))}</h2>
${table(['', words.atStripe, words.here, words.difference], totals(visitor, compared), t.console.none)}
${strangers > 0 ? note(words.strangers(strangers)) : ''}${young > 0 ? note(words.young(young)) : ''}</section>
${renderVerdict(visitor, compared)}${more ? note(words.shown(drift.length)) : ''}
${codes.length === 0 ? '' : html`<ul class="messages">${codes.map((code) => renderCode(visitor, compared, code, known))}</ul>`}`
}

const totals = ({ t, language }: Visitor, { compared, sums }: Reconciled): readonly (readonly string[])[] => {
  const { driftPage: words } = t.console
  const sumRow = (name: string, currency: Currency, { there, here }: ComparedSums['charged']): readonly string[] => [
    name,
    formatMoney(language, { minorUnits: there, currency }),
    formatMoney(language, { minorUnits: here, currency }),
    there === here ? '' : formatChange(language, there - here, { currency }),
  ]
  return [
    ...(['sessions', 'charges', 'refunds'] as const).map((kind) => {
      const { there, here } = compared[kind]
      return [
        words[kind],
        String(there),
        String(here),
        there > here ? `+${there - here}` : there < here ? `${there - here}` : '',
      ]
    }),
    ...sums.flatMap(({ currency, charged, refunded }) => [
      sumRow(words.charged(currency), currency, charged),
      sumRow(words.refunded(currency), currency, refunded),
    ]),
  ]
}

/** What came of it, in a sentence or two. What was not compared may hide anything: it is never called the same. */
const renderVerdict = ({ t }: Visitor, { compared, young, counts, unheard, interrupted }: Reconciled): Html => {
  const { driftPage: words } = t.console
  const found = Object.values(counts).reduce((all, each) => all + each.found, 0)
  const say = (tone: 'good' | 'bad', ...sentences: readonly string[]): Html =>
    html`<p class="notice ${tone}" role="status">${sentences.join(' ')}</p>`
  const again =
    interrupted?.retryAfterMs === undefined
      ? [words.retry, words.refusedHint]
      : [words.retryAfter(Math.ceil(interrupted.retryAfterMs / 1_000))]
  return html`${interrupted === undefined ? '' : say('bad', words.interrupted(interrupted.detail), ...again)}
${unheard > 0 ? say('bad', words.unheard(unheard)) : ''}
${
  found > 0
    ? say('bad', words.found(found), words.unchanged)
    : interrupted !== undefined || unheard > 0
      ? html`<p class="soft">${words.unchanged}</p>`
      : Object.values(compared).every(({ there, here }) => there === 0 && here === 0)
        ? html`<p class="notice" role="status">${young > 0 ? words.noneYet : words.noneThere} ${words.unchanged}</p>`
        : say('good', words.same, words.unchanged)
}`
}

const renderCode = (
  visitor: Visitor,
  { counts, drift }: Reconciled,
  code: DriftCode,
  known: ReadonlySet<PaymentId>,
): Html => {
  const { driftPage: words } = visitor.t.console
  const { means, todo } = words.meaning[code]
  const { found = 0 } = counts[code] ?? {}
  const shown = drift.filter((each) => each.code === code)
  const mended = shown.filter(({ mendable }) => mendable).length
  return html`<li class="card message" id="${code}"><h2><code>${code}</code>: ${found}</h2><p>${means}</p>
${mended > 0 && mended === shown.length ? '' : html`<p><strong>${words.todo}</strong> ${todo}</p>`}
${mended === 0 ? '' : html`<p>${mended === found ? words.mends : words.mendsSome(mended, found)}</p>`}
${shown.map((each) => renderDrift(visitor, each, known))}</li>`
}

const renderDrift = ({ t, language }: Visitor, drift: Drift, known: ReadonlySet<PaymentId>): Html => {
  const { driftPage: words } = t.console
  const { about, at, providerId, refundId, attemptId, paymentId, there, here } = drift
  const side = (given: DriftSide | undefined): string =>
    given === undefined
      ? words.nothing
      : [given.status, ...(given.amount === undefined ? [] : [formatMoney(language, given.amount)])].join(' ')
  const fact = (name: string, value: Html | string | undefined): Html | string =>
    value === undefined ? '' : html`<span><i>${name}</i> ${value}</span>`
  const id = (value: string | undefined): Html | undefined =>
    value === undefined ? undefined : html`<code>${value}</code>`
  const payment =
    paymentId === undefined
      ? undefined
      : known.has(paymentId)
        ? html`<a href="/console/payments/${paymentId}"><code>${paymentId}</code></a>`
        : html`<code>${paymentId}</code> (${words.notKnownHere})`
  return html`<p class="facts">${fact(formatMoment(language, at), '')}${fact(words.atStripe, side(there))}${fact(words.here, side(here))}
${fact(words.ids[about], id(providerId))}${fact(words.ids.refundHere, id(refundId))}${fact(words.ids.attempt, id(attemptId))}${fact(words.ids.payment, payment)}</p>`
}
