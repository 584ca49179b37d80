import { describe, expect, it } from 'vitest'
import { restock } from '../src/contracts/rules/shop.ts'
import { ana, ben, mxn, owner, planned, staff, type World, type WorldOptions } from '../src/contracts/rules/world.ts'
import {
  after,
  day,
  hour,
  instant,
  minute,
  type ArticleId,
  type AttemptId,
  type CouponCode,
  type CouponTerms,
  type OrderId,
  type PaymentId,
  type PaymentProvider,
  type ProviderEvent,
  type ProviderNews,
} from '../src/index.ts'
import { memoryUnitOfWork } from '../src/memory/index.ts'
import { openShop, ordered, orderOf, pageFor, paidOrder, place, shelf, standing, told, uses } from './shopping.ts'
import { storyOf } from './story-of.ts'

const mugs = [['mug', 2]] as const
const withCoupon = { coupon: 'TEN' }
/** What an order has lived through, in order, but for its moments. */
const factsOf = async (w: World, paymentId: PaymentId) =>
  (await storyOf(w, paymentId)).filter(([, about]) => about.startsWith('order ')).map(([what]) => what)
const chargeOf = async (w: World, paymentId: PaymentId): Promise<string> => {
  const found = (await w.get(paymentId)).attempts.find(({ status }) => status === 'succeeded')
  if (found?.status !== 'succeeded') throw new Error('No charge.')
  return found.charge.id
}
const taskOf = (w: World, orderId: OrderId) => w.unitOfWork.read((tx) => tx.tasks.find(`expire_order:${orderId}`))
const news = (w: World, about: ProviderNews, id = 'evt_own'): ProviderEvent => ({
  id,
  type: 'page.expired',
  occurredAt: w.clock.now(),
  livemode: false,
  news: about,
})
const define = (w: World, code: string, terms: Partial<CouponTerms>) =>
  w.holdfast.defineCoupon({
    actor: staff,
    terms: { discount: { type: 'percent', percent: 10 }, ...terms, code: code as CouponCode },
  })
const topUp = async (w: World, amount: string) => {
  const opened = await w.holdfast.openIntent({ actor: ana, kind: 'wallet_topup', payload: { amount, currency: 'MXN' } })
  if (!opened.ok) throw new Error(opened.error.code)
  await w.provider.payer.pay(await pageFor(w, opened.value.paymentId))
  await w.deliver()
}

