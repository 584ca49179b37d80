import { describe, expect, it } from 'vitest'
import { ana, planned, world, type World, type WorldOptions } from '../src/contracts/rules/world.ts'
import { after, hour, minute, second, type PaymentProvider, type Task } from '../src/index.ts'

const taskOf = (w: World, id: string) => w.unitOfWork.read((tx) => tx.tasks.find(id))
/** A stay that was paid without anybody here having heard of it, and that is due for a look. */
const paidUnheard = async (options?: WorldOptions) => {
  const w = world(options)
  const { paymentId, sessionId } = await w.book(ana)
  await w.provider.payer.pay(sessionId)
  await w.clock.advance(40 * minute)
  return { w, paymentId }
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

  it('waits for one that is under way: only one sweeps at a time', async () => {
    let sweeping = 0
    let most = 0
    let release = (): void => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const { w, paymentId } = await paidUnheard({
      wrapProvider: (provider): PaymentProvider => ({
        ...provider,
        findAttempt: async (query) => {
          sweeping += 1
          most = Math.max(most, sweeping)
          await held
          sweeping -= 1
          return provider.findAttempt(query)
        },
      }),
    })
    await planned(w)
    await w.clock.advance(minute)
    const under = w.holdfast.runTasks(1)
    while (sweeping === 0) await new Promise((resolve) => setTimeout(resolve, 0))
    const { taskId } = await w.holdfast.startSweep()
    await w.holdfast.runTasks(10)
    expect(await taskOf(w, taskId)).toMatchObject({ status: 'waiting', dueAt: after(w.clock.now(), 5 * second) })
    expect(most).toBe(1)
    release()
    await under
    expect((await w.get(paymentId)).payment.status).toBe('completed')
    await w.clock.advance(5 * second)
    await w.holdfast.runTasks(10)
    expect(await taskOf(w, taskId)).toMatchObject({ status: 'done', result: { asked: 0, moved: 0, failed: 0 } })
    expect(most).toBe(1)
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
})
