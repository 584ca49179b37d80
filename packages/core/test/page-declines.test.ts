import { describe, expect, it } from 'vitest'
import { ana, staff, world, type World } from '../src/contracts/rules/world.ts'
import {
  attemptId,
  bareCase,
  declinesOf,
  expiredAttempt,
  paidAttempt,
  pendingPayment,
  requestedAttempt,
} from '../src/contracts/samples.ts'
import {
  hour,
  isFailing,
  lastDecline,
  minute,
  retriesOf,
  type Attempt,
  type FailureCode,
  type PaymentId,
} from '../src/index.ts'

const decline = (w: World, sessionId: string, code: FailureCode): Promise<void> =>
  w.provider.payer.declineOnPage(sessionId, { code, retryable: true, detail: 'Your card was declined.' })

/** What the payment's story has of tries on its page: their names and codes. */
const told = async (w: World, paymentId: PaymentId): Promise<readonly unknown[]> => {
  const story = await w.holdfast.readTimeline({ actor: staff, paymentId })
  if (!story.ok) throw new Error(story.error.code)
  return story.value.flatMap(({ type, name, data }) =>
    type === 'fact' && name === 'page_declined' ? [[data['id'], data['failure']]] : [],
  )
}

const page = async (w: World, paymentId: PaymentId) => {
  const attempt = (await w.get(paymentId)).attempts.at(-1)
  if (attempt?.status !== 'open') throw new Error(`The page is ${attempt?.status ?? 'not there'}.`)
  return attempt
}

describe('a card that is declined on a page', () => {
  it('is known with its reason as soon as it is told of, and the payment is as payable as before', async () => {
    const w = world()
    const { paymentId, sessionId } = await w.book(ana)
    const before = await page(w, paymentId)
    await w.clock.advance(minute)
    await decline(w, sessionId, 'insufficient_funds')
    await w.deliver()
    const failure = { code: 'insufficient_funds', retryable: true, detail: 'Your card was declined.' }
    const kase = await w.get(paymentId)
    expect(kase.payment.status).toBe('pending')
    expect(kase.attempts).toEqual([{ ...before, declines: [{ id: 'try_1', at: w.clock.now(), failure }] }])
    expect(lastDecline(kase)).toEqual({ id: 'try_1', at: w.clock.now(), failure })
    expect(await told(w, paymentId)).toEqual([['try_1', failure]])
    // Nobody is told: whoever tried has seen it on the page.
    expect(w.notifier.sent).toEqual([])
    await w.provider.payer.pay(sessionId)
    await w.deliver()
    expect((await w.get(paymentId)).payment.status).toBe('completed')
  })

  it('is known once, told of twice and asked for as well', async () => {
    const w = world()
    const { paymentId, sessionId } = await w.book(ana)
    await decline(w, sessionId, 'card_declined')
    await w.deliver()
    for (const event of w.provider.events()) await w.holdfast.receiveEvent({ ...event, id: `again:${event.id}` })
    await w.holdfast.syncPayment({ actor: ana, paymentId })
    expect(await told(w, paymentId)).toHaveLength(1)
    expect((await page(w, paymentId)).declines).toHaveLength(1)
  })

  it('is found by asking where no webhook ever comes, and the page is asked about as seldom as one that nobody tries', async () => {
    const w = world()
    const { paymentId, sessionId } = await w.book(ana)
    const { lookAt, looks } = await page(w, paymentId)
    await decline(w, sessionId, 'expired_card')
    await w.clock.advance(lookAt - w.clock.now())
    await w.holdfast.sweep()
    const now = w.clock.now()
    expect(await page(w, paymentId)).toMatchObject({
      declines: [{ id: 'try_1', at: now, failure: { code: 'expired_card' } }],
      looks: looks + 1,
      lookAt: now + 5 * minute,
    })
    await w.holdfast.sweep()
    expect(await page(w, paymentId)).toMatchObject({ looks: looks + 1 })
  })

  it('is found when its page has ended, and known of a page that has', async () => {
    const w = world()
    const { paymentId, sessionId } = await w.book(ana)
    await decline(w, sessionId, 'card_declined')
    await w.provider.payer.expire(sessionId)
    await w.pass(3 * hour, 10 * minute)
    const kase = await w.get(paymentId)
    expect(kase.attempts).toMatchObject([{ status: 'expired', declines: [{ id: 'try_1' }] }])
    expect(await told(w, paymentId)).toHaveLength(1)
    // The page is gone, so that nothing can be said of it any more.
    expect(lastDecline(kase)).toBeUndefined()
  })

  it('changes nothing once the payment is over', async () => {
    const w = world()
    const { paymentId, sessionId } = await w.book(ana)
    await decline(w, sessionId, 'card_declined')
    const late = w.provider.events()
    await w.provider.payer.pay(sessionId)
    await w.holdfast.syncPayment({ actor: ana, paymentId })
    const paid = await w.get(paymentId)
    for (const event of late) await w.holdfast.receiveEvent(event)
    expect(await w.get(paymentId)).toEqual(paid)
    expect(await told(w, paymentId)).toEqual([])
  })

  it('is news of a page whose opening was never heard of', async () => {
    const w = world()
    const opened = await w.holdfast.openIntent({ actor: ana, kind: 'reservation', payload: { night: 0 } })
    if (!opened.ok) throw new Error(opened.error.code)
    const { paymentId } = opened.value
    w.provider.faults.next('openSession', 'answer_lost')
    await w.holdfast.startCheckout({ actor: ana, paymentId })
    const [there] = w.provider.truth.attempts()
    await decline(w, there?.id ?? '', 'card_declined')
    await w.deliver()
    expect((await w.get(paymentId)).attempts).toMatchObject([{ status: 'requested', declines: [{ id: 'try_1' }] }])
  })
})

