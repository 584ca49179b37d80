import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import type { SqlDatabase } from '@holdfast/adapter-sql'
import {
  createHoldfast,
  defaultSettings,
  hour,
  silentLogger,
  StoreUnavailable,
  VersionConflict,
  type PaymentId,
  type PaymentProvider,
} from '@holdfast/core'
import { rules } from '@holdfast/core/contracts'
import {
  memoryClock,
  memoryNotifier,
  memoryPaymentProvider,
  memoryUnitOfWork,
  sequentialIds,
} from '@holdfast/core/memory'
import { afterEach, describe, expect, it } from 'vitest'
import { traceHoldfast, tracePaymentProvider, traceUnitOfWork, traceWork } from '../src/opentelemetry.ts'
import { openTestDatabase } from './databases.ts'
import { listenToSpans } from './spans.ts'

const { ana, staff } = rules

/** A world that is traced all over. */
const traced = (unitOfWork = memoryUnitOfWork()) => {
  const heard = listenToSpans()
  const { tracer } = heard
  const w = rules.world({
    unitOfWork: traceUnitOfWork(unitOfWork, tracer, { system: 'sqlite' }),
    wrapProvider: (provider) => tracePaymentProvider(provider, tracer, { service: 'stripe' }),
  })
  return { ...heard, w, holdfast: traceHoldfast(w.holdfast, tracer) }
}

const parentOf = (spans: readonly ReadableSpan[], { parentSpanContext }: ReadableSpan): string | undefined =>
  spans.find((other) => other.spanContext().spanId === parentSpanContext?.spanId)?.name

const opened = async ({ w, holdfast }: Pick<ReturnType<typeof traced>, 'w' | 'holdfast'>) => {
  const intent = await holdfast.openIntent({ actor: ana, kind: 'reservation', payload: { night: 0 } })
  if (!intent.ok) throw new Error(intent.error.code)
  const page = await holdfast.startCheckout({ actor: ana, paymentId: intent.value.paymentId })
  if (!page.ok || page.value.type !== 'open') throw new Error('No page.')
  return { paymentId: intent.value.paymentId, attemptId: page.value.attemptId, sessionId: page.value.sessionId, w }
}

