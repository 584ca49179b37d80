import { isLive, type Order, type Payment, type Stock, type Version } from '@holdfast/core'
import type { Mutant } from './mutant.ts'
import { onTransaction, unstopped, withoutRefunds } from './on-transaction.ts'

/** Saves another stock than it is told to, knowing the one that there was. */
const onStock = (change: (before: Stock | undefined, after: Stock) => Stock | undefined) =>
  onTransaction(({ stock }) => ({
    stock: {
      ...stock,
      save: async (after, expected) => {
        const other = change((await stock.find(after.articleId))?.value, after)
        if (other !== undefined) await stock.save(other, expected)
      },
    },
  }))

const onOrders = (change: (order: Order, expected: Version) => Order) =>
  onTransaction(({ orders }) => ({
    orders: { ...orders, save: (order, expected) => orders.save(change(order, expected), expected) },
  }))

const isReleased = (before: Stock | undefined, after: Stock): before is Stock =>
  before !== undefined && after.held < before.held && after.onHand === before.onHand

/** Lets go of what is held for somebody else's order, in the place of what is held for the one that is cancelled. */
const releasingOfAnother = () =>
  onTransaction(({ orders }) => ({
    orders: {
      ...orders,
      save: async (order, expected) => {
        const [other] = order.status === 'cancelled' ? await orders.list({ status: 'pending', limit: 1 }) : []
        const found = other && (await orders.find(other.id))
        const isAnother = found !== undefined && found.value.id !== order.id
        const holds = (own: Order, status: 'held' | 'released'): Order['holds'] =>
          own.holds.map((hold) => ({ ...hold, status }))
        await orders.save(isAnother ? { ...order, holds: holds(order, 'held') } : order, expected)
        if (isAnother) await orders.save({ ...found.value, holds: holds(found.value, 'released') }, found.version)
      },
    },
  }))

/** Ten more of everything than there are. */
const sellingMore = () =>
  onTransaction(({ stock }) => ({
    stock: {
      ...stock,
      find: async (id) => {
        const found = await stock.find(id)
        return found && { ...found, value: { ...found.value, onHand: found.value.onHand + 10 } }
      },
      save: (after, expected) =>
        stock.save({ ...after, onHand: expected === 0 ? after.onHand : after.onHand - 10 }, expected),
    },
  }))

/** A limit is kept, and nobody reads it. */
const couponWithoutEnd = () =>
  onTransaction(({ coupons }) => {
    let limit: number | undefined
    return {
      coupons: {
        ...coupons,
        find: async (code) => {
          const found = await coupons.find(code)
          if (found === undefined) return undefined
          const { limit: known, ...value } = found.value
          limit = known
          return { ...found, value }
        },
        save: (coupon, expected) =>
          coupons.save(limit === undefined || coupon.limit !== undefined ? coupon : { ...coupon, limit }, expected),
      },
    }
  })

