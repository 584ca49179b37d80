import { parseId } from '@holdfast/core'
import type { Hono } from 'hono'
import { closeConsultation } from '../clinic/close-consultation.ts'
import type { Desk, Env } from '../pages/desk.ts'
import { consultationsPage } from './consultations-page.ts'
import { consoleNotice, staffOf } from './staff.ts'

/** What the doctors of the clinic have to answer by chat. */
export const consultationRoutes = (app: Hono<Env>, desk: Desk): void => {
  const { show, signedIn, unitOfWork } = desk

  app.get('/console/consultations', async (c) => {
    const consultations = await unitOfWork.read((tx) => tx.consultations.list({ limit: 100 }))
    return show(c, consultationsPage(c.get('visitor'), signedIn(c), consultations, consoleNotice(c)))
  })

  app.post('/console/consultations/close', async (c) => {
    const id = parseId<'consultation'>(c.get('fields')['id'] ?? '')
    const isClosed = id !== undefined && (await closeConsultation(desk, id, staffOf(desk, c).id))
    return c.redirect(`/console/consultations?${isClosed ? 'done=closeDone' : 'problem=closeGone'}`, 303)
  })
}
