import type { Hono } from 'hono'
import { isCollected, type Instant, type Transaction } from '@holdfast/core'
import { cancellationTerms } from '../stays/cancellation-terms.ts'
import { findBooking, listBookings } from '../stays/read-booking.ts'
import { findProperty } from '../stays/properties.ts'
import type { SentMessage } from '../messages/guest-book.ts'
import { bookingPage } from './booking-page.ts'
import { bookingsPage } from './bookings-page.ts'
import { hold } from './current.ts'
import { keyOf } from './forms.ts'
import type { Notice } from './layout.ts'
import { readMessageAbout } from './message-about.ts'
import { messagesPage, type ShownMessage } from './messages-page.ts'
import type { Ask, Desk, Env } from './desk.ts'
import { leadToPayment } from './lead-to-payment.ts'
import { notFoundPage, problemPage } from './problem-page.ts'
import { requireSignIn } from './require-sign-in.ts'

/** What guests do with their stays: begin, look at, and cancel them; and what they have been told. */
export const bookingRoutes = (app: Hono<Env>, desk: Desk): void => {
  const { show, signedIn, holdfast, unitOfWork, clock, guestBook } = desk
  for (const path of ['/bookings/*', '/messages', '/stays/:slug/book']) app.use(path, requireSignIn)

  app.post('/stays/:slug/book', async (c) => {
    const visitor = c.get('visitor')
    const { actor } = signedIn(c)
    const property = findProperty(c.req.param('slug'))
    if (property === undefined || actor.type !== 'owner') return show(c, notFoundPage(visitor), 404)
    if (await desk.isTooMuch(c)) return show(c, problemPage(visitor, visitor.t.problems.tooMany), 429)
    const fields = c.get('fields')
    const { arrival = '', departure = '', guests = '' } = fields
    const stay = desk.kinds.stay.request({ property: property.slug, arrival, departure, guests: Number(guests) })
    const opened = await holdfast.openIntent({ actor, ...stay, ...keyOf(fields) })
    if (opened.ok) {
      await hold(c, desk, opened.value)
      return leadToPayment(c, desk, opened.value.paymentId)
    }
    const problem = opened.error.code === 'slot_taken' ? 'slot_taken' : 'invalid_payload'
    const chosen =
      problem === 'slot_taken'
        ? ''
        : `arrival=${encodeURIComponent(arrival)}&departure=${encodeURIComponent(departure)}&`
    return c.redirect(`/stays/${property.slug}?${chosen}problem=${problem}#dates`, 303)
  })

  app.get('/bookings', async (c) => {
    const person = signedIn(c)
    return show(c, bookingsPage(c.get('visitor'), person, await listBookings(unitOfWork, person.person.id)))
  })

  app.get('/bookings/:id', async (c) => {
    const visitor = c.get('visitor')
    const person = signedIn(c)
    const booking = await findBooking(unitOfWork, person.actor, c.req.param('id'))
    if (booking === undefined) return show(c, notFoundPage(visitor), 404)
    return show(c, bookingPage(visitor, person, { booking, now: clock.now(), notice: noticeOf(c) }))
  })

  app.post('/bookings/:id/cancel', async (c) => {
    const visitor = c.get('visitor')
    const { actor } = signedIn(c)
    const booking = await findBooking(unitOfWork, actor, c.req.param('id'))
    if (booking === undefined) return show(c, notFoundPage(visitor), 404)
    const { reservation } = booking
    const refund = cancellationTerms(reservation, actor, clock.now())
    const outcome = await holdfast.cancelReservation({
      actor,
      reservationId: reservation.id,
      refund,
      ...keyOf(c.get('fields')),
    })
    return c.redirect(`/bookings/${reservation.id}${outcome.ok ? '' : `?problem=${outcome.error.code}`}`, 303)
  })

  app.get('/messages', async (c) => {
    const messages = await guestBook.listMessages(signedIn(c).person.id, 50)
    const shown = await unitOfWork.read(async (tx) => {
      const all: ShownMessage[] = []
      for (const each of messages)
        all.push({ ...each, about: await readMessageAbout(tx, each), link: await linkOf(tx, each, clock.now()) })
      return all
    })
    return show(c, messagesPage(c.get('visitor'), shown))
  })
}

const noticeOf = (c: Ask): Notice | undefined => {
  const { t, words } = c.get('visitor')
  const problems: Readonly<Record<string, string>> = {
    ...words.problems,
    payment_already_completed: t.booking.alreadyPaid,
    payment_cancelled: t.booking.isCancelled,
    balance_not_owed: t.booking.nothingOwed,
    reservation_cancelled: t.booking.isCancelled,
    charge_in_flight: t.booking.chargeInFlight,
  }
  const text = problems[c.req.query('problem') ?? '']
  return text === undefined ? undefined : { tone: 'bad', text }
}

/** Whether the payment page that a message names still takes money, or no longer has to. */
const linkOf = async (tx: Transaction, { message }: SentMessage, now: Instant): Promise<ShownMessage['link']> => {
  if (message.template !== 'payment_link') return 'over'
  const found = await tx.payments.find(message.paymentId)
  if (found === undefined) return 'over'
  const { payment, attempts } = found.value
  if (isCollected(payment)) return 'paid'
  if (payment.status === 'cancelled') return 'cancelled'
  const isOpen = attempts.some(
    (attempt) => attempt.status === 'open' && attempt.url === message.url && attempt.closing === undefined,
  )
  return isOpen && message.expiresAt > now ? 'open' : 'over'
}