/** Mistakes with orders, and with what is held for them. */
export const mutantsInTheShop: readonly Mutant[] = [
  {
    name: 'hold_not_released',
    scenario: { flow: 'an order that nobody pays', webhooks: true },
    mistake: 'what was held for an order that is cancelled stays held',
    noticedBy: ['A7'],
    sabotage: () => onStock((before, after) => (isReleased(before, after) ? undefined : after)),
  },
  {
    name: 'hold_released_onto_the_shelf',
    scenario: { flow: 'an order that nobody pays', webhooks: false },
    mistake: 'what was held for an order that is cancelled is put on the shelf as if it had been away',
    noticedBy: ['A7'],
    sabotage: () =>
      onStock((before, after) =>
        isReleased(before, after) ? { ...after, onHand: after.onHand + before.held - after.held } : after,
      ),
  },
  {
    name: 'hold_released_twice',
    scenario: { flow: 'two hold what they want, and one is called off', webhooks: true },
    mistake: 'what was held for an order that is cancelled is let go of twice',
    noticedBy: ['A7'],
    sabotage: () =>
      onStock((before, after) =>
        isReleased(before, after) ? { ...after, held: Math.max(0, 2 * after.held - before.held) } : after,
      ),
  },
  {
    name: 'hold_of_another_released',
    scenario: { flow: 'two hold what they want, and one is called off', webhooks: false },
    mistake: 'what is held for somebody else is let go of when an order is cancelled',
    noticedBy: ['A7'],
    sabotage: releasingOfAnother,
  },
  {
    name: 'sold_and_still_there',
    scenario: { flow: 'ordered, sent, and a part of it given back', webhooks: true },
    mistake: 'what was paid for is let go of, and stays on the shelf',
    noticedBy: ['A7'],
    sabotage: () =>
      onStock((before, after) =>
        before !== undefined && after.onHand < before.onHand ? { ...after, onHand: before.onHand } : after,
      ),
  },
  {
    name: 'sold_twice',
    scenario: { flow: 'two carts and one vase', webhooks: true },
    mistake: 'nobody looks how many there are, and the table refuses to hold more',
    noticedBy: ['A13'],
    stoppedBy: 'CHECK constraint failed: held <= on_hand',
    needs: 'sqlite',
    sabotage: sellingMore,
  },
  {
    name: 'sold_twice_unstopped',
    scenario: { flow: 'two carts and one vase', webhooks: true },
    mistake: 'nobody looks how many there are, nor does the table',
    noticedBy: ['A7'],
    needs: 'sqlite',
    sabotage: () => unstopped(sellingMore(), 'CHECK (held <= on_hand)'),
  },
  {
    name: 'second_line_forgotten',
    scenario: { flow: 'ordered, sent, and a part of it given back', webhooks: true },
    mistake: 'an article that is on two lines is held once',
    noticedBy: ['A7'],
    sabotage: () =>
      onOrders((order) => ({
        ...order,
        holds: order.holds.map((hold) =>
          hold.of === 'stock'
            ? { ...hold, quantity: order.lines.find(({ articleId }) => articleId === hold.articleId)?.quantity ?? 0 }
            : hold,
        ),
      })),
  },
  {
    name: 'coupon_without_end',
    scenario: { flow: 'three carts and one use of a coupon', webhooks: true },
    mistake: 'nobody looks how often a coupon was used, and the table refuses to have it used more often',
    noticedBy: ['A13'],
    stoppedBy: 'CHECK constraint failed: used + held <= use_limit',
    needs: 'sqlite',
    sabotage: couponWithoutEnd,
  },
  {
    name: 'coupon_without_end_unstopped',
    scenario: { flow: 'three carts and one use of a coupon', webhooks: true },
    mistake: 'nobody looks how often a coupon was used, nor does the table',
    noticedBy: ['A7'],
    needs: 'sqlite',
    sabotage: () => unstopped(couponWithoutEnd(), 'CHECK (used + held <= use_limit)'),
  },
  {
    name: 'order_never_expires',
    scenario: { flow: 'an order that nobody pays', webhooks: true },
    mistake: 'nobody looks whether an order without a page was paid in time',
    noticedBy: ['A14'],
    sabotage: () =>
      onTransaction(({ tasks }) => ({
        tasks: {
          ...tasks,
          append: (work, now) =>
            tasks.append(
              work.filter(({ body }) => body.type !== 'expire_order'),
              now,
            ),
        },
      })),
  },
  {
    name: 'time_ends_what_is_open',
    scenario: { flow: 'an order whose page outlives it', webhooks: true },
    mistake: 'the end of its time ends an order whose page is still to be closed',
    noticedBy: ['A7'],
    sabotage: () =>
      onTransaction(({ payments, timeline }) => ({
        payments: {
          ...payments,
          save: async (kase, expected, now) => {
            const { payment, attempts } = kase
            const isExpiring = attempts.some((attempt) => isLive(attempt) && attempt.closing === 'expired')
            if (!isExpiring || payment.status !== 'pending') return payments.save(kase, expected, now)
            const ended: Payment = { ...payment, status: 'cancelled', cancelledAt: now, reason: 'expired' }
            await payments.save({ ...kase, payment: ended }, expected, now)
            const about = { type: 'payment', id: payment.id }
            const told = { at: now, reason: ended.reason }
            await timeline.append([
              { paymentId: payment.id, at: now, type: 'fact', about, name: 'cancelled', data: told },
            ])
          },
        },
      })),
  },
  {
    name: 'sent_before_paid',
    scenario: { flow: 'two carts and one vase', webhooks: true },
    mistake: 'an order counts as paid when it is placed',
    noticedBy: ['A3', 'A7', 'A9'],
    sabotage: () =>
      onOrders((order, expected) =>
        expected === 0 && order.status === 'pending'
          ? { ...order, status: 'completed', completedAt: order.createdAt }
          : order,
      ),
  },
  {
    name: 'recalled_goods_lost',
    scenario: { flow: 'an order paid, and called off before it is sent', webhooks: true },
    mistake: 'what comes back of an order that was paid is not put on the shelf',
    noticedBy: ['A7'],
    sabotage: () =>
      onStock((before, after) =>
        before !== undefined && after.onHand > before.onHand && after.held === before.held ? before : after,
      ),
  },
  {
    name: 'recalled_money_kept',
    scenario: { flow: 'an order paid, and called off before it is sent', webhooks: true },
    mistake: 'who is told that the money for an order goes back does not get it',
    noticedBy: ['A5'],
    sabotage: () => withoutRefunds('order_cancelled'),
  },
]