describe('an order that is paid', () => {
  it('is completed: what it holds is used, and its owner is told once', async () => {
    const w = await openShop()
    const { orderId, paymentId, sessionId } = await ordered(w, mugs, withCoupon)
    await w.clock.advance(5)
    const paidAt = w.clock.now()
    await w.provider.payer.pay(sessionId)
    await w.deliver()
    expect(await orderOf(w, orderId)).toMatchObject({ status: 'completed', completedAt: paidAt })
    expect(await standing(w, orderId)).toBe('completed consumed consumed')
    expect(await shelf(w, 'mug')).toEqual({ onHand: 8, held: 0 })
    expect(await uses(w, 'TEN')).toEqual({ used: 1, held: 0 })
    expect(w.notifier.sent).toEqual([])
    await w.pass(minute)
    expect(w.notifier.sent).toEqual([
      {
        id: `confirmed:${orderId}`,
        to: 'ana',
        paymentId,
        template: 'confirmed',
        record: { type: 'order', id: orderId },
        amount: mxn(216_00n),
      },
    ])
    const story = await storyOf(w, paymentId)
    expect(story.map(([what]) => what)).toEqual([
      'command place_order',
      'fact placed',
      'command start_checkout',
      'fact requested',
      'answer open_session',
      'fact opened',
      'event charge.captured',
      'fact captured',
      'fact captured',
      'fact completed',
      'answer message_sent',
    ])
    expect(story.at(-2)).toEqual(['fact completed', `order ${orderId}`, { at: paidAt }])
  })

  it('is completed once, however often and by whomever that is told', async () => {
    const w = await openShop()
    await planned(w)
    const { orderId, paymentId, sessionId } = await ordered(w, mugs)
    await w.provider.payer.pay(sessionId)
    for (let times = 0; times < 2; times += 1) {
      for (const event of w.provider.events()) await w.holdfast.receiveEvent(event)
      await w.holdfast.syncPayment({ actor: staff, paymentId })
      await w.pass(2 * hour)
    }
    expect(await factsOf(w, paymentId)).toEqual(['command place_order', 'fact placed', 'fact completed'])
    expect(await standing(w, orderId)).toBe('completed consumed')
    expect(await shelf(w, 'mug')).toEqual({ onHand: 8, held: 0 })
    expect(told(w)).toEqual(['confirmed'])
    expect(w.notifier.timesHandedOver(`confirmed:${orderId}`)).toBe(1)
  })

  it('is found by the sweep where nobody told of it', async () => {
    const w = await openShop()
    await planned(w)
    const { orderId, sessionId } = await ordered(w, mugs)
    await w.provider.payer.pay(sessionId)
    await w.pass(40 * minute)
    expect(await standing(w, orderId)).toBe('completed consumed')
  })

  it('from a wallet is completed in the same moment', async () => {
    const w = await openShop()
    await topUp(w, '500')
    const { orderId, paymentId } = await place(w, mugs)
    const paid = await w.holdfast.payFromWallet({ actor: ana, paymentId })
    expect(paid).toMatchObject({ ok: true, value: { balance: mxn(260_00n) } })
    expect(await standing(w, orderId)).toBe('completed consumed')
    expect(await shelf(w, 'mug')).toEqual({ onHand: 8, held: 0 })
  })

  it('is not paid from a wallet once it is cancelled, or its time is over', async () => {
    const w = await openShop()
    await topUp(w, '500')
    const late = await place(w, mugs)
    await w.clock.advance(hour)
    expect(await w.holdfast.payFromWallet({ actor: ana, paymentId: late.paymentId })).toEqual({
      ok: false,
      error: { code: 'order_expired' },
    })
    expect(await standing(w, late.orderId)).toBe('pending held')
    const cancelled = await place(w, mugs)
    await w.holdfast.cancelOrder({ actor: ana, orderId: cancelled.orderId, refund: 'nothing' })
    expect(await w.holdfast.payFromWallet({ actor: ana, paymentId: cancelled.paymentId })).toEqual({
      ok: false,
      error: { code: 'payment_cancelled' },
    })
  })

  it.each(['partly', 'in full'])('stays as it is when its money goes back %s', async (how) => {
    const w = await openShop()
    const { orderId, paymentId } = await paidOrder(w, mugs, withCoupon)
    const amount = how === 'partly' ? { amount: mxn(100_00n) } : {}
    expect(await w.holdfast.refundPayment({ actor: staff, paymentId, ...amount })).toMatchObject({ ok: true })
    await w.pass(hour)
    expect((await w.get(paymentId)).payment.status).toBe(how === 'partly' ? 'partially_refunded' : 'refunded')
    expect(await standing(w, orderId)).toBe('completed consumed consumed')
    expect(await shelf(w, 'mug')).toEqual({ onHand: 8, held: 0 })
    expect(await w.holdfast.shipOrder({ actor: staff, orderId })).toMatchObject({ ok: true })
  })

  it.each(['won', 'lost'] as const)('stays as it is while it is disputed, and when that is %s', async (outcome) => {
    const w = await openShop()
    const { orderId, paymentId } = await paidOrder(w, mugs)
    w.provider.bank.dispute(await chargeOf(w, paymentId), 'opened')
    await w.deliver()
    expect((await w.get(paymentId)).payment.status).toBe('disputed')
    expect(await standing(w, orderId)).toBe('completed consumed')
    w.provider.bank.dispute(await chargeOf(w, paymentId), outcome)
    await w.deliver()
    expect((await w.get(paymentId)).payment.status).toBe(outcome === 'won' ? 'completed' : 'refunded')
    expect(await standing(w, orderId)).toBe('completed consumed')
    expect(await shelf(w, 'mug')).toEqual({ onHand: 8, held: 0 })
  })
})

describe('a page that has expired', () => {
  it('cancels the order and lets go of all it holds, once', async () => {
    const w = await openShop()
    const { orderId, paymentId, sessionId } = await ordered(w, mugs, withCoupon)
    await w.provider.payer.expire(sessionId)
    await w.deliver()
    await w.pass(minute)
    expect(await orderOf(w, orderId)).toMatchObject({ status: 'cancelled', reason: 'expired' })
    expect(await standing(w, orderId)).toBe('cancelled released released')
    expect((await w.get(paymentId)).payment).toMatchObject({ status: 'cancelled', reason: 'expired' })
    expect(await shelf(w, 'mug')).toEqual({ onHand: 10, held: 0 })
    expect(await uses(w, 'TEN')).toEqual({ used: 0, held: 0 })
    await w.pass(3 * hour)
    expect(await shelf(w, 'mug')).toEqual({ onHand: 10, held: 0 })
    expect(await factsOf(w, paymentId)).toEqual(['command place_order', 'fact placed', 'fact cancelled'])
    expect(told(w)).toEqual([])
  })

  it('is asked about, and cancels nothing where it was paid after all', async () => {
    const w = await openShop()
    const { orderId, sessionId } = await ordered(w, mugs)
    await w.provider.payer.pay(sessionId)
    await w.holdfast.receiveEvent(news(w, { about: 'attempt', providerId: sessionId, report: 'ask' }))
    await w.pass(minute)
    expect(await standing(w, orderId)).toBe('completed consumed')
  })

  it('cancels nothing where it had to make way for another with a new price', async () => {
    const w = await openShop()
    const { orderId, paymentId } = await ordered(w, mugs)
    await w.holdfast.changeAmount({ actor: staff, paymentId, amount: mxn(200_00n) })
    await w.deliver()
    await w.pass(minute)
    expect(await standing(w, orderId)).toBe('pending held')
    await w.provider.payer.pay(await pageFor(w, paymentId))
    await w.deliver()
    expect(await standing(w, orderId)).toBe('completed consumed')
  })
})

