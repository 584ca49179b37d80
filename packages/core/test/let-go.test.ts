import { describe, expect, it } from 'vitest'
import { day, hour, minute, type PaymentId } from '../src/index.ts'
import { brokenAlways } from '../src/contracts/rules/oracle.ts'
import { whileTimePasses } from '../src/contracts/rules/waiting.ts'
import { ana, mxn, planned, staff, world, type World, type WorldOptions } from '../src/contracts/rules/world.ts'
import { storyOf } from './story-of.ts'
import { topUp } from './top-up.ts'

/** Intents can be paid for a day, so that they can be let go of sooner. */
const patient = (options: WorldOptions = {}): World => world({ settings: { intentTtlMs: day }, ...options })

const clean = async (w: World) => (await w.holdfast.cleanUpAbandoned({ olderThanMs: 2 * hour })).counts
const taskOf = (w: World) => w.unitOfWork.read((tx) => tx.tasks.find('abandon_intent:int_0001'))
const pages = (w: World) => w.provider.truth.attempts().map(({ state }) => state.type)
const standing = async (w: World, paymentId: PaymentId) => {
  const { payment, attempts } = await w.get(paymentId)
  const intent = await w.unitOfWork.read((tx) => tx.intents.find(payment.subject.id as never))
  return [payment.status, intent?.value.status, ...attempts.map(({ status }) => status)].join(' ')
}

/** Somebody has left a page open for three hours, and the closing that was asked for then was not heard. */
const unheard = async (w = patient()) => {
  const made = await w.book(ana)
  await w.clock.advance(3 * hour)
  w.provider.faults.next('closeAttempt', 'unreachable')
  expect(await clean(w)).toMatchObject({ pending: 1 })
  const [attempt] = (await w.get(made.paymentId)).attempts
  if (attempt === undefined) throw new Error('No attempt.')
  return { w, attemptId: attempt.id, ...made }
}

/** What was owed to the provider is owed no more, though nothing of it was done. */
const lose = (w: World, id: string) =>
  w.unitOfWork.run(async (tx) => {
    const now = w.clock.now()
    const work = await tx.outbox.take(id, { now, leaseMs: minute })
    if (work === undefined || !(await tx.outbox.finish(id, work.lease, { at: now }))) throw new Error(`No work ${id}.`)
  })

