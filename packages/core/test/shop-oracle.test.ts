import { describe, expect, it } from 'vitest'
import { brokenAlways, brokenAtRest } from '../src/contracts/rules/oracle.ts'
import { brokenShop, brokenShopAtRest } from '../src/contracts/rules/shop-oracle.ts'
import { restock } from '../src/contracts/rules/shop.ts'
import { snapshot, type Snapshot } from '../src/contracts/rules/snapshot.ts'
import { ana, ben, staff, type World } from '../src/contracts/rules/world.ts'
import { hour, minute, type ArticleId, type Hold, type Order } from '../src/index.ts'
import { openShop, ordered, paidOrder, place } from './shopping.ts'

/** One order in each way that an order can be in, with a coupon; and what is stored then. */
const everyWay = async () => {
  const w = await openShop({ settings: { lateMoney: 'honour' } })
  const rest = { coupon: 'TEN' }
  const one = [['mug', 1]] as const
  const pending = await place(
    w,
    [
      ['pattern', 1],
      ['mug', 1],
      ['mug', 1],
    ],
    rest,
  )
  const completed = await paidOrder(w, one, rest)
  const shipped = await paidOrder(w, one)
  const recalled = await paidOrder(w, one, rest)
  const cancelled = await place(w, one, rest)
  const tooLate = await ordered(w, [['loom', 1]], rest)
  await w.holdfast.shipOrder({ actor: staff, orderId: shipped.orderId })
  await w.holdfast.cancelOrder({ actor: staff, orderId: recalled.orderId, refund: 'all' })
  await w.holdfast.cancelOrder({ actor: ana, orderId: cancelled.orderId, refund: 'nothing' })
  w.provider.faults.next('closeAttempt', 'unreachable')
  await w.holdfast.cancelOrder({ actor: ana, orderId: tooLate.orderId, refund: 'nothing' })
  await place(w, [['loom', 1]], { actor: ben })
  await w.provider.payer.pay(tooLate.sessionId)
  await w.deliver()
  await w.pass(minute)
  return { w, stored: await snapshot(w), pending, completed, shipped, recalled, cancelled, tooLate }
}
type Ways = Awaited<ReturnType<typeof everyWay>>

const orderWith = ({ orders }: Snapshot, { orderId }: { readonly orderId: Order['id'] }): Order => {
  const found = orders.find(({ id }) => id === orderId)
  if (found === undefined) throw new Error(`No order ${orderId}.`)
  return found
}
/** The same with one order otherwise than it is. */
const withOrder = (stored: Snapshot, changed: Order): Snapshot => ({
  ...stored,
  orders: stored.orders.map((order) => (order.id === changed.id ? changed : order)),
})
const holdsAs = (order: Order, status: Hold['status']): Order => ({
  ...order,
  holds: order.holds.map((hold) => ({ ...hold, status })),
})
const withStock = (stored: Snapshot, id: string, change: Partial<Snapshot['stock'][number]>): Snapshot => ({
  ...stored,
  stock: stored.stock.map((one) => (one.articleId === id ? { ...one, ...change } : one)),
})
const withCoupon = (stored: Snapshot, change: Partial<Snapshot['coupons'][number]>): Snapshot => ({
  ...stored,
  coupons: stored.coupons.map((one) => (one.code === 'TEN' ? { ...one, ...change } : one)),
})

