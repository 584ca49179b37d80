import { describe, expect, it } from 'vitest'
import { ana, planned, world, type World, type WorldOptions } from '../src/contracts/rules/world.ts'
import {
  after,
  err,
  hour,
  minute,
  ok,
  second,
  StoreUnavailable,
  type IntentId,
  type Logger,
  type PaymentProvider,
  type Task,
  type UnitOfWork,
} from '../src/index.ts'
import { memoryUnitOfWork } from '../src/memory/index.ts'

const taskOf = (w: World, id: string) => w.unitOfWork.read((tx) => tx.tasks.find(id))
/** A stay that was paid without anybody here having heard of it, and that is due for a look. */
const paidUnheard = async (options?: WorldOptions) => {
  const w = world(options)
  const { paymentId, sessionId } = await w.book(ana)
  await w.provider.payer.pay(sessionId)
  await w.clock.advance(40 * minute)
  return { w, paymentId }
}

/** A stay as in {@link paidUnheard}, whose provider does not answer before it is told to. */
const slowlyAnswered = async () => {
  const seen = { sweeping: 0, most: 0 }
  let release = (): void => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const { w, paymentId } = await paidUnheard({
    wrapProvider: (provider): PaymentProvider => ({
      ...provider,
      findAttempt: async (query) => {
        seen.sweeping += 1
        seen.most = Math.max(seen.most, seen.sweeping)
        await held
        seen.sweeping -= 1
        return provider.findAttempt(query)
      },
    }),
  })
  /** Begins something, and resolves once the provider is being asked. */
  const begun = async <T>(act: () => Promise<T>): Promise<{ readonly ended: Promise<T> }> => {
    const ended = act()
    while (seen.sweeping === 0) await new Promise((resolve) => setTimeout(resolve, 0))
    return { ended }
  }
  return { w, paymentId, seen, begun, release }
}
/** A stay as in {@link paidUnheard}, over a database that cannot be read so many times, from when it is told on. */
const hardToRead = async () => {
  const inner = memoryUnitOfWork()
  const failures = { left: 0 }
  const unitOfWork: UnitOfWork = {
    run: (work) => inner.run(work),
    read: (work) => {
      failures.left -= 1
      return failures.left >= 0 ? Promise.reject(new StoreUnavailable('No answer.')) : inner.read(work)
    },
  }
  const logged: unknown[] = []
  const logger: Logger = { log: (...what) => logged.push(what) }
  return { ...(await paidUnheard({ unitOfWork, logger })), failures, logged }
}

