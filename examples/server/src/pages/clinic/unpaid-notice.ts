import { html } from 'hono/html'
import type { Html } from '../layout.ts'
import type { Visitor } from '../visitor.ts'

/** Says that something waits to be paid, whatever browser it was begun in, and leads to where it can be paid or left. */
export const renderUnpaid = ({ t }: Visitor, unpaid: readonly unknown[]): Html =>
  unpaid.length === 0
    ? html``
    : html`<p class="notice busy">${t.clinic.unpaid(unpaid.length)} <a href="/appointments#unpaid">${t.clinic.seeUnpaid}</a></p>`
