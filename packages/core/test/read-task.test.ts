import { describe, expect, it } from 'vitest'
import { ana, ben, planned, staff, world, type World } from '../src/contracts/rules/world.ts'
import { day, hour, minute, type Actor } from '../src/index.ts'
import { openShop, ordered, place } from './shopping.ts'
import { paidStay } from './paid-stay.ts'

const notFound = { ok: false, error: { code: 'task_not_found' } }
const read = (w: World, taskId: string, actor: Actor = staff) => w.holdfast.readTask({ actor, taskId })

describe('how far a piece of work has come', () => {
  it('is that nobody has begun, until its time has come', async () => {
    const w = await openShop()
    const { orderId, expiresAt } = await place(w, [['mug', 1]])
    expect(await read(w, `expire_order:${orderId}`)).toStrictEqual({
      ok: true,
      value: { taskId: `expire_order:${orderId}`, status: 'waiting', tries: 0, dueAt: expiresAt },
    })
  })

  it('is that somebody is at it, as long as it is theirs', async () => {
    const w = world()
    await planned(w)
    await w.unitOfWork.run((tx) => tx.tasks.take('sweep', { now: w.clock.now(), leaseMs: 1000 }))
    const statusNow = async () => {
      const outcome = await read(w, 'sweep')
      return outcome.ok ? [outcome.value.status, outcome.value.tries] : outcome.error.code
    }
    expect(await statusNow()).toEqual(['running', 1])
    await w.clock.advance(999)
    expect(await statusNow()).toEqual(['running', 1])
    await w.clock.advance(1)
    expect(await statusNow()).toEqual(['retrying', 1])
  })

  it('is that it did not go well and is tried again, with why', async () => {
    const w = world()
    await planned(w)
    const dueAt = await w.unitOfWork.run(async (tx) => {
      const now = w.clock.now()
      const taken = await tx.tasks.take('sweep', { now, leaseMs: 1000 })
      const again = (now + minute) as typeof now
      await tx.tasks.postpone('sweep', taken?.lease ?? 0, again, 'The database was away.')
      return again
    })
    expect(await read(w, 'sweep')).toStrictEqual({
      ok: true,
      value: { taskId: 'sweep', status: 'retrying', tries: 1, dueAt, lastError: 'The database was away.' },
    })
  })

  it('is that it is done, with its result', async () => {
    const w = world()
    const { taskId } = await w.holdfast.startSweep()
    const dueAt = w.clock.now()
    await w.clock.advance(5)
    await w.holdfast.runTasks(10)
    expect(await read(w, taskId)).toStrictEqual({
      ok: true,
      value: { taskId, status: 'done', tries: 1, dueAt, result: { asked: 0, moved: 0, failed: 0 } },
    })
    await w.pass(30 * day, day)
    expect(await read(w, taskId)).toMatchObject({ ok: true, value: { status: 'done' } })
  })

  it('is what it came to the last time, while it waits for the next', async () => {
    const w = world()
    await planned(w)
    await w.clock.advance(minute)
    const endedAt = w.clock.now()
    await w.holdfast.runTasks(10)
    const lastRun = { endedAt, result: { asked: 0, moved: 0, failed: 0 } }
    expect(await read(w, 'sweep')).toMatchObject({ ok: true, value: { status: 'waiting', tries: 0, lastRun } })
    await w.unitOfWork.run((tx) => tx.tasks.take('sweep', { now: w.clock.now(), leaseMs: 1000 }))
    expect(await read(w, 'sweep')).toMatchObject({ ok: true, value: { status: 'running', lastRun } })
  })

  it('is that it was given up, until a human has it tried again', async () => {
    const w = world()
    await planned(w)
    await w.unitOfWork.run(async (tx) => {
      const now = w.clock.now()
      const taken = await tx.tasks.take('sweep', { now, leaseMs: 1000 })
      await tx.tasks.bury('sweep', taken?.lease ?? 0, 'Too often.', now)
    })
    expect(await read(w, 'sweep')).toMatchObject({ ok: true, value: { status: 'dead', lastError: 'Too often.' } })
    await w.unitOfWork.run((tx) => tx.tasks.revive('sweep', w.clock.now()))
    expect(await read(w, 'sweep')).toMatchObject({ ok: true, value: { status: 'waiting', tries: 0 } })
  })

  it('is told of what is owed to the outside too', async () => {
    const w = await openShop()
    const placed = await place(w, [['mug', 1]])
    w.provider.faults.next('openSession', 'unreachable')
    await w.holdfast.startCheckout({ actor: ana, paymentId: placed.paymentId })
    expect(await read(w, 'open_session:att_0001')).toMatchObject({
      ok: true,
      value: { taskId: 'open_session:att_0001', status: 'retrying', tries: 1, lastError: 'Not connected.' },
    })
    await w.pass(minute)
    expect(await read(w, 'open_session:att_0001')).toMatchObject({ ok: true, value: { status: 'done' } })
  })

  it('is not told of what there is not', async () => {
    const w = await openShop()
    for (const actor of [staff, ana, { type: 'system' } as const])
      expect(await read(w, 'expire_order:ord_none', actor)).toEqual(notFound)
  })
})

