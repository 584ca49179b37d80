import { parseId, type PendingIntent } from '@holdfast/core'
import type { Hono } from 'hono'
import { payIn } from './clinic/pay.ts'
import { readWayToPay } from './clinic/ways-to-pay.ts'
import { currentPath, holdIntentOf, readCurrent, releaseEnded } from './current.ts'
import type { Desk, Env } from './desk.ts'
import { keyOf } from './forms.ts'
import { leadToPayment } from './lead-to-payment.ts'
import { openingPage, outcomePage } from './outcome/outcome-page.ts'
import { readOutcome } from './outcome/read-outcome.ts'
import { notFoundPage, problemPage } from './problem-page.ts'
import { requireSignIn } from './require-sign-in.ts'
import { chargeCard } from './shop/charge-card.ts'
import { chosenCard } from './shop/saved-cards.ts'

/** The way to the payment page, and the way back from it. */
export const paymentRoutes = (app: Hono<Env>, desk: Desk): void => {
  const { show, signedIn, holdfast, clock } = desk
  for (const path of ['/payment/*', '/payments/*']) app.use(path, requireSignIn)

  app.post('/payments/:id/pay', async (c) => {
    const visitor = c.get('visitor')
    const paymentId = parseId<'payment'>(c.req.param('id'))
    if (paymentId === undefined) return show(c, notFoundPage(visitor), 404)
    if (await desk.isTooMuch(c)) return show(c, problemPage(visitor, visitor.t.problems.tooMany), 429)
    await holdIntentOf(c, desk, paymentId)
    const card = chosenCard(c.get('fields'))
    if (card !== undefined) return chargeCard(c, desk, paymentId, card)
    const way = readWayToPay(c.get('fields')['with'])
    if (way === 'card') return leadToPayment(c, desk, paymentId)
    const read = await holdfast.readPayment({ actor: signedIn(c).actor, paymentId })
    if (!read.ok || read.value.payment.subject.type !== 'intent') return show(c, notFoundPage(visitor), 404)
    const intentId = read.value.payment.subject.id as PendingIntent['id']
    return payIn(c, desk, { intentId, paymentId }, way)
  })

  app.post('/payments/:id/abandon', async (c) => {
    const paymentId = parseId<'payment'>(c.req.param('id'))
    const { actor } = signedIn(c)
    const outcome =
      paymentId === undefined
        ? undefined
        : await holdfast.cancelPayment({ actor, paymentId, reason: 'abandoned', ...keyOf(c.get('fields')) })
    if (outcome === undefined || (!outcome.ok && outcome.error.code === 'payment_not_found'))
      return show(c, notFoundPage(c.get('visitor')), 404)
    if (outcome.ok) await releaseEnded(c, desk, outcome.value.payment)
    return c.redirect(`/payment/success?payment_id=${paymentId}`, 303)
  })

  app.get('/payment/current', async (c) => {
    const current = await readCurrent(c, desk)
    return c.redirect(typeof current === 'object' ? currentPath(current) : '/', 303)
  })

  app.get('/payment/opening', async (c) => {
    const paymentId = parseId<'payment'>(c.req.query('payment_id') ?? '')
    const read =
      paymentId === undefined ? undefined : await holdfast.readPayment({ actor: signedIn(c).actor, paymentId })
    if (read?.ok !== true) return show(c, notFoundPage(c.get('visitor')), 404)
    const page = read.value.attempts.find((attempt) => attempt.status === 'open')
    if (page !== undefined && page.closing === undefined) return c.redirect(page.url, 303)
    const { id } = read.value.payment
    const asked = read.value.attempts.find(({ kind, status }) => kind === 'hosted' && status === 'requested')
    if (asked === undefined) return c.redirect(`/payment/success?payment_id=${id}`, 303)
    const isSlow = clock.now() - asked.requestedAt > usualOpeningMs
    return show(c, openingPage(c.get('visitor'), { paymentId: id, isSlow }))
  })

  // The same page whether the payer says to have paid or not: what Stripe says is what counts.
  for (const path of ['/payment/success', '/payment/cancel'])
    app.get(path, async (c) => {
      const person = signedIn(c)
      const paymentId = parseId<'payment'>(c.req.query('payment_id') ?? '')
      const synced =
        paymentId === undefined ? undefined : await holdfast.syncPayment({ actor: person.actor, paymentId })
      if (synced?.ok !== true) return show(c, notFoundPage(c.get('visitor')), 404)
      const outcome = await readOutcome(c, desk, synced.value)
      // After that was read: what it tells to have ended, the browser holds no longer, even where it has ended only just now.
      await releaseEnded(c, desk, synced.value.kase.payment)
      return show(c, outcomePage(c.get('visitor'), person, outcome))
    })
}

/** Longer than this nobody has to be told to wait for a moment. */
const usualOpeningMs = 10_000
