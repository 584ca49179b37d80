import { describe, expect, it } from 'vitest'
import {
  createHoldfast,
  day,
  defaultSettings,
  hour,
  minute,
  ok,
  startWorker,
  type Logger,
  type PaymentProvider,
  type ProviderAnswer,
  type ProviderEvent,
} from '../src/index.ts'
import { memoryNotifier, memoryUnitOfWork, sequentialIds } from '../src/memory/index.ts'
import { ana, mxn, staff, start, world, type WorldOptions } from '../src/contracts/rules/world.ts'

/** A world whose log is kept. What an operator searches for and alarms on is the level, the event and its fields. */
const listening = (options: WorldOptions = {}) => {
  const logged: unknown[] = []
  const logger: Logger = { log: (level, event, data) => logged.push([level, event, data]) }
  return { logged, logger, w: world({ ...options, logger }) }
}
const refundOfNobody: ProviderEvent = {
  id: 'evt_1',
  type: 'charge.refunded',
  occurredAt: start,
  livemode: false,
  news: {
    about: 'refund',
    report: { providerId: 're_9', chargeId: 'ch_9', amount: mxn(1n), state: { type: 'succeeded' }, livemode: false },
  },
}
const nobodyHasIt = "Event 'evt_1' (charge.refunded) is about something that no payment has."

describe('an event', () => {
  it('about what nobody knows is mentioned when it comes, and each time it is tried in vain', async () => {
    const { logged, w } = listening()
    expect(await w.holdfast.receiveEvent(refundOfNobody)).toBe('stored')
    expect(logged).toEqual([
      ['info', 'event_deferred', { event: 'evt_1', type: 'charge.refunded', detail: nobodyHasIt }],
    ])
    await w.clock.advance(5_000)
    await w.holdfast.applyInbox(9)
    expect(logged.slice(1)).toEqual([['warn', 'event_not_applied', { event: 'evt_1', tries: 1, detail: nobodyHasIt }]])
  })

  it('that cannot be applied is an error, whatever was thrown', async () => {
    for (const [thrown, detail] of [
      [new Error('The disk is full.'), 'The disk is full.'],
      ['no disk', 'no disk'],
    ] as const) {
      let broken = false
      const hooks = {
        beforeCommit: () => {
          if (!broken) return
          broken = false
          throw thrown as Error
        },
      }
      const { logged, w } = listening({ unitOfWork: memoryUnitOfWork(hooks) })
      const { paymentId, sessionId } = await w.book(ana)
      await w.provider.payer.pay(sessionId)
      broken = true
      const [event] = w.provider.events().slice(-1)
      if (event === undefined) throw new Error('No event.')
      expect(await w.holdfast.receiveEvent(event)).toBe('stored')
      expect(logged).toEqual([['error', 'event_deferred', { event: event.id, type: event.type, detail }]])
      await w.clock.advance(5_000)
      await w.holdfast.applyInbox(9)
      expect((await w.get(paymentId)).payment.status).toBe('completed')
      expect(await w.unitOfWork.read((tx) => tx.inbox.find(event.id))).toMatchObject({
        status: 'done',
        finishedAt: start + 5_000,
      })
      expect(logged).toHaveLength(1)
    }
  })

  it('for a kind that the host forgot to register waits, and the log says which', async () => {
    const { logged, logger, w } = listening()
    const { paymentId, sessionId } = await w.book(ana)
    await w.provider.payer.pay(sessionId)
    const forgetful = createHoldfast({
      unitOfWork: w.unitOfWork,
      paymentProvider: w.provider,
      clock: w.clock,
      notifier: w.notifier,
      ids: sequentialIds(),
      logger,
      settings: defaultSettings,
      returnUrls: { of: () => ({ successUrl: 'https://host.example/ok', cancelUrl: 'https://host.example/no' }) },
      fulfilmentKinds: [],
    })
    for (const event of w.provider.events()) await forgetful.receiveEvent(event)
    expect(logged).toContainEqual([
      'error',
      'event_deferred',
      expect.objectContaining({
        detail: "No fulfilment kind 'reservation' is registered, but intent 'int_0001' was opened with it.",
      }),
    ])
    expect((await w.get(paymentId)).payment.status).toBe('pending')
    await w.clock.advance(5_000)
    await w.holdfast.applyInbox(9)
    expect((await w.get(paymentId)).payment.status).toBe('completed')
  })
})

