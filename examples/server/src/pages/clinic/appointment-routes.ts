import { parseId, type ReservationId } from '@holdfast/core'
import type { Hono } from 'hono'
import { isDoctor } from '../../clinic/doctors.ts'
import { readBalance, readUnpaid, readVisits } from '../../clinic/read-clinic.ts'
import { cancellationTerms } from '../../stays/cancellation-terms.ts'
import type { Ask, Desk, Env } from '../desk.ts'
import { keyOf } from '../forms.ts'
import type { Notice } from '../layout.ts'
import { notFoundPage } from '../problem-page.ts'
import { requireSignIn } from '../require-sign-in.ts'
import { appointmentsPage } from './appointments-page.ts'

/** What patients have at the clinic: to look at, to pay, and to cancel. */
export const appointmentRoutes = (app: Hono<Env>, desk: Desk): void => {
  const { show, signedIn, holdfast, unitOfWork, clock } = desk
  for (const path of ['/appointments', '/appointments/*']) app.use(path, requireSignIn)

  app.get('/appointments', async (c) => {
    const person = signedIn(c)
    const { id } = person.person
    const now = clock.now()
    const view = {
      ...(await readVisits(unitOfWork, id)),
      unpaid: await readUnpaid(unitOfWork, id, now),
      balance: await readBalance(unitOfWork, id),
      now,
      notice: noticeOf(c),
    }
    return show(c, appointmentsPage(c.get('visitor'), person, view))
  })

  app.post('/appointments/:id/cancel', async (c) => {
    const { actor } = signedIn(c)
    const reservationId = parseId<'reservation'>(c.req.param('id'))
    const found = reservationId === undefined ? undefined : await findAppointment(desk, reservationId)
    if (found === undefined) return show(c, notFoundPage(c.get('visitor')), 404)
    const refund = cancellationTerms(found, actor, clock.now())
    const outcome = await holdfast.cancelReservation({
      actor,
      reservationId: found.id,
      refund,
      ...keyOf(c.get('fields')),
    })
    if (!outcome.ok && outcome.error.code === 'reservation_not_found')
      return show(c, notFoundPage(c.get('visitor')), 404)
    return c.redirect(`/appointments${outcome.ok ? '' : `?problem=${outcome.error.code}`}`, 303)
  })
}

/** The use case that cancels it looks whose it is. */
const findAppointment = async ({ unitOfWork }: Desk, id: ReservationId) => {
  const found = await unitOfWork.read((tx) => tx.reservations.find(id))
  return found !== undefined && isDoctor(found.value.slot.resourceId) ? found.value : undefined
}

const noticeOf = (c: Ask): Notice | undefined => {
  const problems: Readonly<Record<string, string>> = c.get('visitor').words.problems
  const text = problems[c.req.query('problem') ?? '']
  return text === undefined ? undefined : { tone: 'bad', text }
}