describe('a use case', () => {
  it('is a span with what it was about, over its transactions and its calls', async () => {
    const world = traced()
    const { paymentId, attemptId } = await opened(world)
    const spans = world.spans()
    expect(spans.map((span) => [span.name, parentOf(spans, span)])).toEqual([
      ['holdfast.open_intent', undefined],
      ['holdfast.transaction', 'holdfast.open_intent'],
      ['holdfast.transaction', 'holdfast.open_intent'],
      ['holdfast.start_checkout', undefined],
      ['holdfast.transaction', 'holdfast.start_checkout'],
      ['payment_provider.open_session', 'holdfast.start_checkout'],
      ['holdfast.transaction', 'holdfast.start_checkout'],
    ])
    expect(spans[3]?.attributes).toEqual({
      'holdfast.payment.id': paymentId,
      'holdfast.attempt.id': attemptId,
      'holdfast.outcome': 'ok',
    })
    expect(spans[4]?.attributes).toEqual({
      'holdfast.transaction.mode': 'write',
      'holdfast.transaction.retries': 0,
      'db.system.name': 'sqlite',
    })
    expect(spans[5]).toMatchObject({
      kind: SpanKind.CLIENT,
      attributes: {
        'holdfast.payment.id': paymentId,
        'holdfast.attempt.id': attemptId,
        'holdfast.outcome': 'reported',
        'holdfast.provider.state': 'opened',
        'peer.service': 'stripe',
      },
    })
    expect(new Set(spans.slice(3).map((span) => span.spanContext().traceId)).size).toBe(1)
    for (const { status, events } of spans) expect([status.code, events]).toEqual([SpanStatusCode.UNSET, []])
  })

  it('that refuses has answered: its code is the outcome, and it is no error', async () => {
    const { holdfast, spans } = traced()
    expect(await holdfast.readPayment({ actor: ana, paymentId: 'pay_no' as PaymentId })).toMatchObject({ ok: false })
    expect(spans()[0]).toMatchObject({
      name: 'holdfast.read_payment',
      attributes: { 'holdfast.payment.id': 'pay_no', 'holdfast.outcome': 'payment_not_found' },
      status: { code: SpanStatusCode.UNSET },
      events: [],
    })
  })

  it('that throws is an error, without what must not be told', async () => {
    const { tracer, spans } = listenToSpans()
    const failing = rules.world().holdfast
    const holdfast = traceHoldfast(
      {
        ...failing,
        sweep: () => Promise.reject(new StoreUnavailable('No answer from postgres://ana:hunter2@db:5432/shop')),
      },
      tracer,
    )
    await expect(holdfast.sweep()).rejects.toThrow(StoreUnavailable)
    const [span] = spans()
    expect(span).toMatchObject({
      name: 'holdfast.sweep',
      attributes: { 'error.type': 'StoreUnavailable' },
      status: { code: SpanStatusCode.ERROR, message: 'No answer from postgres://db:5432/shop' },
    })
    expect(span?.events).toMatchObject([
      {
        name: 'exception',
        attributes: {
          'exception.type': 'StoreUnavailable',
          'exception.message': 'No answer from postgres://db:5432/shop',
        },
      },
    ])
    expect(JSON.stringify([span?.events, span?.status])).not.toContain('hunter2')
  })

  it('says of an event which it was, and of an effect what was to be done', async () => {
    const world = traced()
    const { holdfast, w, spans } = world
    const { paymentId, sessionId } = await opened(world)
    await w.provider.payer.pay(sessionId)
    const event = w.provider.events().at(-1)!
    const before = spans().length
    expect(await holdfast.receiveEvent(event)).toBe('applied')
    expect(await holdfast.receiveEvent(event)).toBe('known')
    const [first, second] = spans()
      .slice(before)
      .filter(({ name }) => name === 'holdfast.receive_event')
    expect(first).toMatchObject({
      name: 'holdfast.receive_event',
      attributes: { 'holdfast.event.id': event.id, 'holdfast.event.type': event.type, 'holdfast.outcome': 'applied' },
    })
    expect(second?.attributes['holdfast.outcome']).toBe('known')
    await holdfast.refundPayment({ actor: staff, paymentId })
    const [leased] = await w.unitOfWork.run((tx) => tx.outbox.lease({ now: w.clock.now(), limit: 9, leaseMs: 1_000 }))
    await holdfast.performEffect(leased!)
    expect(spans().find(({ name }) => name === 'holdfast.perform_effect')?.attributes).toMatchObject({
      'holdfast.payment.id': paymentId,
      'holdfast.effect': 'send_message',
      'holdfast.outcome': 'done',
    })
  })

  it('is traced whichever it is', () => {
    const { tracer } = listenToSpans()
    const { holdfast } = rules.world()
    const names = Object.keys(holdfast)
    const watched = traceHoldfast(holdfast, tracer)
    expect(Object.keys(watched).toSorted()).toEqual(names.toSorted())
    for (const name of names as (keyof typeof holdfast)[])
      if (name !== 'startWorker') expect(watched[name], name).not.toBe(holdfast[name])
  })
})

describe('work in the background', () => {
  it('is a span for each piece, over its transactions and its calls, and none while there is none', async () => {
    const heard = listenToSpans()
    const { tracer } = heard
    const w = rules.world({
      unitOfWork: traceUnitOfWork(memoryUnitOfWork(), tracer),
      wrapProvider: (provider) => tracePaymentProvider(provider, tracer),
      aroundWork: traceWork(tracer),
    })
    await w.holdfast.workOnce()
    expect(heard.spans()).toEqual([])
    const { paymentId, sessionId } = await w.book(ana)
    await w.provider.payer.pay(sessionId)
    await w.deliver()
    await w.holdfast.refundPayment({ actor: staff, paymentId })
    const before = heard.spans().length
    await w.clock.advance(3 * hour)
    await w.holdfast.workOnce()
    const spans = heard.spans().slice(before)
    const pieces = spans.filter(({ attributes }) => 'holdfast.work.type' in attributes)
    expect(pieces.map(({ name, attributes }) => [name, attributes['holdfast.work.type']])).toEqual([
      ['holdfast.perform_effect', 'send_message'],
      ['holdfast.run_task', 'abandon_intent'],
    ])
    for (const span of spans.filter((each) => !pieces.includes(each)))
      expect(parentOf(spans, span)).toMatch(/^holdfast\.(perform_effect|run_task)$/)
    expect(spans.length).toBeGreaterThan(pieces.length)
  })

  it('is an error where it fails, and none of it is lost', async () => {
    const { tracer, spans } = listenToSpans()
    await expect(
      traceWork(tracer)({ queue: 'inbox', id: 'evt_1', type: 'charge.updated' }, async () => {
        throw new Error('Not known: sk_live_51Secret')
      }),
    ).rejects.toThrow('sk_live_51Secret')
    expect(spans().map(({ name, status }) => [name, status.code])).toEqual([
      ['holdfast.apply_event', SpanStatusCode.ERROR],
    ])
    expect(JSON.stringify(spans().map(({ status, events }) => [status, events]))).not.toContain('sk_live')
    expect(await traceWork(undefined)({ queue: 'tasks', id: 'sweep', type: 'sweep' }, async () => 7)).toBe(7)
  })
})

