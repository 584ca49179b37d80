import { describe, expect, it } from 'vitest'
import { ana, ben, catalogue, mxn, owner, staff, start } from '../src/contracts/rules/world.ts'
import {
  createHoldfast,
  defaultSettings,
  hour,
  minute,
  ok,
  reservationKind,
  silentLogger,
  type Actor,
  type CircuitBreakerNews,
  type Holdfast,
  type PaymentId,
  type PaymentProvider,
  type ProviderAnswer,
} from '../src/index.ts'
import {
  memoryCircuitBreakerStates,
  memoryClock,
  memoryNotifier,
  memoryPaymentProvider,
  memoryUnitOfWork,
  sequentialIds,
} from '../src/memory/index.ts'

const carla = owner('carla')
type Owner = Extract<Actor, { readonly type: 'owner' }>

/** A host of two processes, whose provider's API goes away and comes back. Its pages and its webhooks do not. */
const host = ({ guarded = true }: { readonly guarded?: boolean } = {}) => {
  const clock = memoryClock(start)
  const unitOfWork = memoryUnitOfWork()
  const provider = memoryPaymentProvider({ clock })
  const notifier = memoryNotifier()
  const ids = sequentialIds()
  const states = memoryCircuitBreakerStates()
  const news: CircuitBreakerNews[] = []
  const asked: string[] = []
  let isAway = false
  let isBroken = false
  const brokenKeys = new Set<string>()
  const overTheWire = new Proxy(provider as PaymentProvider, {
    get: (real, call) => async (request: never) => {
      asked.push(String(call))
      const away: ProviderAnswer<never> = { type: 'unreachable', detail: 'Not connected.' }
      if (isAway) return away
      const { idempotencyKey: key } = request as { readonly idempotencyKey?: string }
      if (key !== undefined && (isBroken || brokenKeys.has(key))) {
        const isRepeated = brokenKeys.has(key)
        brokenKeys.add(key)
        const broken = { type: 'unknown', answered: true, detail: 'Internal error.' } as const
        return isRepeated ? { ...broken, repeated: true } : broken
      }
      return real[call as keyof PaymentProvider](request)
    },
  })
  const begin = (): Holdfast =>
    createHoldfast({
      unitOfWork,
      paymentProvider: overTheWire,
      clock,
      ids,
      notifier,
      logger: silentLogger,
      settings: defaultSettings,
      returnUrls: { of: () => ({ successUrl: 'https://host.example/ok', cancelUrl: 'https://host.example/no' }) },
      fulfilmentKinds: [reservationKind({ catalogue, unitOfWork })],
      ...(guarded ? { circuitBreaker: { states, observe: (each) => news.push(each) } } : {}),
    })
  const processes = [begin(), begin()] as const
  const [web, worker] = processes
  let delivered = 0
  return {
    clock,
    unitOfWork,
    provider,
    notifier,
    web,
    worker,
    news,
    asked,
    goAway: () => {
      isAway = true
    },
    comeBack: () => {
      isAway = false
    },
    /** From now on it answers with errors, and keeps each under its key for ever. */
    breakDown: () => {
      isBroken = true
    },
    recover: () => {
      isBroken = false
    },
    deliver: async () => {
      const events = provider.events()
      for (; delivered < events.length; delivered += 1) {
        const event = events[delivered]
        if (event !== undefined) expect(['applied', 'known']).toContain(await web.receiveEvent(event))
      }
    },
    pass: async (ms: number, stepMs = minute / 2) => {
      for (let gone = 0; gone < ms; gone += stepMs) {
        await clock.advance(stepMs)
        while ((await worker.workOnce()) > 0);
      }
    },
    intent: async (actor: Owner, night: number): Promise<PaymentId> => {
      const opened = await web.openIntent({ actor, kind: 'reservation', payload: { night } })
      if (!opened.ok) throw new Error(opened.error.code)
      return opened.value.paymentId
    },
    get: async (id: PaymentId) => {
      const found = await unitOfWork.read((tx) => tx.payments.find(id))
      if (found === undefined) throw new Error(`No payment ${id}.`)
      return found.value
    },
    owed: () => unitOfWork.read((tx) => tx.outbox.list({ status: 'waiting', limit: 100 })),
  }
}
type Host = ReturnType<typeof host>