describe('the rules of a shop', () => {
  it('hold of orders in every way that they can be in, and once all has come to rest', async () => {
    const { w, stored } = await everyWay()
    expect(new Set(stored.orders.map(({ status }) => status))).toEqual(
      new Set(['pending', 'completed', 'shipped', 'cancelled']),
    )
    expect(await brokenAlways(w)).toEqual([])
    await w.pass(3 * hour)
    expect([...(await brokenAlways(w)), ...(await brokenAtRest(w))]).toEqual([])
  })

  const forgeries: Readonly<Record<string, (ways: Ways) => Snapshot>> = {
    'ord_0001 has no payment': ({ stored, pending }) => ({
      ...stored,
      cases: stored.cases.filter(({ payment }) => payment.id !== pending.paymentId),
    }),
    'ord_0002 is completed, and its payment pending': ({ stored, completed, pending }) =>
      withOrder(stored, { ...orderWith(stored, completed), paymentId: pending.paymentId }),
    'ord_0001 is pending, and its payment completed': ({ stored, completed, pending }) =>
      withOrder(stored, { ...orderWith(stored, pending), paymentId: completed.paymentId }),
    'ord_0005 is cancelled, and its payment pending': ({ stored, cancelled, pending }) =>
      withOrder(stored, { ...orderWith(stored, cancelled), paymentId: pending.paymentId }),
    'ord_0004 is cancelled, and its payment cancelled': ({ stored, cancelled, recalled }) =>
      withOrder(stored, { ...orderWith(stored, recalled), paymentId: cancelled.paymentId }),
    'ord_0001 is pending and wants 1 coupon TEN, 2 mug; held: ': ({ stored, pending }) =>
      withOrder(stored, holdsAs(orderWith(stored, pending), 'released')),
    'ord_0001 is pending and wants 1 coupon TEN, 2 mug; consumed: 1 coupon TEN, 2 mug': ({ stored, pending }) =>
      withOrder(stored, holdsAs(orderWith(stored, pending), 'consumed')),
    'ord_0001 is pending and wants 1 coupon TEN, 2 mug; held: 1 coupon TEN, 1 mug': ({ stored, pending }) => {
      const order = orderWith(stored, pending)
      const holds = order.holds.map((hold) => (hold.of === 'stock' ? { ...hold, quantity: 1 } : hold))
      return withOrder(stored, { ...order, holds })
    },
    'ord_0002 is completed and wants 1 coupon TEN, 1 mug; consumed: ': ({ stored, completed }) =>
      withOrder(stored, holdsAs(orderWith(stored, completed), 'released')),
    'ord_0005 is cancelled and wants 1 coupon TEN, 1 mug; held: 1 coupon TEN, 1 mug': ({ stored, cancelled }) =>
      withOrder(stored, holdsAs(orderWith(stored, cancelled), 'held')),
    '3 of mug are held, for orders that hold 2': ({ stored }) => withStock(stored, 'mug', { held: 3 }),
    '9 of mug are there or sold, and 10 were put there': ({ stored }) => withStock(stored, 'mug', { onHand: 7 }),
    '-1 of mug are there, and 2 are held': ({ stored }) => withStock(stored, 'mug', { onHand: -1 }),
    '1 of mug are there, and 2 are held': ({ stored }) => withStock(stored, 'mug', { onHand: 1 }),
    'mug is in orders, and in no stock': ({ stored }) => ({
      ...stored,
      stock: stored.stock.filter(({ articleId }) => articleId !== 'mug'),
    }),
    'TEN is held 2 and used 2 times, by orders 1 and 2 times': ({ stored }) => withCoupon(stored, { held: 2 }),
    'TEN is held 1 and used 3 times, by orders 1 and 2 times': ({ stored }) => withCoupon(stored, { used: 3 }),
    'TEN is used 3 times, of 2': ({ stored }) => withCoupon(stored, { limit: 2 }),
    'ana uses TEN 3 times, of 2': ({ stored }) => withCoupon(stored, { limitPerOwner: 2 }),
  }

  it.each(Object.entries(forgeries))('are broken where %s', async (said, forge) => {
    const ways = await everyWay()
    expect(brokenShop(ways.w, forge(ways))).toContain(`7: ${said}`)
  })

  it('are broken where an order is for another sum than its payment', async () => {
    const { w, stored, pending } = await everyWay()
    const order = orderWith(stored, pending)
    expect(brokenShop(w, withOrder(stored, { ...order, total: { ...order.total, minorUnits: 1n } }))).toEqual([
      '13: ord_0001 is for 1, and its payment for 26100',
    ])
  })

  it('are broken where more or less is there than was put there', async () => {
    const { w, stored } = await everyWay()
    w.put.set('mug' as ArticleId, 11)
    expect(brokenShop(w, stored)).toEqual(['7: 10 of mug are there or sold, and 11 were put there'])
    w.put.delete('mug' as ArticleId)
    expect(brokenShop(w, stored)).toEqual(['7: 10 of mug are there or sold, and 0 were put there'])
  })

  const atRest: Readonly<Record<string, (ways: Ways) => Snapshot>> = {
    '14: ord_0001 is pending for ever': ({ stored }) => stored,
    '6: ord_0002 is completed, and was never confirmed': (ways) => {
      forget(ways.w, 'confirmed:ord_0002')
      return ways.stored
    },
    '6: ord_0002 is cancelled, and was wrongly confirmed': ({ stored, completed, cancelled }) =>
      withOrder(stored, { ...orderWith(stored, cancelled), id: completed.orderId }),
    '6: ord_0006 was paid too late, and its money was kept': ({ stored, tooLate }) => ({
      ...stored,
      cases: stored.cases.map((kase) =>
        kase.payment.id === tooLate.paymentId
          ? { ...kase, refunds: kase.refunds.map((refund) => ({ ...refund, reason: 'duplicate' as const })) }
          : kase,
      ),
    }),
    '6: ord_0006 was paid too late, and its owner was told otherwise': (ways) => {
      forget(ways.w, 'refunded_unavailable:ord_0006')
      return ways.stored
    },
    '6: ord_0006 was not paid too late, and its owner was told otherwise': ({ stored, tooLate, cancelled }) =>
      withOrder(stored, { ...orderWith(stored, tooLate), paymentId: cancelled.paymentId }),
  }
  const forget = (w: World, id: string): void => {
    const kept = w.notifier.sent.filter((message) => message.id !== id)
    Object.defineProperty(w.notifier, 'sent', { value: kept })
  }

  it.each(Object.entries(atRest))('are broken at rest: %s', async (said, forge) => {
    const ways = await everyWay()
    const forged = forge(ways)
    expect(brokenShopAtRest(ways.w, forged)).toContain(said)
  })
})

describe('the pottery', () => {
  it('opens once, with its first delivery', async () => {
    const w = await openShop()
    await restock(w, 'mug' as ArticleId, -3, 'broken')
    expect(Object.fromEntries(w.put)).toEqual({ mug: 7, teapot: 2, loom: 1 })
    await restock(w, 'mug' as ArticleId, -8, 'more than there are')
    expect(w.put.get('mug' as ArticleId)).toBe(7)
  })
})
