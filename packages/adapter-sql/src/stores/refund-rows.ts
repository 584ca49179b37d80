import {
  isUnsettled,
  type AttemptId,
  type PaymentId,
  type Refund,
  type RefundId,
  type RefundReason,
} from '@holdfast/core'
import { amount, bad, count, maybeText, moment, readOnlySought, text } from '../row.ts'
import type { Row } from '../session.ts'
import type { Value } from '../statement.ts'

/** The columns that say what a refund is, in the order of {@link refundValues}. */
export const refundColumns = [
  'idempotency_key',
  'attempt_id',
  'amount_minor',
  'amount_currency',
  'destination',
  'reason',
  'requested_at',
  'provider_id',
  'status',
  'asking_ended_at',
  'look_at',
  'looks',
  'succeeded_at',
  'failed_at',
  'detail',
] as const

/** A refund as the values of {@link refundColumns}. */
export const refundValues = (refund: Refund): readonly Value[] => {
  const unsettled = isUnsettled(refund) ? refund : undefined
  return [
    refund.idempotencyKey,
    refund.attemptId,
    refund.amount.minorUnits,
    refund.amount.currency,
    refund.destination,
    refund.reason,
    refund.requestedAt,
    refund.providerId ?? null,
    refund.status,
    refund.status === 'requested' ? (refund.askingEndedAt ?? null) : null,
    unsettled?.lookAt ?? null,
    unsettled?.looks ?? null,
    refund.status === 'succeeded' ? refund.succeededAt : null,
    refund.status === 'failed' ? refund.failedAt : null,
    refund.status === 'failed' ? refund.detail : null,
  ]
}

/** Reads a refund back. */
export const readRefund = (row: Row): Refund => {
  const providerId = maybeText(row, 'provider_id')
  const base = {
    id: text(row, 'id') as RefundId,
    idempotencyKey: text(row, 'idempotency_key'),
    paymentId: text(row, 'payment_id') as PaymentId,
    attemptId: text(row, 'attempt_id') as AttemptId,
    amount: amount(row, 'amount'),
    destination: text(row, 'destination') as Refund['destination'],
    reason: text(row, 'reason') as RefundReason,
    requestedAt: moment(row, 'requested_at'),
    ...(providerId === undefined ? {} : { providerId }),
  }
  const status = text(row, 'status') as Refund['status']
  switch (status) {
    case 'requested':
      return { ...base, ...readOnlySought(row), status, lookAt: moment(row, 'look_at'), looks: count(row, 'looks') }
    case 'pending':
      return { ...base, status, lookAt: moment(row, 'look_at'), looks: count(row, 'looks') }
    case 'succeeded':
      return { ...base, status, succeededAt: moment(row, 'succeeded_at') }
    case 'failed':
      return { ...base, status, failedAt: moment(row, 'failed_at'), detail: text(row, 'detail') }
    default:
      return bad(row, 'status')
  }
}
