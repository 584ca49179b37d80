import type { ArticleId, OwnerId } from '../../kernel/ids.ts'
import { sameMoney } from '../../kernel/money.ts'
import { isCollected, type Payment } from '../../payment/payment.ts'
import type { Order } from '../../order/order.ts'
import type { Hold } from '../../order/hold.ts'
import type { Snapshot } from './snapshot.ts'
import type { World } from './world.ts'

/** What holds of a shop at every moment. Answers what does not, in words. */
export const brokenShop = ({ put }: World, stored: Snapshot): readonly string[] => [
  ...stored.orders.flatMap((order) => brokenOrder(order, paymentOf(stored, order))),
  ...brokenStock(put, stored),
  ...brokenCoupons(stored),
]

/** What holds of a shop once everything has come to rest. */
export const brokenShopAtRest = ({ notifier }: World, stored: Snapshot): readonly string[] => {
  const broken: string[] = []
  const told = (id: string): boolean => notifier.sent.some((message) => message.id === id)
  for (const order of stored.orders) {
    const { id, status } = order
    const kase = stored.cases.find(({ payment }) => payment.id === order.paymentId)
    if (status === 'pending') broken.push(`14: ${id} is pending for ever`)
    if (told(`confirmed:${id}`) !== wasPaid(order))
      broken.push(`6: ${id} is ${status}, and was ${wasPaid(order) ? 'never' : 'wrongly'} confirmed`)
    const tooLate = status === 'cancelled' && !wasPaid(order) && kase !== undefined && isCollected(kase.payment)
    if (tooLate && !kase.refunds.some(({ reason }) => reason === 'unavailable'))
      broken.push(`6: ${id} was paid too late, and its money was kept`)
    if (tooLate !== told(`refunded_unavailable:${id}`))
      broken.push(`6: ${id} ${tooLate ? 'was' : 'was not'} paid too late, and its owner was told otherwise`)
  }
  return broken
}

const paymentOf = ({ cases }: Snapshot, { paymentId }: Order): Payment | undefined =>
  cases.find(({ payment }) => payment.id === paymentId)?.payment

/** True for an order that has been completed, whatever became of it since. */
const wasPaid = (order: Order): boolean => 'completedAt' in order && order.completedAt !== undefined

const brokenOrder = (order: Order, payment: Payment | undefined): readonly string[] => {
  const { id, status, holds } = order
  if (payment === undefined) return [`7: ${id} has no payment`]
  const broken: string[] = []
  const fits =
    status === 'pending'
      ? ['pending', 'processing', 'authorized', 'failed'].includes(payment.status)
      : isCollected(payment) || (status === 'cancelled' && payment.status === 'cancelled' && !wasPaid(order))
  if (!fits) broken.push(`7: ${id} is ${status}, and its payment ${payment.status}`)
  if (!sameMoney(order.total, payment.amount))
    broken.push(`13: ${id} is for ${order.total.minorUnits}, and its payment for ${payment.amount.minorUnits}`)
  // All that it wants is kept for it while it can be paid, taken once it is, and nothing of it otherwise.
  const wanted = shown(wantedOf(order))
  const expected = { held: status === 'pending' ? wanted : '', consumed: wasPaid(order) ? wanted : '' }
  for (const which of ['held', 'consumed'] as const) {
    const there = shown(tally(holds.filter((hold) => hold.status === which)))
    if (there !== expected[which]) broken.push(`7: ${id} is ${status} and wants ${wanted}; ${which}: ${there}`)
  }
  return broken
}

type Tally = ReadonlyMap<string, number>

/** What the lines of an order come to, article by article, and its coupon once. */
const wantedOf = ({ lines, discount }: Order): Tally => {
  const wanted = new Map<string, number>()
  for (const { articleId, quantity, unlimited } of lines) if (unlimited !== true) add(wanted, articleId, quantity)
  if (discount !== undefined) add(wanted, `coupon ${discount.code}`, 1)
  return wanted
}

const tally = (holds: readonly Hold[]): Tally => {
  const sums = new Map<string, number>()
  for (const hold of holds)
    if (hold.of === 'stock') add(sums, hold.articleId, hold.quantity)
    else add(sums, `coupon ${hold.code}`, 1)
  return sums
}

const add = (sums: Map<string, number>, key: string, more: number): void =>
  void sums.set(key, (sums.get(key) ?? 0) + more)

const shown = (sums: Tally): string =>
  [...sums]
    .map(([key, sum]) => `${sum} ${key}`)
    .toSorted()
    .join(', ')

const brokenStock = (put: ReadonlyMap<ArticleId, number>, { orders, stock }: Snapshot): readonly string[] => {
  const broken: string[] = []
  const held = tally(heldOf(orders))
  // What was taken by an order that was called off later has been put back.
  const gone = tally(consumedOf(orders.filter(({ status }) => status !== 'cancelled')))
  for (const { articleId, onHand, held: kept } of stock) {
    if (onHand < 0 || kept > onHand) broken.push(`7: ${onHand} of ${articleId} are there, and ${kept} are held`)
    if (kept !== (held.get(articleId) ?? 0))
      broken.push(`7: ${kept} of ${articleId} are held, for orders that hold ${held.get(articleId) ?? 0}`)
    const there = onHand + (gone.get(articleId) ?? 0)
    if (there !== (put.get(articleId) ?? 0))
      broken.push(`7: ${there} of ${articleId} are there or sold, and ${put.get(articleId) ?? 0} were put there`)
  }
  for (const articleId of [...held.keys(), ...gone.keys()])
    if (!articleId.startsWith('coupon ') && !stock.some((one) => one.articleId === articleId))
      broken.push(`7: ${articleId} is in orders, and in no stock`)
  return broken
}

const brokenCoupons = ({ orders, coupons }: Snapshot): readonly string[] => {
  const broken: string[] = []
  for (const { code, used, held, limit, limitPerOwner } of coupons) {
    const isOfCoupon = (hold: Hold): boolean => hold.of === 'coupon' && hold.code === code
    const holding = heldOf(orders).filter(isOfCoupon).length
    const taken = consumedOf(orders).filter(isOfCoupon).length
    if (held !== holding || used !== taken)
      broken.push(`7: ${code} is held ${held} and used ${used} times, by orders ${holding} and ${taken} times`)
    if (limit !== undefined && holding + taken > limit)
      broken.push(`7: ${code} is used ${holding + taken} times, of ${limit}`)
    for (const owner of new Set(orders.map((order): OwnerId => order.owner))) {
      const theirs = orders.filter((order) => order.owner === owner)
      const uses = [...heldOf(theirs), ...consumedOf(theirs)].filter(isOfCoupon).length
      if (limitPerOwner !== undefined && uses > limitPerOwner)
        broken.push(`7: ${owner} uses ${code} ${uses} times, of ${limitPerOwner}`)
    }
  }
  return broken
}

const heldOf = (orders: readonly Order[]): readonly Hold[] =>
  orders.flatMap(({ holds }) => holds).filter(({ status }) => status === 'held')

const consumedOf = (orders: readonly Order[]): readonly Hold[] =>
  orders.flatMap(({ holds }) => holds).filter(({ status }) => status === 'consumed')
