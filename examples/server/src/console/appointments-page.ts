import { html } from 'hono/html'
import type { Reservation } from '@holdfast/core'
import { findDoctorOf } from '../clinic/doctors.ts'
import { formatMoment } from '../language/format.ts'
import { badge } from '../pages/badge.ts'
import type { Html, Notice, Page } from '../pages/layout.ts'
import type { SignedIn, Visitor } from '../pages/visitor.ts'
import { renderCancelVisit } from './cancel-visit.ts'
import { consolePage, ownerLink, paymentLink, table } from './console-frame.ts'

/** Appointments, newest first, and the one thing that staff do about them: cancel them. */
export const appointmentsPage = (
  visitor: Visitor,
  signedIn: SignedIn,
  appointments: readonly Reservation[],
  notice: Notice | undefined,
): Page => {
  const { t } = visitor
  const { columns } = t.console
  return consolePage(visitor, {
    part: 'appointments',
    title: t.console.appointments,
    notice,
    content: table(
      [columns.about, columns.owner, columns.when, columns.status, columns.payment],
      appointments.map((each) => row(visitor, signedIn, each)),
      t.console.none,
    ),
  })
}

const row = (
  visitor: Visitor,
  signedIn: SignedIn,
  { id, slot, owner, status, paymentId }: Reservation,
): readonly (Html | string)[] => {
  const { words, language } = visitor
  const doctor = findDoctorOf(slot.resourceId)
  const isOver = status === 'cancelled' || status === 'completed'
  return [
    html`<strong>${doctor?.name[language] ?? slot.resourceId}</strong><br><code class="long">${id}</code>`,
    ownerLink(owner),
    formatMoment(language, slot.startsAt, doctor?.schedule.timeZone),
    html`${badge(status, words.reservationStatus[status])}${isOver ? '' : renderCancelVisit(visitor, signedIn, { action: '/console/appointments/cancel', id })}`,
    paymentLink(paymentId),
  ]
}