describe('how often somebody has tried to pay', () => {
  const declined = (count: number) => ({ declines: declinesOf(count) })
  const open = (count: number) =>
    requestedAttempt('p', 'a', { status: 'open', url: 'u', ...(count === 0 ? {} : declined(count)) })
  const withAttempts = (...attempts: readonly Attempt[]) => ({ ...bareCase(pendingPayment('p')), attempts })

  it('is counted from the second try on, on one page or on several', () => {
    expect(retriesOf(withAttempts())).toBe(0)
    expect([0, 1, 2, 5].map((count) => retriesOf(withAttempts(open(count))))).toEqual([0, 0, 1, 4])
    expect(retriesOf(withAttempts(expiredAttempt('p', 'a'), open(0)))).toBe(1)
    expect(retriesOf(withAttempts({ ...expiredAttempt('p', 'a'), ...declined(2) }, open(3)))).toBe(4)
    // What came of the page in the end was a try of its own.
    expect(retriesOf(withAttempts({ ...paidAttempt('p', 'a'), ...declined(1) }))).toBe(1)
    expect(retriesOf(withAttempts(requestedAttempt('p', 'a', { status: 'processing', ...declined(3) })))).toBe(3)
  })

  it('is failing while nothing but a decline has come of the newest page', () => {
    expect(isFailing(withAttempts())).toBe(false)
    expect(isFailing(withAttempts(open(0)))).toBe(false)
    expect(isFailing(withAttempts(open(1)))).toBe(true)
    expect(isFailing(withAttempts({ ...expiredAttempt('p', 'a'), ...declined(1) }, open(0)))).toBe(false)
    const coming = requestedAttempt('p', 'a', { status: 'processing', ...declined(1) })
    const processing = { ...pendingPayment('p'), status: 'processing' } as const
    expect(isFailing({ payment: processing, attempts: [coming] })).toBe(false)
    const failed = { ...pendingPayment('p'), status: 'failed', failedAt: 1, failure: {} } as never
    expect(isFailing({ payment: failed, attempts: [expiredAttempt('p', attemptId('a'))] })).toBe(true)
  })

  it('says why of a page that can still be paid', () => {
    expect(lastDecline(withAttempts(open(0)))).toBeUndefined()
    expect(lastDecline(withAttempts(open(2)))).toEqual(declinesOf(2)[1])
    expect(
      lastDecline(withAttempts(requestedAttempt('p', 'a', { status: 'processing', ...declined(1) }))),
    ).toBeUndefined()
    expect(lastDecline(withAttempts({ ...expiredAttempt('p', 'a'), ...declined(1) }))).toBeUndefined()
  })
})
