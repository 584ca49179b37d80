import { describe, expect, it } from 'vitest'
import { ana, ben, mxn, staff, type World, type WorldOptions } from '../src/contracts/rules/world.ts'
import { day, hour, minute, type Actor, type CancelOrderRequest, type OrderId } from '../src/index.ts'
import { memoryUnitOfWork } from '../src/memory/index.ts'
import { openShop, ordered, orderOf, paidOrder, place, shelf, standing, told, uses } from './shopping.ts'
import { storyOf } from './story-of.ts'

const cancel = (w: World, orderId: OrderId, rest: Partial<CancelOrderRequest> = {}) =>
  w.holdfast.cancelOrder({ actor: ana, orderId, refund: 'nothing', ...rest })
const refusal = (code: string) => ({ ok: false, error: { code } })
const withCoupon = { coupon: 'TEN' }

describe('an order that nobody has paid', () => {
  it('is cancelled, and lets go of everything, without asking anybody where there is no page', async () => {
    const w = await openShop()
    const { orderId, paymentId } = await place(w, [['mug', 2]], withCoupon)
    expect(await cancel(w, orderId)).toMatchObject({
      ok: true,
      value: { order: { id: orderId, status: 'cancelled', reason: 'requested' }, providerCancellation: 'done' },
    })
    expect(await orderOf(w, orderId)).toMatchObject({ status: 'cancelled', cancelledAt: w.clock.now() })
    expect(await standing(w, orderId)).toBe('cancelled released released')
    expect((await w.get(paymentId)).payment).toMatchObject({ status: 'cancelled', reason: 'requested' })
    expect(await shelf(w, 'mug')).toEqual({ onHand: 10, held: 0 })
    expect(await uses(w, 'TEN')).toEqual({ used: 0, held: 0 })
    expect(w.provider.truth.attempts()).toEqual([])
    expect((await storyOf(w, paymentId)).slice(2)).toEqual([
      ['command cancel_payment', `payment ${paymentId}`, 'owner:ana', { reason: 'requested' }],
      ['fact cancelled', `payment ${paymentId}`, { at: w.clock.now(), reason: 'requested' }],
      ['fact cancelled', `order ${orderId}`, { at: w.clock.now(), reason: 'requested' }],
    ])
  })

  it('has its page closed first, on which nobody can pay any more', async () => {
    const w = await openShop()
    const { orderId, sessionId } = await ordered(w)
    expect(await cancel(w, orderId)).toMatchObject({ ok: true, value: { providerCancellation: 'done' } })
    await expect(w.provider.payer.pay(sessionId)).rejects.toThrow(RangeError)
    expect(await standing(w, orderId)).toBe('cancelled released')
  })

  it('turns out to be paid: nothing is cancelled, and it is completed', async () => {
    const w = await openShop()
    const { orderId, sessionId } = await ordered(w)
    await w.provider.payer.pay(sessionId)
    expect(await cancel(w, orderId, { refund: 'all' })).toEqual(refusal('payment_already_completed'))
    expect(await standing(w, orderId)).toBe('completed consumed')
    expect(w.provider.truth.refunds()).toEqual([])
  })

  it('is cancelled here where the provider is away, who is asked until it agrees', async () => {
    const w = await openShop()
    const { orderId, sessionId } = await ordered(w)
    w.provider.faults.next('closeAttempt', 'unreachable')
    expect(await cancel(w, orderId)).toMatchObject({
      ok: true,
      value: { order: { status: 'cancelled' }, providerCancellation: 'pending' },
    })
    expect(await shelf(w, 'mug')).toEqual({ onHand: 10, held: 0 })
    expect(w.provider.truth.attempts()).toMatchObject([{ id: sessionId, state: { type: 'opened' } }])
    await w.pass(10 * minute, minute)
    expect(w.provider.truth.attempts()).toMatchObject([{ id: sessionId, state: { type: 'expired' } }])
    expect(await cancel(w, orderId)).toMatchObject({ ok: true, value: { providerCancellation: 'done' } })
  })

  it('is still being cancelled at the provider, and whoever asks again is told so', async () => {
    const w = await openShop()
    const { orderId } = await ordered(w)
    w.provider.faults.next('closeAttempt', 'unreachable')
    w.provider.faults.next('closeAttempt', 'unreachable')
    await cancel(w, orderId)
    expect(await cancel(w, orderId)).toMatchObject({
      ok: true,
      value: { order: { status: 'cancelled' }, providerCancellation: 'pending' },
    })
  })

  it('has its money sent back that comes in between, once', async () => {
    const w = await openShop()
    const { orderId, paymentId, sessionId } = await ordered(w)
    w.provider.faults.next('closeAttempt', 'unreachable')
    await cancel(w, orderId)
    await w.provider.payer.pay(sessionId)
    await w.deliver()
    await w.pass(hour)
    expect(await standing(w, orderId)).toBe('cancelled released')
    expect(w.provider.truth.refunds()).toMatchObject([{ amount: mxn(240_00n), state: { type: 'succeeded' } }])
    expect((await w.get(paymentId)).refunds).toMatchObject([{ reason: 'late_payment', status: 'succeeded' }])
    expect(told(w)).toEqual(['refunded_surplus'])
  })

  it('has money on its way: it is cancelled all the same, and that goes back when it comes', async () => {
    const w = await openShop()
    const { orderId, sessionId } = await ordered(w)
    await w.provider.payer.payLater(sessionId)
    await w.deliver()
    expect(await cancel(w, orderId)).toMatchObject({
      ok: true,
      value: { order: { status: 'cancelled' }, providerCancellation: 'pending' },
    })
    await w.provider.payer.settle(sessionId, 'paid')
    await w.deliver()
    await w.pass(hour)
    expect(await standing(w, orderId)).toBe('cancelled released')
    expect(w.provider.truth.refunds()).toMatchObject([{ amount: mxn(240_00n) }])
  })

  it('is cancelled together with its payment, and the other way round', async () => {
    const w = await openShop()
    const { orderId, paymentId } = await ordered(w)
    await w.holdfast.cancelPayment({ actor: staff, paymentId })
    expect(await orderOf(w, orderId)).toMatchObject({ status: 'cancelled', reason: 'requested' })
    expect(await standing(w, orderId)).toBe('cancelled released')
  })
})