describe('a call to the provider', () => {
  it('of which nothing was heard is an error, and one that was refused or declined is none', async () => {
    const world = traced()
    const { w, spans } = world
    const { sessionId, paymentId } = await opened(world)
    await w.provider.payer.pay(sessionId)
    await w.deliver()
    w.provider.faults.next('refund', 'unreachable')
    await world.holdfast.refundPayment({ actor: staff, paymentId })
    const call = spans().find(({ name }) => name === 'payment_provider.refund')
    expect(call).toMatchObject({
      attributes: { 'holdfast.outcome': 'unreachable', 'error.type': 'unreachable', 'holdfast.payment.id': paymentId },
      status: { code: SpanStatusCode.ERROR },
    })
    expect(call?.attributes['holdfast.refund.id']).toMatch(/^rf_/)
  })

  it('is answered as it was, whichever it is', async () => {
    const { tracer, spans } = listenToSpans()
    const answers = {
      refused: { type: 'refused', failure: { code: 'provider_rejected', retryable: false } },
      declined: {
        type: 'reported',
        report: { state: { type: 'declined', failure: { code: 'card_declined', retryable: true } }, livemode: false },
      },
      absent: { type: 'absent' },
      unknown: { type: 'unknown', answered: false, detail: 'Reset by sk_live_51Secret.' },
      charge: { type: 'reported', report: { refunds: [], disputes: [], livemode: false } },
      methods: { type: 'reported', report: [] },
    } as const
    const asked: unknown[] = []
    const answering =
      <Answer>(answer: Answer) =>
      async (query: unknown): Promise<Answer> => {
        asked.push(query)
        return answer
      }
    const provider = {
      openSession: answering(answers.refused),
      chargeSavedCard: answering(answers.declined),
      closeAttempt: answering(answers.unknown),
      findAttempt: answering(answers.absent),
      findForgottenCharge: answering(answers.absent),
      refund: answering(answers.refused),
      findRefund: answering(answers.absent),
      findCharge: answering(answers.charge),
      listPaymentMethods: answering(answers.methods),
      detachPaymentMethod: answering(answers.absent),
    } satisfies PaymentProvider
    const watched = tracePaymentProvider(provider, tracer)
    const query = { chargeId: 'ch_1', hasDisputes: false } as never
    for (const call of Object.keys(provider) as (keyof PaymentProvider)[])
      expect(await watched[call](query)).toBe(await provider[call](query))
    expect(asked.every((each) => each === query)).toBe(true)
    expect(spans().map(({ name, attributes, status }) => [name, attributes, status.code])).toEqual([
      [
        'payment_provider.open_session',
        { 'holdfast.outcome': 'refused', 'holdfast.provider.failure': 'provider_rejected' },
        SpanStatusCode.UNSET,
      ],
      [
        'payment_provider.charge_saved_card',
        { 'holdfast.outcome': 'reported', 'holdfast.provider.state': 'declined' },
        SpanStatusCode.UNSET,
      ],
      [
        'payment_provider.close_attempt',
        { 'holdfast.outcome': 'unknown', 'error.type': 'unknown' },
        SpanStatusCode.ERROR,
      ],
      ['payment_provider.find_attempt', { 'holdfast.outcome': 'absent' }, SpanStatusCode.UNSET],
      ['payment_provider.find_forgotten_charge', { 'holdfast.outcome': 'absent' }, SpanStatusCode.UNSET],
      [
        'payment_provider.refund',
        { 'holdfast.outcome': 'refused', 'holdfast.provider.failure': 'provider_rejected' },
        SpanStatusCode.UNSET,
      ],
      ['payment_provider.find_refund', { 'holdfast.outcome': 'absent' }, SpanStatusCode.UNSET],
      ['payment_provider.find_charge', { 'holdfast.outcome': 'reported' }, SpanStatusCode.UNSET],
      ['payment_provider.list_payment_methods', { 'holdfast.outcome': 'reported' }, SpanStatusCode.UNSET],
      ['payment_provider.detach_payment_method', { 'holdfast.outcome': 'absent' }, SpanStatusCode.UNSET],
    ])
    expect(spans()[2]?.status.message).toBe('Reset by [redacted].')
  })
})

