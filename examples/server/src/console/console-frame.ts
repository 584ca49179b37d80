import type { OrderId, PaymentId } from '@holdfast/core'
import { html } from 'hono/html'
import { queueBoardPath } from '../background/redis-dispatch.ts'
import { directions } from '../language/language.ts'
import type { Html, Notice, Page } from '../pages/layout.ts'
import type { Visitor } from '../pages/visitor.ts'

/** The parts of the console. */
export type ConsolePart =
  | 'overview'
  | 'payments'
  | 'orders'
  | 'stock'
  | 'coupons'
  | 'appointments'
  | 'consultations'
  | 'attention'
  | 'drift'
  | 'tasks'
  | 'outbox'
  | 'inbox'

/** A page of the console, under its own menu. */
export const consolePage = (
  { t, language }: Visitor,
  {
    part,
    title,
    content,
    notice,
    sought = '',
    live,
  }: {
    /** Absent: what was found, which is in none of them. */
    readonly part: ConsolePart | undefined
    readonly title: string
    readonly content: Html
    readonly notice?: Notice | undefined
    /** What was looked for. */
    readonly sought?: string
    readonly live?: true
  },
): Page => ({
  title: `${title} · ${t.console.title}`,
  section: 'console',
  notice,
  ...(live === undefined ? {} : { live }),
  content: html`<div class="console" lang="${language}" dir="${directions[language]}"><nav class="console-nav" aria-label="${t.console.title}"><ul>${parts.map(
    ([name, href]) =>
      html`<li><a href="${href}" ${name === part ? html`aria-current="page"` : ''}>${t.console[name]}</a></li>`,
  )}</ul></nav>
<form class="search" method="get" action="/console/search" role="search"><input type="search" name="q" value="${sought}" autocomplete="off" spellcheck="false" maxlength="200" placeholder="${t.console.searchHint}" aria-label="${t.console.searchHint}"><button class="button quiet">${t.console.search}</button></form>
<h1>${title}</h1>
${content}</div>`,
})

const parts: readonly (readonly [ConsolePart, string])[] = [
  ['overview', '/console'],
  ['payments', '/console/payments'],
  ['orders', '/console/orders'],
  ['stock', '/console/stock'],
  ['coupons', '/console/coupons'],
  ['appointments', '/console/appointments'],
  ['consultations', '/console/consultations'],
  ['attention', '/console/attention'],
  ['drift', '/console/drift'],
  ['tasks', '/console/work/tasks'],
  ['outbox', '/console/work/outbox'],
  ['inbox', '/console/work/inbox'],
]

/** A table that scrolls sideways where the screen is narrow. `rows` that are empty show a sentence instead. */
export const table = (
  columns: readonly string[],
  rows: readonly (readonly (Html | string)[])[],
  empty: string,
): Html =>
  rows.length === 0
    ? html`<p class="soft">${empty}</p>`
    : html`<div class="scroll" tabindex="0"><table class="data"><thead><tr>${columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell, index) => html`<td data-label="${columns[index] ?? ''}"><div>${cell}</div></td>`)}</tr>`)}</tbody></table></div>`

/** The way to the dashboard of the queues in Redis. */
export const queueBoardLink = ({ t }: Visitor): Html =>
  html`<p><a href="${queueBoardPath}">${t.console.queueBoard}</a></p>`

/** The beginning of an id, with all of it for whoever points at it. */
export const shortId = (id: string): Html =>
  html`<code title="${id}">${id.length > 14 ? `${id.slice(0, 12)}…` : id}</code>`

/** Whose something is, and the way to all that they have. */
export const ownerLink = (owner: string): Html =>
  html`<a href="/console/search?${new URLSearchParams({ q: owner }).toString()}">${owner}</a>`

/** The way to a payment's page, by the beginning of its id. */
export const paymentLink = (id: PaymentId): Html => html`<a href="/console/payments/${id}">${shortId(id)}</a>`

/** The way to an order's page, by the beginning of its id. */
export const orderLink = (id: OrderId): Html => html`<a href="/console/orders/${id}">${shortId(id)}</a>`