describe('an order that is paid', () => {
  it('is called off: its goods are back, its coupon stays used, and its money goes back where it is told to', async () => {
    const w = await openShop()
    const { orderId, paymentId } = await paidOrder(w, [['mug', 2]], withCoupon)
    expect(await shelf(w, 'mug')).toEqual({ onHand: 8, held: 0 })
    const paidAt = w.clock.now()
    await w.clock.advance(5)
    const before = (await storyOf(w, paymentId)).length
    expect(await cancel(w, orderId, { actor: staff, refund: 'all' })).toMatchObject({
      ok: true,
      value: { order: { status: 'cancelled', reason: 'recalled' }, providerCancellation: 'done' },
    })
    expect(await orderOf(w, orderId)).toMatchObject({
      status: 'cancelled',
      reason: 'recalled',
      cancelledAt: paidAt + 5,
      completedAt: paidAt,
    })
    expect(await shelf(w, 'mug')).toEqual({ onHand: 10, held: 0 })
    expect(await uses(w, 'TEN')).toEqual({ used: 1, held: 0 })
    expect((await storyOf(w, paymentId)).slice(before)).toMatchObject([
      ['command cancel_order', `order ${orderId}`, 'staff:eve', { refund: 'all' }],
      ['fact recalled', `order ${orderId}`, { at: paidAt + 5 }],
      ['fact requested', expect.stringMatching(/^refund /) as string, { reason: 'order_cancelled' }],
    ])
    await w.pass(hour)
    expect(w.notifier.sent.at(-1)).toMatchObject({
      id: `cancelled:${orderId}`,
      template: 'cancelled',
      record: { type: 'order', id: orderId },
      refunds: [{ amount: mxn(216_00n), destination: 'provider' }],
    })
    expect(w.provider.truth.refunds()).toMatchObject([{ amount: mxn(216_00n), state: { type: 'succeeded' } }])
    expect((await w.get(paymentId)).payment.status).toBe('refunded')
  })

  it('is called off without its money, where that is what the terms say', async () => {
    const w = await openShop()
    const { orderId, paymentId } = await paidOrder(w)
    expect(await cancel(w, orderId)).toMatchObject({ ok: true, value: { order: { reason: 'recalled' } } })
    await w.pass(hour)
    expect(w.provider.truth.refunds()).toEqual([])
    expect((await w.get(paymentId)).payment.status).toBe('completed')
    expect(await shelf(w, 'mug')).toEqual({ onHand: 10, held: 0 })
  })

  it('puts back nothing of what never runs out', async () => {
    const w = await openShop()
    const { orderId } = await paidOrder(w, [
      ['pattern', 3],
      ['mug', 1],
    ])
    await cancel(w, orderId)
    expect(await w.unitOfWork.read((tx) => tx.stock.list({ limit: 9 }))).toMatchObject([
      { articleId: 'loom', onHand: 1 },
      { articleId: 'mug', onHand: 10 },
      { articleId: 'teapot', onHand: 2 },
    ])
  })

  it('is called off once', async () => {
    const w = await openShop()
    const { orderId } = await paidOrder(w)
    const first = await cancel(w, orderId, { refund: 'all' })
    expect(await cancel(w, orderId, { refund: 'all' })).toEqual(first)
    await w.pass(hour)
    expect(w.provider.truth.refunds()).toHaveLength(1)
    expect(await shelf(w, 'mug')).toEqual({ onHand: 10, held: 0 })
  })

  it('gives back what has not gone back yet', async () => {
    const w = await openShop()
    const { orderId, paymentId } = await paidOrder(w)
    await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(100_00n) })
    await cancel(w, orderId, { refund: 'all' })
    await w.pass(hour)
    expect(w.provider.truth.refunds().map(({ amount }) => amount)).toEqual([mxn(100_00n), mxn(140_00n)])
  })

  it('gives back nothing while a dispute of it is open, and calls a human, once, to give back what is left of it', async () => {
    const w = await openShop()
    const { orderId, paymentId } = await paidOrder(w)
    const [attempt] = (await w.get(paymentId)).attempts
    if (attempt?.status !== 'succeeded') throw new Error('No charge.')
    w.provider.bank.dispute(attempt.charge.id, 'opened')
    await w.deliver()
    expect(await cancel(w, orderId, { refund: 'all' })).toMatchObject({ ok: true })
    expect(await cancel(w, orderId, { refund: 'all' })).toMatchObject({ ok: true })
    await w.pass(hour)
    expect(w.provider.truth.refunds()).toEqual([])
    w.provider.bank.dispute(attempt.charge.id, 'won')
    await w.deliver()
    await w.pass(30 * day, day)
    const owed = (await w.unitOfWork.read((tx) => tx.attention.list(9))).filter(({ code }) => code !== 'dispute_opened')
    expect(owed).toMatchObject([
      {
        id: `refund_owed_after_dispute:${paymentId}`,
        code: 'refund_owed_after_dispute',
        paymentId,
        data: { reason: 'order_cancelled', amount: mxn(240_00n) },
      },
    ])
    const story = await w.unitOfWork.read((tx) => tx.timeline.list(paymentId, 99))
    expect(story.filter(({ name }) => name === 'refund_owed_after_dispute')).toHaveLength(1)
    expect(await w.holdfast.refundPayment({ actor: staff, paymentId })).toMatchObject({
      ok: true,
      value: { refund: { amount: mxn(240_00n) }, payment: { status: 'refunded' } },
    })
  })

  it('calls nobody for money that is to stay, nor where nothing is left to go back', async () => {
    for (const [refund, back] of [
      ['nothing', 0n],
      ['all', 240_00n],
    ] as const) {
      const w = await openShop()
      const { orderId, paymentId } = await paidOrder(w)
      const [attempt] = (await w.get(paymentId)).attempts
      if (attempt?.status !== 'succeeded') throw new Error('No charge.')
      if (back > 0n) w.provider.bank.refund(attempt.charge.id, back)
      w.provider.bank.dispute(attempt.charge.id, 'opened')
      await w.deliver()
      await cancel(w, orderId, { refund })
      const codes = (await w.unitOfWork.read((tx) => tx.attention.list(9))).map(({ code }) => code)
      expect(codes).toEqual(['dispute_opened'])
    }
  })

  it('gives back what a dispute that was lost in part has left', async () => {
    const w = await openShop()
    const { orderId, paymentId } = await paidOrder(w)
    const [attempt] = (await w.get(paymentId)).attempts
    if (attempt?.status !== 'succeeded') throw new Error('No charge.')
    w.provider.bank.dispute(attempt.charge.id, 'lost', mxn(40_00n))
    await w.deliver()
    await cancel(w, orderId, { refund: 'all' })
    await w.pass(hour)
    expect(w.provider.truth.refunds().map(({ amount }) => amount)).toEqual([mxn(200_00n)])
    expect((await w.get(paymentId)).payment).toMatchObject({ status: 'refunded', refunded: 240_00n })
  })

  it('gives back into the wallet where the host says so', async () => {
    const w = await openShop({ settings: { walletRefunds: ['order_cancelled'] } })
    const { orderId } = await paidOrder(w)
    await cancel(w, orderId, { refund: 'all' })
    const wallets = await w.unitOfWork.read((tx) => tx.wallets.listOf(ana.id))
    expect(wallets).toMatchObject([{ currency: 'MXN', balance: 240_00n }])
    expect(w.provider.truth.refunds()).toEqual([])
  })

  it('is not called off once it is sent, nor once it has arrived', async () => {
    const w = await openShop()
    const { orderId } = await paidOrder(w)
    await w.holdfast.shipOrder({ actor: staff, orderId })
    expect(await cancel(w, orderId, { refund: 'all' })).toEqual(refusal('order_already_shipped'))
    await w.holdfast.deliverOrder({ actor: staff, orderId })
    expect(await cancel(w, orderId, { refund: 'all' })).toEqual(refusal('order_already_shipped'))
    expect(await shelf(w, 'mug')).toEqual({ onHand: 8, held: 0 })
    expect(w.provider.truth.refunds()).toEqual([])
  })

  it('locks its payment before itself, and its stocks by article after that', async () => {
    const locked: string[] = []
    const w = await openShop({ unitOfWork: watched(locked) })
    const { orderId, paymentId } = await paidOrder(
      w,
      [
        ['teapot', 1],
        ['mug', 1],
      ],
      withCoupon,
    )
    locked.length = 0
    await cancel(w, orderId)
    expect(locked).toEqual([paymentId, orderId, 'mug', 'teapot'])
  })
})