describe('a try that failed', () => {
  it('on the page leaves the order payable on that page', async () => {
    const w = await openShop()
    const { orderId, paymentId, sessionId } = await ordered(w, mugs)
    await w.provider.payer.declineOnPage(sessionId)
    await w.deliver()
    expect(await standing(w, orderId)).toBe('pending held')
    expect((await w.get(paymentId)).attempts).toMatchObject([{ status: 'open', declines: [{ id: 'try_1' }] }])
    await w.provider.payer.pay(sessionId)
    await w.deliver()
    expect(await standing(w, orderId)).toBe('completed consumed')
  })

  it('after days on its way leaves the order payable on another page, until its time is over', async () => {
    const w = await openShop()
    const { orderId, paymentId, sessionId } = await ordered(w, mugs)
    await w.provider.payer.payLater(sessionId)
    await w.deliver()
    await w.clock.advance(hour - 1)
    await w.provider.payer.settle(sessionId, 'failed')
    await w.deliver()
    expect((await w.get(paymentId)).payment.status).toBe('failed')
    expect(await standing(w, orderId)).toBe('pending held')
    const again = await pageFor(w, paymentId)
    expect(again).not.toBe(sessionId)
    await w.provider.payer.pay(again)
    await w.deliver()
    expect(await standing(w, orderId)).toBe('completed consumed')
  })

  it('from the end of its time on ends the order', async () => {
    const w = await openShop()
    const { orderId, paymentId, sessionId } = await ordered(w, mugs)
    await w.provider.payer.payLater(sessionId)
    await w.deliver()
    await w.clock.advance(hour)
    await w.provider.payer.settle(sessionId, 'failed')
    await w.deliver()
    expect(await orderOf(w, orderId)).toMatchObject({ status: 'cancelled', reason: 'payment_failed' })
    expect(await standing(w, orderId)).toBe('cancelled released')
    expect((await w.get(paymentId)).payment).toMatchObject({ status: 'cancelled', reason: 'payment_failed' })
    expect(await shelf(w, 'mug')).toEqual({ onHand: 10, held: 0 })
  })

  it('with another sum than asked for leaves the order payable, and that sum goes back', async () => {
    const w = await openShop()
    const { orderId, paymentId, sessionId } = await ordered(w, mugs)
    await w.provider.payer.pay(sessionId, mxn(7n))
    await w.deliver()
    expect((await w.get(paymentId)).payment).toMatchObject({ status: 'failed', failure: { code: 'amount_mismatch' } })
    expect(await standing(w, orderId)).toBe('pending held')
    await w.provider.payer.pay(await pageFor(w, paymentId))
    await w.deliver()
    await w.pass(hour)
    expect(await standing(w, orderId)).toBe('completed consumed')
    expect(w.provider.truth.refunds()).toMatchObject([{ amount: mxn(7n) }])
  })

  it('does not end the order after its time while there is another page to pay on', async () => {
    const w = await openShop()
    const { orderId, paymentId, sessionId } = await ordered(w, mugs)
    await w.holdfast.changeAmount({ actor: staff, paymentId, amount: mxn(200_00n) })
    await w.clock.advance(45 * minute)
    const second = await pageFor(w, paymentId)
    await w.clock.advance(20 * minute)
    // The first page is found to have been paid with its old price, after all.
    const [first] = (await w.get(paymentId)).attempts
    const charge = { id: 'ch_old', amount: mxn(240_00n) }
    const report = { state: { type: 'captured', charge }, providerId: sessionId, livemode: false } as const
    await w.holdfast.receiveEvent(news(w, { about: 'attempt', attemptId: first?.id as AttemptId, report }))
    expect((await w.get(paymentId)).payment).toMatchObject({ status: 'failed', failure: { code: 'amount_mismatch' } })
    expect(await standing(w, orderId)).toBe('pending held')
    await w.provider.payer.pay(second)
    await w.deliver()
    expect(await standing(w, orderId)).toBe('completed consumed')
  })
})