describe('a sweep that somebody asks for', () => {
  it('is made as soon as somebody is there to make it, and keeps what it saw', async () => {
    const { w, paymentId } = await paidUnheard()
    const started = await w.holdfast.startSweep()
    expect(started).toEqual({ taskId: 'sweep_once:run_0001' })
    expect(await taskOf(w, started.taskId)).toMatchObject({
      status: 'waiting',
      body: { type: 'sweep_once', runId: 'run_0001' },
      dueAt: w.clock.now(),
      createdAt: w.clock.now(),
    })
    expect((await w.get(paymentId)).payment.status).toBe('pending')
    await w.holdfast.runTasks(10)
    expect((await w.get(paymentId)).payment.status).toBe('completed')
    expect(await taskOf(w, started.taskId)).toMatchObject({
      status: 'done',
      result: { asked: 1, moved: 1, failed: 0 },
    })
  })

  it('is another one each time', async () => {
    const w = world()
    expect([await w.holdfast.startSweep(), await w.holdfast.startSweep()]).toEqual([
      { taskId: 'sweep_once:run_0001' },
      { taskId: 'sweep_once:run_0002' },
    ])
    await w.holdfast.runTasks(10)
    for (const id of ['sweep_once:run_0001', 'sweep_once:run_0002'])
      expect(await taskOf(w, id)).toMatchObject({ status: 'done', result: { asked: 0, moved: 0, failed: 0 } })
  })

  it('stands in for the one that is planned, which is planned anew from then on', async () => {
    const { w } = await paidUnheard()
    await planned(w)
    const { taskId } = await w.holdfast.startSweep()
    await w.holdfast.runTasks(10)
    expect(await taskOf(w, taskId)).toMatchObject({ status: 'done' })
    // It found something: again in five minutes.
    expect(await taskOf(w, 'sweep')).toMatchObject({ status: 'waiting', dueAt: after(w.clock.now(), 5 * minute) })
  })

  it('is planned to be made again, from then on, where nobody had planned one', async () => {
    const w = world()
    await w.holdfast.startSweep()
    await w.holdfast.runTasks(10)
    expect(await taskOf(w, 'sweep')).toMatchObject({
      status: 'waiting',
      body: { type: 'sweep' },
      dueAt: after(w.clock.now(), 15 * minute),
    })
  })

  it('ends soon where its process is about to end, and comes again in a minute for the rest', async () => {
    let calls = 0
    const w = world({
      wrapProvider: (provider) => ({
        ...provider,
        findAttempt: async (query) => {
          calls += 1
          return provider.findAttempt(query)
        },
      }),
    })
    for (let night = 0; night < 10; night += 1) {
      const { sessionId } = await w.book(ana, night)
      await w.provider.payer.pay(sessionId)
    }
    await w.clock.advance(40 * minute)
    await planned(w)
    await w.clock.advance(minute)
    await w.holdfast.runTasks(10, () => calls > 0)
    expect(calls).toBe(4)
    expect(await taskOf(w, 'sweep')).toMatchObject({
      status: 'waiting',
      dueAt: after(w.clock.now(), minute),
      lastRun: { result: { asked: 4, moved: 4, failed: 0 } },
    })
    await w.clock.advance(minute)
    await w.holdfast.runTasks(10)
    expect(calls).toBe(10)
  })

  it('ends soon where whoever asked for it is about to end', async () => {
    const { w } = await paidUnheard()
    expect(await w.holdfast.sweep(() => true)).toEqual(ok({ asked: 0, moved: 0, failed: 0, nextInMs: minute }))
    expect(await taskOf(w, 'sweep')).toMatchObject({ status: 'waiting', dueAt: after(w.clock.now(), minute) })
  })

  it('waits for one that is under way: only one sweeps at a time', async () => {
    const { w, paymentId, seen, begun, release } = await slowlyAnswered()
    await planned(w)
    await w.clock.advance(minute)
    const under = await begun(() => w.holdfast.runTasks(1))
    const { taskId } = await w.holdfast.startSweep()
    await w.holdfast.runTasks(10)
    expect(await taskOf(w, taskId)).toMatchObject({ status: 'waiting', dueAt: after(w.clock.now(), 5 * second) })
    expect(seen.most).toBe(1)
    release()
    await under.ended
    expect((await w.get(paymentId)).payment.status).toBe('completed')
    await w.clock.advance(5 * second)
    await w.holdfast.runTasks(10)
    expect(await taskOf(w, taskId)).toMatchObject({ status: 'done', result: { asked: 0, moved: 0, failed: 0 } })
    expect(seen.most).toBe(1)
  })

  it('lets one go first that was taken together with it', async () => {
    const { w } = await paidUnheard()
    const { taskId } = await w.holdfast.startSweep()
    await planned(w)
    await w.clock.advance(minute)
    await w.holdfast.runTasks(10)
    expect(await taskOf(w, taskId)).toMatchObject({ status: 'waiting', dueAt: after(w.clock.now(), 5 * second) })
    expect(await taskOf(w, 'sweep')).toMatchObject({ dueAt: after(w.clock.now(), 5 * minute) })
    await w.clock.advance(5 * second)
    await w.holdfast.runTasks(10)
    expect(await taskOf(w, taskId)).toMatchObject({ status: 'done', result: { asked: 0, moved: 0, failed: 0 } })
    expect(await taskOf(w, 'sweep')).toMatchObject({ dueAt: after(w.clock.now(), 15 * minute) })
  })

  it('says how many questions were not answered, and the next one is made in ten minutes', async () => {
    const { w } = await paidUnheard()
    w.provider.faults.next('findAttempt', 'unreachable')
    const { taskId } = await w.holdfast.startSweep()
    await w.holdfast.runTasks(10)
    expect(await taskOf(w, taskId)).toMatchObject({ status: 'done', result: { asked: 1, moved: 0, failed: 1 } })
    expect(await taskOf(w, 'sweep')).toMatchObject({ dueAt: after(w.clock.now(), 10 * minute) })
  })

  it('begins anew where the one that was planned had been done with', async () => {
    const w = world()
    const body: Task = { type: 'sweep' }
    await w.unitOfWork.run(async (tx) => {
      const now = w.clock.now()
      await tx.tasks.append([{ id: 'sweep', body, dueAt: now }], now)
      const taken = await tx.tasks.take('sweep', { now, leaseMs: hour })
      if (taken !== undefined) await tx.tasks.finish('sweep', taken.lease, { at: now })
    })
    const { taskId } = await w.holdfast.startSweep()
    await w.holdfast.runTasks(10)
    expect(await taskOf(w, taskId)).toMatchObject({ status: 'done' })
    expect(await taskOf(w, 'sweep')).toMatchObject({ status: 'waiting' })
  })

  it('gives its place back where it fails, and is made as soon as it is tried again', async () => {
    const { w, paymentId, failures, logged } = await hardToRead()
    const { taskId } = await w.holdfast.startSweep()
    failures.left = 1
    await w.holdfast.runTasks(10)
    expect(logged).toEqual([['error', 'task_failed', { task: taskId, tries: 1, detail: 'No answer.' }]])
    const place = await taskOf(w, 'sweep')
    expect(place).toMatchObject({
      status: 'waiting',
      dueAt: after(w.clock.now(), 10 * minute),
      lastError: 'No answer.',
    })
    expect(place?.leasedUntil).toBeUndefined()
    await w.clock.advance(10 * second)
    await w.holdfast.runTasks(10)
    expect(await taskOf(w, taskId)).toMatchObject({ status: 'done', result: { asked: 1, moved: 1, failed: 0 } })
    expect((await w.get(paymentId)).payment.status).toBe('completed')
  })
})

