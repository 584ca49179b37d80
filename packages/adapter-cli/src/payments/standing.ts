import {
  decimalString,
  isDisputed,
  isLive,
  isoTime,
  lostBy,
  type Attempt,
  type Instant,
  type Money,
  type PaidAttempt,
  type PaymentCase,
  type Refund,
} from '@holdfast/core'

/** `400.00 MXN` */
export const moneyText = (money: Money): string => `${decimalString(money)} ${money.currency}`

/** A moment, or null where it never was. */
export const timeOrNull = (moment: Instant | undefined): string | null =>
  moment === undefined ? null : isoTime(moment)

/** The attempt that says most about a payment: the one that may still bring money, else the one that counts, else the last. */
export const tellingAttempt = ({ payment, attempts }: PaymentCase): Attempt | undefined =>
  attempts.find(isLive) ??
  ('attemptId' in payment ? attempts.find(({ id }) => id === payment.attemptId) : undefined) ??
  attempts.at(-1)

/** `pending, page open`; the attempt is left out where there has been none. */
export const standingText = (kase: PaymentCase): string => {
  const attempt = tellingAttempt(kase)
  return attempt === undefined ? kase.payment.status : `${kase.payment.status}, ${ways[attempt.kind]} ${attempt.status}`
}

const ways = { hosted: 'page', off_session: 'card', wallet: 'wallet' } as const

/** An attempt in a few words, as the provider last said it is. */
export const attemptText = (attempt: Attempt): string => {
  const closing = isLive(attempt) && attempt.closing !== undefined ? `, being closed (${attempt.closing})` : ''
  switch (attempt.status) {
    case 'requested':
      return `asked for, no answer yet${closing}`
    case 'open':
      return `open until ${isoTime(attempt.expiresAt)}${declinesText(attempt)}${closing}`
    case 'processing':
      return `paid, the money is on its way${closing}`
    case 'succeeded':
      return `paid at ${isoTime(attempt.succeededAt)}${disputeText(attempt)}`
    case 'declined':
      return `declined: ${attempt.failure.code}`
    case 'expired':
      return `expired at ${isoTime(attempt.expiredAt)}`
  }
}

const declinesText = ({ declines = [] }: Attempt): string => {
  const last = declines.at(-1)
  return last === undefined
    ? ''
    : `, ${declines.length} declined on it, the last at ${isoTime(last.at)}: ${last.failure.code}`
}

const disputeText = ({ disputes, charge: { amount } }: PaidAttempt): string => {
  if (isDisputed(disputes)) return ', disputed'
  const minorUnits = lostBy(disputes, amount)
  if (minorUnits === 0n) return ''
  return minorUnits < amount.minorUnits
    ? `, ${moneyText({ ...amount, minorUnits })} of it lost in a dispute`
    : ', lost in a dispute'
}

/** A refund in a few words, as the provider last said it is. */
export const refundText = (refund: Refund): string => {
  switch (refund.status) {
    case 'requested':
      return 'asked for, no answer yet'
    case 'pending':
      return 'on its way'
    case 'succeeded':
      return `made at ${isoTime(refund.succeededAt)}`
    case 'failed':
      return `failed: ${refund.detail}`
  }
}

/** An attempt, for programs. */
export const attemptJson = (attempt: Attempt) => ({
  attempt_id: attempt.id,
  kind: attempt.kind,
  status: attempt.status,
  amount: decimalString(attempt.amount),
  currency: attempt.amount.currency,
  requested_at: isoTime(attempt.requestedAt),
  provider_id: attempt.providerId ?? null,
  closing: isLive(attempt) ? (attempt.closing ?? null) : null,
  expires_at: attempt.status === 'open' ? isoTime(attempt.expiresAt) : timeOrNull(attempt.page?.expiresAt),
  checkout_url: attempt.status === 'open' && attempt.closing === undefined ? attempt.url : null,
  next_look_at: 'lookAt' in attempt ? timeOrNull(attempt.lookAt) : null,
  failure: attempt.status === 'declined' ? attempt.failure.code : null,
  declines: (attempt.declines ?? []).map(({ at, failure }) => ({ at: isoTime(at), failure: failure.code })),
  charge_id: attempt.status === 'succeeded' ? attempt.charge.id : null,
  disputes:
    attempt.status === 'succeeded' ? attempt.disputes.map(({ id, status }) => ({ dispute_id: id, status })) : [],
})

/** A refund, for programs. */
export const refundJson = (refund: Refund) => ({
  refund_id: refund.id,
  attempt_id: refund.attemptId,
  status: refund.status,
  amount: decimalString(refund.amount),
  currency: refund.amount.currency,
  destination: refund.destination,
  reason: refund.reason,
  requested_at: isoTime(refund.requestedAt),
  provider_id: refund.providerId ?? null,
  next_look_at: 'lookAt' in refund ? isoTime(refund.lookAt) : null,
  detail: refund.status === 'failed' ? refund.detail : null,
})

/** A payment with what has become of it, for programs. */
export const caseJson = ({ payment, attempts, refunds }: PaymentCase, updatedAt: Instant) => ({
  payment_id: payment.id,
  status: payment.status,
  purpose: payment.purpose,
  owner_id: payment.owner,
  subject: payment.subject,
  description: payment.item.name,
  amount: decimalString(payment.amount),
  currency: payment.amount.currency,
  refunded: decimalString({ ...payment.amount, minorUnits: 'refunded' in payment ? payment.refunded : 0n }),
  failure: payment.status === 'failed' ? payment.failure.code : null,
  cancel_reason: payment.status === 'cancelled' ? payment.reason : null,
  created_at: isoTime(payment.createdAt),
  updated_at: isoTime(updatedAt),
  attempts: attempts.map(attemptJson),
  refunds: refunds.map(refundJson),
})
