import { describe, expect, it } from 'vitest'
import { mxn, staff, world, type World } from '../src/contracts/rules/world.ts'
import {
  retryWork,
  taskId,
  type Effect,
  type Json,
  type PaymentId,
  type ProviderNews,
  type QueueName,
  type RunId,
  type Task,
} from '../src/index.ts'
import { openShop, place } from './shopping.ts'
import { paidStay } from './paid-stay.ts'

/** What is logged, and the use case that logs it. */
const retrying = (w: World) => {
  const logged: unknown[] = []
  const logger = {
    log: (level: string, event: string, data: Readonly<Record<string, Json>>) => void logged.push([level, event, data]),
  }
  return { logged, retry: retryWork({ unitOfWork: w.unitOfWork, clock: w.clock, logger }) }
}

const commandsIn = async (w: World, paymentId: PaymentId) =>
  (await w.unitOfWork.read((tx) => tx.timeline.list(paymentId, 200)))
    .filter(({ name }) => name.startsWith('retry_'))
    .map(({ type, about, name, actor }) => ({ type, about, name, actor }))

/** Gives a piece up that was just added. */
const bury = (w: World, queue: QueueName, id: string, add: 'added' | Task | Effect | ProviderNews): Promise<void> =>
  w.unitOfWork.run(async (tx) => {
    const now = w.clock.now()
    if (add !== 'added' && 'about' in add)
      await tx.inbox.record(
        { id, type: 'x', occurredAt: now, livemode: false, news: add },
        { status: 'waiting', at: now, dueAt: now },
      )
    else if (add !== 'added' && queue === 'tasks') await tx.tasks.append([{ id, body: add as Task, dueAt: now }], now)
    else if (add !== 'added') await tx.outbox.append([{ id, body: add as Effect, dueAt: now }], now)
    const taken = await tx[queue].take(id, { now, leaseMs: 1 })
    await tx[queue].bury(id, taken?.lease ?? 0, 'gave up', now)
  })

/** Ana's stay, and the names that news about its deposit may go by. */
const known = async () => {
  const w = world()
  const stay = await paidStay(w)
  const kase = (await w.unitOfWork.read((tx) => tx.payments.find(stay.paymentId)))?.value
  const [attempt] = kase?.attempts ?? []
  if (attempt?.status !== 'succeeded') throw new Error('The deposit was not paid.')
  return { w, ...stay, attempt, chargeId: attempt.charge.id }
}
type Known = Awaited<ReturnType<typeof known>>

