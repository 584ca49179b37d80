import {
  isCollected,
  type AttemptId,
  type OwnerId,
  type Payment,
  type PaymentFailure,
  type PaymentId,
  type SavedCard,
  type Subject,
} from '@holdfast/core'
import { amount, bad, flag, json, jsonText, maybeText, minorUnits, moment, text } from '../row.ts'
import type { Row } from '../session.ts'
import type { Value } from '../statement.ts'

/** The columns that say what a payment is, in the order of {@link paymentValues}. */
export const paymentColumns = [
  'purpose',
  'owner',
  'subject_type',
  'subject_id',
  'amount_minor',
  'amount_currency',
  'item_name',
  'item_description',
  'metadata',
  'save_card',
  'card_customer_id',
  'card_method_id',
  'created_at',
  'status',
  'authorized_at',
  'failed_at',
  'failure',
  'cancelled_at',
  'cancel_reason',
  'completed_at',
  'counted_attempt_id',
  'refunded_minor',
  'disputed_at',
] as const

/** A payment as the values of {@link paymentColumns}. */
export const paymentValues = (payment: Payment): readonly Value[] => {
  const collected = isCollected(payment) ? payment : undefined
  return [
    payment.purpose,
    payment.owner,
    payment.subject.type,
    payment.subject.id,
    payment.amount.minorUnits,
    payment.amount.currency,
    payment.item.name,
    payment.item.description,
    jsonText(payment.metadata),
    payment.saveCard ? 1 : 0,
    payment.savedCard?.customerId ?? null,
    payment.savedCard?.paymentMethodId ?? null,
    payment.createdAt,
    payment.status,
    payment.status === 'authorized' ? payment.authorizedAt : null,
    payment.status === 'failed' ? payment.failedAt : null,
    payment.status === 'failed' ? jsonText(payment.failure) : null,
    payment.status === 'cancelled' ? payment.cancelledAt : null,
    payment.status === 'cancelled' ? payment.reason : null,
    collected?.completedAt ?? null,
    collected?.attemptId ?? null,
    collected?.refunded ?? null,
    payment.status === 'disputed' ? payment.disputedAt : null,
  ]
}

/** Reads a payment back. */
export const readPayment = (row: Row): Payment => {
  const savedCard = readCard(row)
  const base = {
    id: text(row, 'id') as PaymentId,
    purpose: text(row, 'purpose'),
    owner: text(row, 'owner') as OwnerId,
    subject: { type: text(row, 'subject_type'), id: text(row, 'subject_id') } as Subject,
    amount: amount(row, 'amount'),
    item: { name: text(row, 'item_name'), description: text(row, 'item_description') },
    metadata: json<Readonly<Record<string, string>>>(row, 'metadata'),
    saveCard: flag(row, 'save_card'),
    ...(savedCard === undefined ? {} : { savedCard }),
    createdAt: moment(row, 'created_at'),
  }
  const status = text(row, 'status') as Payment['status']
  switch (status) {
    case 'pending':
    case 'processing':
      return { ...base, status }
    case 'authorized':
      return { ...base, status, authorizedAt: moment(row, 'authorized_at') }
    case 'failed':
      return { ...base, status, failedAt: moment(row, 'failed_at'), failure: json<PaymentFailure>(row, 'failure') }
    case 'cancelled':
      return {
        ...base,
        status,
        cancelledAt: moment(row, 'cancelled_at'),
        reason: text(row, 'cancel_reason') as Extract<Payment, { status: 'cancelled' }>['reason'],
      }
    case 'completed':
    case 'partially_refunded':
    case 'refunded':
      return { ...base, ...readCollected(row), status }
    case 'disputed':
      return { ...base, ...readCollected(row), status, disputedAt: moment(row, 'disputed_at') }
    default:
      return bad(row, 'status')
  }
}

/** Reads the saved card of a payment or an attempt. */
export const readCard = (row: Row): SavedCard | undefined => {
  const customerId = maybeText(row, 'card_customer_id')
  return customerId === undefined ? undefined : { customerId, paymentMethodId: text(row, 'card_method_id') }
}

const readCollected = (row: Row) => ({
  completedAt: moment(row, 'completed_at'),
  attemptId: text(row, 'counted_attempt_id') as AttemptId,
  refunded: minorUnits(row, 'refunded_minor'),
})
