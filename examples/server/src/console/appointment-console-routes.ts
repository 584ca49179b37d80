import { parseId } from '@holdfast/core'
import type { Hono } from 'hono'
import { isDoctor } from '../clinic/doctors.ts'
import { listAppointments } from '../clinic/read-clinic.ts'
import type { Desk, Env } from '../pages/desk.ts'
import { keyOf } from '../pages/forms.ts'
import { appointmentsPage } from './appointments-page.ts'
import { readRefund } from './cancel-visit.ts'
import { consoleNotice, staffOf } from './staff.ts'

/** Everybody's appointments at the clinic, and how staff cancel them. */
export const appointmentConsoleRoutes = (app: Hono<Env>, desk: Desk): void => {
  const { show, signedIn, holdfast, unitOfWork } = desk
  const home = '/console/appointments'

  app.get(home, async (c) =>
    show(c, appointmentsPage(c.get('visitor'), signedIn(c), await listAppointments(unitOfWork), consoleNotice(c))),
  )

  app.post(`${home}/cancel`, async (c) => {
    const fields = c.get('fields')
    const reservationId = parseId<'reservation'>(fields['id'] ?? '')
    const refund = readRefund(fields)
    const found =
      reservationId === undefined ? undefined : await unitOfWork.read((tx) => tx.reservations.find(reservationId))
    if (found === undefined || !isDoctor(found.value.slot.resourceId))
      return c.redirect(`${home}?problem=reservation_not_found`, 303)
    if (refund === undefined) return c.redirect(`${home}?problem=invalid_request`, 303)
    const ask = { actor: staffOf(desk, c), reservationId: found.value.id, refund, ...keyOf(fields) }
    const outcome = await holdfast.cancelReservation(ask)
    return c.redirect(`${home}?${outcome.ok ? 'done=cancelAppointmentDone' : `problem=${outcome.error.code}`}`, 303)
  })
}
