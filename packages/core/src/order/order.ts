import { accept, reject, unchanged, type Decision } from '../kernel/decision.ts'
import type { ArticleId, CouponCode, OrderId, OwnerId, PaymentId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Json } from '../kernel/json.ts'
import { evolver, type Transitions } from '../kernel/machine.ts'
import { sameMoney, type Money } from '../kernel/money.ts'
import { decideHold, evolveHold, type Held, type Hold, type HoldCommand } from './hold.ts'

/** One article in an order, at the price it had when the order was placed. */
export interface OrderLine {
  readonly articleId: ArticleId
  readonly name: string
  /** A whole number of units, at least 1. */
  readonly quantity: number
  readonly unitPrice: Money
  /** There is always enough of it: nothing of it is held. */
  readonly unlimited?: true
}

/** What a coupon took off. */
export interface OrderDiscount {
  readonly code: CouponCode
  readonly amount: Money
}

interface Base {
  readonly id: OrderId
  readonly owner: OwnerId
  readonly lines: readonly OrderLine[]
  readonly discount?: OrderDiscount
  /** What is to be paid: all lines, less the discount, or what staff have made of that since. */
  readonly total: Money
  readonly paymentId: PaymentId
  /** What is kept for it, and what became of that: all that ever was. */
  readonly holds: readonly Hold[]
  /** Until then somebody may be sent to pay for it. What it holds is kept until the provider has said that nobody can any more. */
  readonly expiresAt: Instant
  /** What the host wants to remember and show, such as where it goes. */
  readonly details: Readonly<Record<string, Json>>
  readonly createdAt: Instant
}

interface Completed {
  readonly completedAt: Instant
}
interface Shipped extends Completed {
  readonly shippedAt: Instant
  /** What the buyer can follow it by, as whoever ships it names it. */
  readonly tracking?: string
}

/** Goods that somebody buys, in each of its statuses with what is known then. */
export type Order =
  | (Base & { readonly status: 'pending' }) // its goods are held, and it can be paid
  | (Base & Completed & { readonly status: 'completed' }) // paid
  | (Base & Shipped & { readonly status: 'shipped' })
  | (Base & Shipped & { readonly status: 'delivered'; readonly deliveredAt: Instant })
  | (Base & {
      readonly status: 'cancelled'
      readonly cancelledAt: Instant
      readonly reason: OrderCancelReason
      /** When it had been paid, where it was. */
      readonly completedAt?: Instant
    })

/** Why an order ended before it was sent. `recalled`: it was paid, and is not sent all the same. */
export type OrderCancelReason = 'requested' | 'expired' | 'payment_failed' | 'recalled'

/** What can happen to an order. */
export type OrderEvent =
  | { readonly type: 'repriced'; readonly total: Money }
  | { readonly type: 'completed'; readonly at: Instant }
  | { readonly type: 'shipped'; readonly at: Instant; readonly tracking?: string }
  | { readonly type: 'delivered'; readonly at: Instant }
  | { readonly type: 'cancelled'; readonly at: Instant; readonly reason: Exclude<OrderCancelReason, 'recalled'> }
  | { readonly type: 'recalled'; readonly at: Instant }
  /** Its money came after all, and all it wants was still there. */
  | { readonly type: 'reinstated'; readonly at: Instant; readonly took: readonly Held[] }

/** What can be put to an order. */
export type OrderCommand =
  /** Its payment is about another sum now. */
  | { readonly type: 'reprice'; readonly total: Money }
  | { readonly type: 'note_paid'; readonly at: Instant }
  | { readonly type: 'reinstate'; readonly at: Instant }
  | { readonly type: 'ship'; readonly at: Instant; readonly tracking?: string }
  | { readonly type: 'deliver'; readonly at: Instant }
  | { readonly type: 'cancel'; readonly at: Instant; readonly reason: Exclude<OrderCancelReason, 'recalled'> }
  | { readonly type: 'recall'; readonly at: Instant }

/** Why an order will not do what it is asked. */
export type OrderRefusal =
  | { readonly code: 'order_not_paid' }
  | { readonly code: 'order_already_paid' }
  | { readonly code: 'order_cancelled' }
  | { readonly code: 'order_not_shipped' }
  | { readonly code: 'order_already_shipped' }

/** status → event → status: all that may happen to an order. */
export const orderTransitions = {
  pending: { repriced: 'pending', completed: 'completed', cancelled: 'cancelled' },
  completed: { shipped: 'shipped', recalled: 'cancelled' },
  shipped: { delivered: 'delivered' },
  delivered: {},
  // Its money may still come. Where the host honours that, and all it wants is still there, it is completed after all.
  cancelled: { reinstated: 'completed' },
} as const satisfies Transitions<Order['status'], OrderEvent['type']>

const base = ({ id, owner, lines, discount, total, paymentId, holds, expiresAt, details, createdAt }: Order): Base => ({
  id,
  owner,
  lines,
  total,
  paymentId,
  holds,
  expiresAt,
  details,
  createdAt,
  ...(discount === undefined ? {} : { discount }),
})
const shippedOf = ({ completedAt, shippedAt, tracking }: Shipped): Shipped => ({
  completedAt,
  shippedAt,
  ...(tracking === undefined ? {} : { tracking }),
})

