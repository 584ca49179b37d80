import { listFreeSlots, parseIsoTime, type KindRequest } from '@holdfast/core'
import type { Hono } from 'hono'
import { clinicSchedules } from '../../clinic/clinic-kinds.ts'
import { findDoctor, resourceOf, type Doctor } from '../../clinic/doctors.ts'
import { freeDays, nearbySlots, readFreeSlots, weeksAhead, whyNotFree } from '../../clinic/free-days.ts'
import { readBalance, readUnpaid } from '../../clinic/read-clinic.ts'
import { hold, readCurrent } from '../current.ts'
import type { Ask, Desk, Env } from '../desk.ts'
import type { Html, Notice } from '../layout.ts'
import { problemCode } from '../problem-code.ts'
import { notFoundPage, problemPage } from '../problem-page.ts'
import { requireSignIn } from '../require-sign-in.ts'
import { choosePage } from './choose-page.ts'
import { clinicPage } from './clinic-page.ts'
import { doctorPage } from './doctor-page.ts'
import { openOrFind, payIn } from './pay.ts'
import { renderUnpaid } from './unpaid-notice.ts'
import { readWayToPay } from './ways-to-pay.ts'

/** The doctors, their free times, and the way from choosing to paying. */
export const clinicRoutes = (app: Hono<Env>, desk: Desk): void => {
  const { show, signedIn, unitOfWork, clock } = desk
  const sources = { clock, listFreeSlots: listFreeSlots({ unitOfWork, clock, schedules: clinicSchedules }) }
  for (const path of ['/clinic/:doctor/book', '/clinic/:doctor/ask']) app.use(path, requireSignIn)

  app.get('/clinic', async (c) => show(c, clinicPage(c.get('visitor'), await unpaidOf(c, desk))))

  app.get('/clinic/:doctor', async (c) => {
    const visitor = c.get('visitor')
    const doctor = findDoctor(c.req.param('doctor'))
    if (doctor === undefined) return show(c, notFoundPage(visitor), 404)
    const week = Math.min(Math.max(Number(c.req.query('week') ?? 0) | 0, 0), weeksAhead - 1)
    const lost = parseIsoTime(c.req.query('at') ?? '')
    const view = {
      doctor,
      week,
      days: freeDays(doctor, await readFreeSlots(doctor, sources), { week, now: clock.now() }),
      nearby: lost === undefined ? [] : await nearbySlots(doctor, lost, 4, sources),
      unpaid: await unpaidOf(c, desk),
      notice: noticeOf(c, doctor),
    }
    return show(c, doctorPage(visitor, view))
  })

  app.get('/clinic/:doctor/book', async (c) => {
    const doctor = findDoctor(c.req.param('doctor'))
    const at = c.req.query('at') ?? ''
    const startsAt = parseIsoTime(at)
    if (doctor === undefined || startsAt === undefined) return show(c, notFoundPage(c.get('visitor')), 404)
    const free = await readFreeSlots(doctor, sources)
    if (!free.some((slot) => slot.startsAt === startsAt))
      return c.redirect(lostPath(doctor.slug, whyNotFree(doctor, startsAt, clock.now()), at), 303)
    const person = signedIn(c)
    const balance = await readBalance(unitOfWork, person.person.id)
    return show(c, choosePage(c.get('visitor'), person, { doctor, startsAt, balance }))
  })

  app.get('/clinic/:doctor/ask', async (c) => {
    const doctor = findDoctor(c.req.param('doctor'))
    if (doctor === undefined) return show(c, notFoundPage(c.get('visitor')), 404)
    const person = signedIn(c)
    const balance = await readBalance(unitOfWork, person.person.id)
    return show(c, choosePage(c.get('visitor'), person, { doctor, startsAt: undefined, balance }))
  })

  app.post('/clinic/:doctor/book', async (c) => {
    const doctor = findDoctor(c.req.param('doctor'))
    const { at = '' } = c.get('fields')
    if (doctor === undefined) return show(c, notFoundPage(c.get('visitor')), 404)
    const wanted = desk.kinds.appointment.request({ resource_id: resourceOf(doctor), starts_at: at })
    return begin(c, desk, wanted, (code) => lostPath(doctor.slug, code, at))
  })

  app.post('/clinic/:doctor/ask', async (c) => {
    const doctor = findDoctor(c.req.param('doctor'))
    if (doctor === undefined) return show(c, notFoundPage(c.get('visitor')), 404)
    const wanted = desk.kinds.consultation.request({ doctor: doctor.slug })
    return begin(c, desk, wanted, (code) => `/clinic/${doctor.slug}?problem=${code}`)
  })
}

/** Opens the intent and goes on to pay it; where it cannot be had, to the page that `refusedTo` names. */
const begin = async (
  c: Ask,
  desk: Desk,
  wanted: KindRequest,
  refusedTo: (code: string) => string,
): Promise<Response> => {
  const visitor = c.get('visitor')
  if (desk.signedIn(c).actor.type !== 'owner') return desk.show(c, notFoundPage(visitor), 404)
  if (await desk.isTooMuch(c)) return desk.show(c, problemPage(visitor, visitor.t.problems.tooMany), 429)
  const opened = await openOrFind(c, desk, wanted)
  if (!opened.ok) return c.redirect(refusedTo(problemCode(opened.error)), 303)
  await hold(c, desk, opened.value)
  return payIn(c, desk, opened.value, readWayToPay(c.get('fields')['with']))
}

/** The doctor's page for somebody whose time is gone: it offers those close by. */
export const lostPath = (slug: string, code: string, at: string): string =>
  `/clinic/${slug}?problem=${code}&at=${encodeURIComponent(at)}`

const unpaidOf = async (c: Ask, desk: Desk): Promise<Html> => {
  const { unitOfWork, clock } = desk
  const visitor = c.get('visitor')
  const { signedIn } = visitor
  const current = await readCurrent(c, desk)
  const unpaid = signedIn === undefined ? [] : await readUnpaid(unitOfWork, signedIn.person.id, clock.now())
  return renderUnpaid(visitor, current, unpaid)
}

const noticeOf = (c: Ask, { schedule }: Doctor): Notice | undefined => {
  const { t, words } = c.get('visitor')
  const { payloadReasons: reasons } = words
  const problem = c.req.query('problem')
  if (problem === undefined) return undefined
  const texts: Readonly<Record<string, string>> = {
    slot_taken: t.clinic.problems.slotTaken,
    intent_expired: t.clinic.problems.intentExpired,
    invalid_payload: t.clinic.problems.invalid,
    not_a_time: t.clinic.problems.invalid,
    slot_not_offered: reasons.slot_not_offered({ code: 'slot_not_offered' }),
    slot_begun: reasons.slot_begun({ code: 'slot_begun' }),
    slot_within_notice: reasons.slot_within_notice({
      code: 'slot_within_notice',
      noticeMinutes: schedule.noticeMinutes,
    }),
  }
  return { tone: 'bad', text: texts[problem] ?? t.problems.unknown }
}
