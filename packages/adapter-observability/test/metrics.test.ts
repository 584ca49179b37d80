import type { SqlDatabase } from '@holdfast/adapter-sql'
import {
  hour,
  minute,
  money,
  VersionConflict,
  type PaymentId,
  type TimelineEntry,
  type UnitOfWork,
} from '@holdfast/core'
import { rules, samples } from '@holdfast/core/contracts'
import { memoryUnitOfWork } from '@holdfast/core/memory'
import { Registry } from 'prom-client'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { countFacts, registerGauges, type GaugeOptions } from '../src/prometheus.ts'
import { everyKind, openTestDatabase } from './databases.ts'
import { readExposition, type Family } from './exposition.ts'

const { ana, ben, owner, staff } = rules

let database: SqlDatabase | undefined
afterEach(async () => {
  await database?.close()
  database = undefined
})
const open = async (kind: 'memory' | (typeof everyKind)[number]): Promise<UnitOfWork> => {
  if (kind === 'memory') return memoryUnitOfWork()
  database = await openTestDatabase(kind)
  return database.unitOfWork
}

/** A world that is counted, and its scrapes. */
const counted = (unitOfWork: UnitOfWork, options: Partial<GaugeOptions> = {}) => {
  const registry = new Registry()
  const w = rules.world({ unitOfWork: countFacts(unitOfWork, { registry }) })
  registerGauges(unitOfWork, { registry, clock: w.clock, maxAgeMs: 0, ...options })
  const scrape = async () => readExposition(await registry.metrics())
  return { w, registry, scrape }
}

/** The samples of a family that are not 0, by their labels. */
const told = (families: ReadonlyMap<string, Family>, name: string): Readonly<Record<string, number>> =>
  Object.fromEntries(
    (families.get(name)?.samples ?? [])
      .filter(({ value }) => value !== 0)
      .map(({ labels, value }) => [Object.values(labels).join(' '), value]),
  )

/** What every family of ours says that is not 0, but for buckets and what depends on how fast this machine is. */
const allTold = (families: ReadonlyMap<string, Family>) =>
  Object.fromEntries(
    [...families.values()]
      .filter(({ type }) => type !== 'histogram')
      .map(({ name }) => [name, told(families, name)] as const)
      .filter(([, samples_]) => Object.keys(samples_).length > 0),
  )

const seriesOf = (families: ReadonlyMap<string, Family>, name: string, series: string, labels = {}) =>
  families
    .get(name)
    ?.samples.find(
      (sample) => sample.name === `${name}_${series}` && JSON.stringify(sample.labels) === JSON.stringify(labels),
    )?.value

