import {
  parseId,
  type PaymentCase,
  type PaymentId,
  type PendingIntent,
  type StartCheckoutRefusal,
} from '@holdfast/core'
import type { Hono } from 'hono'
import { listFreeStays } from '../stays/free-nights.ts'
import { dayOf, nightsBetween } from '../stays/nights.ts'
import { readStayDetails } from '../stays/stay-kind.ts'
import { keyOf } from './forms.ts'
import { laterPage, openingPage, outcomePage, type Outcome } from './outcome-page.ts'
import type { Ask, Desk, Env } from './desk.ts'
import { notFoundPage, problemPage } from './problem-page.ts'
import { requireSignIn } from './require-sign-in.ts'

/** The way to the payment page, and the way back from it. */
export const paymentRoutes = (app: Hono<Env>, desk: Desk): void => {
  const { show, signedIn, holdfast, clock } = desk
  for (const path of ['/payment/*', '/payments/*']) app.use(path, requireSignIn)

  app.post('/payments/:id/pay', async (c) => {
    const visitor = c.get('visitor')
    const paymentId = parseId<'payment'>(c.req.param('id'))
    if (paymentId === undefined) return show(c, notFoundPage(visitor), 404)
    if (await desk.isTooMuch(c)) return show(c, problemPage(visitor, visitor.t.problems.tooMany), 429)
    return leadToPayment(c, desk, paymentId)
  })

  app.post('/payments/:id/abandon', async (c) => {
    const paymentId = parseId<'payment'>(c.req.param('id'))
    const { actor } = signedIn(c)
    const outcome =
      paymentId === undefined
        ? undefined
        : await holdfast.cancelPayment({ actor, paymentId, ...keyOf(c.get('fields')) })
    if (outcome === undefined || (!outcome.ok && outcome.error.code === 'payment_not_found'))
      return show(c, notFoundPage(c.get('visitor')), 404)
    return c.redirect(`/payment/success?payment_id=${paymentId}`, 303)
  })

  app.get('/payment/opening', async (c) => {
    const paymentId = parseId<'payment'>(c.req.query('payment_id') ?? '')
    const read =
      paymentId === undefined ? undefined : await holdfast.readPayment({ actor: signedIn(c).actor, paymentId })
    if (read?.ok !== true) return show(c, notFoundPage(c.get('visitor')), 404)
    const page = read.value.attempts.find((attempt) => attempt.status === 'open')
    if (page !== undefined && page.closing === undefined) return c.redirect(page.url, 303)
    const isAskedFor = read.value.attempts.some(({ status }) => status === 'requested')
    return isAskedFor
      ? show(c, openingPage(c.get('visitor')))
      : c.redirect(`/payment/success?payment_id=${read.value.payment.id}`, 303)
  })

  // The same page whether the payer says to have paid or not: what Stripe says is what counts.
  for (const path of ['/payment/success', '/payment/cancel'])
    app.get(path, async (c) => {
      const person = signedIn(c)
      const paymentId = parseId<'payment'>(c.req.query('payment_id') ?? '')
      const synced =
        paymentId === undefined ? undefined : await holdfast.syncPayment({ actor: person.actor, paymentId })
      if (synced?.ok !== true) return show(c, notFoundPage(c.get('visitor')), 404)
      return show(c, outcomePage(c.get('visitor'), person, await readOutcome(desk, synced.value.kase, clock.now())))
    })
}

/** Sends the browser to the one page on which this payment can be paid, or says clearly why there is none. */
export const leadToPayment = async (c: Ask, desk: Desk, paymentId: PaymentId): Promise<Response> => {
  const visitor = c.get('visitor')
  const { actor } = desk.signedIn(c)
  const checkout = await desk.holdfast.startCheckout({ actor, paymentId })
  if (checkout.ok)
    return checkout.value.type === 'open'
      ? c.redirect(checkout.value.checkoutUrl, 303)
      : c.redirect(`/payment/opening?payment_id=${paymentId}`, 303)
  if (checkout.error.code === 'payment_not_found') return desk.show(c, notFoundPage(visitor), 404)
  if (checkout.error.code === 'provider_unavailable') {
    c.header('retry-after', String(Math.ceil(checkout.error.retryAfterMs / 1000)))
    return desk.show(c, laterPage(visitor, desk.signedIn(c), paymentId), 503)
  }
  return c.redirect(await whereItStands(desk, paymentId, checkout.error.code), 303)
}

/** The page that tells most about a payment that cannot be paid now. */
const whereItStands = (desk: Desk, paymentId: PaymentId, code: StartCheckoutRefusal['code']): Promise<string> =>
  desk.unitOfWork.read(async (tx) => {
    const { payment } = (await tx.payments.find(paymentId))?.value ?? {}
    if (payment?.subject.type === 'reservation') return `/bookings/${payment.subject.id}?problem=${code}`
    const intent = payment === undefined ? undefined : await tx.intents.find(payment.subject.id as PendingIntent['id'])
    if (intent !== undefined && (code === 'slot_taken' || code === 'intent_expired'))
      return `/stays/${readStayDetails(intent.value.quote.details).property}?problem=${code}#dates`
    return `/payment/success?payment_id=${paymentId}`
  })

/** What a payment has come to, with what its page needs. */
const readOutcome = async (
  { unitOfWork }: Desk,
  kase: PaymentCase,
  now: ReturnType<Desk['clock']['now']>,
): Promise<Outcome> => {
  const { payment } = kase
  const { intent, reservation } = await unitOfWork.read(async (tx) => {
    const found =
      payment.subject.type === 'intent'
        ? (await tx.intents.find(payment.subject.id as PendingIntent['id']))?.value
        : undefined
    const bookingId =
      payment.subject.type === 'reservation'
        ? payment.subject.id
        : found?.status === 'fulfilled'
          ? found.record.id
          : undefined
    const booking =
      bookingId === undefined
        ? undefined
        : await tx.reservations.find(bookingId as Parameters<typeof tx.reservations.find>[0])
    return { intent: found, reservation: booking?.value }
  })
  const details = reservation?.details ?? intent?.quote.details
  const stay = details === undefined ? undefined : readStayDetails(details)
  const isGone = intent?.status === 'refunded'
  const others =
    isGone && stay !== undefined
      ? await listFreeStays(unitOfWork, {
          slug: stay.property,
          arrival: stay.arrival,
          nights: nightsBetween(stay.arrival, stay.departure),
          after: dayOf(now),
          limit: 4,
        })
      : []
  return { kase, intent, reservation, stay, others }
}
