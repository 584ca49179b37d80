import { describe, expect, it } from 'vitest'
import { ana, staff, type World } from '../src/contracts/rules/world.ts'
import type { OrderId } from '../src/index.ts'
import { memoryUnitOfWork } from '../src/memory/index.ts'
import { openShop, ordered, orderOf, paidOrder } from './shopping.ts'
import { storyOf } from './story-of.ts'

const refusal = (code: string) => ({ ok: false, error: { code } })
const ship = (w: World, orderId: OrderId, rest: { tracking?: string; idempotencyKey?: string } = {}) =>
  w.holdfast.shipOrder({ actor: staff, orderId, ...rest })
const deliver = (w: World, orderId: OrderId, idempotencyKey?: string) =>
  w.holdfast.deliverOrder({ actor: staff, orderId, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) })
const cancelled = async (w: World) => {
  const { orderId } = await ordered(w)
  await w.holdfast.cancelOrder({ actor: ana, orderId, refund: 'nothing' })
  return orderId
}

describe('sending an order', () => {
  it('notes when, and by what it can be followed, in the story of its payment too', async () => {
    const w = await openShop()
    const { orderId, paymentId } = await paidOrder(w)
    await w.clock.advance(5)
    const at = w.clock.now()
    const told = (await storyOf(w, paymentId)).length
    expect(await ship(w, orderId, { tracking: 'MX-1' })).toEqual({
      ok: true,
      value: { order: await orderOf(w, orderId) },
    })
    expect(await orderOf(w, orderId)).toMatchObject({ status: 'shipped', shippedAt: at, tracking: 'MX-1' })
    expect((await storyOf(w, paymentId)).slice(told)).toEqual([
      ['command ship_order', `order ${orderId}`, 'staff:eve', { tracking: 'MX-1' }],
      ['fact shipped', `order ${orderId}`, { at, tracking: 'MX-1' }],
    ])
  })

  it('needs nothing to follow it by', async () => {
    const w = await openShop()
    const { orderId, paymentId } = await paidOrder(w)
    await ship(w, orderId)
    const order = await orderOf(w, orderId)
    expect(order.status).toBe('shipped')
    expect(Object.keys(order)).not.toContain('tracking')
    expect((await storyOf(w, paymentId)).at(-2)).toEqual(['command ship_order', `order ${orderId}`, 'staff:eve', {}])
  })

  it('again leaves it as it was sent first, and tells nothing', async () => {
    const w = await openShop()
    const { orderId, paymentId } = await paidOrder(w)
    await ship(w, orderId, { tracking: 'MX-1' })
    const [order, story] = [await orderOf(w, orderId), await storyOf(w, paymentId)]
    await w.clock.advance(5)
    expect(await ship(w, orderId, { tracking: 'MX-2' })).toEqual({ ok: true, value: { order } })
    expect(await orderOf(w, orderId)).toEqual(order)
    expect(await storyOf(w, paymentId)).toEqual(story)
  })

  it('is refused for what is not there, not paid, or cancelled', async () => {
    const w = await openShop()
    expect(await ship(w, 'ord_none' as OrderId)).toEqual(refusal('order_not_found'))
    expect(await ship(w, (await ordered(w)).orderId)).toEqual(refusal('order_not_paid'))
    expect(await ship(w, await cancelled(w))).toEqual(refusal('order_cancelled'))
  })

  it('is not an owner’s to do to somebody else’s', async () => {
    const w = await openShop()
    const { orderId } = await paidOrder(w)
    const actor = { type: 'owner', id: 'ben' } as never
    expect(await w.holdfast.shipOrder({ actor, orderId })).toEqual(refusal('order_not_found'))
  })

  it('can be asked for again under its key, and not for another order, nor with another number', async () => {
    const w = await openShop()
    const { orderId } = await paidOrder(w)
    const other = await paidOrder(w)
    const first = await ship(w, orderId, { tracking: 'MX-1', idempotencyKey: 'k' })
    expect(first).toMatchObject({ ok: true, value: { order: { status: 'shipped' } } })
    await deliver(w, orderId)
    expect(await ship(w, orderId, { tracking: 'MX-1', idempotencyKey: 'k' })).toEqual(first)
    const reused = refusal('idempotency_key_reused')
    expect(await ship(w, other.orderId, { tracking: 'MX-1', idempotencyKey: 'k' })).toEqual(reused)
    expect(await ship(w, orderId, { tracking: 'MX-2', idempotencyKey: 'k' })).toEqual(reused)
    expect(await ship(w, orderId, { idempotencyKey: 'k' })).toEqual(reused)
    expect(await deliver(w, orderId, 'k')).toEqual(reused)
  })

  it('that was refused under a key stays refused', async () => {
    const w = await openShop()
    const { orderId, sessionId } = await ordered(w)
    expect(await ship(w, orderId, { idempotencyKey: 'k' })).toEqual(refusal('order_not_paid'))
    await w.provider.payer.pay(sessionId)
    await w.deliver()
    expect(await ship(w, orderId, { idempotencyKey: 'k' })).toEqual(refusal('order_not_paid'))
    expect(await ship(w, orderId)).toMatchObject({ ok: true })
  })

  it('that was sent before is kept under the key as well', async () => {
    const w = await openShop()
    const { orderId } = await paidOrder(w)
    await ship(w, orderId)
    const again = await ship(w, orderId, { idempotencyKey: 'k' })
    expect(again).toMatchObject({ ok: true, value: { order: { status: 'shipped' } } })
    await deliver(w, orderId)
    expect(await ship(w, orderId, { idempotencyKey: 'k' })).toEqual(again)
  })
})

