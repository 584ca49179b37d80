import { html } from 'hono/html'
import type { Consultation } from '@holdfast/core'
import { findDoctorOf } from '../clinic/doctors.ts'
import { formatMoment } from '../language/format.ts'
import { badge } from '../pages/badge.ts'
import { buttonForm } from '../pages/forms.ts'
import type { Html, Notice, Page } from '../pages/layout.ts'
import type { SignedIn, Visitor } from '../pages/visitor.ts'
import { renderCancelVisit } from './cancel-visit.ts'
import { consolePage, ownerLink, paymentLink, table } from './console-frame.ts'

/** Consultations, newest first, and what staff do about them: end those that took place, and cancel the others. */
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

/** How a consultation stands, in a word. */
export const consultationStatusName = ({ t }: Visitor, status: Consultation['status']): string =>
  ({
    open: t.console.consultationOpen,
    closed: t.console.consultationClosed,
    cancelled: t.console.consultationCancelled,
  })[status]

const row = (
  visitor: Visitor,
  signedIn: SignedIn,
  { id, resourceId, owner, createdAt, status, paymentId }: Consultation,
): readonly (Html | string)[] => {
  const { t, language } = visitor
  return [
    html`<strong>${findDoctorOf(resourceId)?.name[language] ?? resourceId}</strong><br><code class="long">${id}</code>`,
    ownerLink(owner),
    formatMoment(language, createdAt),
    html`${badge(status, consultationStatusName(visitor, status))}${
      status === 'open'
        ? html`${buttonForm(signedIn, '/console/consultations/close', t.console.close, { look: 'quiet', fields: { id } })}
${renderCancelVisit(visitor, signedIn, { action: '/console/consultations/cancel', id })}`
        : ''
    }`,
    paymentLink(paymentId),
  ]
}
