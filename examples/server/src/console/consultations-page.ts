import { html } from 'hono/html'
import type { Consultation } from '@holdfast/core'
import { findDoctorOf } from '../clinic/doctors.ts'
import { formatMoment } from '../language/format.ts'
import { badge } from '../pages/badge.ts'
import { buttonForm } from '../pages/forms.ts'
import type { Html, Notice, Page } from '../pages/layout.ts'
import type { SignedIn, Visitor } from '../pages/visitor.ts'
import { consolePage, table } from './console-frame.ts'

/** Consultations, newest first, and the one thing that staff do about them: end them. */
export const consultationsPage = (
  visitor: Visitor,
  signedIn: SignedIn,
  consultations: readonly Consultation[],
  notice: Notice | undefined,
): Page => {
  const { t } = visitor
  const { columns } = t.console
  return consolePage(visitor, {
    part: 'consultations',
    title: t.console.consultations,
    notice,
    content: table(
      [columns.about, columns.owner, columns.created, columns.status, columns.payment],
      consultations.map((each) => row(visitor, signedIn, each)),
      t.console.none,
    ),
  })
}

const row = (
  { t, language }: Visitor,
  signedIn: SignedIn,
  { id, resourceId, owner, createdAt, status, paymentId }: Consultation,
): readonly (Html | string)[] => {
  const names = {
    open: t.console.consultationOpen,
    closed: t.console.consultationClosed,
    cancelled: t.console.consultationCancelled,
  }
  return [
    html`<strong>${findDoctorOf(resourceId)?.name[language] ?? resourceId}</strong><br><code class="long">${id}</code>`,
    owner,
    formatMoment(language, createdAt),
    html`${badge(status, names[status])}${status === 'open' ? buttonForm(signedIn, '/console/consultations/close', t.console.close, { look: 'quiet', fields: { id } }) : ''}`,
    html`<a href="/console/payments/${paymentId}"><code>${paymentId.slice(0, 12)}…</code></a>`,
  ]
}