describe('a piece of work that was given up', () => {
  it.each<[what: string, body: (known: Known) => Task, concerned: 'deposit' | 'balance']>([
    ['charge_balance', ({ reservationId }) => ({ type: 'charge_balance', reservationId }), 'balance'],
    ['complete_reservation', ({ reservationId }) => ({ type: 'complete_reservation', reservationId }), 'deposit'],
    ['abandon_intent', ({ reservation: { intentId } }) => ({ type: 'abandon_intent', intentId }), 'deposit'],
    [
      'pay_from_wallet',
      ({ reservation: { intentId }, balanceId }) => ({ type: 'pay_from_wallet', intentId, topUpId: balanceId }),
      'deposit',
    ],
  ])(
    '%s waits again, and the story of the payment that it concerns says who did it',
    async (_what, body, concerned) => {
      const found = await known()
      const { w, paymentId, balanceId } = found
      const task = body(found)
      const id = taskId(task)
      await bury(w, 'tasks', id, task)
      const { retry, logged } = retrying(w)
      const payment = concerned === 'deposit' ? paymentId : balanceId
      expect(await retry({ actor: staff, queue: 'tasks', workId: id })).toEqual({ ok: true, value: { workId: id } })
      expect(await commandsIn(w, payment)).toEqual([
        { type: 'command', about: { type: 'task', id }, name: 'retry_task', actor: 'staff:eve' },
      ])
      expect(logged).toEqual([
        ['info', 'work_retried', { queue: 'tasks', id, actor: 'staff:eve', payment_id: payment }],
      ])
      expect((await w.unitOfWork.read((tx) => tx.tasks.find(id)))?.status).toBe('waiting')
    },
  )

  it('expire_order concerns the payment of the order', async () => {
    const w = await openShop()
    const { orderId, paymentId } = await place(w, [['mug', 1]])
    const id = `expire_order:${orderId}`
    await bury(w, 'tasks', id, 'added')
    await retrying(w).retry({ actor: staff, queue: 'tasks', workId: id })
    expect(await commandsIn(w, paymentId)).toMatchObject([{ about: { type: 'task', id }, name: 'retry_task' }])
  })

  it.each<[what: string, news: (known: Known) => ProviderNews]>([
    ['an attempt by our mark', ({ attempt: { id } }) => ({ about: 'attempt', attemptId: id, report: 'ask' })],
    [
      'an attempt by its name at the provider',
      ({ attempt }) => ({ about: 'attempt', providerId: attempt.providerId ?? '', report: 'ask' }),
    ],
    [
      'a refund by its charge',
      ({ chargeId }) => ({
        about: 'refund',
        report: { state: { type: 'pending' }, providerId: 're_1', chargeId, amount: mxn(1n), livemode: false },
      }),
    ],
    [
      'a dispute by its charge',
      ({ chargeId }) => ({ about: 'dispute', providerId: 'dp_1', chargeId, outcome: 'opened', amount: mxn(1n) }),
    ],
  ])('an event about %s concerns the payment', async (_what, news) => {
    const found = await known()
    const { w, paymentId } = found
    await bury(w, 'inbox', 'evt_dead', news(found))
    expect(await retrying(w).retry({ actor: staff, queue: 'inbox', workId: 'evt_dead' })).toEqual({
      ok: true,
      value: { workId: 'evt_dead' },
    })
    expect(await commandsIn(w, paymentId)).toEqual([
      { type: 'command', about: { type: 'event', id: 'evt_dead' }, name: 'retry_event', actor: 'staff:eve' },
    ])
  })

  it('an effect concerns the payment that it is owed for', async () => {
    const { w, paymentId, attempt } = await known()
    await bury(w, 'outbox', 'dead', { type: 'look_up_attempt', paymentId, attemptId: attempt.id })
    const { retry } = retrying(w)
    expect(await retry({ actor: staff, queue: 'outbox', workId: 'dead' })).toEqual({
      ok: true,
      value: { workId: 'dead' },
    })
    expect(await commandsIn(w, paymentId)).toEqual([
      { type: 'command', about: { type: 'effect', id: 'dead' }, name: 'retry_effect', actor: 'staff:eve' },
    ])
  })

  it.each<[queue: QueueName, what: string, body: Task | ProviderNews]>([
    ['tasks', 'a sweep', { type: 'sweep_once', runId: 'run_1' as RunId }],
    ['tasks', 'an intent that is not there', { type: 'abandon_intent', intentId: 'int_none' as never }],
    ['inbox', 'saved cards', { about: 'payment_methods', customerId: 'cus_1' }],
    ['inbox', 'nothing', { about: 'nothing' }],
    ['inbox', 'what no payment has', { about: 'attempt', providerId: 'cs_other', report: 'ask' }],
  ])(
    'of the %s, about %s, concerns no payment that is known: the log alone says who did it',
    async (queue, _what, body) => {
      const { w } = await known()
      await bury(w, queue, 'dead', body)
      const { retry, logged } = retrying(w)
      expect(await retry({ actor: staff, queue, workId: 'dead' })).toEqual({ ok: true, value: { workId: 'dead' } })
      expect(logged).toEqual([['info', 'work_retried', { queue, id: 'dead', actor: 'staff:eve' }]])
    },
  )

  it('is retried once: nothing is told of what waits, is done, or is not there', async () => {
    const { w, paymentId, reservationId } = await known()
    const id = `complete_reservation:${reservationId}`
    const { retry, logged } = retrying(w)
    for (const each of [id, 'none'])
      expect(await retry({ actor: staff, queue: 'tasks', workId: each })).toEqual({
        ok: false,
        error: { code: 'work_not_found' },
      })
    expect([logged, await commandsIn(w, paymentId)]).toEqual([[], []])
  })
})
