import type { AttemptKind, AttentionCode, FailureCode, RefundReason } from '@holdfast/core'

/** A set of values that a label may have. What is not among them is `other`: no news of a provider's makes a time series. */
export interface Label {
  readonly values: readonly string[]
  of(value: unknown): string
}

const labelOf = (known: Readonly<Record<string, true>>): Label => ({
  values: Object.keys(known),
  of: (value) => (typeof value === 'string' && Object.hasOwn(known, value) ? value : 'other'),
})

// Written out, so that the compiler says which is missing.

/** How was paid, or was to be. */
export const methods = labelOf({
  hosted: true,
  off_session: true,
  wallet: true,
} satisfies Record<AttemptKind, true>)

/** Why an attempt brought no money. */
export const failureCodes = labelOf({
  card_declined: true,
  insufficient_funds: true,
  expired_card: true,
  invalid_cvc: true,
  invalid_card: true,
  processing_error: true,
  authentication_required: true,
  fraud_suspected: true,
  card_not_supported: true,
  limit_exceeded: true,
  session_expired: true,
  amount_mismatch: true,
  provider_rejected: true,
  provider_error: true,
} satisfies Record<FailureCode, true>)

/** Why money goes back. */
export const refundReasons = labelOf({
  requested_by_customer: true,
  reservation_cancelled: true,
  consultation_cancelled: true,
  order_cancelled: true,
  duplicate: true,
  slot_taken: true,
  unavailable: true,
  late_payment: true,
  amount_mismatch: true,
  external: true,
} satisfies Record<RefundReason, true>)

/** Why a human was called. */
export const attentionCodes = labelOf({
  amount_mismatch: true,
  livemode_mismatch: true,
  refund_failed: true,
  provider_refused: true,
  unrecognized_status: true,
  dispute_opened: true,
  refund_owed_after_dispute: true,
  balance_unpaid: true,
  wallet_shortfall: true,
  refunded_twice: true,
} satisfies Record<AttentionCode, true>)
