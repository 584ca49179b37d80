import type { RefusalCode } from './refusal.ts'

/** What a refusal is over HTTP. */
export interface ProblemKind {
  readonly status: 400 | 401 | 402 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 429 | 500 | 503
  /** True when the very same request may succeed later. */
  readonly retryable: boolean
  /** After how long, in seconds, where the refusal itself does not say. */
  readonly retryAfterS?: number
}

const wrong = { status: 400, retryable: false } as const
const missing = { status: 404, retryable: false } as const
const conflict = { status: 409, retryable: false } as const

/** Every refusal there is. The compiler refuses a map that lacks one, or that has one too many. */
export const problemKinds = {
  // Whose request it is
  unauthenticated: { status: 401, retryable: false },
  forbidden: { status: 403, retryable: false },
  csrf_failed: { status: 403, retryable: false },
  origin_not_allowed: { status: 403, retryable: false },
  rate_limited: { status: 429, retryable: true },

  // How it is put
  not_found: missing,
  method_not_allowed: { status: 405, retryable: false },
  unsupported_media_type: { status: 415, retryable: false },
  body_too_large: { status: 413, retryable: false },
  invalid_json: wrong,
  json_too_deep: wrong,
  invalid_request: wrong,
  invalid_idempotency_key: wrong,
  idempotency_key_reused: { status: 422, retryable: false },
  unknown_kind: wrong,
  invalid_payload: wrong,
  unknown_resource: wrong,
  currency_mismatch: wrong,
  not_a_quantity: wrong,
  coupon_unknown: wrong,
  coupon_not_for_currency: wrong,
  coupon_not_sound: wrong,
  invalid_period: wrong,

  // What it is about
  payment_not_found: missing,
  payment_method_not_found: missing,
  reservation_not_found: missing,
  consultation_not_found: missing,
  intent_not_found: missing,
  order_not_found: missing,
  article_not_found: missing,
  task_not_found: missing,
  work_not_found: missing,
  attention_not_found: missing,

  // How that stands
  payment_already_completed: conflict,
  payment_cancelled: conflict,
  payment_not_completed: conflict,
  payment_disputed: conflict,
  payment_of_reservation: conflict,
  payment_declined: { status: 402, retryable: false },
  payment_method_expired: conflict,
  charge_in_flight: { status: 409, retryable: true, retryAfterS: 5 },
  refund_exceeds_payment: conflict,
  intent_expired: conflict,
  slot_taken: conflict,
  reservation_cancelled: conflict,
  reservation_completed: conflict,
  consultation_closed: conflict,
  consultation_cancelled: conflict,
  out_of_stock: conflict,
  stock_held: conflict,
  coupon_not_started: conflict,
  coupon_ended: conflict,
  coupon_minimum_not_reached: conflict,
  coupon_used_up: conflict,
  coupon_used_by_you: conflict,
  coupon_used_more: conflict,
  order_expired: conflict,
  order_cancelled: conflict,
  order_not_paid: conflict,
  order_not_shipped: conflict,
  order_already_shipped: conflict,
  balance_not_owed: conflict,
  balance_already_paid: conflict,
  wallet_insufficient: { status: 402, retryable: false },
  wallet_not_for_this: conflict,
  saved_card_not_for_this: conflict,
  sweeping_already: { status: 409, retryable: true },

  // Deliveries of the provider
  signature_missing: wrong,
  signature_invalid: wrong,
  signature_too_old: wrong,
  signature_in_future: wrong,
  payload_invalid: wrong,
  event_not_stored: { status: 503, retryable: true, retryAfterS: 5 },

  // Not now
  provider_unavailable: { status: 503, retryable: true },
  contention: { status: 503, retryable: true, retryAfterS: 1 },
  store_unavailable: { status: 503, retryable: true, retryAfterS: 2 },
  internal_error: { status: 500, retryable: true },
} as const satisfies Record<RefusalCode, ProblemKind>