describe.each(['memory', ...everyKind] as const)('a known story, on %s', (kind) => {
  it('is counted fact by fact, whoever brought it about', async () => {
    const { w, scrape } = counted(await open(kind))

    // Ana and Ben want the same night, and both pay; Ana is first, and Ben's money goes back by itself.
    const [first, second] = [await w.book(ana), await w.book(ben)]
    await w.clock.advance(2 * minute)
    await w.provider.payer.pay(first.sessionId)
    await w.deliver()
    await w.clock.advance(minute)
    await w.provider.payer.pay(second.sessionId)
    await w.deliver()
    await w.holdfast.workOnce()
    // Carl opens a page and does not pay on it.
    const third = await w.book(owner('carl'), 5)
    await w.provider.payer.expire(third.sessionId)
    await w.deliver()
    await w.holdfast.workOnce()
    // Ana's card no longer works on the day her balance is due, so that a page is opened.
    const charge = (await w.get(first.paymentId)).attempts.flatMap((each) =>
      each.status === 'succeeded' ? [each.charge] : [],
    )[0]
    await w.provider.payer.declineCard({
      customerId: charge?.customerId ?? '',
      paymentMethodId: charge?.paymentMethodId ?? '',
    })
    const [reservation] = await w.reservations()
    await w.holdfast.startBalance({ actor: { type: 'system' }, reservationId: reservation!.id })
    // A part of her deposit is given back.
    const refund = await w.holdfast.refundPayment({
      actor: staff,
      paymentId: first.paymentId,
      amount: money(50_00n, 'MXN'),
      reason: 'requested_by_customer',
    })
    expect(refund).toMatchObject({ ok: true })

    // The rest of the news is known by its answers already; and delivered again, none of it changes anything.
    await w.deliver()
    for (const event of w.provider.events()) expect(await w.holdfast.receiveEvent(event)).toBe('known')

    const families = await scrape()
    expect(allTold(families)).toEqual({
      payment_attempts_total: { hosted: 4, off_session: 1 },
      payment_retries_total: { hosted: 1 },
      payment_success_total: { hosted: 2 },
      payment_failures_total: { 'hosted session_expired': 1, 'off_session card_declined': 1 },
      payment_refunds_total: { slot_taken: 1, requested_by_customer: 1 },
      payment_refunds_succeeded_total: { slot_taken: 1, requested_by_customer: 1 },
      active_payments: { '': 1 },
      holdfast_failed_payments: { '': 1 },
      holdfast_payment_retries: { '': 1 },
      holdfast_open_intents: { '': 1 },
      holdfast_gauges_up: { '': 1 },
      // The message with the link to the page; and the ends of three intents, a balance's due date and the end of a stay.
      holdfast_work_waiting: { outbox: 1, tasks: 5 },
    })
    // Two minutes, and three.
    expect(seriesOf(families, 'payment_duration_seconds', 'count', { method: 'hosted' })).toBe(2)
    expect(seriesOf(families, 'payment_duration_seconds', 'sum', { method: 'hosted' })).toBe(300)
  })

  it('says what every metric is', async () => {
    const { scrape } = counted(await open(kind))
    const families = [...(await scrape()).values()]
    expect(families.map(({ name, type }) => `${type} ${name}`)).toEqual([
      'counter payment_attempts_total',
      'counter payment_retries_total',
      'counter payment_success_total',
      'counter payment_failures_total',
      'histogram payment_duration_seconds',
      'counter payment_refunds_total',
      'counter payment_refunds_succeeded_total',
      'counter payment_refunds_failed_total',
      'counter holdfast_sweep_runs_total',
      'counter holdfast_sweep_asked_total',
      'counter holdfast_sweep_moved_total',
      'counter holdfast_sweep_failed_total',
      'counter holdfast_sweep_recovered_total',
      'histogram holdfast_sweep_duration_seconds',
      'gauge holdfast_sweep_last_run_timestamp_seconds',
      'gauge active_payments',
      'gauge holdfast_failed_payments',
      'gauge holdfast_payment_retries',
      'gauge holdfast_open_intents',
      'gauge holdfast_ghost_records',
      'gauge holdfast_attention_open',
      'gauge holdfast_work_waiting',
      'gauge holdfast_work_dead',
      'gauge holdfast_work_oldest_due_age_seconds',
      'gauge holdfast_gauges_up',
    ])
    for (const { name, help } of families) expect(help, name).toMatch(/^[A-Z].{10,}\.$/)
    // All there can be is there from the start, and it is not much.
    expect(families.flatMap(({ samples: each }) => each).length).toBeLessThan(250)
  })

  it('counts what waits, for how long, what was given up, and what needs a human', async () => {
    const unitOfWork = await open(kind)
    const { w, scrape } = counted(unitOfWork)
    const { sessionId } = await w.book(ana)
    await w.provider.payer.pay(sessionId, money(1_00n, 'MXN'))
    await w.deliver()
    const now = w.clock.now()
    await unitOfWork.run(async (tx) => {
      const task = { type: 'charge_balance', reservationId: samples.reservationId('r') } as const
      await tx.tasks.append([{ id: 'dead', body: task, dueAt: now }], now)
      const leased = await tx.tasks.take('dead', { now, leaseMs: 1 })
      await tx.tasks.bury('dead', leased?.lease ?? 0, 'Too often.', now)
    })
    await w.clock.advance(90_500)
    const families = await scrape()
    expect(told(families, 'holdfast_attention_open')).toEqual({ amount_mismatch: 1 })
    expect(told(families, 'holdfast_work_dead')).toEqual({ tasks: 1 })
    expect(told(families, 'holdfast_work_oldest_due_age_seconds')).toEqual({ outbox: 90.5 })
    expect(told(families, 'payment_failures_total')).toEqual({ 'hosted amount_mismatch': 1 })
    expect(told(families, 'payment_success_total')).toEqual({})
    expect(told(families, 'payment_refunds_total')).toEqual({ amount_mismatch: 1 })
  })

  it('counts each card that a page declined, with its reason, and what is failing for it', async () => {
    const { w, scrape } = counted(await open(kind))
    const { sessionId, paymentId } = await w.book(ana)
    for (const code of ['insufficient_funds', 'insufficient_funds', 'expired_card'] as const)
      await w.provider.payer.declineOnPage(sessionId, { code, retryable: true })
    await w.deliver()
    // Told of again, and found by asking, it is the same news.
    await w.holdfast.syncPayment({ actor: ana, paymentId })
    const waiting = await scrape()
    expect(told(waiting, 'payment_failures_total')).toEqual({
      'hosted insufficient_funds': 2,
      'hosted expired_card': 1,
    })
    expect(told(waiting, 'holdfast_failed_payments')).toEqual({ '': 1 })
    expect(told(waiting, 'holdfast_payment_retries')).toEqual({ '': 2 })
    await w.provider.payer.pay(sessionId)
    await w.deliver()
    const paid = await scrape()
    expect(told(paid, 'payment_failures_total')).toEqual(told(waiting, 'payment_failures_total'))
    expect(told(paid, 'holdfast_failed_payments')).toEqual({})
    expect(told(paid, 'holdfast_payment_retries')).toEqual({})
  })

  it('counts sweeps that run as a task, with what they asked and how it went', async () => {
    const unitOfWork = await open(kind)
    const { w, scrape } = counted(unitOfWork)
    const [paid, unpaid] = [await w.book(ana, 1), await w.book(ben, 2)]
    await w.provider.payer.pay(paid.sessionId)
    await rules.planned(w)
    expect((await scrape()).get('holdfast_sweep_last_run_timestamp_seconds')?.samples).toEqual([])
    // Beside it, another task is due, and runs before it.
    const task = { type: 'complete_reservation', reservationId: samples.reservationId('gone') } as const
    await unitOfWork.run((tx) => tx.tasks.append([{ id: 'before', body: task, dueAt: w.clock.now() }], w.clock.now()))
    await w.clock.advance(20 * minute)
    await w.holdfast.runTasks(20)
    const families = await scrape()
    expect(unpaid.paymentId).not.toBe(paid.paymentId)
    expect(allTold(families)).toMatchObject({
      holdfast_sweep_runs_total: { completed: 1 },
      holdfast_sweep_asked_total: { '': 2 },
      holdfast_sweep_moved_total: { '': 1 },
      holdfast_sweep_last_run_timestamp_seconds: { '': w.clock.now() / 1_000 },
      payment_success_total: { hosted: 1 },
    })
    expect(told(families, 'holdfast_sweep_failed_total')).toEqual({})
    expect(seriesOf(families, 'holdfast_sweep_duration_seconds', 'count')).toBe(1)
  })
})