describe('the time of an order', () => {
  it('is over: the provider is asked first, while all is still held, and then it is cancelled', async () => {
    const seen: unknown[] = []
    const w: World = await openShop({
      wrapProvider: (provider): PaymentProvider => ({
        ...provider,
        closeAttempt: async (request) => {
          seen.push(await standing(w, 'ord_0001' as OrderId))
          return provider.closeAttempt(request)
        },
      }),
    })
    const { orderId, paymentId } = await place(w, mugs)
    // A page lasts 32 minutes at least: this one would outlive the order.
    await w.clock.advance(40 * minute)
    const sessionId = await pageFor(w, paymentId)
    await w.pass(19 * minute, minute)
    expect(await standing(w, orderId)).toBe('pending held')
    await w.pass(minute, minute)
    expect(seen).toEqual(['pending held'])
    expect(await orderOf(w, orderId)).toMatchObject({ status: 'cancelled', reason: 'expired' })
    expect(await standing(w, orderId)).toBe('cancelled released')
    expect((await w.get(paymentId)).payment).toMatchObject({ status: 'cancelled', reason: 'expired' })
    expect(await taskOf(w, orderId)).toMatchObject({ status: 'done', result: { provider_cancellation: 'done' } })
    await expect(w.provider.payer.pay(sessionId)).rejects.toThrow(RangeError)
    expect(await shelf(w, 'mug')).toEqual({ onHand: 10, held: 0 })
  })

  it('is over for one without a page, and nobody is asked', async () => {
    const w = await openShop()
    const { orderId } = await place(w, mugs)
    await w.pass(hour)
    expect(await orderOf(w, orderId)).toMatchObject({ status: 'cancelled', reason: 'expired' })
    expect(w.provider.truth.attempts()).toEqual([])
  })

  it('is over just when it was paid, without our having heard of it: it is completed', async () => {
    const w = await openShop()
    const { orderId, paymentId } = await place(w, mugs)
    await w.clock.advance(40 * minute)
    await w.provider.payer.pay(await pageFor(w, paymentId))
    await w.pass(21 * minute, minute)
    expect(await standing(w, orderId)).toBe('completed consumed')
    expect(await taskOf(w, orderId)).toMatchObject({ status: 'done', result: { refused: 'payment_already_completed' } })
    expect(told(w)).toEqual(['confirmed'])
  })

  it('is over while its money is on its way: that is waited for, in steps of six hours', async () => {
    const w = await openShop()
    const { orderId, expiresAt, sessionId } = await ordered(w, mugs)
    await w.provider.payer.payLater(sessionId)
    await w.deliver()
    await w.pass(hour)
    expect(await standing(w, orderId)).toBe('pending held')
    expect(await taskOf(w, orderId)).toMatchObject({ status: 'waiting', dueAt: expiresAt + 6 * hour })
    await w.pass(6 * hour)
    expect(await taskOf(w, orderId)).toMatchObject({ status: 'waiting', dueAt: expiresAt + 12 * hour })
    await w.provider.payer.settle(sessionId, 'paid')
    await w.deliver()
    expect(await standing(w, orderId)).toBe('completed consumed')
    await w.pass(6 * hour)
    expect(await taskOf(w, orderId)).toMatchObject({ status: 'done', result: { order: 'completed' } })
  })

  it('is over while money is on its way of which nobody told us: that is waited for, and then it comes', async () => {
    const w = await openShop()
    const { orderId, paymentId } = await place(w, mugs)
    await w.clock.advance(40 * minute)
    const sessionId = await pageFor(w, paymentId)
    await w.provider.payer.payLater(sessionId)
    await w.pass(21 * minute, minute)
    expect(await standing(w, orderId)).toBe('pending held')
    await w.provider.payer.settle(sessionId, 'paid')
    await w.deliver()
    expect(await standing(w, orderId)).toBe('completed consumed')
  })

  it('is over while money is on its way of which nobody told us, and which does not come', async () => {
    const w = await openShop()
    const { orderId, paymentId } = await place(w, mugs)
    await w.clock.advance(40 * minute)
    const sessionId = await pageFor(w, paymentId)
    await w.provider.payer.payLater(sessionId)
    await w.pass(21 * minute, minute)
    await w.provider.payer.settle(sessionId, 'failed')
    await w.deliver()
    expect(await orderOf(w, orderId)).toMatchObject({ status: 'cancelled', reason: 'expired' })
    expect(await shelf(w, 'mug')).toEqual({ onHand: 10, held: 0 })
  })

  it('is over while the provider is away: all stays as it is until its page is closed there', async () => {
    const w = await openShop()
    const { orderId, paymentId } = await place(w, mugs, withCoupon)
    await w.clock.advance(40 * minute)
    await pageFor(w, paymentId)
    w.provider.faults.next('closeAttempt', 'unreachable')
    await w.pass(20 * minute, 20 * minute)
    expect(await standing(w, orderId)).toBe('pending held held')
    expect((await w.get(paymentId)).payment.status).toBe('pending')
    expect((await w.get(paymentId)).attempts).toMatchObject([{ status: 'open', closing: 'expired' }])
    expect(await shelf(w, 'mug')).toEqual({ onHand: 10, held: 2 })
    expect(await uses(w, 'TEN')).toEqual({ used: 0, held: 1 })
    expect(await taskOf(w, orderId)).toMatchObject({
      status: 'waiting',
      dueAt: after(w.clock.now(), hour),
      lastRun: { result: { refused: 'provider_unavailable' } },
    })
    await w.pass(5 * minute, minute)
    expect(w.provider.truth.attempts()).toMatchObject([{ state: { type: 'expired' } }])
    expect(await orderOf(w, orderId)).toMatchObject({ status: 'cancelled', reason: 'expired' })
    expect(await standing(w, orderId)).toBe('cancelled released released')
    expect(await shelf(w, 'mug')).toEqual({ onHand: 10, held: 0 })
    expect(await uses(w, 'TEN')).toEqual({ used: 0, held: 0 })
    await w.pass(hour)
    expect(await taskOf(w, orderId)).toMatchObject({ status: 'done', result: { order: 'cancelled' } })
  })

  it('is over while the provider is away, and it is paid before its page is closed: it is completed', async () => {
    const w = await openShop()
    const { orderId, paymentId } = await place(w, mugs)
    await w.clock.advance(40 * minute)
    const sessionId = await pageFor(w, paymentId)
    w.provider.faults.next('closeAttempt', 'unreachable')
    await w.pass(20 * minute, 20 * minute)
    await w.provider.payer.pay(sessionId)
    await w.pass(5 * minute, minute)
    expect(await standing(w, orderId)).toBe('completed consumed')
    expect(told(w)).toEqual(['confirmed'])
    expect(w.provider.truth.refunds()).toEqual([])
  })

  it('is over while the provider is away: whoever comes to pay is told to ask again, and then that it is over', async () => {
    const w = await openShop()
    const { orderId, paymentId } = await place(w, mugs)
    await w.clock.advance(40 * minute)
    await pageFor(w, paymentId)
    for (const fault of ['unreachable', 'unreachable', 'request_lost'] as const)
      w.provider.faults.next('closeAttempt', fault)
    await w.pass(20 * minute, 20 * minute)
    const asked = () => w.holdfast.startCheckout({ actor: ana, paymentId, idempotencyKey: 'pay' })
    for (let time = 0; time < 2; time += 1)
      expect(await asked()).toMatchObject({ ok: false, error: { code: 'provider_unavailable' } })
    expect(await standing(w, orderId)).toBe('pending held')
    expect(await asked()).toEqual({ ok: false, error: { code: 'payment_cancelled' } })
    expect(await standing(w, orderId)).toBe('cancelled released')
    expect(w.provider.truth.attempts()).toHaveLength(1)
  })

  it('is over for one that has ended before, or that there is not: nothing is done', async () => {
    const w = await openShop()
    const cancelled = await place(w, mugs)
    await w.holdfast.cancelPayment({ actor: ana, paymentId: cancelled.paymentId })
    const paid = await paidOrder(w, mugs)
    const now = w.clock.now()
    const body = { type: 'expire_order', orderId: 'ord_none' as OrderId } as const
    await w.unitOfWork.run((tx) => tx.tasks.append([{ id: 'expire_order:ord_none', body, dueAt: now }], now))
    await w.pass(hour)
    const results = []
    for (const id of [cancelled.orderId, paid.orderId, 'ord_none' as OrderId])
      results.push((await taskOf(w, id))?.result)
    expect(results).toEqual([{ order: 'cancelled' }, { order: 'completed' }, { order: 'gone' }])
    expect(await standing(w, paid.orderId)).toBe('completed consumed')
  })
})

