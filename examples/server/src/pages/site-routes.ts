import type { Hono } from 'hono'
import { findPersonByEmail } from '../people/people.ts'
import { callerOf } from '../people/session-route.ts'
import { addDays, addMonths, dayOf, monthOf, nightsBetween, parseDay, type Day } from '../stays/nights.ts'
import { readTakenNights } from '../stays/free-nights.ts'
import { findProperty } from '../stays/properties.ts'
import { readCurrent, renderCurrent } from './current.ts'
import { homePage } from './home-page.ts'
import type { Notice } from './layout.ts'
import type { Desk, Env } from './desk.ts'
import { notFoundPage, problemPage } from './problem-page.ts'
import { signInPage } from './sign-in-page.ts'
import { stayPage } from './stay-page.ts'
import type { Visitor } from './visitor.ts'

/** What anybody may see: the stays, and the door. */
export const siteRoutes = (app: Hono<Env>, desk: Desk): void => {
  const { show, sessions, unitOfWork, clock, guestBook, carts, currentIntents } = desk

  app.get('/', async (c) => {
    const visitor = c.get('visitor')
    return show(c, homePage(visitor, renderCurrent(visitor, await readCurrent(c, desk))))
  })

  app.get('/stays/:slug', async (c) => {
    const visitor = c.get('visitor')
    const property = findProperty(c.req.param('slug'))
    if (property === undefined) return show(c, notFoundPage(visitor), 404)
    const now = clock.now()
    const today = dayOf(now)
    const choice = readChoice(c.req.query('arrival'), c.req.query('departure'), today)
    const asked = c.req.query('month')
    // A stay a month and a half away is what most people look for.
    const month =
      asked !== undefined && /^20\d\d-(0[1-9]|1[0-2])$/.test(asked) && asked >= monthOf(today)
        ? asked
        : monthOf(choice.arrival ?? addDays(today, 45))
    const taken = await readTakenNights(unitOfWork, property.slug, `${month}-01`, `${addMonths(month, 2)}-28`)
    const url = new URL(c.req.url)
    const page = stayPage(visitor, {
      property,
      now,
      here: `${url.pathname}${url.search}`,
      notice: noticeOf(visitor, c.req.query('problem')),
      calendar: {
        ...choice,
        month,
        today,
        taken,
        href: (chosen) => `/stays/${property.slug}?${new URLSearchParams({ ...chosen }).toString()}`,
      },
    })
    return show(c, page)
  })

  app.get('/sign-in', (c) => show(c, signInPage(c.get('visitor'), ownPath(c.req.query('next')))))

  app.post('/sign-in', async (c) => {
    const visitor = c.get('visitor')
    const { email = '', next } = c.get('fields')
    const person = findPersonByEmail(email)
    if (person === undefined) return show(c, problemPage(visitor, visitor.t.problems.unknown), 400)
    const { setCookie } = await sessions.signIn(callerOf(person))
    await guestBook.rememberLanguage(person.id, visitor.language)
    c.header('set-cookie', setCookie, { append: true })
    const home = person.role === 'staff' ? '/console' : '/'
    const path = ownPath(next)
    return c.redirect(path === '/' ? home : path, 303)
  })

  app.post('/sign-out', async (c) => {
    c.header('set-cookie', await sessions.signOut(), { append: true })
    // Whoever sits down at this browser next finds nothing of it.
    c.header('set-cookie', await carts.clear(), { append: true })
    c.header('set-cookie', await currentIntents.clear(), { append: true })
    return c.redirect('/', 303)
  })

  app.get('/problem', (c) => {
    const visitor = c.get('visitor')
    const problems: Readonly<Record<string, string>> = visitor.words.problems
    const reference = c.req.query('request_id')
    return show(
      c,
      problemPage(visitor, problems[c.req.query('code') ?? ''] ?? visitor.t.problems.unknown, reference?.slice(0, 128)),
      409,
    )
  })
}

const readChoice = (arrivalText: string | undefined, departureText: string | undefined, today: Day) => {
  const arrival = parseDay(arrivalText)
  if (arrival === undefined || arrival <= today) return { arrival: undefined, departure: undefined }
  const departure = parseDay(departureText)
  return {
    arrival,
    departure: departure !== undefined && nightsBetween(arrival, departure) > 0 ? departure : undefined,
  }
}

const noticeOf = ({ t }: Visitor, problem: string | undefined): Notice | undefined => {
  switch (problem) {
    case 'slot_taken':
      return { tone: 'bad', text: t.problems.slotTaken }
    case 'invalid_payload':
      return { tone: 'bad', text: t.problems.invalidStay }
    case 'intent_expired':
      return { tone: 'bad', text: t.problems.intentExpired }
    case undefined:
    default:
      return undefined
  }
}

/** Where to go on within this site; nobody is sent anywhere else. */
const ownPath = (text: string | undefined): string => {
  if (text === undefined || !text.startsWith('/') || !URL.canParse(text, 'http://page.invalid')) return '/'
  const url = new URL(text, 'http://page.invalid')
  const isOwn = url.origin === 'http://page.invalid' && !url.pathname.startsWith('//')
  return isOwn ? `${url.pathname}${url.search}${url.hash}` : '/'
}
