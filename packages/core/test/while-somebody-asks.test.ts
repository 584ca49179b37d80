import { describe, expect, it } from 'vitest'
import {
  defaultSettings,
  hour,
  minute,
  runTasks,
  silentLogger,
  type PaymentProvider,
  type Swept,
  type Task,
} from '../src/index.ts'
import { ana, mxn, staff, start, world, type World } from '../src/contracts/rules/world.ts'
import { whileTimePasses } from '../src/contracts/rules/waiting.ts'
import { memoryClock } from '../src/memory/index.ts'
import { paidStay } from './paid-stay.ts'

const system = { type: 'system' } as const
const settled = () => new Promise((resolve) => setImmediate(resolve))
/** A world whose provider answers these calls only when it is let. */
const slow = (...calls: readonly (keyof PaymentProvider)[]) => {
  let answer: () => void = () => {}
  let waiting: Promise<void> = Promise.resolve()
  const clock = memoryClock(start)
  const sleeps: number[] = []
  const noted: typeof clock = {
    now: () => clock.now(),
    advance: (ms) => clock.advance(ms),
    get sleepers() {
      return clock.sleepers
    },
    sleep: (ms) => {
      sleeps.push(ms)
      return clock.sleep(ms)
    },
  }
  const w = world({
    clock: noted,
    settings: { patienceMs: 2_000 },
    wrapProvider: (provider) =>
      new Proxy(provider, {
        get: (real, call, receiver) => {
          const ask = Reflect.get(real, call, receiver) as (request: unknown) => unknown
          if (!calls.some((name) => name === call)) return ask
          return async (request: unknown) => {
            await waiting
            return ask(request)
          }
        },
      }),
  })
  const hold = () => {
    waiting = new Promise<void>((resolve) => {
      answer = resolve
    })
  }
  return { w, sleeps, hold, answer: () => answer() }
}
const unpaid = async (w: World, night = 0) => {
  const opened = await w.holdfast.openIntent({ actor: ana, kind: 'reservation', payload: { night } })
  if (!opened.ok) throw new Error('No intent.')
  return opened.value.paymentId
}

describe('while somebody else is asking for the page', () => {
  it('whoever wants it too looks again soon at first, and four times a second in the end', async () => {
    const { w, sleeps, hold, answer } = slow('openSession')
    const paymentId = await unpaid(w)
    hold()
    const first = w.holdfast.startCheckout({ actor: ana, paymentId })
    await settled()
    expect(await whileTimePasses(w, w.holdfast.startCheckout({ actor: ana, paymentId }))).toEqual({
      ok: true,
      value: { type: 'pending', paymentId },
    })
    expect(sleeps.slice(0, 8)).toEqual([10, 20, 40, 80, 160, 250, 250, 250])
    expect(w.clock.now() - start).toBeGreaterThanOrEqual(2_000)
    answer()
    expect(await first).toMatchObject({ ok: true, value: { type: 'open' } })
  })

  it('gets that page, and waits no longer than until it is there', async () => {
    const { w, hold, answer } = slow('openSession')
    const paymentId = await unpaid(w)
    hold()
    const first = w.holdfast.startCheckout({ actor: ana, paymentId })
    await settled()
    const second = w.holdfast.startCheckout({ actor: ana, paymentId })
    await w.clock.advance(100)
    answer()
    await settled()
    await w.clock.advance(80)
    expect(await second).toEqual(await first)
    expect(w.provider.truth.attempts()).toHaveLength(1)
  })
})

describe('while somebody else is closing the page of a balance', () => {
  it('its charge waits for a minute, which no call takes', async () => {
    const { w, hold, answer } = slow('closeAttempt')
    const { reservationId, balanceId } = await paidStay(w)
    await w.holdfast.startCheckout({ actor: ana, paymentId: balanceId })
    hold()
    const first = w.holdfast.startBalance({ actor: system, reservationId })
    await settled()
    expect(await w.holdfast.startBalance({ actor: system, reservationId })).toEqual({
      ok: false,
      error: { code: 'provider_unavailable', retryAfterMs: minute },
    })
    answer()
    expect(await first).toMatchObject({ ok: true, value: { paymentStatus: 'completed' } })
  })
})

describe('a key under which no answer was heard yet', () => {
  it('goes on where it stood: a charge', async () => {
    const w = world()
    const { reservationId } = await paidStay(w)
    w.provider.faults.next('chargeSavedCard', 'answer_lost')
    const ask = { actor: staff, reservationId, idempotencyKey: 'k' }
    expect(await w.holdfast.startBalance(ask)).toMatchObject({ ok: true, value: { paymentStatus: 'processing' } })
    await w.pass(hour, minute)
    expect(await w.holdfast.startBalance(ask)).toEqual({ ok: false, error: { code: 'balance_already_paid' } })
  })

  it('is answered what was decided: a refund that is on its way', async () => {
    const w = world()
    const { paymentId } = await paidStay(w)
    const ask = { actor: staff, paymentId, amount: mxn(5n), idempotencyKey: 'k' }
    const first = await w.holdfast.refundPayment(ask)
    expect(first).toMatchObject({
      ok: true,
      value: { refund: { status: 'requested', amount: mxn(5n) }, payment: { status: 'completed' } },
    })
    await w.pass(hour, minute)
    expect(await w.holdfast.refundPayment(ask)).toEqual(first)
    expect(await w.holdfast.refundPayment({ ...ask, amount: mxn(6n) })).toEqual({
      ok: false,
      error: { code: 'idempotency_key_reused' },
    })
    expect(await w.holdfast.refundPayment({ ...ask, reason: 'duplicate' })).toEqual({
      ok: false,
      error: { code: 'idempotency_key_reused' },
    })
    expect(w.provider.truth.refunds()).toHaveLength(1)
  })
})

describe('a task that is being run', () => {
  const running = async (meanwhile: (w: World) => Promise<void>) => {
    const w = world()
    const task: Task = { type: 'sweep' }
    await w.unitOfWork.run((tx) => tx.tasks.append([{ id: 'sweep', body: task, dueAt: start }], start))
    const run = runTasks({
      unitOfWork: w.unitOfWork,
      clock: w.clock,
      logger: silentLogger,
      settings: { ...defaultSettings, leaseMs: minute },
      sweepInPlace: async () => {
        await meanwhile(w)
        const swept: Swept = { asked: 1, moved: 0, failed: 0, nextInMs: 7 * minute }
        return { swept, again: task }
      },
    } as unknown as Parameters<typeof runTasks>[0])
    expect(await run(9)).toEqual({ taken: 1 })
    return w.unitOfWork.read((tx) => tx.tasks.find('sweep'))
  }

  it('is nobody else’s for five leases, and plans itself anew', async () => {
    let until = 0
    const after = await running(async (w) => {
      until = (await w.unitOfWork.read((tx) => tx.tasks.find('sweep')))?.leasedUntil ?? 0
    })
    expect(until - start).toBe(5 * minute)
    expect(after).toMatchObject({ status: 'waiting', tries: 0, dueAt: start + 7 * minute })
  })

  it('and took longer plans nothing: whoever has taken it over does', async () => {
    const after = await running(async (w) => {
      await w.clock.advance(6 * minute)
      await w.unitOfWork.run((tx) => tx.tasks.lease({ now: w.clock.now(), limit: 1, leaseMs: hour }))
    })
    expect(after).toMatchObject({ status: 'waiting', tries: 2, dueAt: start, leasedUntil: start + 66 * minute })
    expect(after?.againAt).toBeUndefined()
  })
})
