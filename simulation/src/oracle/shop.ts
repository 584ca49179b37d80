import { isCollected } from './statuses.ts'
import type { Stored, StoredHold, StoredOrder } from './truth.ts'
import { Violation } from './violation.ts'

/** What holds of orders, stock and coupons at every moment. @throws {@link Violation} A3, A7 */
export const checkShop = (stored: Stored): void => {
  if (stored.orders.length === 0 && stored.stock.length === 0 && stored.coupons.length === 0) return
  for (const order of stored.orders) {
    checkOrder(stored, order)
    checkHolds(order, holdsOf(stored, order))
  }
  checkStock(stored)
  checkCoupons(stored)
}

const holdsOf = ({ holds }: Stored, { id }: StoredOrder): readonly StoredHold[] =>
  holds.filter(({ order_id }) => order_id === id)

const unpaid = new Set(['pending', 'processing', 'authorized', 'failed'])

/** An order is what its payment says. */
const checkOrder = ({ payments, orders }: Stored, { id, status, payment_id, cancel_reason }: StoredOrder): void => {
  const payment = payments.find((each) => each.id === payment_id)
  if (payment === undefined || payment.subject_id !== id) throw new Violation('A3', `order ${id} has no payment`)
  if (orders.some((other) => other.id !== id && other.payment_id === payment_id))
    throw new Violation('A3', `${payment_id} is for two orders`)
  if (status === 'pending' && !unpaid.has(payment.status))
    throw new Violation('A3', `order ${id} is pending, and its payment is ${payment.status}`)
  const isPaid = isCollected(payment.status)
  if ((isGood(status) || cancel_reason === 'recalled') && !isPaid)
    throw new Violation('A3', `order ${id} is ${status}, and its payment is ${payment.status}`)
  if (status === 'cancelled' && payment.status !== 'cancelled' && !isPaid)
    throw new Violation('A3', `order ${id} is cancelled, and its payment is ${payment.status}`)
}

const isGood = (status: string): boolean => status === 'completed' || status === 'shipped' || status === 'delivered'

/** What an order wants is held while it can be paid, and then taken or given back, all of it, once. */
const checkHolds = ({ id, status, lines, coupon, cancel_reason }: StoredOrder, holds: readonly StoredHold[]): void => {
  const wanted = put(wantedBy(lines, coupon))
  const of = (state: string): string => put(holds.filter((hold) => hold.status === state).map(nameOf))
  const mustBe = (state: string, what: string): void => {
    if (of(state) !== what)
      throw new Violation('A7', `order ${id} is ${status}, and ${state} is ${of(state)}, not ${what}`)
  }
  const isTaken = isGood(status) || cancel_reason === 'recalled'
  mustBe('held', status === 'pending' ? wanted : 'nothing')
  mustBe('consumed', isTaken ? wanted : 'nothing')
  if (status === 'cancelled' && !isTaken) mustBe('released', wanted)
}

/** The articles of all lines together, told from what was bought and not from what is held. */
const wantedBy = (lines: string, coupon: string | null): readonly string[] => {
  return [
    ...[...wantedOf(lines)].map(([article, quantity]) => `${quantity} ${article}`),
    ...(coupon === null ? [] : [`coupon ${coupon}`]),
  ]
}

/** How many units of each article all lines of an order want together, of those that can run out. */
export const wantedOf = (lines: string): ReadonlyMap<string, number> => {
  const sums = new Map<string, number>()
  for (const line of JSON.parse(lines) as readonly StoredLineOfOrder[])
    if (line.unlimited === undefined) sums.set(line.articleId, (sums.get(line.articleId) ?? 0) + line.quantity)
  return sums
}

interface StoredLineOfOrder {
  readonly articleId: string
  readonly quantity: number
  readonly unlimited?: true
}

const nameOf = ({ article_id, code, quantity }: StoredHold): string =>
  article_id === null ? `coupon ${code}` : `${quantity} ${article_id}`

const put = (names: readonly string[]): string => names.toSorted().join(', ') || 'nothing'

/** As much is held of everything as is held for somebody, and never more than there is. */
const checkStock = ({ stock, holds }: Stored): void => {
  for (const { article_id: id, on_hand: onHand, held } of stock) {
    const promised = holds
      .filter((hold) => hold.article_id === id && hold.status === 'held')
      .reduce((sum, { quantity }) => sum + quantity, 0)
    if (promised !== held)
      throw new Violation('A7', `of ${id}, ${held} are held, and ${promised} are held for somebody`)
    if (held < 0 || onHand < held) throw new Violation('A7', `of ${id}, ${held} are held of ${onHand}`)
  }
}

const checkCoupons = ({ coupons, holds, orders }: Stored): void => {
  for (const { code, used, held, most_uses: limit, most_uses_per_owner: perOwner } of coupons) {
    const own = holds.filter((hold) => hold.code === code)
    const count = (status: string): number => own.filter((hold) => hold.status === status).length
    if (count('held') !== held || count('consumed') !== used)
      throw new Violation(
        'A7',
        `coupon ${code} is used ${used} and held ${held} times, and by orders ${count('consumed')} and ${count('held')}`,
      )
    if (limit !== null && used + held > limit)
      throw new Violation('A7', `coupon ${code} is taken ${used + held} times of ${limit}`)
    if (perOwner === null) continue
    const uses = new Map<string, number>()
    for (const { order_id, status } of own) {
      const owner = orders.find(({ id }) => id === order_id)?.owner
      if (owner !== undefined && status !== 'released') uses.set(owner, (uses.get(owner) ?? 0) + 1)
    }
    for (const [owner, times] of uses)
      if (times > perOwner) throw new Violation('A7', `${owner} has coupon ${code} ${times} times of ${perOwner}`)
  }
}

/** By how much the stock of something was to change, and did for certain. */
export interface Restocked {
  readonly least: number
  readonly most: number
}

/** Once all is at rest: no order is open, and what is on the shelf is what was put there, less what was sold. */
export const checkShopAtRest = (stored: Stored, restocked: ReadonlyMap<string, Restocked> | undefined): void => {
  for (const { id, status } of stored.orders)
    if (status === 'pending') throw new Violation('A14', `order ${id} is pending for ever`)
  if (restocked === undefined) return
  const recalled = new Set(stored.orders.filter((order) => order.cancel_reason === 'recalled').map(({ id }) => id))
  for (const { article_id: id, on_hand: onHand } of stored.stock) {
    const sold = stored.holds
      .filter((hold) => hold.article_id === id && hold.status === 'consumed' && !recalled.has(hold.order_id))
      .reduce((sum, { quantity }) => sum + quantity, 0)
    const { least, most } = restocked.get(id) ?? { least: 0, most: 0 }
    if (onHand + sold < least || onHand + sold > most)
      throw new Violation(
        'A7',
        `of ${id}, ${onHand} are there and ${sold} sold, and ${least} to ${most} were put there`,
      )
  }
}