describe('whose work it is', () => {
  it('matters to an owner, and not to staff: an order', async () => {
    const w = await openShop()
    const { orderId } = await ordered(w)
    const id = `expire_order:${orderId}`
    expect(await read(w, id, ana)).toMatchObject({ ok: true, value: { taskId: id } })
    expect(await read(w, id, ben)).toEqual(notFound)
    expect(await read(w, id, { type: 'system' })).toMatchObject({ ok: true })
  })

  it('is the owner’s of a stay, and of an intent', async () => {
    const w = world()
    await paidStay(w)
    for (const id of ['charge_balance:res_0001', 'complete_reservation:res_0001', 'abandon_intent:int_0001']) {
      expect([id, await read(w, id, ana)]).toMatchObject([id, { ok: true, value: { taskId: id } }])
      expect([id, await read(w, id, ben)]).toEqual([id, notFound])
    }
  })

  it('is the owner’s of the payment that fills a wallet for something', async () => {
    const w = world()
    const wanted = await w.holdfast.openIntent({ actor: ana, kind: 'reservation', payload: { night: 0 } })
    if (!wanted.ok) throw new Error(wanted.error.code)
    const payload = { intent_id: wanted.value.intentId }
    const topUp = await w.holdfast.openIntent({ actor: ana, kind: 'wallet_topup', payload })
    if (!topUp.ok) throw new Error(topUp.error.code)
    const page = await w.holdfast.startCheckout({ actor: ana, paymentId: topUp.value.paymentId })
    if (!page.ok || page.value.type !== 'open') throw new Error('No page.')
    await w.provider.payer.pay(page.value.sessionId)
    await w.deliver()
    const id = `pay_from_wallet:${topUp.value.paymentId}`
    expect(await read(w, id, ana)).toMatchObject({ ok: true, value: { status: 'waiting' } })
    expect(await read(w, id, ben)).toEqual(notFound)
  })

  it('is the owner’s of the payment that an effect is about', async () => {
    const w = await openShop()
    await ordered(w)
    expect(await read(w, 'open_session:att_0001', ana)).toMatchObject({ ok: true, value: { status: 'done' } })
    expect(await read(w, 'open_session:att_0001', ben)).toEqual(notFound)
  })

  it('is nobody’s of what is about everybody: an owner does not see it', async () => {
    const w = world()
    await planned(w)
    const { taskId } = await w.holdfast.startSweep()
    for (const id of ['sweep', taskId]) {
      expect(await read(w, id, ana)).toEqual(notFound)
      expect(await read(w, id)).toMatchObject({ ok: true })
    }
  })

  it('is nobody’s of what is gone', async () => {
    const w = world()
    const now = w.clock.now()
    const bodies = [
      { type: 'charge_balance', reservationId: 'res_none' },
      { type: 'abandon_intent', intentId: 'int_none' },
      { type: 'pay_from_wallet', intentId: 'int_none', topUpId: 'pay_none' },
      { type: 'expire_order', orderId: 'ord_none' },
    ] as const
    await w.unitOfWork.run(async (tx) => {
      await tx.tasks.append(
        bodies.map((body) => ({ id: body.type, body: body as never, dueAt: now })),
        now,
      )
      const body = { type: 'open_session', paymentId: 'pay_none', attemptId: 'att_none' } as never
      await tx.outbox.append([{ id: 'effect', body, dueAt: now }], now)
    })
    for (const { type } of bodies) {
      expect(await read(w, type, ana)).toEqual(notFound)
      expect(await read(w, type)).toMatchObject({ ok: true, value: { dueAt: now } })
    }
    expect(await read(w, 'effect', ana)).toEqual(notFound)
    await w.clock.advance(hour)
  })
})