describe('a transaction', () => {
  let database: SqlDatabase | undefined
  afterEach(async () => {
    await database?.close()
    database = undefined
  })

  it('says how often its work was run again', async () => {
    const { tracer, spans } = listenToSpans()
    const unitOfWork = traceUnitOfWork(memoryUnitOfWork(), tracer, { requireParentSpan: false })
    let tries = 0
    await unitOfWork.run(async () => {
      tries += 1
      if (tries < 3) throw new VersionConflict('Somebody was faster.')
    })
    await unitOfWork.read(async () => 1)
    expect(spans().map(({ attributes, status }) => [attributes, status.code])).toEqual([
      [{ 'holdfast.transaction.mode': 'write', 'holdfast.transaction.retries': 2 }, SpanStatusCode.UNSET],
      [{ 'holdfast.transaction.mode': 'read', 'holdfast.transaction.retries': 0 }, SpanStatusCode.UNSET],
    ])
  })

  it('that is rolled back is an error, and what was thrown is thrown', async () => {
    const { tracer, spans } = listenToSpans()
    const unitOfWork = traceUnitOfWork(memoryUnitOfWork(), tracer, { requireParentSpan: false })
    const boom = new TypeError('boom')
    await expect(unitOfWork.run(() => Promise.reject(boom))).rejects.toBe(boom)
    expect(spans()[0]).toMatchObject({
      attributes: { 'error.type': 'TypeError' },
      status: { code: SpanStatusCode.ERROR, message: 'boom' },
    })
  })

  it('has no span outside one, so that looking for work makes no traces', async () => {
    const { w, spans } = traced()
    await w.holdfast.workOnce()
    expect(spans()).toEqual([])
  })

  it('belongs to whoever asked for it, however many commit together', async () => {
    database = await openTestDatabase('sqlite')
    const { tracer, spans } = listenToSpans()
    const unitOfWork = traceUnitOfWork(database.unitOfWork, tracer)
    await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        tracer.startActiveSpan(`asker ${n}`, async (asker) => {
          await unitOfWork.run(async (tx) => {
            await tx.payments.list({ limit: 1 })
            tracer.startActiveSpan(`work ${n}`, (inside) => inside.end())
          })
          asker.end()
        }),
      ),
    )
    const all = spans()
    const byId = new Map(all.map((span) => [span.spanContext().spanId, span]))
    for (let n = 0; n < 30; n += 1) {
      const work = all.find(({ name }) => name === `work ${n}`)!
      const transaction = byId.get(work.parentSpanContext?.spanId ?? '')
      expect(transaction?.name).toBe('holdfast.transaction')
      expect(byId.get(transaction?.parentSpanContext?.spanId ?? '')?.name).toBe(`asker ${n}`)
    }
  })
})

describe('without a tracer', () => {
  it('everything is what it was', () => {
    const { holdfast, unitOfWork, provider } = rules.world()
    expect(traceHoldfast(holdfast, undefined)).toBe(holdfast)
    expect(traceUnitOfWork(unitOfWork, undefined)).toBe(unitOfWork)
    expect(tracePaymentProvider(provider, undefined)).toBe(provider)
  })

  it('or with one of a host that has no SDK, everything works', async () => {
    const tracer = trace.getTracer('no SDK')
    const clock = memoryClock(rules.start)
    const unitOfWork = traceUnitOfWork(memoryUnitOfWork(), tracer)
    const holdfast = traceHoldfast(
      createHoldfast({
        unitOfWork,
        paymentProvider: tracePaymentProvider(memoryPaymentProvider({ clock }), tracer),
        clock,
        ids: sequentialIds(),
        notifier: memoryNotifier(),
        returnUrls: { of: () => ({ successUrl: 'https://host.example/ok', cancelUrl: 'https://host.example/no' }) },
        fulfilmentKinds: [],
        settings: defaultSettings,
        logger: silentLogger,
      }),
      tracer,
    )
    expect(await holdfast.workOnce()).toBe(0)
  })
})
