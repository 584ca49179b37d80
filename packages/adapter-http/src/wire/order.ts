import { decimalString, isoTime, lineTotal, orderTransitions, type Money, type Order } from '@holdfast/core'
import { z } from '@hono/zod-openapi'
import type { Catalogue } from '../language/catalogue.ts'
import {
  amount,
  capitals,
  currency,
  free,
  id,
  moneyFields,
  nextCursor,
  plainObject,
  shortText,
  time,
  timeOrNull,
  words,
} from './parts.ts'

const statuses = Object.keys(orderTransitions) as [Order['status'], ...Order['status'][]]
const capitalStatuses = statuses.map(capitals)

/** An order's status, in capitals. */
export const orderStatus = z.enum(capitalStatuses as [Uppercase<Order['status']>, ...Uppercase<Order['status']>[]])

/** A status to filter by, in capitals or small letters. */
export const orderStatusFilter = z
  .enum([...statuses, ...capitalStatuses])
  .transform((status) => status.toLowerCase() as Order['status'])

/** An order as its owner sees it. */
export const orderAnswer = z
  .object({
    order_id: id,
    owner_id: id,
    order_status: orderStatus,
    order_status_display: words,
    payment_id: id,
    lines: z.array(
      z.object({
        article_id: id,
        name: z.string(),
        quantity: z.int(),
        unit_price: amount,
        amount: amount.openapi({ description: 'The price of the whole line.' }),
      }),
    ),
    subtotal: amount.openapi({ description: 'All lines together.' }),
    discount: z.object({ coupon: z.string(), amount }).nullable(),
    amount: amount.openapi({ description: 'What is to be paid: all lines, less the discount.' }),
    currency,
    details: free,
    created_at: time,
    payable_until: time.openapi({ description: 'Until then it can be paid, and its goods are kept for it.' }),
    completed_at: time.nullable().openapi({ description: 'When it was paid.' }),
    shipped_at: time.nullable(),
    tracking: z.string().nullable(),
    delivered_at: time.nullable(),
    cancelled_at: time.nullable(),
    cancel_reason: z
      .enum(['requested', 'expired', 'payment_failed', 'recalled'])
      .nullable()
      .openapi({ description: '`recalled`: it had been paid, and was not sent all the same.' }),
  })
  .openapi('Order')

/** A page of orders. */
export const ordersAnswer = z.object({ orders: z.array(orderAnswer), next_cursor: nextCursor }).openapi('Orders')

/** An order that was cancelled. */
export const cancelledOrderAnswer = z
  .object({
    status: z.literal('cancelled'),
    message: words,
    order: orderAnswer,
    provider_cancellation: z
      .literal('pending')
      .optional()
      .openapi({ description: 'Only where Stripe could not be reached: it is told until it agrees.' }),
  })
  .openapi('CancelledOrder')

/** What staff send when an order has left. */
export const shipmentBody = z
  .strictObject({
    tracking: shortText(200).optional().openapi({ description: 'What the buyer can follow it by.', example: '1Z 999' }),
  })
  .openapi('Shipment')

/** An order that was sent. */
export const shippedOrderAnswer = z
  .object({ status: z.literal('shipped'), message: words, order: orderAnswer })
  .openapi('ShippedOrder')

/** An order that has arrived. */
export const deliveredOrderAnswer = z
  .object({ status: z.literal('delivered'), message: words, order: orderAnswer })
  .openapi('DeliveredOrder')

/** The order a payment is for; null where it is for something else. */
export const orderFields = { order_id: id.nullable(), order_status: orderStatus.nullable() } as const

/** The order of a payment, as it stands in what is said of the payment. */
export const showOrderOf = (
  order: Pick<Order, 'id' | 'status'> | undefined,
): { readonly order_id: string | null; readonly order_status: Uppercase<Order['status']> | null } =>
  order === undefined
    ? { order_id: null, order_status: null }
    : { order_id: order.id, order_status: capitals(order.status) }

/** An order. */
export const showOrder = (order: Order, catalogue: Catalogue): z.infer<typeof orderAnswer> => {
  const { lines, discount, total } = order
  return {
    order_id: order.id,
    owner_id: order.owner,
    order_status: capitals(order.status),
    order_status_display: catalogue.orderStatus[order.status],
    payment_id: order.paymentId,
    lines: lines.map((line) => ({
      article_id: line.articleId,
      name: line.name,
      quantity: line.quantity,
      unit_price: decimalString(line.unitPrice),
      amount: decimalString(lineTotal(line)),
    })),
    subtotal: decimalString(subtotalOf(order)),
    discount: discount === undefined ? null : { coupon: discount.code, amount: decimalString(discount.amount) },
    ...moneyFields(total),
    details: plainObject(order.details),
    created_at: isoTime(order.createdAt),
    payable_until: isoTime(order.expiresAt),
    completed_at: timeOrNull('completedAt' in order ? order.completedAt : undefined),
    shipped_at: timeOrNull('shippedAt' in order ? order.shippedAt : undefined),
    tracking: ('tracking' in order ? order.tracking : undefined) ?? null,
    delivered_at: timeOrNull(order.status === 'delivered' ? order.deliveredAt : undefined),
    cancelled_at: timeOrNull(order.status === 'cancelled' ? order.cancelledAt : undefined),
    cancel_reason: order.status === 'cancelled' ? order.reason : null,
  }
}

const subtotalOf = ({ total, discount }: Order): Money => ({
  ...total,
  minorUnits: total.minorUnits + (discount?.amount.minorUnits ?? 0n),
})