/** An order that was cancelled while the provider was away, and has been paid on its page all the same. */
const paidTooLate = async (
  options: WorldOptions & { readonly meanwhile?: (w: World) => Promise<unknown> } = {},
  rest: Parameters<typeof ordered>[2] = { ...withCoupon, details: { to: 'Mérida' } },
) => {
  const { meanwhile, ...settings } = options
  const w = await openShop(settings)
  const made = await ordered(w, mugs, rest)
  w.provider.faults.next('closeAttempt', 'unreachable')
  await w.holdfast.cancelOrder({ actor: ana, orderId: made.orderId, refund: 'nothing' })
  await w.clock.advance(5)
  await meanwhile?.(w)
  await w.provider.payer.pay(made.sessionId)
  await w.deliver()
  return { w, ...made }
}
const honour: WorldOptions = { settings: { lateMoney: 'honour' } }

describe('money that comes for an order that is cancelled', () => {
  it('goes back, once, where the host does not honour it', async () => {
    const { w, orderId, paymentId } = await paidTooLate()
    await w.pass(3 * hour)
    expect(await standing(w, orderId)).toBe('cancelled released released')
    expect((await w.get(paymentId)).payment.status).toBe('cancelled')
    expect((await w.get(paymentId)).refunds).toMatchObject([{ reason: 'late_payment', amount: mxn(216_00n) }])
    expect(w.provider.truth.refunds()).toHaveLength(1)
    expect(told(w)).toEqual(['refunded_surplus'])
    expect(await shelf(w, 'mug')).toEqual({ onHand: 10, held: 0 })
  })

  it('completes it after all where the host honours it: it takes anew what it had let go', async () => {
    const { w, orderId, paymentId } = await paidTooLate(honour)
    expect(await orderOf(w, orderId)).toMatchObject({ status: 'completed', completedAt: w.clock.now() })
    expect(await standing(w, orderId)).toBe('completed released released consumed consumed')
    expect(await shelf(w, 'mug')).toEqual({ onHand: 8, held: 0 })
    expect(await uses(w, 'TEN')).toEqual({ used: 1, held: 0 })
    await w.pass(3 * hour)
    expect(await factsOf(w, paymentId)).toEqual([
      'command place_order',
      'fact placed',
      'fact cancelled',
      'fact reinstated',
    ])
    expect(w.provider.truth.refunds()).toEqual([])
    expect(told(w)).toEqual(['confirmed'])
    expect(await w.holdfast.shipOrder({ actor: staff, orderId })).toMatchObject({ ok: true })
  })

  it('completes one that had run out of time: the page by which it comes was taken for gone', async () => {
    let isGone = true
    const w = await openShop({
      ...honour,
      wrapProvider: (provider) => ({
        ...provider,
        closeAttempt: async (request) => (isGone ? { type: 'absent' as const } : provider.closeAttempt(request)),
      }),
    })
    const { orderId, paymentId } = await place(w, mugs)
    await w.clock.advance(40 * minute)
    const sessionId = await pageFor(w, paymentId)
    await w.pass(20 * minute, 20 * minute)
    expect(await standing(w, orderId)).toBe('cancelled released')
    isGone = false
    await w.provider.payer.pay(sessionId)
    await w.deliver()
    expect(await standing(w, orderId)).toBe('completed released consumed')
  })

  it('can be called off again, and puts back only what it took', async () => {
    const { w, orderId } = await paidTooLate(honour)
    await w.holdfast.cancelOrder({ actor: staff, orderId, refund: 'all' })
    await w.pass(hour)
    expect(await shelf(w, 'mug')).toEqual({ onHand: 10, held: 0 })
    expect(w.provider.truth.refunds()).toMatchObject([{ amount: mxn(216_00n) }])
    expect(await uses(w, 'TEN')).toEqual({ used: 1, held: 0 })
  })

  it('goes back where its goods are sold by then, and its owner is told why', async () => {
    const { w, orderId, paymentId } = await paidTooLate({
      ...honour,
      meanwhile: (world) => place(world, [['mug', 9]], { actor: ben }),
    })
    await w.pass(30 * minute)
    expect(await standing(w, orderId)).toBe('cancelled released released')
    expect(await shelf(w, 'mug')).toEqual({ onHand: 10, held: 9 })
    expect(await uses(w, 'TEN')).toEqual({ used: 0, held: 0 })
    expect((await w.get(paymentId)).payment.status).toBe('refunded')
    expect((await w.get(paymentId)).refunds).toMatchObject([
      { reason: 'unavailable', amount: mxn(216_00n), status: 'succeeded' },
    ])
    expect(w.provider.truth.refunds()).toHaveLength(1)
    expect(w.notifier.sent).toEqual([
      {
        id: `refunded_unavailable:${orderId}`,
        to: 'ana',
        paymentId,
        template: 'refunded_unavailable',
        reason: 'out_of_stock',
        amount: mxn(216_00n),
        destination: 'provider',
        details: { to: 'Mérida' },
      },
    ])
  })

  it('goes back into the wallet where the host says so', async () => {
    const { w } = await paidTooLate({
      settings: { lateMoney: 'honour', walletRefunds: ['unavailable'] },
      meanwhile: (world) => place(world, [['mug', 9]], { actor: ben }),
    })
    await w.pass(minute)
    expect(w.notifier.sent).toMatchObject([{ template: 'refunded_unavailable', destination: 'wallet' }])
    expect(await w.unitOfWork.read((tx) => tx.wallets.listOf(ana.id))).toMatchObject([{ balance: 216_00n }])
    expect(w.provider.truth.refunds()).toEqual([])
  })

  it('goes back where its coupon is used up by then, and nothing else of it is taken', async () => {
    const { w, orderId } = await paidTooLate(
      {
        ...honour,
        meanwhile: async (world) => {
          for (const name of ['b', 'c', 'd'])
            await place(world, [['mug', 1]], { coupon: 'WELCOME', actor: owner(name) })
        },
      },
      { coupon: 'WELCOME' },
    )
    await w.pass(minute)
    expect(await standing(w, orderId)).toBe('cancelled released released')
    expect(w.notifier.sent).toMatchObject([{ template: 'refunded_unavailable', reason: 'coupon_used_up' }])
    expect(await shelf(w, 'mug')).toEqual({ onHand: 10, held: 3 })
  })

  it('completes it with the coupon that it had, whatever has become of its terms since', async () => {
    const { w, orderId } = await paidTooLate({
      ...honour,
      meanwhile: (world) =>
        define(world, 'TEN', {
          minimum: mxn(9_000_00n),
          startsAt: instant(world.clock.now() + 1),
          endsAt: instant(world.clock.now() + 2),
        }),
    })
    expect(await standing(w, orderId)).toBe('completed released released consumed consumed')
  })

  it('completes it with a coupon that its owner can use once', async () => {
    const { w, orderId } = await paidTooLate(honour, { coupon: 'WELCOME' })
    expect(await standing(w, orderId)).toBe('completed released released consumed consumed')
    expect(await uses(w, 'WELCOME')).toEqual({ used: 1, held: 0 })
  })

  it('goes back where its owner has used the coupon on another order since', async () => {
    const { w, orderId } = await paidTooLate(
      { ...honour, meanwhile: (world) => place(world, [['mug', 1]], { coupon: 'WELCOME' }) },
      { coupon: 'WELCOME' },
    )
    await w.pass(minute)
    expect(await standing(w, orderId)).toBe('cancelled released released')
    expect(w.notifier.sent).toMatchObject([{ reason: 'coupon_used_by_you' }])
  })

  it('goes back where its coupon is not there any more', async () => {
    let gone = false
    const whole = memoryUnitOfWork()
    const { w, orderId } = await paidTooLate({
      ...honour,
      unitOfWork: {
        read: (work) => whole.read(work),
        run: (work) =>
          whole.run((tx) =>
            work({
              ...tx,
              coupons: { ...tx.coupons, find: async (code) => (gone ? undefined : tx.coupons.find(code)) },
            }),
          ),
      },
      meanwhile: async () => {
        gone = true
      },
    })
    await w.pass(minute)
    expect(await standing(w, orderId)).toBe('cancelled released released')
    expect(w.notifier.sent).toMatchObject([{ template: 'refunded_unavailable', reason: 'coupon_unknown' }])
    expect(await shelf(w, 'mug')).toEqual({ onHand: 10, held: 0 })
  })

  it('completes one of which nothing has to be kept', async () => {
    const w = await openShop(honour)
    const { orderId, sessionId } = await ordered(w, [['pattern', 2]])
    w.provider.faults.next('closeAttempt', 'unreachable')
    await w.holdfast.cancelOrder({ actor: ana, orderId, refund: 'nothing' })
    await w.provider.payer.pay(sessionId)
    await w.deliver()
    expect(await standing(w, orderId)).toBe('completed')
  })
})