describe('a sweep that is made at once', () => {
  it('stands in for the one that is planned, which is planned anew from then on', async () => {
    const { w, paymentId } = await paidUnheard()
    await planned(w)
    expect(await w.holdfast.sweep()).toEqual(ok({ asked: 1, moved: 1, failed: 0, nextInMs: 5 * minute }))
    expect((await w.get(paymentId)).payment.status).toBe('completed')
    expect(await taskOf(w, 'sweep')).toMatchObject({
      status: 'waiting',
      dueAt: after(w.clock.now(), 5 * minute),
      lastRun: { endedAt: w.clock.now(), result: { asked: 1, moved: 1, failed: 0 } },
    })
  })

  it('is refused while one is under way, and says until when its place is held', async () => {
    const { w, seen, begun, release } = await slowlyAnswered()
    const startedAt = w.clock.now()
    const under = await begun(() => w.holdfast.sweep())
    await w.clock.advance(minute)
    expect(await w.holdfast.sweep()).toEqual(
      err({ code: 'sweeping_already', heldUntil: after(startedAt, 5 * minute), retryAfterMs: 5 * second }),
    )
    release()
    expect(await under.ended).toMatchObject({ ok: true, value: { moved: 1 } })
    expect(seen.most).toBe(1)
    expect(await w.holdfast.sweep()).toMatchObject({ ok: true, value: { asked: 0 } })
  })

  it('that fails is an error, gives its place back, and the next one is made in ten minutes', async () => {
    const { w, failures } = await hardToRead()
    failures.left = 1
    await expect(w.holdfast.sweep()).rejects.toThrow(StoreUnavailable)
    const place = await taskOf(w, 'sweep')
    expect(place).toMatchObject({ status: 'waiting', dueAt: after(w.clock.now(), 10 * minute) })
    expect(place?.leasedUntil).toBeUndefined()
    expect(await w.holdfast.sweep()).toMatchObject({ ok: true, value: { moved: 1 } })
  })

  it('changes nothing of what is planned where it has lost its place', async () => {
    const { w, begun, release } = await slowlyAnswered()
    const under = await begun(() => w.holdfast.sweep())
    await w.clock.advance(5 * minute)
    const taken = await w.unitOfWork.run((tx) => tx.tasks.take('sweep', { now: w.clock.now(), leaseMs: hour }))
    expect(taken).toMatchObject({ lease: 2 })
    release()
    await under.ended
    expect(await taskOf(w, 'sweep')).toMatchObject({ lease: 2, leasedUntil: after(w.clock.now(), hour) })
  })
})

describe('the sweep that is planned', () => {
  it('is made again in ten minutes where it fails, however often it has failed', async () => {
    const { w, failures } = await hardToRead()
    await planned(w)
    await w.clock.advance(minute)
    for (let round = 0; round < 3; round += 1) {
      failures.left = 1
      await w.holdfast.runTasks(10)
      failures.left = 0
      expect(await taskOf(w, 'sweep')).toMatchObject({ status: 'waiting', dueAt: after(w.clock.now(), 10 * minute) })
      await w.clock.advance(10 * minute)
    }
  })

  it('comes after whatever was taken together with it', async () => {
    const { w, begun, release } = await slowlyAnswered()
    await planned(w)
    await w.clock.advance(minute)
    const body: Task = { type: 'abandon_intent', intentId: 'int_9' as IntentId }
    await w.unitOfWork.run((tx) => tx.tasks.append([{ id: 'whatever', body, dueAt: w.clock.now() }], w.clock.now()))
    const under = await begun(() => w.holdfast.runTasks(10))
    expect(await taskOf(w, 'whatever')).toMatchObject({ status: 'done', result: { intent: 'gone' } })
    release()
    await under.ended
  })
})
