import { html } from 'hono/html'
import type { QueueName, Work, WorkStatus } from '@holdfast/core'
import { formatMoment } from '../language/format.ts'
import { badge } from '../pages/badge.ts'
import { buttonForm } from '../pages/forms.ts'
import type { Html, Notice, Page } from '../pages/layout.ts'
import type { SignedIn, Visitor } from '../pages/visitor.ts'
import { consolePage, queueBoardLink, table } from './console-frame.ts'

/** The three kinds of work that wait in the database. */
export const queueNames: readonly QueueName[] = ['tasks', 'outbox', 'inbox']

/** A piece of work in a list, whatever queue it is in. */
export type ListedWork = Omit<Work<unknown>, 'body'> & { readonly paymentId?: string; readonly what: string }

/** The statuses that work can be listed by. */
export const workStatuses: readonly WorkStatus[] = ['waiting', 'dead', 'done']

/** One queue: what waits, what was given up, what is done. */
export const workPage = (
  visitor: Visitor,
  signedIn: SignedIn,
  view: {
    readonly queue: QueueName
    readonly status: WorkStatus
    readonly work: readonly ListedWork[]
    readonly notice: Notice | undefined
    readonly hasQueueBoard: boolean
  },
): Page => {
  const { t } = visitor
  const { columns } = t.console
  const names = { waiting: t.console.waiting, dead: t.console.dead, done: t.console.done }
  return consolePage(visitor, {
    part: view.queue,
    title: t.console[view.queue],
    notice: view.notice,
    content: html`<nav class="tabs"><ul>${workStatuses.map(
      (status) =>
        html`<li><a href="/console/work/${view.queue}?status=${status}" ${status === view.status ? html`aria-current="page"` : ''}>${names[status]}</a></li>`,
    )}</ul></nav>
${table(
  [columns.work, columns.status, columns.due, columns.tries, columns.result],
  view.work.map((work) => row(visitor, signedIn, view.queue, work)),
  t.console.none,
)}
${view.hasQueueBoard ? queueBoardLink(visitor) : ''}`,
  })
}

const row = (
  { t, language }: Visitor,
  signedIn: SignedIn,
  queue: QueueName,
  work: ListedWork,
): readonly (Html | string)[] => [
  html`<strong>${work.what.replaceAll('_', ' ')}</strong><br>${
    work.paymentId === undefined
      ? html`<code class="long">${work.id}</code>`
      : html`<a href="/console/payments/${work.paymentId}"><code class="long">${work.id}</code></a>`
  }`,
  badge(work.status, { waiting: t.console.waiting, dead: t.console.dead, done: t.console.done }[work.status]),
  formatMoment(language, work.finishedAt ?? work.dueAt),
  String(work.tries),
  html`${work.lastError === undefined ? '' : html`<span class="bad-text">${work.lastError}</span>`}${work.result === undefined ? '' : html`<code>${JSON.stringify(work.result)}</code>`}
${work.status === 'dead' ? buttonForm(signedIn, `/console/work/${queue}/retry`, t.console.retry, { look: 'quiet', fields: { id: work.id } }) : ''}`,
]
