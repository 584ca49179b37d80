import { describe, expect, it } from 'vitest'
import { effectId, minute, type Logger, type PaymentProvider } from '../src/index.ts'
import { ana, ben, mxn, staff, start, world } from '../src/contracts/rules/world.ts'
import { whileTimePasses } from '../src/contracts/rules/waiting.ts'

const listener = () => {
  const logged: unknown[] = []
  const logger: Logger = { log: (level, message, data) => logged.push([level, message, data]) }
  return { logged, logger }
}

describe('an effect whose performer throws', () => {
  it('stays owed, comes up again later, and keeps nobody else from theirs', async () => {
    const { logged, logger } = listener()
    let broken = true
    const w = world({
      logger,
      wrapProvider: (provider) => ({
        ...provider,
        openSession: async (request) => {
          if (broken && request.owner === ana.id) throw new Error('The adapter is broken.')
          return provider.openSession(request)
        },
      }),
    })
    for (const actor of [ana, ben]) {
      w.provider.faults.next('openSession', 'unreachable')
      const opened = await w.holdfast.openIntent({
        actor,
        kind: 'reservation',
        payload: { night: actor === ana ? 0 : 5 },
      })
      if (!opened.ok) throw new Error('No intent.')
      const asked = w.holdfast.startCheckout({ actor, paymentId: opened.value.paymentId })
      if (actor === ana) await expect(asked).rejects.toThrow('The adapter is broken.')
      else await asked
    }
    await w.clock.advance(minute)
    const round = await w.holdfast.drainOutbox(10)
    expect(round).toEqual({ taken: 2 })
    expect(logged).toContainEqual([
      'error',
      'effect_failed',
      { effect: 'open_session:att_0001', tries: 2, detail: 'The adapter is broken.' },
    ])
    const work = await w.unitOfWork.read((tx) => tx.outbox.find('open_session:att_0001'))
    expect(work).toMatchObject({ status: 'waiting', tries: 2, lastError: 'The adapter is broken.' })
    expect((work?.dueAt ?? 0) - w.clock.now()).toBeGreaterThan(7_000)
    expect((work?.dueAt ?? 0) - w.clock.now()).toBeLessThanOrEqual(10_000)
    broken = false
    await w.clock.advance(10_000)
    while ((await w.holdfast.drainOutbox(10)).taken > 0);
    expect(w.provider.truth.attempts()).toHaveLength(2)
  })
})

describe('an effect that was not heard', () => {
  it('is told to whoever runs it', async () => {
    const { logged, logger } = listener()
    const w = world({ logger })
    await w.book(ana)
    w.provider.faults.next('closeAttempt', 'unreachable')
    await w.holdfast.cancelPayment({ actor: ana, paymentId: 'pay_0001' as never })
    expect(logged).toEqual([
      [
        'warn',
        'effect_postponed',
        { effect: 'close_attempt:att_0001', tries: 1, because: 'unreachable', detail: expect.any(String) as string },
      ],
    ])
  })
})

describe('while somebody else is asking the provider to close a page', () => {
  const slowToClose = () => {
    let answer: () => void = () => {}
    const waiting = new Promise<void>((resolve) => {
      answer = resolve
    })
    const w = world({
      settings: { patienceMs: 5_000 },
      wrapProvider: (provider): PaymentProvider => ({
        ...provider,
        closeAttempt: async (request) => {
          await waiting
          return provider.closeAttempt(request)
        },
      }),
    })
    return { w, answer: () => answer() }
  }

  it('nobody changes the price', async () => {
    const { w, answer } = slowToClose()
    const { paymentId } = await w.book(ana)
    const first = w.holdfast.changeAmount({ actor: staff, paymentId, amount: mxn(250_00n) })
    await new Promise((resolve) => setImmediate(resolve))
    expect(await w.holdfast.changeAmount({ actor: staff, paymentId, amount: mxn(100_00n) })).toEqual({
      ok: false,
      error: { code: 'charge_in_flight' },
    })
    answer()
    expect(await first).toMatchObject({ ok: true, value: { payment: { amount: mxn(250_00n) } } })
  })

  it('a cancellation waits for that answer as long as it may, and is then made here', async () => {
    const { w, answer } = slowToClose()
    const { paymentId } = await w.book(ana)
    const first = w.holdfast.cancelPayment({ actor: ana, paymentId })
    await new Promise((resolve) => setImmediate(resolve))
    const second = await whileTimePasses(w, w.holdfast.cancelPayment({ actor: staff, paymentId, reason: 'abandoned' }))
    expect(second).toMatchObject({
      ok: true,
      value: { payment: { status: 'cancelled', reason: 'abandoned' }, providerCancellation: 'pending' },
    })
    expect(w.clock.now() - start).toBeGreaterThanOrEqual(5_000)
    expect(w.clock.now() - start).toBeLessThan(8_000)
    answer()
    expect(await first).toMatchObject({ ok: true, value: { providerCancellation: 'done' } })
  })
})

describe('closing a second page of one attempt', () => {
  it('leaves the attempt alone, whose own page is open', async () => {
    let asked: Parameters<PaymentProvider['openSession']>[0] | undefined
    const w = world({
      wrapProvider: (provider) => ({
        ...provider,
        openSession: (request) => {
          asked = request
          return provider.openSession(request)
        },
      }),
    })
    const opened = await w.holdfast.openIntent({ actor: ana, kind: 'reservation', payload: { night: 0 } })
    if (!opened.ok) throw new Error('No intent.')
    const { paymentId } = opened.value
    const page = await w.holdfast.startCheckout({ actor: ana, paymentId })
    if (!page.ok || page.value.type !== 'open' || asked === undefined) throw new Error('No page.')
    const { attemptId, sessionId } = page.value
    // A process whose key the provider had forgotten has opened another one for the same attempt.
    const double = await w.provider.openSession({ ...asked, idempotencyKey: 'forgotten' })
    const providerId = double.type === 'reported' ? double.report.providerId : undefined
    if (providerId === undefined) throw new Error('No second page.')
    const effect = { type: 'close_attempt', paymentId, attemptId, providerId } as const
    await w.unitOfWork.run((tx) => tx.outbox.append([{ id: effectId(effect), body: effect, dueAt: start }], start))
    while ((await w.holdfast.drainOutbox(10)).taken > 0);
    await expect(w.provider.payer.pay(providerId)).rejects.toThrow(RangeError)
    expect((await w.get(paymentId)).attempts).toMatchObject([{ status: 'open', providerId: sessionId }])
    await w.provider.payer.pay(sessionId)
    await w.deliver()
    expect((await w.get(paymentId)).payment.status).toBe('completed')
  })

  it('leaves the attempt alone where the provider knows no such page', async () => {
    const w = world({
      wrapProvider: (provider) => ({ ...provider, closeAttempt: async () => ({ type: 'absent' }) }),
    })
    const { paymentId } = await w.book(ana)
    const [attempt] = (await w.get(paymentId)).attempts
    if (attempt === undefined) throw new Error('No attempt.')
    const effect = { type: 'close_attempt', paymentId, attemptId: attempt.id, providerId: 'cs_of_nobody' } as const
    await w.unitOfWork.run((tx) => tx.outbox.append([{ id: effectId(effect), body: effect, dueAt: start }], start))
    while ((await w.holdfast.drainOutbox(10)).taken > 0);
    expect(await w.unitOfWork.read((tx) => tx.outbox.find(effectId(effect)))).toMatchObject({ status: 'done' })
    expect((await w.get(paymentId)).attempts).toEqual([attempt])
  })
})