const book = async (h: Host, actor: Owner, night: number) => {
  const paymentId = await h.intent(actor, night)
  const page = await h.web.startCheckout({ actor, paymentId })
  if (!page.ok || page.value.type !== 'open') throw new Error('No page was opened.')
  return { paymentId, sessionId: page.value.sessionId }
}

/** Ana has paid and has a balance; Ben has a page open; the API has gone away, and the first five calls have found out. */
const outage = async () => {
  const h = host()
  const paid = await book(h, ana, 0)
  await h.provider.payer.pay(paid.sessionId)
  await h.deliver()
  const open = await book(h, ben, 5)
  while ((await h.worker.workOnce()) > 0);
  h.goAway()
  for (let n = 0; n < 5; n += 1) await h.web.syncPayment({ actor: staff, paymentId: paid.paymentId })
  expect(h.news.map(({ type }) => type)).toEqual(['circuit_breaker_opened'])
  return { ...h, anas: paid.paymentId, bens: open }
}

describe('a sweep while the provider is away', () => {
  it('asks nobody, leaves what it has not come to for later, and comes again in ten minutes', async () => {
    const h = host()
    const { paymentId } = await book(h, ana, 0)
    for (let night = 5; night < 12; night += 1) await book(h, owner(`guest-${night}`), night)
    await h.clock.advance(hour)
    h.goAway()
    for (let n = 0; n < 5; n += 1) await h.web.syncPayment({ actor: staff, paymentId })
    expect(h.news.map(({ type }) => type)).toEqual(['circuit_breaker_opened'])
    const calls = h.asked.length
    expect(await h.worker.sweep()).toEqual(ok({ asked: 4, moved: 0, failed: 4, nextInMs: 10 * minute }))
    expect(h.asked).toHaveLength(calls)
  })
})

describe('once a provider is well again that has kept its errors', () => {
  it('is called again within a minute, although nobody asks for anything new, and all comes to its end', async () => {
    const h = host()
    h.breakDown()
    const asked: PaymentId[] = []
    for (let night = 0; night < 5; night += 1) {
      const actor = owner(`guest-${night}`)
      const paymentId = await h.intent(actor, night)
      asked.push(paymentId)
      await h.web.startCheckout({ actor, paymentId })
    }
    expect(h.news.map(({ type }) => type)).toContain('circuit_breaker_opened')
    h.recover()
    await h.pass(2 * minute)
    expect(h.news.filter(({ type }) => type !== 'circuit_breaker_refused').map(({ type }) => type)).toEqual([
      'circuit_breaker_opened',
      'circuit_breaker_half_opened',
      'circuit_breaker_closed',
    ])
    // Under its key nothing more can be learnt of any of them. So they are looked for, and it turns out that there are none.
    await h.pass(hour)
    for (const paymentId of asked) expect((await h.get(paymentId)).attempts).toMatchObject([{ status: 'declined' }])
  })
})

