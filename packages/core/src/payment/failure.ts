/**
 * Why an attempt to pay did not bring money, in codes that never change.
 *
 * `session_expired`: the page was not paid in time. `amount_mismatch`: money arrived, but not the sum or currency asked for.
 * `provider_rejected`: the provider would not take the request as it was. `provider_error`: it failed, and it is proven
 * that nothing was taken. The rest are the card's or its bank's.
 */
export type FailureCode =
  | 'card_declined'
  | 'insufficient_funds'
  | 'expired_card'
  | 'invalid_cvc'
  | 'invalid_card'
  | 'processing_error'
  | 'authentication_required'
  | 'fraud_suspected'
  | 'card_not_supported'
  | 'limit_exceeded'
  | 'session_expired'
  | 'amount_mismatch'
  | 'provider_rejected'
  | 'provider_error'

/** One failed attempt, told so that a payer, a program and an operator each find what they need. */
export interface PaymentFailure {
  readonly code: FailureCode
  /** True when the same payer may succeed by trying again, with the same card or another. */
  readonly retryable: boolean
  /** The provider's own finer code, as it spelled it. For operators. */
  readonly providerCode?: string
  /** The provider's own words. For operators, never for the payer: catalogues translate `code`. */
  readonly detail?: string
}