describe('why an order was cancelled', () => {
  it.each([
    ['requested', 'requested'],
    ['expired', 'expired'],
    ['payment_failed', 'payment_failed'],
    ['abandoned', 'requested'],
    ['reservation_cancelled', 'requested'],
  ] as const)('is said: %s', async (reason, ofOrder) => {
    const w = await openShop()
    const { orderId, paymentId } = await place(w, mugs)
    await w.holdfast.cancelPayment({ actor: staff, paymentId, reason })
    expect(await orderOf(w, orderId)).toMatchObject({ status: 'cancelled', reason: ofOrder })
  })
})

describe('what is stored and cannot be', () => {
  /** A world in which this is not found once it is to be. */
  const without = async (what: 'orders' | 'stock' | 'coupons') => {
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
    const made = await place(w, mugs, withCoupon)
    gone = true
    return { cancelling: () => w.holdfast.cancelPayment({ actor: ana, paymentId: made.paymentId }), w, ...made }
  }

  it('is named by what is missing: the order of a payment', async () => {
    const { w, cancelling, paymentId } = await without('orders')
    const missing = "Payment 'pay_0001' is for an order that is not there."
    await expect(cancelling()).rejects.toThrow(missing)
    await expect(w.holdfast.startCheckout({ actor: ana, paymentId })).rejects.toThrow(missing)
  })

  it('is named by what is missing: the stock of an article', async () => {
    const { cancelling } = await without('stock')
    await expect(cancelling()).rejects.toThrow("The stock of 'mug' is gone.")
  })

  it('is named by what is missing: a coupon', async () => {
    const { cancelling } = await without('coupons')
    await expect(cancelling()).rejects.toThrow("Coupon 'TEN' is gone.")
  })

  it('is named by what it refuses: a hold that nobody holds', async () => {
    const w = await openShop()
    const { paymentId } = await place(w, mugs, withCoupon)
    const cancelling = () => w.holdfast.cancelPayment({ actor: ana, paymentId })
    await w.unitOfWork.run(async (tx) => {
      const found = await tx.coupons.find('TEN' as CouponCode)
      if (found !== undefined) await tx.coupons.save({ ...found.value, held: 0 }, found.version)
    })
    await expect(cancelling()).rejects.toThrow("Coupon 'TEN' refuses to release: coupon_not_held.")
    await w.unitOfWork.run(async (tx) => {
      const coupon = await tx.coupons.find('TEN' as CouponCode)
      if (coupon !== undefined) await tx.coupons.save({ ...coupon.value, held: 1 }, coupon.version)
      const stock = await tx.stock.find('mug' as ArticleId)
      if (stock !== undefined) await tx.stock.save({ ...stock.value, held: 1 }, stock.version)
    })
    await expect(cancelling()).rejects.toThrow("The stock of 'mug' refuses to release: not_held.")
  })
})

