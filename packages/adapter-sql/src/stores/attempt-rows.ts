import {
  isLive,
  type Attempt,
  type AttemptId,
  type AttemptKind,
  type ClosingReason,
  type Dispute,
  type PageDecline,
  type PageTerms,
  type PaymentFailure,
  type PaymentId,
} from '@holdfast/core'
import { amount, bad, count, flag, json, jsonText, maybeText, moment, readOnlySought, text } from '../row.ts'
import type { Row } from '../session.ts'
import type { Value } from '../statement.ts'
import { readCard } from './payment-rows.ts'

/** The columns that say what an attempt is, in the order of {@link attemptValues}. */
export const attemptColumns = [
  'kind',
  'amount_minor',
  'amount_currency',
  'idempotency_key',
  'requested_at',
  'announce',
  'page',
  'card_customer_id',
  'card_method_id',
  'provider_id',
  'declines',
  'decline_count',
  'status',
  'closing',
  'asking_ended_at',
  'look_at',
  'looks',
  'url',
  'expires_at',
  'succeeded_at',
  'charge_id',
  'charge_minor',
  'charge_currency',
  'charge_customer_id',
  'charge_method_id',
  'disputes',
  'declined_at',
  'failure',
  'expired_at',
] as const

/** An attempt as the values of {@link attemptColumns}. */
export const attemptValues = (attempt: Attempt): readonly Value[] => {
  const live = isLive(attempt) ? attempt : undefined
  const paid = attempt.status === 'succeeded' ? attempt : undefined
  const charge = paid?.charge
  return [
    attempt.kind,
    attempt.amount.minorUnits,
    attempt.amount.currency,
    attempt.idempotencyKey,
    attempt.requestedAt,
    attempt.announce ? 1 : 0,
    attempt.page === undefined ? null : jsonText(attempt.page),
    attempt.card?.customerId ?? null,
    attempt.card?.paymentMethodId ?? null,
    attempt.providerId ?? null,
    attempt.declines === undefined ? null : jsonText(attempt.declines),
    attempt.declines?.length ?? 0,
    attempt.status,
    live?.closing ?? null,
    attempt.status === 'requested' ? (attempt.askingEndedAt ?? null) : null,
    (live ?? paid)?.lookAt ?? null,
    (live ?? paid)?.looks ?? null,
    attempt.status === 'open' ? attempt.url : null,
    attempt.status === 'open' ? attempt.expiresAt : null,
    paid?.succeededAt ?? null,
    charge?.id ?? null,
    charge?.amount.minorUnits ?? null,
    charge?.amount.currency ?? null,
    charge?.customerId ?? null,
    charge?.paymentMethodId ?? null,
    paid === undefined || paid.disputes.length === 0 ? null : jsonText(paid.disputes),
    attempt.status === 'declined' ? attempt.declinedAt : null,
    attempt.status === 'declined' ? jsonText(attempt.failure) : null,
    attempt.status === 'expired' ? attempt.expiredAt : null,
  ]
}

/** Reads an attempt back. */
export const readAttempt = (row: Row): Attempt => {
  const providerId = maybeText(row, 'provider_id')
  const card = readCard(row)
  const base = {
    id: text(row, 'id') as AttemptId,
    paymentId: text(row, 'payment_id') as PaymentId,
    kind: text(row, 'kind') as AttemptKind,
    amount: amount(row, 'amount'),
    idempotencyKey: text(row, 'idempotency_key'),
    requestedAt: moment(row, 'requested_at'),
    announce: flag(row, 'announce'),
    ...(row['page'] === null ? {} : { page: json<PageTerms>(row, 'page') }),
    ...(card === undefined ? {} : { card }),
    ...(providerId === undefined ? {} : { providerId }),
    ...(row['declines'] === null ? {} : { declines: json<readonly PageDecline[]>(row, 'declines') }),
  }
  const status = text(row, 'status') as Attempt['status']
  switch (status) {
    case 'requested':
      return { ...base, ...readLive(row), ...readOnlySought(row), status }
    case 'processing':
      return { ...base, ...readLive(row), status }
    case 'open':
      return { ...base, ...readLive(row), status, url: text(row, 'url'), expiresAt: moment(row, 'expires_at') }
    case 'succeeded':
      return {
        ...base,
        ...(row['look_at'] === null ? {} : readLooks(row)),
        status,
        succeededAt: moment(row, 'succeeded_at'),
        charge: readCharge(row),
        disputes: row['disputes'] === null ? [] : json<readonly Dispute[]>(row, 'disputes'),
      }
    case 'declined':
      return { ...base, status, declinedAt: moment(row, 'declined_at'), failure: json<PaymentFailure>(row, 'failure') }
    case 'expired':
      return { ...base, status, expiredAt: moment(row, 'expired_at') }
    default:
      return bad(row, 'status')
  }
}

const readLive = (row: Row) => {
  const closing = maybeText(row, 'closing') as ClosingReason | undefined
  return { ...(closing === undefined ? {} : { closing }), ...readLooks(row) }
}

const readLooks = (row: Row) => ({ lookAt: moment(row, 'look_at'), looks: count(row, 'looks') })

const readCharge = (row: Row) => {
  const customerId = maybeText(row, 'charge_customer_id')
  const paymentMethodId = maybeText(row, 'charge_method_id')
  return {
    id: text(row, 'charge_id'),
    amount: amount(row, 'charge'),
    ...(customerId === undefined ? {} : { customerId }),
    ...(paymentMethodId === undefined ? {} : { paymentMethodId }),
  }
}
