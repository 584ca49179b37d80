import { describe, expect, it } from 'vitest'
import { Crash, crashing } from '../src/contracts/rules/crashing.ts'
import { whileTimePasses } from '../src/contracts/rules/waiting.ts'
import { ana, mxn, start, type World } from '../src/contracts/rules/world.ts'
import { hour, minute, second, type CheckOutOutcome, type OrderId } from '../src/index.ts'
import { memoryUnitOfWork } from '../src/memory/index.ts'
import { cartOf, openShop, orderOf, shelf, standing, uses } from './shopping.ts'

const cart = cartOf([['mug', 2]], { coupon: 'TEN' })
const checkOut = (w: World, idempotencyKey = 'k'): Promise<CheckOutOutcome> =>
  w.holdfast.checkOut({ actor: ana, cart, idempotencyKey })
const first = 'ord_0001' as OrderId
const ids = { orderId: 'ord_0001', paymentId: 'pay_0001' }

describe('checking out', () => {
  it('leads from the cart to the page it is paid on, which ends with the order', async () => {
    const w = await openShop()
    expect(await checkOut(w)).toEqual({
      ok: true,
      value: {
        ...ids,
        total: mxn(216_00n),
        expiresAt: start + hour,
        checkout: {
          type: 'open',
          paymentId: 'pay_0001',
          attemptId: 'att_0001',
          sessionId: 'cs_1',
          checkoutUrl: 'https://pay.example/cs_1',
          expiresAt: start + hour,
        },
      },
    })
    expect(w.provider.truth.attempts()).toMatchObject([{ paymentId: 'pay_0001', amount: mxn(216_00n) }])
  })

  it('is one order and one page, however often the same is asked for at once', async () => {
    const w = await openShop()
    const answers = await whileTimePasses(w, Promise.all(Array.from({ length: 5 }, () => checkOut(w))))
    for (const answer of answers) expect(answer).toMatchObject({ ok: true, value: ids })
    expect(w.provider.truth.attempts()).toHaveLength(1)
    expect(await shelf(w, 'mug')).toEqual({ onHand: 10, held: 2 })
  })

  it('refuses what cannot be ordered as placing an order does, and asks nobody', async () => {
    const w = await openShop()
    expect(await w.holdfast.checkOut({ actor: ana, cart: cartOf([['teapot', 3]]) })).toEqual({
      ok: false,
      error: { code: 'out_of_stock', articleId: 'teapot', available: 2, field: 'lines.0.quantity' },
    })
    expect(w.provider.truth.attempts()).toEqual([])
  })

  it('that ends between the order and its page goes on under the same key', async () => {
    const unitOfWork = crashing(memoryUnitOfWork())
    const w = await openShop({ unitOfWork })
    unitOfWork.plan(0, true)
    await expect(checkOut(w)).rejects.toThrow(Crash)
    expect(await standing(w, first)).toBe('pending held held')
    expect(w.provider.truth.attempts()).toEqual([])
    expect(await checkOut(w)).toMatchObject({ ok: true, value: { ...ids, checkout: { type: 'open' } } })
    expect(await shelf(w, 'mug')).toEqual({ onHand: 10, held: 2 })
    expect(w.provider.truth.attempts()).toHaveLength(1)
  })

  it('that ends before the order is kept leaves nothing', async () => {
    const unitOfWork = crashing(memoryUnitOfWork())
    const w = await openShop({ unitOfWork })
    unitOfWork.plan(0, false)
    await expect(checkOut(w)).rejects.toThrow(Crash)
    expect(await w.unitOfWork.read((tx) => tx.orders.list({ limit: 9 }))).toEqual([])
    expect(await shelf(w, 'mug')).toEqual({ onHand: 10, held: 0 })
  })

  it('that ends between the order and its page, and is never asked for again, lets go of everything in time', async () => {
    const unitOfWork = crashing(memoryUnitOfWork())
    const w = await openShop({ unitOfWork })
    unitOfWork.plan(0, true)
    await expect(checkOut(w)).rejects.toThrow(Crash)
    await w.pass(hour)
    expect(await standing(w, first)).toBe('cancelled released released')
    expect(await shelf(w, 'mug')).toEqual({ onHand: 10, held: 0 })
    expect(await uses(w, 'TEN')).toEqual({ used: 0, held: 0 })
  })

  it('ends the order at once where the provider will not open a page, and says which it was', async () => {
    const w = await openShop()
    w.provider.faults.next('openSession', 'refused')
    expect(await checkOut(w)).toMatchObject({
      ok: false,
      error: { ...ids, code: 'payment_declined', failure: { code: 'provider_rejected' } },
    })
    expect(await orderOf(w, first)).toMatchObject({ status: 'cancelled', reason: 'payment_failed' })
    expect(await standing(w, first)).toBe('cancelled released released')
    expect((await w.get('pay_0001' as never)).payment).toMatchObject({ status: 'cancelled', reason: 'payment_failed' })
    expect(await shelf(w, 'mug')).toEqual({ onHand: 10, held: 0 })
    expect(await uses(w, 'TEN')).toEqual({ used: 0, held: 0 })
    expect(await checkOut(w)).toEqual({ ok: false, error: { ...ids, code: 'payment_cancelled' } })
    expect(await checkOut(w, 'another')).toMatchObject({ ok: true, value: { orderId: 'ord_0002' } })
  })

  it('leaves the order as it is where the provider is away, and goes on where it stood', async () => {
    const w = await openShop()
    w.provider.faults.next('openSession', 'unreachable')
    const away = await checkOut(w)
    expect(away).toMatchObject({ ok: false, error: { ...ids, code: 'provider_unavailable' } })
    expect(await standing(w, first)).toBe('pending held held')
    await w.pass(minute, 5 * second)
    expect(await checkOut(w)).toMatchObject({ ok: true, value: { ...ids, checkout: { type: 'open' } } })
    expect(w.provider.truth.attempts()).toHaveLength(1)
  })

  it('says "not yet" where the answer got lost, and leads to that very page later', async () => {
    const w = await openShop()
    w.provider.faults.next('openSession', 'answer_lost')
    expect(await checkOut(w)).toMatchObject({
      ok: true,
      value: { ...ids, checkout: { type: 'pending', paymentId: 'pay_0001' } },
    })
    await w.pass(10 * minute, minute)
    expect(await checkOut(w)).toMatchObject({ ok: true, value: { ...ids, checkout: { sessionId: 'cs_1' } } })
    expect(w.provider.truth.attempts()).toHaveLength(1)
  })

  it('of what is paid says so', async () => {
    const w = await openShop()
    await checkOut(w)
    await w.provider.payer.pay('cs_1')
    await w.deliver()
    expect(await checkOut(w)).toEqual({ ok: false, error: { ...ids, code: 'payment_already_completed' } })
    expect(await standing(w, first)).toBe('completed consumed consumed')
  })

  it('opens no page any more from the moment that the time of the order is over', async () => {
    const w = await openShop()
    const placed = await w.holdfast.placeOrder({ actor: ana, cart, idempotencyKey: 'k' })
    expect(placed).toMatchObject({ ok: true, value: ids })
    await w.clock.advance(hour - 1)
    const early = await w.holdfast.startCheckout({ actor: ana, paymentId: 'pay_0001' as never })
    // A page is open for a while at least: the task that ends the order closes it.
    expect(early).toMatchObject({ ok: true, value: { type: 'open', expiresAt: start + hour - 1 + 42 * minute } })
    const other = await openShop()
    await other.holdfast.placeOrder({ actor: ana, cart, idempotencyKey: 'k' })
    await other.clock.advance(hour)
    expect(await checkOut(other)).toEqual({ ok: false, error: { ...ids, code: 'order_expired' } })
    expect(await standing(other, first)).toBe('pending held held')
  })
})