describe('while the provider is away', () => {
  it('whoever wants to pay is told so at once, however often they ask, and when to come back', async () => {
    const h = await outage()
    const [calls, now] = [h.asked.length, h.clock.now()]
    const paymentId = await h.intent(carla, 9)
    for (let click = 0; click < 3; click += 1)
      expect(await h.web.startCheckout({ actor: carla, paymentId })).toEqual({
        ok: false,
        error: { code: 'provider_unavailable', retryAfterMs: minute },
      })
    expect([h.asked.length, h.clock.now()]).toEqual([calls, now])
    // Whoever counts the calls that are not made hears of the one that all three clicks have waited for.
    expect(h.news.filter(({ type }) => type === 'circuit_breaker_refused')).toHaveLength(1)
    // The one attempt is kept, and nothing of it is decided.
    expect((await h.get(paymentId)).attempts).toMatchObject([{ status: 'requested' }])
  })

  it('whoever has a page gets it, and pays on it: the webhook is taken in, and makes the record', async () => {
    const h = await outage()
    const calls = h.asked.length
    expect(await h.web.startCheckout({ actor: ben, paymentId: h.bens.paymentId })).toMatchObject({
      ok: true,
      value: { type: 'open', sessionId: h.bens.sessionId },
    })
    await h.provider.payer.pay(h.bens.sessionId)
    await h.deliver()
    expect((await h.get(h.bens.paymentId)).payment.status).toBe('completed')
    expect(await h.unitOfWork.read((tx) => tx.reservations.list({ limit: 9 }))).toHaveLength(2)
    // It is no sign of health.
    expect(await h.web.syncPayment({ actor: staff, paymentId: h.anas })).toMatchObject({ value: { type: 'unheard' } })
    expect(h.asked).toHaveLength(calls)
  })

  it('messages to owners go out', async () => {
    const h = await outage()
    const told = h.notifier.sent.length
    await h.provider.payer.pay(h.bens.sessionId)
    await h.deliver()
    while ((await h.worker.workOnce()) > 0);
    expect(h.notifier.sent.slice(told)).toMatchObject([{ to: 'ben', template: 'confirmed' }])
  })

  it('what is cancelled is cancelled here at once, and closed there when it is back', async () => {
    const h = await outage()
    const now = h.clock.now()
    expect(await h.web.cancelPayment({ actor: ben, paymentId: h.bens.paymentId })).toMatchObject({
      ok: true,
      value: { payment: { status: 'cancelled' }, providerCancellation: 'pending' },
    })
    expect(h.clock.now()).toBe(now)
    await h.pass(10 * minute)
    h.comeBack()
    await h.pass(7 * minute)
    expect((await h.get(h.bens.paymentId)).attempts).toMatchObject([{ status: 'expired' }])
    expect(h.provider.truth.attempts().at(-1)?.state).toEqual({ type: 'expired' })
  })

  it('what ends by its time ends nowhere until it is back, and then everywhere', async () => {
    const h = await outage()
    const { paymentId } = h.bens
    await h.clock.advance(2)
    const now = h.clock.now()
    expect(await h.web.cleanUpAbandoned({ olderThanMs: 1 })).toMatchObject({ counts: { pending: 1, abandoned: 0 } })
    expect(h.clock.now()).toBe(now)
    const { payment, attempts } = await h.get(paymentId)
    expect([payment.status, ...attempts.map(({ status }) => status)]).toEqual(['pending', 'open'])
    await h.pass(3 * hour, minute)
    expect((await h.get(paymentId)).payment.status).toBe('pending')
    h.comeBack()
    await h.pass(7 * minute)
    expect((await h.get(paymentId)).attempts).toMatchObject([{ status: 'expired' }])
    expect((await h.get(paymentId)).payment).toMatchObject({ status: 'cancelled', reason: 'abandoned' })
  })

  it('for six hours, it is asked once a minute, and no wait has grown; when it is back all is done within minutes', async () => {
    const h = await outage()
    const refunded = await h.web.refundPayment({ actor: staff, paymentId: h.anas, amount: mxn(100_00n) })
    expect(refunded.ok).toBe(true)
    await h.web.cancelPayment({ actor: ben, paymentId: h.bens.paymentId })
    const calls = h.asked.length
    await h.pass(6 * hour - 10 * minute, minute)
    const inTime = h.asked.length - calls
    // Work is taken up every minute here: what waits for a little more than one comes after two.
    expect(inTime).toBeGreaterThan(150)
    expect(inTime).toBeLessThanOrEqual(6 * 60)
    const carlas = await h.intent(carla, 9)
    expect(await h.web.startCheckout({ actor: carla, paymentId: carlas })).toMatchObject({
      ok: false,
      error: { code: 'provider_unavailable' },
    })
    await h.pass(10 * minute)
    const owed = await h.owed()
    expect(owed.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['send_refund:rf_0001', 'close_attempt:att_0002', 'open_session:att_0003']),
    )
    for (const { dueAt } of owed) expect(dueAt - h.clock.now()).toBeLessThanOrEqual(1.25 * minute)
    expect(h.provider.truth.refunds()).toEqual([])

    h.comeBack()
    await h.pass(3 * minute)
    expect(h.provider.truth.refunds()).toMatchObject([{ state: { type: 'succeeded' }, amount: mxn(100_00n) }])
    expect((await h.get(h.anas)).refunds).toMatchObject([{ status: 'succeeded' }])
    expect((await h.get(h.bens.paymentId)).attempts).toMatchObject([{ status: 'expired' }])
    expect((await h.get(carlas)).attempts).toMatchObject([{ status: 'open' }])
    expect(await h.web.startCheckout({ actor: carla, paymentId: carlas })).toMatchObject({ ok: true })
    expect((await h.owed()).filter(({ body }) => body.type !== 'send_message')).toEqual([])
    expect(await h.unitOfWork.read((tx) => tx.outbox.list({ status: 'dead', limit: 9 }))).toEqual([])
    const life = h.news.filter(({ type }) => type !== 'circuit_breaker_refused').map(({ type }) => type)
    expect([life[0], life.at(-1)]).toEqual(['circuit_breaker_opened', 'circuit_breaker_closed'])
  })

  it('nothing of what is not asked for is told in the story of a payment', async () => {
    const h = await outage()
    await h.web.refundPayment({ actor: staff, paymentId: h.anas, amount: mxn(100_00n) })
    const linesOf = async (): Promise<number> =>
      (await h.unitOfWork.read((tx) => tx.timeline.list(h.anas, 500))).filter(({ name }) => name === 'send_refund')
        .length
    expect(await linesOf()).toBe(0)
    await h.clock.advance(minute - 1)
    while ((await h.worker.workOnce()) > 0);
    expect(await linesOf()).toBe(0)
    const work = (await h.owed()).find(({ id }) => id === 'send_refund:rf_0001')
    expect(work).toMatchObject({ lastError: expect.stringMatching(/^Not asked/) as string })
  })
})

