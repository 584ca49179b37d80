import { parseId } from '@holdfast/core'
import type { Hono } from 'hono'
import type { Desk, Env } from '../pages/desk.ts'
import { keyOf } from '../pages/forms.ts'
import { readRefund } from './cancel-visit.ts'
import { consultationsPage } from './consultations-page.ts'
import { consoleNotice, staffOf } from './staff.ts'

/** What the doctors of the clinic have to answer by chat, and how staff end it. */
export const consultationRoutes = (app: Hono<Env>, desk: Desk): void => {
  const { show, signedIn, holdfast, unitOfWork } = desk
  const home = '/console/consultations'

  app.get(home, async (c) => {
    const consultations = await unitOfWork.read((tx) => tx.consultations.list({ limit: 100 }))
    return show(c, consultationsPage(c.get('visitor'), signedIn(c), consultations, consoleNotice(c)))
  })

  app.post(`${home}/close`, async (c) => {
    const fields = c.get('fields')
    const consultationId = parseId<'consultation'>(fields['id'] ?? '')
    if (consultationId === undefined) return c.redirect(`${home}?problem=consultation_not_found`, 303)
    const outcome = await holdfast.closeConsultation({ actor: staffOf(desk, c), consultationId, ...keyOf(fields) })
    return c.redirect(`${home}?${outcome.ok ? 'done=closeDone' : `problem=${outcome.error.code}`}`, 303)
  })

  app.post(`${home}/cancel`, async (c) => {
    const fields = c.get('fields')
    const consultationId = parseId<'consultation'>(fields['id'] ?? '')
    const refund = readRefund(fields)
    if (consultationId === undefined) return c.redirect(`${home}?problem=consultation_not_found`, 303)
    if (refund === undefined) return c.redirect(`${home}?problem=invalid_request`, 303)
    const ask = { actor: staffOf(desk, c), consultationId, refund, ...keyOf(fields) }
    const outcome = await holdfast.cancelConsultation(ask)
    return c.redirect(`${home}?${outcome.ok ? 'done=cancelConsultationDone' : `problem=${outcome.error.code}`}`, 303)
  })
}