/** A unit of work that writes down what is locked. */
const watched = (locked: string[]): NonNullable<WorldOptions['unitOfWork']> => {
  const whole = memoryUnitOfWork()
  return {
    read: (work) => whole.read(work),
    run: (work) =>
      whole.run((tx) =>
        work({
          ...tx,
          payments: { ...tx.payments, find: (id) => (locked.push(id), tx.payments.find(id)) },
          orders: { ...tx.orders, find: (id) => (locked.push(id), tx.orders.find(id)) },
          stock: { ...tx.stock, find: (id) => (locked.push(id), tx.stock.find(id)) },
          coupons: { ...tx.coupons, find: (code) => (locked.push(code), tx.coupons.find(code)) },
        }),
      ),
  }
}

describe('an order that was paid too late, when its goods were sold', () => {
  it('is cancelled and stays so, whoever cancels it again', async () => {
    const w = await openShop({ settings: { lateMoney: 'honour' } })
    const { orderId, paymentId, sessionId } = await ordered(w, [['loom', 1]])
    w.provider.faults.next('closeAttempt', 'unreachable')
    await cancel(w, orderId)
    await place(w, [['loom', 1]], { actor: ben })
    await w.provider.payer.pay(sessionId)
    await w.deliver()
    await w.pass(minute)
    expect((await w.get(paymentId)).payment.status).toBe('refunded')
    expect(await cancel(w, orderId, { refund: 'all' })).toMatchObject({
      ok: true,
      value: { order: { status: 'cancelled', reason: 'requested' }, providerCancellation: 'done' },
    })
    await w.pass(hour)
    expect(w.provider.truth.refunds()).toHaveLength(1)
    expect(await shelf(w, 'loom')).toEqual({ onHand: 1, held: 0 })
  })
})