it('counts what the worker commits, as what a request does', async () => {
  const { w, scrape } = counted(memoryUnitOfWork())
  const { sessionId } = await w.book(ana)
  await w.provider.payer.pay(sessionId)
  const worker = w.holdfast.startWorker({ idleMs: 1_000 })
  await w.clock.advance(20 * minute)
  await vi.waitFor(async () => {
    await w.clock.advance(minute)
    expect(told(await scrape(), 'payment_success_total')).toEqual({ hosted: 1 })
  })
  const stopped = worker.stop()
  await w.clock.advance(minute)
  await stopped
})

it('counts a sweep that failed, and one that could not hear of everything', async () => {
  let isAway = false
  const memory = memoryUnitOfWork()
  const failing: UnitOfWork = {
    run: (work) => memory.run(work),
    read: (work) => (isAway ? Promise.reject(new Error('Away.')) : memory.read(work)),
  }
  const { w, scrape } = counted(failing)
  await w.book(ana)
  await rules.planned(w)
  isAway = true
  await w.clock.advance(20 * minute)
  await w.holdfast.runTasks(20)
  isAway = false
  expect(told(await scrape(), 'holdfast_sweep_runs_total')).toEqual({ failed: 1 })
  w.provider.faults.next('findAttempt', 'unreachable')
  await w.clock.advance(10 * minute)
  await w.holdfast.runTasks(20)
  expect(allTold(await scrape())).toMatchObject({
    holdfast_sweep_runs_total: { failed: 1, completed: 1 },
    holdfast_sweep_asked_total: { '': 1 },
    holdfast_sweep_failed_total: { '': 1 },
  })
})