/** The order after an event. @throws IllegalTransition for an event its table forbids. */
export const evolveOrder: (order: Order, event: OrderEvent) => Order = evolver<
  Order,
  OrderEvent,
  typeof orderTransitions
>(orderTransitions, {
  repriced: (order, { total }) => ({ ...order, total }),
  completed: (order, { at }) => ({
    ...base(order),
    holds: end(order.holds, { type: 'consume' }),
    status: 'completed',
    completedAt: at,
  }),
  shipped: (order, { at, tracking }) => ({
    ...base(order),
    status: 'shipped',
    completedAt: order.completedAt,
    shippedAt: at,
    ...(tracking === undefined ? {} : { tracking }),
  }),
  delivered: (order, { at }) => ({ ...base(order), ...shippedOf(order), status: 'delivered', deliveredAt: at }),
  cancelled: (order, { at, reason }) => ({
    ...base(order),
    holds: end(order.holds, { type: 'release' }),
    status: 'cancelled',
    cancelledAt: at,
    reason,
  }),
  recalled: (order, { at }) => ({
    ...base(order),
    status: 'cancelled',
    cancelledAt: at,
    reason: 'recalled',
    completedAt: order.completedAt,
  }),
  reinstated: (order, { at, took }) => ({
    ...base(order),
    holds: [...order.holds, ...took.map((held) => ({ ...held, status: 'consumed' as const }))],
    status: 'completed',
    completedAt: at,
  }),
})

const end = (holds: readonly Hold[], command: HoldCommand): readonly Hold[] =>
  holds.map((hold) => {
    const decision = decideHold(hold, command)
    return decision.ok ? decision.events.reduce(evolveHold, hold) : hold
  })

/** Decides what a command means for an order as it stands. Total: every command in every status gets an answer. */
export const decideOrder = (order: Order, command: OrderCommand): Decision<OrderEvent, never, OrderRefusal> => {
  const { status } = order
  switch (command.type) {
    case 'reprice':
      if (status === 'cancelled') return reject({ code: 'order_cancelled' })
      if (status !== 'pending') return reject({ code: 'order_already_paid' })
      return sameMoney(order.total, command.total) ? unchanged : accept([{ type: 'repriced', total: command.total }])
    case 'note_paid':
      if (status === 'pending') return accept([{ type: 'completed', at: command.at }])
      return status === 'cancelled' ? reject({ code: 'order_cancelled' }) : unchanged
    case 'reinstate':
      if (status === 'pending') return reject({ code: 'order_not_paid' })
      if (status !== 'cancelled') return unchanged
      // What was paid and called off has had its goods: its money is not late, it goes back.
      return order.reason === 'recalled'
        ? reject({ code: 'order_cancelled' })
        : accept([{ type: 'reinstated', at: command.at, took: wantedBy(order) }])
    case 'ship':
      if (status === 'pending') return reject({ code: 'order_not_paid' })
      if (status === 'cancelled') return reject({ code: 'order_cancelled' })
      return status === 'completed'
        ? accept([
            {
              type: 'shipped',
              at: command.at,
              ...(command.tracking === undefined ? {} : { tracking: command.tracking }),
            },
          ])
        : unchanged
    case 'deliver':
      if (status === 'cancelled') return reject({ code: 'order_cancelled' })
      if (status === 'delivered') return unchanged
      return status === 'shipped'
        ? accept([{ type: 'delivered', at: command.at }])
        : reject({ code: status === 'pending' ? 'order_not_paid' : 'order_not_shipped' })
    case 'cancel':
      if (status === 'cancelled') return unchanged
      return status === 'pending'
        ? accept([{ type: 'cancelled', at: command.at, reason: command.reason }])
        : reject({ code: 'order_already_paid' })
    case 'recall':
      if (status === 'pending') return reject({ code: 'order_not_paid' })
      if (status === 'cancelled') return unchanged
      return status === 'completed'
        ? accept([{ type: 'recalled', at: command.at }])
        : reject({ code: 'order_already_shipped' })
  }
}

/** True for an order that counts as paid: it was, and was not called off. */
export const isPaidFor = ({ status }: Order): boolean =>
  status === 'completed' || status === 'shipped' || status === 'delivered'

/** All that an order needs to be kept for it: each article once, however many lines it is on, and its coupon. */
export const wantedBy = ({ lines, discount }: Pick<Order, 'lines' | 'discount'>): readonly Held[] => {
  const quantities = new Map<ArticleId, number>()
  for (const { articleId, quantity, unlimited } of lines)
    if (unlimited === undefined) quantities.set(articleId, (quantities.get(articleId) ?? 0) + quantity)
  return [
    ...[...quantities].map(([articleId, quantity]): Held => ({ of: 'stock', articleId, quantity })),
    ...(discount === undefined ? [] : [{ of: 'coupon' as const, code: discount.code }]),
  ]
}

/** The price of one line. */
export const lineTotal = ({ unitPrice, quantity }: Pick<OrderLine, 'unitPrice' | 'quantity'>): Money => ({
  ...unitPrice,
  minorUnits: unitPrice.minorUnits * BigInt(quantity),
})

/** A new order, with all it wants held for it. */
export const placedOrder = (fields: Omit<Base, 'holds'>): Order => ({
  ...fields,
  holds: wantedBy(fields).map((held) => ({ ...held, status: 'held' })),
  status: 'pending',
})