describe('whose order it is', () => {
  it.each(['pending', 'completed'] as const)('matters while it is %s', async (status) => {
    const w = await openShop()
    const { orderId } = await (status === 'pending' ? ordered(w) : paidOrder(w))
    expect(await cancel(w, 'ord_none' as OrderId)).toEqual(refusal('order_not_found'))
    expect(await cancel(w, orderId, { actor: ben })).toEqual(refusal('order_not_found'))
    expect((await orderOf(w, orderId)).status).toBe(status)
  })

  it.each<Actor>([ana, staff, { type: 'system' }])('does not keep $type from it', async (actor) => {
    const w = await openShop()
    const unpaid = await ordered(w)
    const paid = await paidOrder(w)
    for (const { orderId } of [unpaid, paid])
      expect(await cancel(w, orderId, { actor })).toMatchObject({ ok: true, value: { order: { status: 'cancelled' } } })
  })
})

describe('under a key', () => {
  const idempotencyKey = 'k'

  it('the same order is called off once and answered alike', async () => {
    const w = await openShop()
    const { orderId } = await paidOrder(w)
    const ask = () => cancel(w, orderId, { refund: 'all', idempotencyKey })
    const answers = await Promise.all(Array.from({ length: 4 }, ask))
    for (const answer of answers) expect(answer).toEqual(answers[0])
    expect(answers[0]).toMatchObject({ ok: true })
    await w.pass(hour)
    expect(w.provider.truth.refunds()).toHaveLength(1)
  })

  it('is refused for another order, and for other terms', async () => {
    const w = await openShop()
    const { orderId } = await paidOrder(w)
    const other = await paidOrder(w)
    await cancel(w, orderId, { refund: 'all', idempotencyKey })
    expect(await cancel(w, other.orderId, { refund: 'all', idempotencyKey })).toEqual(refusal('idempotency_key_reused'))
    expect(await cancel(w, orderId, { refund: 'nothing', idempotencyKey })).toEqual(refusal('idempotency_key_reused'))
    expect(await standing(w, other.orderId)).toBe('completed consumed')
  })

  it('an unpaid order is cancelled once and answered alike', async () => {
    const w = await openShop()
    const { orderId } = await ordered(w)
    const first = await cancel(w, orderId, { idempotencyKey })
    expect(first).toMatchObject({ ok: true, value: { order: { status: 'cancelled' } } })
    expect(await cancel(w, orderId, { idempotencyKey })).toEqual(first)
    expect(await cancel(w, orderId, { idempotencyKey, refund: 'all' })).toEqual(refusal('idempotency_key_reused'))
    expect(await cancel(w, 'ord_none' as OrderId, { idempotencyKey })).toEqual(refusal('order_not_found'))
  })

  it('a refusal stays one', async () => {
    const w = await openShop()
    const { orderId } = await paidOrder(w)
    await w.holdfast.shipOrder({ actor: staff, orderId })
    expect(await cancel(w, orderId, { idempotencyKey })).toEqual(refusal('order_already_shipped'))
    expect(await cancel(w, orderId, { idempotencyKey })).toEqual(refusal('order_already_shipped'))
  })

  it('what was refused because it had just been paid is not called off by the same request', async () => {
    const w = await openShop()
    const { orderId, sessionId } = await ordered(w)
    await w.provider.payer.pay(sessionId)
    const ask = () => cancel(w, orderId, { refund: 'all', idempotencyKey })
    expect(await ask()).toEqual(refusal('payment_already_completed'))
    expect(await ask()).toEqual(refusal('payment_already_completed'))
    expect(await standing(w, orderId)).toBe('completed consumed')
  })

  it('is refused for another order also where the first was not paid', async () => {
    const w = await openShop()
    const { orderId } = await ordered(w)
    const other = await ordered(w)
    await cancel(w, orderId, { idempotencyKey })
    expect(await cancel(w, other.orderId, { idempotencyKey })).toEqual(refusal('idempotency_key_reused'))
    expect(await standing(w, other.orderId)).toBe('pending held')
  })
})