it('an order that is cancelled while its payment is not has no page', async () => {
  const w = await openShop()
  const { orderId, paymentId } = await place(w, mugs)
  await w.unitOfWork.run(async (tx) => {
    const found = await tx.orders.find(orderId)
    if (found?.value.status !== 'pending') throw new Error('No order.')
    const now = w.clock.now()
    await tx.orders.save({ ...found.value, status: 'cancelled', cancelledAt: now, reason: 'requested' }, found.version)
  })
  expect(await w.holdfast.startCheckout({ actor: ana, paymentId })).toEqual({
    ok: false,
    error: { code: 'order_cancelled' },
  })
})

it('an order is not even looked at where its payment moves and is neither paid, ended nor priced anew', async () => {
  const looked: string[] = []
  const whole = memoryUnitOfWork()
  const w = await openShop({
    unitOfWork: {
      read: (work) => whole.read(work),
      run: (work) =>
        whole.run((tx) =>
          work({ ...tx, orders: { ...tx.orders, find: (id) => (looked.push(id), tx.orders.find(id)) } }),
        ),
    },
  })
  const { paymentId, sessionId } = await ordered(w, mugs)
  looked.length = 0
  await w.provider.payer.payLater(sessionId)
  await w.deliver()
  expect((await w.get(paymentId)).payment.status).toBe('processing')
  expect(looked).toEqual([])
  await w.provider.payer.settle(sessionId, 'paid')
  await w.deliver()
  await w.pass(hour)
  looked.length = 0
  await w.holdfast.refundPayment({ actor: staff, paymentId })
  await w.pass(day, hour)
  expect((await w.get(paymentId)).payment.status).toBe('refunded')
  expect(looked).toEqual([])
})

