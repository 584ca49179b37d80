import { html } from 'hono/html'
import {
  sweepCountsOf,
  type CircuitBreaker,
  type GaugeReading,
  type Instant,
  type QueueName,
  type Work,
} from '@holdfast/core'
import { formatMoment } from '../language/format.ts'
import { buttonForm } from '../pages/forms.ts'
import type { Html, Notice, Page } from '../pages/layout.ts'
import type { SignedIn, Visitor } from '../pages/visitor.ts'
import { webhookModes, type DemoControl } from '../stripe/demo-control.ts'
import { consolePage, queueBoardLink } from './console-frame.ts'
import { renderFigures, type Figures } from './figures.ts'
import { toSend } from './orders-page.ts'
import { queueNames } from './work-page.ts'

/** How much waits in one queue. */
export interface Depth {
  readonly waiting: number
  readonly dead: number
  readonly oldestDueAt?: Instant
}

/** How many there are, counted as far as a hundred. */
export interface Counted {
  readonly count: number
  /** There are more than these. */
  readonly isMore: boolean
}

/** What the console knows of the levers of a demonstration. */
export interface DemoLevers {
  readonly ledgerUrl: string
  /** How webhooks are sent; `undefined`: the simulator does not answer, and no lever moves anything. */
  readonly mode: Awaited<ReturnType<DemoControl['readWebhookMode']>> | undefined
}

/** What the console's first page shows. */
export interface Overview {
  readonly now: Instant
  readonly depths: Readonly<Record<QueueName, Depth>>
  readonly attention: Counted
  /** Orders that are paid and wait to be sent. */
  readonly toSend: Counted
  readonly gauges: GaugeReading
  /** Articles of which nothing can be had. */
  readonly soldOut: number
  readonly circuit: CircuitBreaker
  /** The sweep as it is planned, with what the last one came to; `undefined`: it never was. */
  readonly sweep: Work<unknown> | undefined
  readonly figures: Figures
  /** When the next balance is to be charged by itself. */
  readonly nextDueAt: Instant | undefined
  readonly demo: DemoLevers | undefined
  /** Whether work goes through Redis, with a dashboard of its queues. */
  readonly hasQueueBoard: boolean
  readonly notice: Notice | undefined
}

/** How things stand, and the levers of the demonstration. */
export const overviewPage = (visitor: Visitor, signedIn: SignedIn, overview: Overview): Page => {
  const { t } = visitor
  const counted = ({ count, isMore }: Counted): string => (isMore ? t.console.moreThan(count) : String(count))
  return consolePage(visitor, {
    part: 'overview',
    title: t.console.overview,
    notice: overview.notice,
    live: true,
    content: html`<div id="figures" data-live><ul class="tiles">
<li class="card ${overview.attention.count > 0 ? 'bad' : ''}"><a href="/console/attention"><strong>${counted(overview.attention)}</strong> ${t.console.attention}</a></li>
<li class="card"><a href="/console/orders?status=${toSend}"><strong>${counted(overview.toSend)}</strong> ${t.console.toSend(overview.toSend.count)}</a></li>
<li class="card"><a href="/console/stock"><strong>${overview.soldOut}</strong> ${t.console.soldOut(overview.soldOut)}</a></li>
${renderGauges(visitor, overview.gauges)}
${renderCircuit(visitor, overview.circuit)}
${renderSweep(visitor, overview.now, overview.sweep)}
${queueNames.map((name) => renderDepth(visitor, overview.now, name, overview.depths[name]))}</ul>
${renderFigures(visitor, overview.figures)}</div>
${overview.hasQueueBoard ? queueBoardLink(visitor) : ''}
${renderDemo(visitor, signedIn, overview)}`,
  })
}

/** What is counted for those who watch over it, as `/metrics` tells it. Whatever exists without having been paid is a fault. */
const renderGauges = ({ t }: Visitor, gauges: GaugeReading): readonly Html[] => {
  const { gauges: words } = t.console
  return (['ghostRecords', 'openIntents', 'failedPayments', 'retries'] as const).map(
    (name) =>
      html`<li class="card ${name === 'ghostRecords' && gauges[name] > 0 ? 'bad' : ''}" data-gauge="${name}"><strong>${gauges[name]}</strong> ${words[name](gauges[name])}</li>`,
  )
}

