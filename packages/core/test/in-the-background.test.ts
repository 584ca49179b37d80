import { describe, expect, it } from 'vitest'
import {
  after,
  Contention,
  day,
  defaultSettings,
  hour,
  instant,
  minute,
  ok,
  runTasks,
  silentLogger,
  startWorker,
  StoreUnavailable,
  taskId,
  workOnce,
  type Logger,
  type ProviderEvent,
  type ReservationId,
  type Task,
} from '../src/index.ts'
import { memoryClock, memoryUnitOfWork } from '../src/memory/index.ts'
import { ana, mxn, staff, start, world, type World } from '../src/contracts/rules/world.ts'
import { paidStay } from './paid-stay.ts'

const listener = () => {
  const logged: unknown[] = []
  const logger: Logger = { log: (level, message, data) => logged.push([level, message, data]) }
  return { logged, logger }
}
const taskOf = (w: World, id: string) => w.unitOfWork.read((tx) => tx.tasks.find(id))

describe('tasks', () => {
  it('wait for their time, and say what came of them', async () => {
    const w = world()
    const { reservation } = await paidStay(w)
    expect(await taskOf(w, 'charge_balance:res_0001')).toMatchObject({
      status: 'waiting',
      body: { type: 'charge_balance', reservationId: 'res_0001' },
      dueAt: reservation.balance?.dueAt,
      createdAt: start,
    })
    expect(await taskOf(w, 'complete_reservation:res_0001')).toMatchObject({
      status: 'waiting',
      body: { type: 'complete_reservation', reservationId: 'res_0001' },
      dueAt: reservation.slot.endsAt,
    })
    await w.pass(100 * day, day)
    expect(await taskOf(w, 'abandon_intent:int_0001')).toMatchObject({
      status: 'done',
      result: { intent: 'fulfilled' },
    })
    expect(await taskOf(w, 'charge_balance:res_0001')).toMatchObject({
      status: 'done',
      result: { payment_status: 'completed' },
    })
    expect(await taskOf(w, 'complete_reservation:res_0001')).toMatchObject({
      status: 'done',
      result: { reservation: 'completed' },
    })
  })

  it('let an intent go at its end, and say what the provider made of it', async () => {
    const w = world()
    const { paymentId } = await w.book(ana)
    const other = await w.book(ana, 5)
    await w.provider.payer.pay(other.sessionId)
    await w.pass(3 * hour, 3 * hour)
    expect(await taskOf(w, 'abandon_intent:int_0001')).toMatchObject({
      status: 'done',
      result: { provider_cancellation: 'done' },
    })
    expect((await w.get(paymentId)).payment).toMatchObject({ status: 'cancelled', reason: 'abandoned' })
    // Paid at the provider, and nobody had told us: the intent is not let go.
    expect(await taskOf(w, 'abandon_intent:int_0002')).toMatchObject({
      status: 'done',
      result: { refused: 'payment_already_completed' },
    })
  })

  it('let no intent go whose money is on its way, until that has failed', async () => {
    const w = world()
    const waiting = await w.book(ana)
    const paid = await w.book(ana, 5)
    for (const { sessionId } of [waiting, paid]) await w.provider.payer.payLater(sessionId)
    await w.deliver()
    await w.pass(3 * hour, 3 * hour)
    expect(await taskOf(w, 'abandon_intent:int_0001')).toMatchObject({ status: 'waiting' })
    expect((await w.get(waiting.paymentId)).payment.status).toBe('processing')

    await w.provider.payer.settle(waiting.sessionId, 'failed')
    await w.provider.payer.settle(paid.sessionId, 'paid')
    await w.deliver()
    await w.pass(7 * hour, hour)
    expect((await w.get(waiting.paymentId)).payment).toMatchObject({ status: 'cancelled', reason: 'abandoned' })
    expect((await w.get(paid.paymentId)).payment.status).toBe('completed')
    expect(await w.reservations()).toHaveLength(1)
    expect(await taskOf(w, 'abandon_intent:int_0002')).toMatchObject({
      status: 'done',
      result: { intent: 'fulfilled' },
    })
  })

  it('let no intent go that turns out to be in flight when its page is closed', async () => {
    const w = world()
    const { paymentId, sessionId } = await w.book(ana)
    await w.provider.payer.payLater(sessionId)
    await w.pass(3 * hour, 3 * hour)
    expect(await taskOf(w, 'abandon_intent:int_0001')).toMatchObject({ status: 'waiting' })
    await w.provider.payer.settle(sessionId, 'paid')
    await w.deliver()
    expect((await w.get(paymentId)).payment.status).toBe('completed')
    expect(w.provider.truth.refunds()).toEqual([])
  })

  it('do nothing for what was cancelled, and say why', async () => {
    const w = world()
    const { reservationId } = await paidStay(w)
    await w.holdfast.cancelReservation({ actor: staff, reservationId, refund: 'nothing' })
    await w.pass(100 * day, day)
    expect(await taskOf(w, 'charge_balance:res_0001')).toMatchObject({
      status: 'done',
      result: { refused: 'reservation_cancelled' },
    })
    expect(await taskOf(w, 'complete_reservation:res_0001')).toMatchObject({
      status: 'done',
      result: { refused: 'reservation_cancelled' },
    })
    expect((await w.reservation(reservationId)).status).toBe('cancelled')
  })

  it('come again where the provider is away, or money is on its way', async () => {
    const w = world()
    const { reservation, balanceId } = await paidStay(w)
    const dueAt = reservation.balance?.dueAt ?? start
    await w.clock.advance(dueAt - start - hour)
    const page = await w.holdfast.startCheckout({ actor: ana, paymentId: balanceId })
    if (!page.ok || page.value.type !== 'open') throw new Error('No page.')
    w.provider.faults.next('closeAttempt', 'unreachable')
    await w.clock.advance(hour)
    await w.holdfast.runTasks(20)
    const away = await taskOf(w, 'charge_balance:res_0001')
    expect(away).toMatchObject({ status: 'waiting' })
    expect((away?.dueAt ?? 0) - dueAt).toBeGreaterThan(3_000)
    expect((away?.dueAt ?? 0) - dueAt).toBeLessThanOrEqual(5_000)
    await w.provider.payer.payLater(page.value.sessionId)
    await w.deliver()
    await w.clock.advance(5_000)
    await w.holdfast.runTasks(20)
    expect(await taskOf(w, 'charge_balance:res_0001')).toMatchObject({
      status: 'waiting',
      dueAt: after(dueAt, 5_000 + 6 * hour),
    })
    await w.provider.payer.settle(page.value.sessionId, 'failed')
    await w.deliver()
    await w.clock.advance(6 * hour)
    await w.holdfast.runTasks(20)
    expect(await taskOf(w, 'charge_balance:res_0001')).toMatchObject({
      status: 'done',
      result: { payment_status: 'completed' },
    })
  })

  it.each(['paid', 'balance_due'])(
    'come again when a stay ends, where a clock was set back a little since (%s)',
    async (status) => {
      const right = memoryClock(start)
      let backMs = 0
      const w = world({
        clock: {
          ...right,
          now: () => instant(right.now() - backMs),
          get sleepers() {
            return right.sleepers
          },
        },
        aroundWork: async ({ type }, work) => {
          if (type === 'complete_reservation') backMs = 2_000
          try {
            return await work()
          } finally {
            backMs = 0
          }
        },
      })
      const { reservation, reservationId, balanceId, dueAt } = await paidStay(w)
      const { endsAt } = reservation.slot
      const { savedCard } = (await w.get(balanceId)).payment
      if (status === 'balance_due' && savedCard !== undefined) await w.provider.payer.declineCard(savedCard)
      for (const at of [dueAt, endsAt]) {
        await right.advance(at - right.now())
        await w.holdfast.runTasks(20)
      }
      expect(await taskOf(w, 'complete_reservation:res_0001')).toMatchObject({ status: 'waiting', dueAt: endsAt })
      expect((await w.reservation(reservationId)).status).toBe(status)
      expect(await w.unitOfWork.read((tx) => tx.attention.list(9))).toEqual([])
    },
  )

  it('call a human where a stay ends unpaid, and look again every day', async () => {
    const w = world()
    const { reservation, reservationId, balanceId } = await paidStay(w)
    const { payment } = await w.get(balanceId)
    if (payment.savedCard !== undefined) await w.provider.payer.declineCard(payment.savedCard)
    await w.clock.advance(reservation.slot.endsAt - start)
    while ((await w.holdfast.runTasks(20)).taken > 0);
    expect(await w.unitOfWork.read((tx) => tx.attention.list(9))).toEqual([
      {
        id: `balance_unpaid:${reservationId}`,
        code: 'balance_unpaid',
        paymentId: balanceId,
        at: reservation.slot.endsAt,
        data: { reservationId },
      },
    ])
    expect(await taskOf(w, 'complete_reservation:res_0001')).toMatchObject({
      status: 'waiting',
      dueAt: after(reservation.slot.endsAt, day),
    })
  })

  it('are tried again later where they fail', async () => {
    const { logged, logger } = listener()
    const w = world({
      logger,
      wrapProvider: (provider) => ({
        ...provider,
        chargeSavedCard: async () => {
          throw new Error('The network card is on fire.')
        },
      }),
    })
    const { reservation } = await paidStay(w)
    await w.clock.advance((reservation.balance?.dueAt ?? start) - start)
    await w.holdfast.runTasks(20)
    const detail = 'The network card is on fire.'
    expect(logged).toEqual([['error', 'task_failed', { task: 'charge_balance:res_0001', tries: 1, detail }]])
    const tried = await taskOf(w, 'charge_balance:res_0001')
    expect(tried).toMatchObject({ status: 'waiting', tries: 1, lastError: detail })
    expect((tried?.dueAt ?? 0) - w.clock.now()).toBeGreaterThan(7_000)
    expect((tried?.dueAt ?? 0) - w.clock.now()).toBeLessThanOrEqual(10_000)
  })

  it('are left to a human after as many tries as the host allows, the sweep alone never', async () => {
    const { unitOfWork, clock } = world()
    const { logged, logger } = listener()
    const fails = async (): Promise<never> => {
      throw new Error('no')
    }
    const run = runTasks({
      unitOfWork,
      clock,
      logger,
      settings: { ...defaultSettings, triesBeforeDead: 2 },
      startBalance: fails,
      cancelPayment: fails,
      sweepInPlace: fails,
    } as unknown as Parameters<typeof runTasks>[0])
    const bodies: readonly Task[] = [
      { type: 'sweep' },
      { type: 'charge_balance', reservationId: 'res_1' as ReservationId },
    ]
    await unitOfWork.run((tx) =>
      tx.tasks.append(
        bodies.map((body) => ({ id: taskId(body), body, dueAt: start })),
        start,
      ),
    )
    for (let round = 0; round < 3; round += 1) {
      await run(10)
      await clock.advance(hour)
    }
    expect(logged).toHaveLength(5)
    const found = (id: string) => unitOfWork.read((tx) => tx.tasks.find(id))
    expect(await found('sweep')).toMatchObject({ status: 'waiting', tries: 3 })
    expect(await found('charge_balance:res_1')).toMatchObject({ status: 'dead', tries: 2, lastError: 'no' })
  })

  it.each([new Contention('Too busy.'), new StoreUnavailable('Gone.')])(
    'that the database keeps from being done are tried as often as it takes: %s',
    async (error) => {
      const { unitOfWork, clock } = world()
      const fails = async (): Promise<never> => {
        throw error
      }
      const run = runTasks({
        unitOfWork,
        clock,
        logger: silentLogger,
        settings: { ...defaultSettings, triesBeforeDead: 2 },
        startBalance: fails,
      } as unknown as Parameters<typeof runTasks>[0])
      const body: Task = { type: 'charge_balance', reservationId: 'res_1' as ReservationId }
      await unitOfWork.run((tx) => tx.tasks.append([{ id: taskId(body), body, dueAt: start }], start))
      for (let round = 0; round < 4; round += 1) {
        await run(10)
        await clock.advance(hour)
      }
      const found = await unitOfWork.read((tx) => tx.tasks.find(taskId(body)))
      expect(found).toMatchObject({ status: 'waiting', tries: 4, lastError: error.message })
    },
  )

  it('plan the sweep once, a minute from now, and whenever it is done', async () => {
    const w = world()
    const worker = w.holdfast.startWorker()
    const planned = await taskOf(w, 'sweep')
    expect(planned).toMatchObject({ status: 'waiting', body: { type: 'sweep' }, dueAt: after(start, minute) })
    await w.clock.advance(30_000)
    const other = w.holdfast.startWorker()
    expect((await taskOf(w, 'sweep'))?.dueAt).toBe(after(start, minute))
    const stopped = Promise.all([worker.stop(), other.stop()])
    await w.clock.advance(1_000)
    await stopped
    await w.clock.advance(29_000)
    await w.holdfast.workOnce()
    expect(await taskOf(w, 'sweep')).toMatchObject({ status: 'waiting', dueAt: after(start, 16 * minute) })
  })

  it('plan the sweep as soon as the database lets them, where it was busy when their worker started', async () => {
    const busy = { rounds: 2 }
    const unitOfWork = memoryUnitOfWork({
      beforeCommit: () => {
        busy.rounds -= 1
        if (busy.rounds >= 0) throw new Contention('Gave up: the database is busy.')
      },
    })
    const w = world({ unitOfWork })
    const worker = w.holdfast.startWorker()
    expect(await taskOf(w, 'sweep')).toBeUndefined()
    for (let round = 0; round < 3; round += 1) {
      await w.clock.advance(500)
      await taskOf(w, 'sweep')
    }
    expect(await taskOf(w, 'sweep')).toMatchObject({ status: 'waiting', body: { type: 'sweep' } })
    const stopped = worker.stop()
    await w.clock.advance(500)
    await stopped
  })
})