it('counts once what was tried often, and nothing that was rolled back', async () => {
  const memory = memoryUnitOfWork()
  let losses = 0
  const losing: UnitOfWork = {
    read: (work) => memory.read(work),
    run: (work) => {
      let isFirst = true
      return memory.run(async (tx) => {
        const result = await work(tx)
        if (isFirst) {
          isFirst = false
          losses += 1
          throw new VersionConflict('Somebody was faster.')
        }
        return result
      })
    },
  }
  const { w, scrape } = counted(losing)
  const { sessionId } = await w.book(ana)
  await w.provider.payer.pay(sessionId)
  await w.deliver()
  expect(losses).toBeGreaterThan(2)
  expect(told(await scrape(), 'payment_attempts_total')).toEqual({ hosted: 1 })
  expect(told(await scrape(), 'payment_success_total')).toEqual({ hosted: 1 })
})

it('counts what is paid from a wallet, at once', async () => {
  const { w, scrape } = counted(memoryUnitOfWork())
  const filled = await w.holdfast.openIntent({
    actor: ana,
    kind: 'wallet_topup',
    payload: { amount: '1000.00', currency: 'MXN' },
  })
  if (!filled.ok) throw new Error(filled.error.code)
  const page = await w.holdfast.startCheckout({ actor: ana, paymentId: filled.value.paymentId })
  if (!page.ok || page.value.type !== 'open') throw new Error('No page.')
  await w.provider.payer.pay(page.value.sessionId)
  await w.deliver()
  const wanted = await w.holdfast.openIntent({ actor: ana, kind: 'consultation', payload: {} })
  if (!wanted.ok) throw new Error(wanted.error.code)
  expect(await w.holdfast.payFromWallet({ actor: ana, paymentId: wanted.value.paymentId })).toMatchObject({ ok: true })
  const families = await scrape()
  expect(told(families, 'payment_attempts_total')).toEqual({ hosted: 1, wallet: 1 })
  expect(told(families, 'payment_success_total')).toEqual({ hosted: 1, wallet: 1 })
  expect(seriesOf(families, 'payment_duration_seconds', 'count', { method: 'wallet' })).toBe(1)
})

it('has a bounded number of series: what it does not know is other', async () => {
  const { w, scrape } = counted(memoryUnitOfWork())
  const fact = (about: string, name: string, data: TimelineEntry['data']): TimelineEntry => ({
    paymentId: 'pay_1' as PaymentId,
    at: w.clock.now(),
    type: 'fact',
    about: { type: about, id: 'x' },
    name,
    data,
  })
  await w.unitOfWork.run((tx) =>
    tx.timeline.append([
      fact('attempt', 'requested', { kind: 'carrier_pigeon' }),
      fact('payment', 'attempt_failed', { failure: { code: 'do_not_honour_on_mondays' } }),
      fact('payment', 'attempt_failed', { failure: 'toString' }),
      fact('refund', 'requested', { reason: '__proto__' }),
      fact('payment', 'captured', {}),
      // What was asked and what was answered is told of beside the facts, and is none.
      { ...fact('payment', 'captured', {}), type: 'answer' },
      { ...fact('attempt', 'requested', { kind: 'hosted' }), type: 'command' },
    ]),
  )
  const families = await scrape()
  expect(told(families, 'payment_attempts_total')).toEqual({ other: 1 })
  expect(told(families, 'payment_failures_total')).toEqual({ 'other other': 2 })
  expect(told(families, 'payment_refunds_total')).toEqual({ other: 1 })
  expect(told(families, 'payment_success_total')).toEqual({ other: 1 })
})