const renderCircuit = ({ t, language }: Visitor, circuit: CircuitBreaker): Html => {
  const { circuit: words } = t.console
  const [said, more] =
    circuit.status === 'closed'
      ? [words.closed, circuit.outages === 0 ? '' : words.outages(circuit.outages)]
      : circuit.status === 'open'
        ? [words.open, words.until(formatMoment(language, circuit.since), formatMoment(language, circuit.probeAt))]
        : [words.halfOpen, words.since(formatMoment(language, circuit.since))]
  return html`<li class="card ${circuit.status === 'closed' ? '' : 'bad'}" data-circuit="${circuit.status}">
<strong>Stripe</strong> ${said}<p class="soft">${words.states[circuit.status]} ${more}</p></li>`
}

const renderSweep = ({ t, language }: Visitor, now: Instant, sweep: Overview['sweep']): Html => {
  const { sweep: words } = t.console
  const last = sweep?.lastRun
  const { asked, moved, failed } = sweepCountsOf(last?.result)
  const isWrong = sweep?.status !== 'waiting' || sweep.lastError !== undefined || failed > 0
  const next =
    sweep?.status !== 'waiting'
      ? words.notPlanned
      : sweep.leasedUntil !== undefined && sweep.leasedUntil > now
        ? words.running
        : words.next(formatMoment(language, sweep.dueAt))
  return html`<li class="card ${isWrong ? 'bad' : ''}" data-sweep>
<a href="/console/work/tasks"><strong>${last === undefined ? '—' : asked}</strong> ${last === undefined ? words.never : words.asked(asked)}</a>
<p class="soft">${last === undefined ? words.notYet : words.last(formatMoment(language, last.endedAt), moved, failed)}</p>
<p class="soft">${next}</p>${sweep?.lastError === undefined ? '' : html`<p>${sweep.lastError}</p>`}</li>`
}

const renderDepth = (
  { t, language }: Visitor,
  now: Instant,
  name: QueueName,
  { waiting, dead, oldestDueAt }: Depth,
): Html => html`<li class="card ${dead > 0 ? 'bad' : ''}">
<a href="/console/work/${name}"><strong>${waiting}</strong> ${t.console[name]} · ${t.console.waiting}</a>
<p class="soft">${waiting === 0 ? t.console.nothingWaits : oldestDueAt === undefined || oldestDueAt > now ? '' : t.console.oldest(formatMoment(language, oldestDueAt))}</p>
<p><a href="/console/work/${name}?status=dead">${t.console.dead}: ${dead}</a></p></li>`

const renderDemo = ({ t, language }: Visitor, signedIn: SignedIn, { now, nextDueAt, demo }: Overview): Html => {
  if (demo === undefined)
    return html`<section class="card"><h2>${t.console.demo}</h2><p class="soft">${t.console.demoAbsent}</p></section>`
  const { mode: modeNow, ledgerUrl } = demo
  if (modeNow === undefined)
    return html`<section class="card bad"><h2>${t.console.demo}</h2><p>${t.console.demoAway}</p></section>`
  const move = (by: 'hour' | 'day' | 'due', label: string, look: 'primary' | 'quiet'): Html =>
    buttonForm(signedIn, '/console/demo/clock', label, { look, fields: { by } })
  return html`<section class="card"><h2>${t.console.demo}</h2><p class="soft">${t.console.demoHint}</p>
<h3>${t.console.clockSays(formatMoment(language, now))}</h3>
<p class="soft">${nextDueAt === undefined ? t.console.noDue : t.console.nextDue(formatMoment(language, nextDueAt))}</p>
<div class="row">${move('hour', t.console.advanceHour, 'quiet')}${move('day', t.console.advanceDay, 'quiet')}${nextDueAt === undefined ? '' : move('due', t.console.advanceDue, 'primary')}</div>
<h3>${t.console.webhooksNow(t.console.webhookModes[modeNow])}</h3>
<div class="row">${webhookModes.map((mode) =>
    buttonForm(signedIn, '/console/demo/webhooks', t.console.webhookModes[mode], {
      look: mode === modeNow ? 'primary' : 'quiet',
      fields: { mode },
    }),
  )}</div>
<p><a href="${ledgerUrl}">${t.console.ledger}</a></p></section>`
}