describe('an intent whose time is over while the provider is away', () => {
  it('stays open until the provider has said that its page is gone, and its task comes again until then', async () => {
    const w = world()
    const opened = await w.holdfast.openIntent({ actor: ana, kind: 'reservation', payload: { night: 1 } })
    if (!opened.ok) throw new Error(opened.error.code)
    const { paymentId, expiresAt } = opened.value
    // A page lasts 32 minutes at least: this one outlives what it is for.
    await w.clock.advance(100 * minute)
    await w.holdfast.startCheckout({ actor: ana, paymentId })
    w.provider.faults.next('closeAttempt', 'unreachable')
    await w.pass(20 * minute, 20 * minute)
    expect(w.clock.now()).toBe(expiresAt)
    expect(await standing(w, paymentId)).toBe('pending open open')
    expect(await taskOf(w)).toMatchObject({
      status: 'waiting',
      lastRun: { result: { refused: 'provider_unavailable' } },
    })
    await w.pass(5 * minute, minute)
    expect(await standing(w, paymentId)).toBe('cancelled abandoned expired')
    expect((await storyOf(w, paymentId)).filter(([what]) => what === 'command cancel_payment')).toEqual([
      ['command cancel_payment', `payment ${paymentId}`, 'system', { reason: 'abandoned' }],
    ])
    await w.pass(hour)
    expect(await taskOf(w)).toMatchObject({ status: 'done', result: { intent: 'abandoned' } })
  })

  it('is ended by whoever hears first that its page is gone: a webhook', async () => {
    const { w, paymentId, attemptId } = await unheard()
    w.provider.faults.next('closeAttempt', 'answer_lost')
    expect(await clean(w)).toMatchObject({ pending: 1 })
    expect(await standing(w, paymentId)).toBe('pending open open')
    const report = { state: { type: 'expired' }, livemode: false } as const
    await w.holdfast.receiveEvent({
      id: 'evt_expired',
      type: 'page.expired',
      occurredAt: w.clock.now(),
      livemode: false,
      news: { about: 'attempt', attemptId, paymentId, report },
    })
    expect(await standing(w, paymentId)).toBe('cancelled abandoned expired')
  })

  it('is ended where the process went away after it had decided to close its page', async () => {
    const w: World = patient({
      wrapProvider: (provider) => ({
        ...provider,
        closeAttempt: () => {
          throw new Error('The process is gone.')
        },
      }),
    })
    const { paymentId } = await w.book(ana)
    await w.clock.advance(3 * hour)
    expect(await clean(w)).toMatchObject({ failed: 1 })
    expect(await standing(w, paymentId)).toBe('pending open open')
    const { provider, unitOfWork, clock, notifier } = w
    const next = patient({ provider, unitOfWork, clock, notifier })
    await next.pass(5 * minute, minute)
    expect(await standing(w, paymentId)).toBe('cancelled abandoned expired')
  })

  it('is ended by a look where the closing that was owed is lost: the page is found open, and closed', async () => {
    const { w, paymentId, attemptId } = await unheard()
    await lose(w, `close_attempt:${attemptId}`)
    await planned(w)
    await w.pass(hour)
    expect(pages(w)).toEqual(['expired'])
    expect(await standing(w, paymentId)).toBe('cancelled abandoned expired')
  })

  it('is ended by asking again where the closing that was owed is lost', async () => {
    const { w, paymentId, attemptId } = await unheard()
    await lose(w, `close_attempt:${attemptId}`)
    expect(await clean(w)).toMatchObject({ abandoned: 1 })
    expect(pages(w)).toEqual(['expired'])
    expect(await standing(w, paymentId)).toBe('cancelled abandoned expired')
  })

  it('is ended where its money came in another sum than was asked for', async () => {
    const { w, paymentId, sessionId } = await unheard()
    await w.provider.payer.pay(sessionId, mxn(1_00n))
    expect(await clean(w)).toMatchObject({ abandoned: 1 })
    expect(await standing(w, paymentId)).toBe('cancelled abandoned succeeded')
  })

  it('is waited for where its money turns out to be on its way, and ended where that does not come', async () => {
    const { w, paymentId, sessionId } = await unheard()
    await w.provider.payer.payLater(sessionId)
    expect(await clean(w)).toMatchObject({ processing: 1 })
    expect(await standing(w, paymentId)).toBe('processing open processing')
    await w.provider.payer.settle(sessionId, 'failed')
    await w.deliver()
    expect(await standing(w, paymentId)).toBe('cancelled abandoned declined')
  })

  it('can be cancelled by hand, which is done here at once', async () => {
    const { w, paymentId } = await unheard()
    w.provider.faults.next('closeAttempt', 'unreachable')
    expect(await w.holdfast.cancelPayment({ actor: ana, paymentId, reason: 'abandoned' })).toMatchObject({
      ok: true,
      value: { payment: { status: 'cancelled', reason: 'abandoned' }, providerCancellation: 'pending' },
    })
    expect(await standing(w, paymentId)).toBe('cancelled abandoned open')
  })
})

describe('what its owner cancels by hand, while what was left is being cleaned up', () => {
  /** While the first page is closed, the owner of the second one cancels, and that closing is not heard. */
  const cancelledMeanwhile = async (meanwhile: (w: World, sessionId: string) => Promise<unknown> = async () => {}) => {
    let act: () => Promise<unknown> = async () => {}
    const w = patient({
      wrapProvider: (provider) => ({
        ...provider,
        closeAttempt: async (request) => {
          const doNow = act
          act = async () => {}
          await doNow()
          return provider.closeAttempt(request)
        },
      }),
    })
    await w.book(ana, 0)
    await w.clock.advance(minute)
    const second = await w.book(ana, 5)
    await w.clock.advance(3 * hour)
    act = async () => {
      w.provider.faults.next('closeAttempt', 'unreachable')
      await w.holdfast.cancelPayment({ actor: ana, paymentId: second.paymentId })
      await meanwhile(w, second.sessionId)
    }
    const { counts } = await w.holdfast.cleanUpAbandoned({ olderThanMs: 2 * hour })
    return { w, counts, ...second }
  }

  it('is closed at the provider, too, before it is told to be', async () => {
    const { w, counts, paymentId } = await cancelledMeanwhile()
    expect(counts).toMatchObject({ abandoned: 2, pending: 0 })
    expect(await standing(w, paymentId)).toBe('cancelled abandoned expired')
    expect(pages(w)).toEqual(['expired', 'expired'])
  })

  it('is told to be open there as long as the provider is not heard', async () => {
    const { w, counts, paymentId } = await cancelledMeanwhile(async (each) => {
      // The first page's own closing, and that of the second.
      each.provider.faults.next('closeAttempt', 'request_lost')
      each.provider.faults.next('closeAttempt', 'request_lost')
    })
    expect(counts).toMatchObject({ abandoned: 0, pending: 2 })
    expect(await standing(w, paymentId)).toBe('cancelled abandoned open')
    await w.pass(hour)
    expect(pages(w)).toEqual(['expired', 'expired'])
  })

  it('is left alone where its money is on its way', async () => {
    const { w, counts, paymentId, sessionId } = await cancelledMeanwhile(async (each, page) => {
      await each.provider.payer.payLater(page)
      await each.deliver()
    })
    expect(counts).toMatchObject({ abandoned: 1, processing: 1 })
    await w.provider.payer.settle(sessionId, 'paid')
    await w.deliver()
    await w.pass(hour)
    expect(await w.get(paymentId)).toMatchObject({
      payment: { status: 'cancelled' },
      refunds: [{ reason: 'late_payment', status: 'succeeded' }],
    })
  })
})

