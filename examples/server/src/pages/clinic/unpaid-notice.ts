import { html } from 'hono/html'
import type { PendingIntent } from '@holdfast/core'
import { renderCurrent, renderCurrentLink, type Current } from '../current.ts'
import type { Html } from '../layout.ts'
import type { Visitor } from '../visitor.ts'

/**
 * Leads to what this browser was about to pay; and says how much waits, and where all of it can be paid or left. In one sentence where
 * the one is among the other.
 */
export const renderUnpaid = (visitor: Visitor, current: Current, unpaid: readonly PendingIntent[]): Html => {
  const { t } = visitor
  const all = html`<a href="/appointments#unpaid">${t.clinic.seeUnpaid}</a>`
  if (unpaid.length === 0) return renderCurrent(visitor, current)
  const known = unpaid.find(({ id }) => current !== undefined && current !== 'a stranger' && current.id === id)
  if (known === undefined)
    return html`${renderCurrent(visitor, current)}<p class="notice busy">${t.clinic.unpaid(unpaid.length)} ${all}</p>`
  const more = unpaid.length === 1 ? '·' : html`<br>${t.clinic.unpaid(unpaid.length)}`
  return html`<p class="notice busy">${t.current.waiting} ${renderCurrentLink(visitor, known)} ${more} ${all}</p>`
}