describe('a charge that the provider does not know any more', () => {
  it('is a warning that names it: another account is asked than the one that took it', async () => {
    const answers: ProviderAnswer<never>[] = [
      { type: 'absent' },
      { type: 'refused', failure: { code: 'provider_rejected', retryable: false } },
    ]
    for (const answer of answers) {
      const { logged, w } = listening({
        wrapProvider: (provider): PaymentProvider => ({ ...provider, findCharge: async () => answer }),
      })
      const { paymentId, sessionId } = await w.book(ana)
      await w.provider.payer.pay(sessionId)
      await w.deliver()
      await w.holdfast.syncPayment({ actor: staff, paymentId })
      expect(logged).toEqual([['warn', 'charge_not_found', { charge: 'ch_1', attempt: 'att_0001' }]])
    }
  })
})

describe('a sweep', () => {
  it('that cannot ask about one thing says so, asks about the others, and comes again sooner', async () => {
    for (const [thrown, detail] of [
      [new Error('The adapter is broken.'), 'The adapter is broken.'],
      ['broken', 'broken'],
    ] as const) {
      const { logged, w } = listening({
        wrapProvider: (provider): PaymentProvider => ({
          ...provider,
          findAttempt: async (query) => {
            if (query.attemptId === 'att_0001') throw thrown as Error
            return provider.findAttempt(query)
          },
        }),
      })
      await w.book(ana)
      const other = await w.book(ana, 5)
      await w.provider.payer.pay(other.sessionId)
      await w.clock.advance(hour)
      expect(await w.holdfast.sweep()).toEqual(ok({ asked: 2, moved: 1, failed: 1, nextInMs: 10 * minute }))
      expect(logged).toEqual([['error', 'sweep_look_failed', { effect: 'look_up_attempt:att_0001', detail }]])
    }
  })
})

describe('work of no known type', () => {
  it('is shown as it is: an older version is running beside a newer one', async () => {
    const { logged, w } = listening()
    await w.unitOfWork.run((tx) =>
      tx.outbox.append([{ id: 'dance', body: { type: 'dance' } as never, dueAt: start }], start),
    )
    expect(await w.holdfast.drainOutbox(9)).toEqual({ taken: 1 })
    const detail = 'The outbox holds an effect of no known type: {"type":"dance"}'
    expect(logged).toEqual([['error', 'effect_failed', { effect: 'dance', tries: 1, detail }]])
    expect(await w.unitOfWork.read((tx) => tx.outbox.find('dance'))).toMatchObject({
      status: 'waiting',
      lastError: detail,
    })
  })
})

describe('what is thrown and is no error', () => {
  it('is told as it is, whatever threw it', async () => {
    const fail = async (): Promise<never> => {
      throw 'no network' as unknown as Error
    }
    const { logged, logger, w } = listening({
      notifier: { ...memoryNotifier(), send: fail },
      wrapProvider: (provider): PaymentProvider => ({ ...provider, chargeSavedCard: fail, refund: fail }),
    })
    const { paymentId, sessionId } = await w.book(ana)
    await w.provider.payer.pay(sessionId)
    await w.deliver()
    await w.holdfast.drainOutbox(9)
    await expect(w.holdfast.refundPayment({ actor: staff, paymentId })).rejects.toBe('no network')
    await w.clock.advance(2 * minute)
    await w.holdfast.drainOutbox(9)
    await w.clock.advance(62 * day + 3 * hour)
    await w.holdfast.runTasks(9)
    const detail = 'no network'
    const message = 'send_message:confirmed:int_0001'
    expect(logged).toContainEqual([
      'warn',
      'effect_postponed',
      { effect: message, tries: 1, because: 'unreachable', detail },
    ])
    expect(logged).toContainEqual(['error', 'effect_failed', { effect: 'send_refund:rf_0001', tries: 2, detail }])
    expect(logged).toContainEqual(['error', 'task_failed', { task: 'charge_balance:res_0001', tries: 1, detail }])
    const worker = startWorker({
      clock: w.clock,
      logger,
      applyInbox: fail,
      drainOutbox: fail,
      runTasks: fail,
      planSweep: async () => {},
    })
    await new Promise((resolve) => setImmediate(resolve))
    const stopped = worker.stop()
    await w.clock.advance(minute)
    await stopped
    expect(logged.slice(-1)).toEqual([['error', 'work_failed', { detail }]])
  })
})