describe('a sweep', () => {
  it('asks about what is due, and comes again sooner where something had moved unheard', async () => {
    const w = world()
    expect(await w.holdfast.sweep()).toEqual(ok({ asked: 0, moved: 0, failed: 0, nextInMs: 15 * minute }))
    const { paymentId, sessionId } = await w.book(ana)
    expect(await w.holdfast.sweep()).toEqual(ok({ asked: 0, moved: 0, failed: 0, nextInMs: 15 * minute }))
    await w.clock.advance(15 * minute)
    expect(await w.holdfast.sweep()).toEqual(ok({ asked: 1, moved: 0, failed: 0, nextInMs: 15 * minute }))
    await w.provider.payer.pay(sessionId)
    await w.clock.advance(hour)
    expect(await w.holdfast.sweep()).toEqual(ok({ asked: 1, moved: 1, failed: 0, nextInMs: 5 * minute }))
    expect((await w.get(paymentId)).payment.status).toBe('completed')
  })

  it('comes again a little later where the provider was away', async () => {
    const w = world()
    await w.book(ana)
    await w.clock.advance(hour)
    w.provider.faults.next('findAttempt', 'unreachable')
    expect(await w.holdfast.sweep()).toEqual(ok({ asked: 1, moved: 0, failed: 1, nextInMs: 10 * minute }))
  })
})