it('an effect that was taken for nothing a hundred times waits no longer for it, as the probe or later', async () => {
  const h = await outage()
  await h.web.refundPayment({ actor: staff, paymentId: h.anas, amount: mxn(100_00n) })
  const id = 'send_refund:rf_0001'
  const perform = async () => {
    const work = await h.unitOfWork.run((tx) => tx.outbox.take(id, { now: h.clock.now(), leaseMs: minute }))
    if (work === undefined) throw new Error('Somebody else performs it.')
    const performed = await h.worker.performEffect(work)
    const { dueAt, tries } = (await h.unitOfWork.read((tx) => tx.outbox.find(id))) ?? { dueAt: 0, tries: 0 }
    return { performed, waitMs: dueAt - h.clock.now(), tries }
  }
  for (let n = 0; n < 100; n += 1) await perform()
  await h.clock.advance(minute)
  const calls = h.asked.length
  const probe = await perform()
  expect(h.asked).toHaveLength(calls + 1)
  expect(probe).toMatchObject({ performed: { type: 'postponed', because: 'unreachable' } })
  expect(probe.tries).toBeGreaterThan(100)
  expect(probe.waitMs).toBeGreaterThanOrEqual(minute)
  expect(probe.waitMs).toBeLessThanOrEqual(1.25 * minute)
  h.comeBack()
  await h.clock.advance(minute)
  expect(await h.web.syncPayment({ actor: staff, paymentId: h.anas })).toMatchObject({ value: { type: 'asked' } })
  h.provider.faults.next('findRefund', 'unreachable')
  const later = await perform()
  expect(later.waitMs).toBeGreaterThan(4 * minute)
  expect(later.waitMs).toBeLessThan(6 * minute)
  expect((await perform()).performed.type).toBe('done')
})

it('a host without a circuit breaker asks as ever', async () => {
  const h = host({ guarded: false })
  const { paymentId } = await book(h, ana, 0)
  h.goAway()
  const calls = h.asked.length
  for (let n = 0; n < 20; n += 1) await h.web.syncPayment({ actor: staff, paymentId })
  expect(h.asked).toHaveLength(calls + 20)
})

it('somebody who wants a page that another is asking for gets it, as ever, where all is well', async () => {
  const h = host()
  const paymentId = await h.intent(ana, 0)
  let isOver = false
  const asking = [h.web, h.worker].map((process) => process.startCheckout({ actor: ana, paymentId }))
  const both = Promise.all(asking).finally(() => {
    isOver = true
  })
  while (!isOver) await h.clock.advance(50)
  const [one, other] = await both
  expect(one).toMatchObject({ ok: true, value: { type: 'open' } })
  expect(other).toEqual(one)
})