it('says how long a sweep took, whatever ran before it and beside it', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  try {
    const { w, scrape } = counted(memoryUnitOfWork())
    const now = w.clock.now()
    const other = { type: 'complete_reservation', reservationId: samples.reservationId('r') } as const
    const tasks = [
      { id: 'before', body: other, dueAt: now },
      { id: 'sweep', body: { type: 'sweep' as const }, dueAt: now },
    ]
    const lease = { now, limit: 9, leaseMs: minute }
    await w.unitOfWork.run((tx) => tx.tasks.append(tasks, now))
    const mine = await w.unitOfWork.run((tx) => tx.tasks.lease(lease))
    await w.unitOfWork.run((tx) => tx.tasks.append([{ id: 'beside', body: other, dueAt: now }], now))
    const others = await w.unitOfWork.run((tx) => tx.tasks.lease(lease))
    const finish = (id: string, result = {}) =>
      w.unitOfWork.run((tx) =>
        tx.tasks.finish(id, [...mine, ...others].find((each) => each.id === id)?.lease ?? 0, { at: now, result }),
      )
    vi.advanceTimersByTime(1_000)
    await finish('before')
    vi.advanceTimersByTime(500)
    await finish('beside')
    vi.advanceTimersByTime(2_000)
    await finish('sweep', { asked: 3, moved: 2, failed: 1 })
    const families = await scrape()
    expect(seriesOf(families, 'holdfast_sweep_duration_seconds', 'sum')).toBe(2.5)
    expect(allTold(families)).toMatchObject({
      holdfast_sweep_runs_total: { completed: 1 },
      holdfast_sweep_asked_total: { '': 3 },
      holdfast_sweep_moved_total: { '': 2 },
      holdfast_sweep_failed_total: { '': 1 },
    })
  } finally {
    vi.useRealTimers()
  }
})

describe('the gauges', () => {
  it('are left out where the database does not answer, and the counters are not', async () => {
    const memory = memoryUnitOfWork()
    let away: 'no' | 'failing' | 'silent' = 'no'
    const { w, scrape } = counted(
      {
        run: (work) => memory.run(work),
        read: (work) =>
          away === 'no'
            ? memory.read(work)
            : away === 'silent'
              ? new Promise(() => {})
              : Promise.reject(new Error('Gone.')),
      },
      { patienceMs: 300 },
    )
    await w.book(ana)
    expect(told(await scrape(), 'holdfast_open_intents')).toEqual({ '': 1 })
    for (const how of ['failing', 'silent'] as const) {
      away = how
      const families = await scrape()
      expect(families.get('holdfast_gauges_up')?.samples).toEqual([
        { name: 'holdfast_gauges_up', labels: {}, value: 0 },
      ])
      expect(families.get('holdfast_open_intents')?.samples).toEqual([])
      expect(families.get('holdfast_work_waiting')?.samples).toEqual([])
      expect(told(families, 'payment_attempts_total')).toEqual({ hosted: 1 })
    }
  })

  it('are read once for all who scrape at once, and not again before their age allows it', async () => {
    const memory = memoryUnitOfWork()
    let reads = 0
    const counting: UnitOfWork = {
      run: (work) => memory.run(work),
      read: (work) => {
        reads += 1
        return memory.read(work)
      },
    }
    const { scrape } = counted(counting, { maxAgeMs: hour })
    await Promise.all([scrape(), scrape(), scrape()])
    expect(reads).toBe(1)
    await scrape()
    expect(reads).toBe(1)
  })

  it('keep the database at it for a tenth of the time at most, unless told otherwise', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] })
    try {
      const memory = memoryUnitOfWork()
      const begun: number[] = []
      const slow: Pick<UnitOfWork, 'read'> = {
        read: async (work) => {
          begun.push(performance.now())
          await new Promise((resolve) => setTimeout(resolve, 30))
          return memory.read(work)
        },
      }
      const registry = new Registry()
      registerGauges(slow, { registry, clock: { now: () => samples.at(0) } })
      const startedAt = performance.now()
      for (let scrapes = 0; scrapes < 70; scrapes += 1) {
        void registry.metrics()
        await vi.advanceTimersByTimeAsync(10)
      }
      expect(begun.map((at) => at - startedAt)).toEqual([0, 330, 660])
    } finally {
      vi.useRealTimers()
    }
  })

  it('count what is listed no further than they are told to', async () => {
    const { w, scrape } = counted(memoryUnitOfWork(), { countsUpTo: 2 })
    for (let night = 0; night < 3; night += 1) await w.book(ana, night)
    expect(told(await scrape(), 'active_payments')).toEqual({ '': 2 })
    expect(told(await scrape(), 'holdfast_open_intents')).toEqual({ '': 3 })
  })
})

it('refuses to count twice in one registry', () => {
  const registry = new Registry()
  const once = countFacts(memoryUnitOfWork(), { registry })
  expect(() => countFacts(once, { registry })).toThrow('already been registered')
})