describe('messages', () => {
  it('that could not be sent are tried again, and left to a human in the end', async () => {
    const w = world({ settings: { triesBeforeDead: 2 } })
    await paidStay(w)
    w.notifier.failNext(2)
    await w.holdfast.drainOutbox(20)
    const work = () => w.unitOfWork.read((tx) => tx.outbox.find('send_message:confirmed:int_0001'))
    const first = await work()
    expect(first).toMatchObject({ status: 'waiting', tries: 1 })
    expect((first?.dueAt ?? 0) - start).toBeGreaterThan(3_700)
    expect((first?.dueAt ?? 0) - start).toBeLessThanOrEqual(5_000)
    await w.clock.advance(5_000)
    await w.holdfast.drainOutbox(20)
    expect(await work()).toMatchObject({ status: 'dead', tries: 2 })
    expect(w.notifier.sent).toEqual([])
  })
})

describe('events', () => {
  const unknownRefund = (w: World): ProviderEvent => ({
    id: 'evt_refund',
    type: 'charge.refunded',
    occurredAt: w.clock.now(),
    livemode: false,
    news: {
      about: 'refund',
      report: {
        providerId: 're_9',
        chargeId: 'ch_nowhere',
        amount: mxn(1n),
        state: { type: 'succeeded' },
        livemode: false,
      },
    },
  })

  it('about what nobody knows are kept, tried again, and let go in the end', async () => {
    const w = world({ settings: { triesBeforeDead: 2 } })
    expect(await w.holdfast.receiveEvent(unknownRefund(w))).toBe('stored')
    expect(await w.holdfast.receiveEvent(unknownRefund(w))).toBe('known')
    const kept = () => w.unitOfWork.read((tx) => tx.inbox.find('evt_refund'))
    const error = "Event 'evt_refund' (charge.refunded) is about something that no payment has."
    expect(await kept()).toMatchObject({ status: 'waiting', dueAt: after(start, 5_000), lastError: error })
    await w.clock.advance(5_000)
    expect(await w.holdfast.applyInbox(10)).toEqual({ taken: 1 })
    const tried = await kept()
    expect(tried).toMatchObject({ status: 'waiting', tries: 1, lastError: error })
    expect((tried?.dueAt ?? 0) - w.clock.now()).toBeGreaterThan(3_700)
    expect((tried?.dueAt ?? 0) - w.clock.now()).toBeLessThanOrEqual(5_000)
    await w.clock.advance(5_000)
    await w.holdfast.applyInbox(10)
    expect(await kept()).toMatchObject({ status: 'done', result: 'unknown_object' })
    expect(await w.holdfast.applyInbox(10)).toEqual({ taken: 0 })
  })

  it('are not given up for a try that the database kept from ending', async () => {
    const inner = memoryUnitOfWork()
    let isBusy = false
    const w = world({
      settings: { triesBeforeDead: 2 },
      unitOfWork: {
        read: (work) => inner.read(work),
        // Whoever would apply an event finds the database busy; who has to put it off does not.
        run: (work) =>
          inner.run((tx) => {
            const finish: typeof tx.inbox.finish = async (...args) => {
              if (isBusy) throw new Contention('Too busy.')
              return tx.inbox.finish(...args)
            }
            const findPaymentOf: typeof tx.payments.findPaymentOf = async (by) => {
              if (isBusy) throw new Contention('Too busy.')
              return tx.payments.findPaymentOf(by)
            }
            return work({ ...tx, inbox: { ...tx.inbox, finish }, payments: { ...tx.payments, findPaymentOf } })
          }),
      },
    })
    await w.holdfast.receiveEvent(unknownRefund(w))
    isBusy = true
    for (let round = 0; round < 3; round += 1) {
      await w.clock.advance(hour)
      await w.holdfast.applyInbox(10)
    }
    const kept = () => w.unitOfWork.read((tx) => tx.inbox.find('evt_refund'))
    expect(await kept()).toMatchObject({ status: 'waiting', tries: 3, lastError: 'Too busy.' })
    isBusy = false
    await w.clock.advance(hour)
    await w.holdfast.applyInbox(10)
    expect(await kept()).toMatchObject({ status: 'done', result: 'unknown_object' })
  })

  it('about an attempt of ours that nobody knows are left to a human', async () => {
    const w = world({ settings: { triesBeforeDead: 1 } })
    const lost: ProviderEvent = {
      id: 'evt_lost',
      type: 'checkout.session.completed',
      occurredAt: w.clock.now(),
      livemode: false,
      news: { about: 'attempt', providerId: 'cs_9', attemptId: 'att_9999' as never, report: 'ask' },
    }
    expect(await w.holdfast.receiveEvent(lost)).toBe('stored')
    await w.clock.advance(5_000)
    await w.holdfast.applyInbox(10)
    expect(await w.unitOfWork.read((tx) => tx.inbox.find('evt_lost'))).toMatchObject({ status: 'dead', tries: 1 })
  })

  it("about somebody else's attempt, or about nothing, change nothing", async () => {
    const w = world()
    const event = { type: 'x', occurredAt: start, livemode: false }
    expect(
      await w.holdfast.receiveEvent({
        ...event,
        id: 'evt_1',
        news: { about: 'attempt', providerId: 'cs_theirs', report: 'ask' },
      }),
    ).toBe('applied')
    expect(await w.holdfast.receiveEvent({ ...event, id: 'evt_2', news: { about: 'nothing' } })).toBe('applied')
    expect(await w.unitOfWork.read((tx) => tx.inbox.find('evt_1'))).toMatchObject({ status: 'done' })
    expect((await w.unitOfWork.read((tx) => tx.outbox.depth(start))).waiting).toBe(0)
  })
})