describe('whoever comes to pay what is being let go of', () => {
  it('gets no page, neither the old one nor another, and hears what has become of it once the provider is heard', async () => {
    const { w, paymentId } = await unheard()
    for (const fault of ['unreachable', 'request_lost'] as const) {
      w.provider.faults.next('closeAttempt', fault)
      expect(await w.holdfast.startCheckout({ actor: ana, paymentId, idempotencyKey: 'pay' })).toMatchObject({
        ok: false,
        error: { code: 'provider_unavailable' },
      })
      expect(await standing(w, paymentId)).toBe('pending open open')
    }
    expect(await w.holdfast.startCheckout({ actor: ana, paymentId, idempotencyKey: 'pay' })).toEqual({
      ok: false,
      error: { code: 'payment_cancelled' },
    })
    expect(await standing(w, paymentId)).toBe('cancelled abandoned expired')
    expect(w.provider.truth.attempts()).toHaveLength(1)
  })

  it('hears that it is paid where it was', async () => {
    const { w, paymentId, sessionId } = await unheard()
    await w.provider.payer.pay(sessionId)
    expect(await w.holdfast.startCheckout({ actor: ana, paymentId })).toEqual({
      ok: false,
      error: { code: 'payment_already_completed' },
    })
    expect(await w.reservations()).toHaveLength(1)
  })

  it('pays in no other way meanwhile, and nobody changes its price', async () => {
    const { w, paymentId } = await unheard()
    const payments = () => w.provider.truth.attempts().length
    await topUp(w, ana)
    const before = payments()
    const unavailable = { ok: false, error: { code: 'provider_unavailable' } }
    for (const asked of [
      () => w.holdfast.payFromWallet({ actor: ana, paymentId }),
      () => w.holdfast.changeAmount({ actor: staff, paymentId, amount: mxn(1_00n) }),
    ]) {
      w.provider.faults.next('closeAttempt', 'unreachable')
      expect(await asked()).toMatchObject(unavailable)
      expect(await standing(w, paymentId)).toBe('pending open open')
    }
    expect(await w.holdfast.payFromWallet({ actor: ana, paymentId })).toEqual({
      ok: false,
      error: { code: 'payment_cancelled' },
    })
    expect(payments()).toBe(before)
  })

  it('is told to ask again where somebody else is asking the provider, for longer than they wait', async () => {
    let answer = () => {}
    const w = patient({
      wrapProvider: (provider) => ({
        ...provider,
        closeAttempt: async (request) => {
          await new Promise<void>((resolve) => {
            answer = resolve
          })
          return provider.closeAttempt(request)
        },
      }),
    })
    const { paymentId } = await w.book(ana)
    await w.clock.advance(3 * hour)
    const cleaning = clean(w)
    await new Promise((resolve) => setImmediate(resolve))
    expect(await whileTimePasses(w, w.holdfast.startCheckout({ actor: ana, paymentId }))).toEqual({
      ok: false,
      error: { code: 'provider_unavailable', retryAfterMs: minute },
    })
    // Nor does another who cleans up end it.
    expect(await whileTimePasses(w, clean(w))).toMatchObject({ pending: 1, abandoned: 0 })
    expect(await standing(w, paymentId)).toBe('pending open open')
    answer()
    expect(await cleaning).toMatchObject({ abandoned: 1 })
  })
})

it('the rules are broken where time has ended what can still be paid', async () => {
  const { w, paymentId } = await unheard()
  expect(await brokenAlways(w)).toEqual([])
  await w.unitOfWork.run(async (tx) => {
    const found = await tx.payments.find(paymentId)
    if (found === undefined) throw new Error('No payment.')
    const { payment, ...rest } = found.value
    const ended = { ...payment, status: 'cancelled', cancelledAt: w.clock.now(), reason: 'abandoned' } as const
    await tx.payments.save({ ...rest, payment: ended }, found.version, w.clock.now())
  })
  expect(await brokenAlways(w)).toEqual([
    `7: the time of ${paymentId} has ended it, and ${w.provider.truth.attempts()[0]?.id} can still be paid`,
  ])
})
