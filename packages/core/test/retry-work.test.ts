import { describe, expect, it } from 'vitest'
import { ana, staff, world, type World } from '../src/contracts/rules/world.ts'
import { taskId, type OrderId, type QueueName, type Task, type TimelineEntry, type Work } from '../src/index.ts'
import { paidStay } from './paid-stay.ts'
import { openShop, place } from './shopping.ts'

const retry = (w: World, queue: QueueName, workId: string, idempotencyKey?: string) =>
  w.holdfast.retryWork({ actor: staff, queue, workId, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) })
const notFound = { ok: false, error: { code: 'work_not_found' } }
const reused = { ok: false, error: { code: 'idempotency_key_reused' } }

/** Gives a piece of work up, as a worker does in the end. */
const bury = (w: World, queue: QueueName, workId: string) =>
  w.unitOfWork.run(async (tx) => {
    const now = w.clock.now()
    const taken = await tx[queue].take(workId, { now, leaseMs: 1 })
    if (taken === undefined) throw new Error(`There is no work ${workId}.`)
    await tx[queue].bury(workId, taken.lease, 'It did not work.', now)
  })
const find = (w: World, queue: QueueName, workId: string): Promise<Work<unknown> | undefined> =>
  w.unitOfWork.read(async (tx) => tx[queue].find(workId))

/** The lines of a payment's story that say that somebody had work tried again. */
const retriesIn = async (w: World, paymentId: TimelineEntry['paymentId']) =>
  (await w.unitOfWork.read((tx) => tx.timeline.list(paymentId, 100))).filter(({ name }) => name.startsWith('retry_'))

/** Somebody has booked, and could not be told. */
const untold = async (w: World) => {
  const { paymentId } = await paidStay(w)
  const owed = await w.unitOfWork.read((tx) => tx.outbox.list({ status: 'waiting', limit: 10 }))
  const workId = owed.find(({ body }) => body.type === 'send_message')?.id ?? ''
  await bury(w, 'outbox', workId)
  return { paymentId, workId }
}

describe('work that was given up', () => {
  it('is tried again at once, its tries forgotten, and the story says who asked for it', async () => {
    const w = world()
    const { paymentId, workId } = await untold(w)
    await w.clock.advance(5)
    expect(await retry(w, 'outbox', workId)).toEqual({ ok: true, value: { workId } })
    expect(await find(w, 'outbox', workId)).toMatchObject({ status: 'waiting', tries: 0, dueAt: w.clock.now() })
    expect(await retriesIn(w, paymentId)).toEqual([
      {
        paymentId,
        at: w.clock.now(),
        type: 'command',
        about: { type: 'effect', id: workId },
        name: 'retry_effect',
        actor: 'staff:eve',
        data: {},
      },
    ])
    await w.holdfast.drainOutbox(10)
    expect(w.notifier.sent.map(({ template }) => template)).toEqual(['confirmed'])
  })

  it('is told by the system as by staff', async () => {
    const w = world()
    const { paymentId, workId } = await untold(w)
    await w.holdfast.retryWork({ actor: { type: 'system' }, queue: 'outbox', workId })
    expect(await retriesIn(w, paymentId)).toMatchObject([{ actor: 'system' }])
  })
})

describe('work that is not given up', () => {
  it.each<[QueueName]>([['outbox'], ['inbox'], ['tasks']])('is not found: %s', async (queue) => {
    const w = world()
    expect(await retry(w, queue, 'nothing')).toEqual(notFound)
  })

  it('is left as it is, and the story has no line more', async () => {
    const w = world()
    const { paymentId, workId } = await untold(w)
    await retry(w, 'outbox', workId)
    const before = await find(w, 'outbox', workId)
    expect(await retry(w, 'outbox', workId)).toEqual(notFound)
    expect(await find(w, 'outbox', workId)).toEqual(before)
    await w.holdfast.drainOutbox(10)
    expect(await retry(w, 'outbox', workId)).toEqual(notFound)
    expect(await find(w, 'outbox', workId)).toMatchObject({ status: 'done' })
    expect(await retriesIn(w, paymentId)).toHaveLength(1)
  })
})

describe('a task that is tried again', () => {
  it('is told in the story of the payment that it asks for', async () => {
    const w = world()
    const { reservationId, balanceId, paymentId } = await paidStay(w)
    const workId = taskId({ type: 'charge_balance', reservationId })
    await bury(w, 'tasks', workId)
    expect(await retry(w, 'tasks', workId)).toMatchObject({ ok: true })
    expect(await retriesIn(w, balanceId)).toMatchObject([
      { about: { type: 'task', id: workId }, name: 'retry_task', actor: 'staff:eve' },
    ])
    expect(await retriesIn(w, paymentId)).toEqual([])
  })

  it('is told in the story of the payment whose record or intent it is about', async () => {
    const w = world()
    const { reservation, reservationId, paymentId } = await paidStay(w)
    for (const task of [
      { type: 'complete_reservation', reservationId },
      { type: 'abandon_intent', intentId: reservation.intentId },
    ] satisfies readonly Task[]) {
      await bury(w, 'tasks', taskId(task))
      expect(await retry(w, 'tasks', taskId(task))).toMatchObject({ ok: true })
    }
    expect((await retriesIn(w, paymentId)).map(({ about }) => about.id)).toEqual([
      `complete_reservation:${reservationId}`,
      `abandon_intent:${reservation.intentId}`,
    ])
  })

  it('is told in the story of the payment of its order', async () => {
    const w = await openShop()
    const { orderId, paymentId } = await place(w, [['mug', 1]])
    const workId = taskId({ type: 'expire_order', orderId: orderId as OrderId })
    await bury(w, 'tasks', workId)
    await retry(w, 'tasks', workId)
    expect(await retriesIn(w, paymentId)).toMatchObject([{ about: { type: 'task', id: workId } }])
  })

  it('is told nowhere where it is about everybody', async () => {
    const w = world()
    const { paymentId } = await w.book(ana)
    const { taskId: workId } = await w.holdfast.startSweep()
    await bury(w, 'tasks', workId)
    expect(await retry(w, 'tasks', workId)).toMatchObject({ ok: true })
    expect(await find(w, 'tasks', workId)).toMatchObject({ status: 'waiting' })
    expect(await retriesIn(w, paymentId)).toEqual([])
  })
})

describe('under a key', () => {
  it('it is tried again once, and answered the same, though it was given up again meanwhile', async () => {
    const w = world()
    const { paymentId, workId } = await untold(w)
    const first = await retry(w, 'outbox', workId, 'k')
    await bury(w, 'outbox', workId)
    expect(await retry(w, 'outbox', workId, 'k')).toEqual(first)
    expect(await find(w, 'outbox', workId)).toMatchObject({ status: 'dead' })
    expect(await retriesIn(w, paymentId)).toHaveLength(1)
  })

  it('it stays not found, though it was given up since', async () => {
    const w = world()
    const { paymentId } = await w.book(ana)
    const { taskId: workId } = await w.holdfast.startSweep()
    expect(await retry(w, 'tasks', workId, 'k')).toEqual(notFound)
    await bury(w, 'tasks', workId)
    expect(await retry(w, 'tasks', workId, 'k')).toEqual(notFound)
    expect(await retriesIn(w, paymentId)).toEqual([])
  })

  it('it is refused for another piece, and for another queue', async () => {
    const w = world()
    const { workId } = await untold(w)
    await retry(w, 'outbox', workId, 'k')
    expect(await retry(w, 'outbox', 'another', 'k')).toEqual(reused)
    expect(await retry(w, 'tasks', workId, 'k')).toEqual(reused)
  })
})
