import {
  isoTime,
  paymentTransitions,
  type Attempt,
  type Order,
  type OrderId,
  type Payment,
  type PaymentCase,
  type PaymentSummary,
  type ReadPaymentCase,
} from '@holdfast/core'
import { z } from '@hono/zod-openapi'
import type { Catalogue } from '../language/catalogue.ts'
import { orderFields, showOrderOf } from './order.ts'
import { amount, capitals, currency, epochSeconds, epochSecondsOf, id, moneyFields, time, words } from './parts.ts'

const statuses = Object.keys(paymentTransitions) as [Payment['status'], ...Payment['status'][]]
const capitalStatuses = statuses.map(capitals)

/** A payment's status, in capitals. */
export const paymentStatus = z.enum(
  capitalStatuses as [Uppercase<Payment['status']>, ...Uppercase<Payment['status']>[]],
)

/** A payment that was paid at once, without a page. */
export const paidFields = { status: z.literal('paid'), payment_id: id, payment_status: paymentStatus, amount, currency }

/** As {@link paidFields}. */
export const showPaid = ({ id: paymentId, status, amount: money }: Payment) => ({
  status: 'paid' as const,
  payment_id: paymentId,
  payment_status: capitals(status),
  ...moneyFields(money),
})

/** A status to filter by, in capitals or small letters. */
export const paymentStatusFilter = z
  .enum([...statuses, ...capitalStatuses])
  .transform((status) => status.toLowerCase() as Payment['status'])

/** What Stripe holds of the payment's latest page; all null where there has never been one. */
export const stripeFields = z.object({
  session_id: z.string().nullable(),
  session_status: z.enum(['open', 'complete', 'expired']).nullable(),
  payment_status: z.enum(['paid', 'unpaid']).nullable(),
  expires_at: epochSeconds.nullable(),
  checkout_url: z.string().nullable(),
})
export type StripeFields = z.infer<typeof stripeFields>

/** How a payment stands, with what is known of its page at Stripe. */
export const paymentStatusAnswer = z
  .object({
    payment_id: id,
    ...orderFields,
    payment_status: paymentStatus,
    payment_status_display: words,
    order_status_display: words.nullable(),
    amount,
    currency,
    created_at: time,
    updated_at: time,
    stripe: stripeFields,
  })
  .openapi('PaymentStatus')

/** A payment that was cancelled. */
export const cancelledPaymentAnswer = z
  .object({
    status: z.literal('cancelled'),
    payment_id: id,
    ...orderFields,
    message: words,
    payment_status: paymentStatus,
    provider_cancellation: z
      .literal('pending')
      .optional()
      .openapi({ description: 'Only where Stripe could not be reached: it is told until it agrees.' }),
  })
  .openapi('CancelledPayment')

/** What asking Stripe brought. */
export const syncedPaymentAnswer = z
  .object({
    status: z.enum(['open', 'complete', 'expired', 'synced', 'no_session', 'pending']),
    message: words,
    payment_status: paymentStatus,
    stripe_status: z.enum(['open', 'complete', 'expired']).nullable(),
    task_id: z.string().nullable(),
  })
  .openapi('SyncedPayment')

/** One payment in a list. */
export const listedPayment = z
  .object({
    payment_id: id,
    ...orderFields,
    payment_status: paymentStatus,
    payment_status_display: words,
    amount,
    currency,
    purpose: z.string(),
    description: z.string(),
    owner_id: id,
    subject: z.object({ type: z.string(), id }),
    created_at: time,
    updated_at: time,
  })
  .openapi('Payment')

/** How a payment and its order stand. */
export const showStanding = (payment: Payment, order: Order | undefined, catalogue: Catalogue) => ({
  payment_id: payment.id,
  ...showOrderOf(order),
  payment_status: capitals(payment.status),
  payment_status_display: catalogue.paymentStatus[payment.status],
  order_status_display: order === undefined ? null : catalogue.orderStatus[order.status],
  ...moneyFields(payment.amount),
  created_at: isoTime(payment.createdAt),
})

/** How a payment and its order stand, with what Stripe holds of it. */
export const showPaymentStatus = (
  kase: ReadPaymentCase,
  order: Order | undefined,
  catalogue: Catalogue,
): z.infer<typeof paymentStatusAnswer> => ({
  ...showStanding(kase.payment, order, catalogue),
  updated_at: isoTime(kase.updatedAt),
  stripe: showStripe(kase),
})

/** A payment that has been cancelled, and its order with it. */
export const showCancelledPayment = (
  { payment, providerCancellation }: { readonly payment: Payment; readonly providerCancellation: 'done' | 'pending' },
  { messages }: Catalogue,
): z.infer<typeof cancelledPaymentAnswer> => ({
  status: 'cancelled',
  payment_id: payment.id,
  // An order is cancelled with its payment, in one transaction, so that this need not be looked up.
  ...showOrderOf(
    payment.subject.type === 'order' ? { id: payment.subject.id as OrderId, status: 'cancelled' } : undefined,
  ),
  message:
    providerCancellation === 'pending' ? messages.payment_cancelled_provider_pending : messages.payment_cancelled,
  payment_status: capitals(payment.status),
  ...(providerCancellation === 'pending' ? { provider_cancellation: providerCancellation } : {}),
})

/** One payment in a list. */
export const showListedPayment = (
  { payment, updatedAt }: PaymentSummary,
  order: Order | undefined,
  catalogue: Catalogue,
): z.infer<typeof listedPayment> => ({
  payment_id: payment.id,
  ...showOrderOf(order),
  payment_status: capitals(payment.status),
  payment_status_display: catalogue.paymentStatus[payment.status],
  ...moneyFields(payment.amount),
  purpose: payment.purpose,
  description: payment.item.name,
  owner_id: payment.owner,
  subject: payment.subject,
  created_at: isoTime(payment.createdAt),
  updated_at: isoTime(updatedAt),
})

/** What Stripe holds of the latest page that it opened for this payment, in Stripe's own words. */
export const showStripe = ({ attempts }: PaymentCase): StripeFields => {
  const page = attempts.findLast(({ kind, providerId }) => kind === 'hosted' && providerId !== undefined)
  if (page?.providerId === undefined)
    return { session_id: null, session_status: null, payment_status: null, expires_at: null, checkout_url: null }
  const endsAt = page.status === 'open' ? page.expiresAt : page.page?.expiresAt
  return {
    session_id: page.providerId,
    ...stripeStatuses(page),
    expires_at: endsAt === undefined ? null : epochSecondsOf(endsAt),
    checkout_url: page.status === 'open' && page.closing === undefined ? page.url : null,
  }
}

/** A page that was paid by a slow method is complete before its money comes, and stays so if it never does. */
const stripeStatuses = ({ status }: Attempt): Pick<StripeFields, 'session_status' | 'payment_status'> => {
  switch (status) {
    case 'requested':
    case 'open':
      return { session_status: 'open', payment_status: 'unpaid' }
    case 'processing':
    case 'declined':
      return { session_status: 'complete', payment_status: 'unpaid' }
    case 'succeeded':
      return { session_status: 'complete', payment_status: 'paid' }
    case 'expired':
      return { session_status: 'expired', payment_status: 'unpaid' }
  }
}