describe('a worker', () => {
  const counted = (counts: readonly number[]) => {
    const left = [...counts]
    const asked: number[] = []
    const drained = async (limit: number) => {
      asked.push(limit)
      return { taken: left.shift() ?? 0 }
    }
    return { asked, drained }
  }
  const { logged, logger } = listener()

  it('does once around what is in the inbox, the outbox and the tasks, up to a batch of each', async () => {
    const { asked, drained } = counted([1, 2, 4])
    const once = workOnce({
      clock: memoryClock(instant(0)),
      logger,
      applyInbox: drained,
      drainOutbox: drained,
      runTasks: drained,
    })
    expect(await once()).toBe(7)
    expect(asked).toEqual([20, 20, 20])
  })

  it('goes on at once while there is work, rests where there is none, waits out an outage, and stops', async () => {
    const clock = memoryClock(instant(0))
    const rounds: string[] = []
    const work = [
      async () => ({ taken: 1 }),
      async () => ({ taken: 0 }),
      async () => {
        throw new Error('The database is away.')
      },
      async () => ({ taken: 1 }),
    ]
    const worker = startWorker(
      {
        clock,
        logger,
        applyInbox: async () => {
          rounds.push(`at ${clock.now()}`)
          return (await work.shift()?.()) ?? { taken: 0 }
        },
        drainOutbox: async () => ({ taken: 0 }),
        runTasks: async () => ({ taken: 0 }),
        planSweep: async () => {},
      },
      { idleMs: 100 },
    )
    const settled = () => new Promise((resolve) => setImmediate(resolve))
    await settled()
    expect(rounds).toEqual(['at 0', 'at 0'])
    await clock.advance(99)
    await settled()
    expect(rounds).toHaveLength(2)
    await clock.advance(1)
    await settled()
    expect(rounds).toEqual(['at 0', 'at 0', 'at 100'])
    expect(logged).toContainEqual(['error', 'work_failed', { detail: 'The database is away.' }])
    await clock.advance(100)
    await settled()
    expect(rounds.slice(3)).toEqual(['at 200', 'at 200'])
    const stopped = worker.stop()
    await clock.advance(100)
    await stopped
    expect(rounds).toHaveLength(5)
  })

  it('tells its tasks when it is to stop, so that a sweep leaves its rest', async () => {
    const asked: boolean[] = []
    let endTasks = (): void => {}
    const ended = new Promise<void>((resolve) => {
      endTasks = resolve
    })
    const clock = memoryClock(instant(0))
    const worker = startWorker({
      clock,
      logger,
      applyInbox: async () => ({ taken: 0 }),
      drainOutbox: async () => ({ taken: 0 }),
      runTasks: async (_limit, isStopping) => {
        asked.push(isStopping?.() ?? false)
        await ended
        asked.push(isStopping?.() ?? false)
        return { taken: 1 }
      },
      planSweep: async () => {},
    })
    await new Promise((resolve) => setImmediate(resolve))
    const stopped = worker.stop()
    endTasks()
    await clock.advance(500)
    await stopped
    expect(asked).toEqual([false, true])
  })

  it('goes on with the inbox and the outbox while a sweep takes long, and waits for it when it stops', async () => {
    const clock = memoryClock(instant(0))
    const seen = { sweeping: false, events: 0, effects: 0 }
    let endSweep = (): void => {}
    const swept = new Promise<void>((resolve) => {
      endSweep = resolve
    })
    const worker = startWorker(
      {
        clock,
        logger,
        applyInbox: async () => ((seen.events += 1), { taken: 0 }),
        drainOutbox: async () => ((seen.effects += 1), { taken: 0 }),
        runTasks: async () => {
          seen.sweeping = true
          await swept
          seen.sweeping = false
          return { taken: 0 }
        },
        planSweep: async () => {},
      },
      { idleMs: 100 },
    )
    const settled = () => new Promise((resolve) => setImmediate(resolve))
    await settled()
    for (let round = 0; round < 9; round += 1) {
      await clock.advance(100)
      await settled()
    }
    expect(seen).toEqual({ sweeping: true, events: 10, effects: 10 })
    let isStopped = false
    const stopped = worker.stop().then(() => {
      isStopped = true
    })
    await clock.advance(100)
    expect([seen.sweeping, isStopped]).toEqual([true, false])
    endSweep()
    await stopped
    expect(seen).toEqual({ sweeping: false, events: 10, effects: 10 })
  })
})
