import { isCollected, lastDecline, minute, type Instant, type Order, type PaymentCase } from '@holdfast/core'
import { formatMoment } from '../../language/format.ts'
import { orderMoneyOf } from '../../shop/order-money.ts'
import { hasSomethingToSend, type OrderCase } from '../../shop/read-orders.ts'
import type { Visitor } from '../visitor.ts'
import { whyFailed } from '../why-failed.ts'

/** How an order stands, in plain words. */
export interface Standing {
  readonly text: string
  readonly tone: 'good' | 'bad' | 'busy' | 'calm'
  /** Whether it can be paid now. */
  readonly canBePaid: boolean
  /** Look again by itself after so many seconds. */
  readonly refreshS?: number
}

/** What has become of an order, and of the money for it, as its buyer is told. */
export const standingOf = (visitor: Visitor, { order, kase }: OrderCase, now: Instant): Standing => {
  const { t } = visitor
  const { payment } = kase
  if (payment.status === 'disputed') return { text: t.shop.order.disputed, tone: 'bad', canBePaid: false }
  switch (order.status) {
    case 'pending':
      return pendingStanding(visitor, { order, kase }, now)
    case 'cancelled':
      return { text: cancelledText(visitor, order, { order, kase }), tone: 'calm', canBePaid: false }
    case 'completed':
    case 'shipped':
    case 'delivered':
      return orderMoneyOf({ order, kase }) === 'returned'
        ? { text: returnedText(visitor, order, kase), tone: 'calm', canBePaid: false }
        : { text: paidText(visitor, order), tone: 'good', canBePaid: false }
  }
}

const pendingStanding = (visitor: Visitor, { order, kase }: OrderCase, now: Instant): Standing => {
  const { t, language } = visitor
  const { payment } = kase
  const until = formatMoment(language, order.expiresAt)
  switch (payment.status) {
    case 'failed':
      return order.expiresAt <= now
        ? { text: t.shop.order.overdue, tone: 'busy', canBePaid: false, refreshS: 5 }
        : {
            text: t.shop.order.failed(whyFailed(visitor, payment.failure.code), until),
            tone: 'bad',
            canBePaid: true,
          }
    case 'pending': {
      if (order.expiresAt <= now) return { text: t.shop.order.overdue, tone: 'busy', canBePaid: false, refreshS: 5 }
      const decline = lastDecline(kase)
      return decline === undefined
        ? { text: t.shop.order.waiting(until), tone: 'busy', canBePaid: true, refreshS: 60 }
        : {
            text: t.shop.order.failed(whyFailed(visitor, decline.failure.code), until),
            tone: 'bad',
            canBePaid: true,
            refreshS: 60,
          }
    }
    // What its payment has come to, its order comes to in the same commit: there is no moment between.
    case 'processing':
    case 'authorized':
    case 'cancelled':
    case 'completed':
    case 'partially_refunded':
    case 'refunded':
    case 'disputed':
      return { text: t.shop.order.processing, tone: 'busy', canBePaid: false, refreshS: 3 }
  }
}

/** What was sent all the same is not kept from its buyer. */
const returnedText = (visitor: Visitor, order: Order, { payment }: PaymentCase): string => {
  const { allRefunded, allReturning } = visitor.t.shop.order
  const money = payment.status === 'refunded' ? allRefunded : allReturning
  return order.status === 'completed' ? money : `${paidText(visitor, order)} ${money}`
}

const paidText = ({ t }: Visitor, order: Order): string => {
  switch (order.status) {
    case 'shipped':
      return t.shop.order.onItsWay
    case 'delivered':
      return t.shop.order.arrived
    case 'completed':
    case 'pending':
    case 'cancelled':
      return hasSomethingToSend(order) ? t.shop.order.completed : t.shop.order.completedDownload
  }
}

const cancelledText = (
  { t }: Visitor,
  { reason }: Extract<Order, { readonly status: 'cancelled' }>,
  { kase: { payment, refunds } }: OrderCase,
): string => {
  const { cancelled } = t.shop.order
  if (reason === 'recalled')
    return isCollected(payment) && refunds.length === 0 ? cancelled.recalledKept : cancelled.recalled
  // Money that came for it all the same has been sent back.
  return refunds.length > 0 ? cancelled.late : cancelled[reason]
}

/** How many minutes are left to pay. */
export const minutesLeft = ({ expiresAt }: Order, now: Instant): number =>
  Math.max(1, Math.floor((expiresAt - now) / minute))