describe('the arrival of an order', () => {
  it('is noted, in the story of its payment too', async () => {
    const w = await openShop()
    const { orderId, paymentId } = await paidOrder(w)
    await ship(w, orderId, { tracking: 'MX-1' })
    await w.clock.advance(7)
    const at = w.clock.now()
    expect(await deliver(w, orderId)).toEqual({ ok: true, value: { order: await orderOf(w, orderId) } })
    expect(await orderOf(w, orderId)).toMatchObject({
      status: 'delivered',
      deliveredAt: at,
      shippedAt: at - 7,
      tracking: 'MX-1',
    })
    expect((await storyOf(w, paymentId)).slice(-2)).toEqual([
      ['command deliver_order', `order ${orderId}`, 'staff:eve', {}],
      ['fact delivered', `order ${orderId}`, { at }],
    ])
    const order = await orderOf(w, orderId)
    await w.clock.advance(5)
    expect(await deliver(w, orderId)).toEqual({ ok: true, value: { order } })
  })

  it('is refused for what is not there, not paid, not sent, or cancelled', async () => {
    const w = await openShop()
    expect(await deliver(w, 'ord_none' as OrderId)).toEqual(refusal('order_not_found'))
    expect(await deliver(w, (await ordered(w)).orderId)).toEqual(refusal('order_not_paid'))
    expect(await deliver(w, (await paidOrder(w)).orderId)).toEqual(refusal('order_not_shipped'))
    expect(await deliver(w, await cancelled(w))).toEqual(refusal('order_cancelled'))
  })

  it('can be told again under its key, and not of another order', async () => {
    const w = await openShop()
    const { orderId } = await paidOrder(w)
    const other = await paidOrder(w)
    await ship(w, orderId)
    const first = await deliver(w, orderId, 'k')
    expect(await deliver(w, orderId, 'k')).toEqual(first)
    expect(await deliver(w, other.orderId, 'k')).toEqual(refusal('idempotency_key_reused'))
  })
})

it.each([
  ['payments', "Payment 'pay_0001' is gone."],
  ['orders', "Order 'ord_0001' is gone."],
] as const)('names what is missing of %s', async (what, message) => {
  let gone = false
  const whole = memoryUnitOfWork()
  const w = await openShop({
    unitOfWork: {
      read: (work) => whole.read(work),
      run: (work) =>
        whole.run((tx) =>
          work({ ...tx, [what]: { ...tx[what], find: (id: never) => (gone ? undefined : tx[what].find(id)) } }),
        ),
    },
  })
  const { orderId } = await paidOrder(w)
  gone = true
  await expect(ship(w, orderId)).rejects.toThrow(message)
})