describe('an order whose price staff change', () => {
  it('is for that sum from then on, with the same goods and the same discount', async () => {
    const w = await openShop()
    const { orderId, paymentId } = await ordered(w, mugs, withCoupon)
    const before = await orderOf(w, orderId)
    await w.holdfast.changeAmount({ actor: staff, paymentId, amount: mxn(200_00n) })
    expect(await orderOf(w, orderId)).toStrictEqual({ ...before, total: mxn(200_00n) })
    expect((await storyOf(w, paymentId)).at(-1)).toEqual(['fact repriced', `order ${orderId}`, { total: mxn(200_00n) }])
    await w.provider.payer.pay(await pageFor(w, paymentId))
    await w.deliver()
    await w.pass(minute)
    expect(await standing(w, orderId)).toBe('completed consumed consumed')
    expect(w.notifier.sent).toMatchObject([{ template: 'confirmed', amount: mxn(200_00n) }])
  })

  it('is for the same sum where only what the payer reads is changed', async () => {
    const w = await openShop()
    const { orderId, paymentId } = await place(w, mugs)
    const item = { name: 'Two mugs', description: 'As agreed' }
    await w.holdfast.changeAmount({ actor: staff, paymentId, amount: mxn(240_00n), item })
    expect((await w.get(paymentId)).payment.item).toEqual(item)
    expect((await orderOf(w, orderId)).total).toEqual(mxn(240_00n))
    expect(await factsOf(w, paymentId)).toEqual(['command place_order', 'fact placed'])
  })

  it('keeps its price once it is paid', async () => {
    const w = await openShop()
    const { orderId, paymentId } = await paidOrder(w, mugs)
    const refused = await w.holdfast.changeAmount({ actor: staff, paymentId, amount: mxn(1_00n) })
    expect(refused).toEqual({ ok: false, error: { code: 'payment_already_completed' } })
    expect((await orderOf(w, orderId)).total).toEqual(mxn(240_00n))
  })
})

it('whoever waits for goods gets them as soon as there are more', async () => {
  const w = await openShop()
  await place(w, [['teapot', 2]])
  await expect(place(w, [['teapot', 1]], { actor: ben })).rejects.toThrow('out_of_stock')
  await restock(w, 'teapot' as ArticleId, 1, 'one more')
  expect((await place(w, [['teapot', 1]], { actor: ben })).total).toEqual(mxn(900_00n))
})
