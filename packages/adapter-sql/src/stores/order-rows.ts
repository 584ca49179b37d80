import type {
  ArticleId,
  CouponCode,
  Hold,
  Json,
  Order,
  OrderCancelReason,
  OrderDiscount,
  OrderId,
  OrderLine,
  OwnerId,
  PaymentId,
} from '@holdfast/core'
import { amount, bad, count, json, jsonText, maybeMoment, maybeText, moment, text } from '../row.ts'
import type { Row } from '../session.ts'
import type { Value } from '../statement.ts'

/** The columns that say what an order is, in the order of {@link orderValues}. What it holds are rows of their own. */
export const orderColumns = [
  'owner',
  'lines',
  'discount',
  'total_minor',
  'total_currency',
  'payment_id',
  'expires_at',
  'details',
  'created_at',
  'status',
  'completed_at',
  'shipped_at',
  'tracking',
  'delivered_at',
  'cancelled_at',
  'cancel_reason',
] as const

/** An order as the values of {@link orderColumns}. */
export const orderValues = (order: Order): readonly Value[] => {
  const shipped = order.status === 'shipped' || order.status === 'delivered' ? order : undefined
  return [
    order.owner,
    jsonText(order.lines),
    order.discount === undefined ? null : jsonText(order.discount),
    order.total.minorUnits,
    order.total.currency,
    order.paymentId,
    order.expiresAt,
    jsonText(order.details),
    order.createdAt,
    order.status,
    order.status === 'pending' ? null : (order.completedAt ?? null),
    shipped?.shippedAt ?? null,
    shipped?.tracking ?? null,
    order.status === 'delivered' ? order.deliveredAt : null,
    order.status === 'cancelled' ? order.cancelledAt : null,
    order.status === 'cancelled' ? order.reason : null,
  ]
}

/** Reads an order back, with the rows of what it holds in their order. */
export const readOrder = (row: Row, holds: readonly Hold[]): Order => {
  const base = {
    id: text(row, 'id') as OrderId,
    owner: text(row, 'owner') as OwnerId,
    lines: json<readonly OrderLine[]>(row, 'lines'),
    ...(row['discount'] === null ? {} : { discount: json<OrderDiscount>(row, 'discount') }),
    total: amount(row, 'total'),
    paymentId: text(row, 'payment_id') as PaymentId,
    holds,
    expiresAt: moment(row, 'expires_at'),
    details: json<Readonly<Record<string, Json>>>(row, 'details'),
    createdAt: moment(row, 'created_at'),
  }
  const status = text(row, 'status') as Order['status']
  switch (status) {
    case 'pending':
      return { ...base, status }
    case 'completed':
      return { ...base, status, completedAt: moment(row, 'completed_at') }
    case 'shipped':
      return { ...base, ...readShipped(row), status }
    case 'delivered':
      return { ...base, ...readShipped(row), status, deliveredAt: moment(row, 'delivered_at') }
    case 'cancelled': {
      const completedAt = maybeMoment(row, 'completed_at')
      return {
        ...base,
        status,
        cancelledAt: moment(row, 'cancelled_at'),
        reason: text(row, 'cancel_reason') as OrderCancelReason,
        ...(completedAt === undefined ? {} : { completedAt }),
      }
    }
    default:
      return bad(row, 'status')
  }
}

const readShipped = (row: Row) => {
  const tracking = maybeText(row, 'tracking')
  return {
    completedAt: moment(row, 'completed_at'),
    shippedAt: moment(row, 'shipped_at'),
    ...(tracking === undefined ? {} : { tracking }),
  }
}

/** The columns of a hold, in the order of {@link holdValues}. */
export const holdColumns = [
  'order_id',
  'position',
  'of',
  'article_id',
  'coupon_code',
  'quantity',
  'owner',
  'status',
] as const

/** A hold as the values of {@link holdColumns}. One use of a coupon is one of it. */
export const holdValues = ({ id, owner }: Order, hold: Hold, position: number): readonly Value[] => [
  id,
  position,
  hold.of,
  hold.of === 'stock' ? hold.articleId : null,
  hold.of === 'coupon' ? hold.code : null,
  hold.of === 'stock' ? hold.quantity : 1,
  owner,
  hold.status,
]

/** Reads a hold back. */
export const readHold = (row: Row): Hold => {
  const of = text(row, 'of') as Hold['of']
  const status = text(row, 'status') as Hold['status']
  switch (of) {
    case 'stock':
      return { of, articleId: text(row, 'article_id') as ArticleId, quantity: count(row, 'quantity'), status }
    case 'coupon':
      return { of, code: text(row, 'coupon_code') as CouponCode, status }
    default:
      return bad(row, 'of')
  }
}
