import { decimalString, isoTime } from '@holdfast/core'
import type { Catalogue } from '../language/catalogue.ts'
import { showAlternative } from '../wire/alternative.ts'
import { showOrderOf } from '../wire/order.ts'
import { inBody, inPayload, payloadError } from './payload-error.ts'
import type { Refusal, RefusalCode, RefusalWith } from './refusal.ts'

/** What a problem says beside its code, in the words of the wire. */
export type Facts = Readonly<Record<string, unknown>>

/**
 * The facts of a refusal that whoever asked may see, by name. What is not named here stays inside: a use case's refusal
 * may carry a whole payment, and the provider's own words are for operators.
 */
export const factsOf = (refusal: Refusal, words: Catalogue): Facts => {
  const tell = shown[refusal.code] as ((refusal: Refusal, words: Catalogue) => Facts) | undefined
  return { ...tell?.(refusal, words), ...placedBy(refusal) }
}

/** Where the page of an order was refused, the order was placed all the same: it is said which. */
const placedBy = (refusal: Refusal): Facts =>
  'orderId' in refusal ? { order_id: refusal.orderId, payment_id: refusal.paymentId } : {}

const shown: { readonly [Code in RefusalCode]?: (refusal: RefusalWith<Code>, words: Catalogue) => Facts } = {
  invalid_request: ({ errors }) => ({ errors }),
  body_too_large: ({ limitBytes }) => ({ limit_bytes: limitBytes }),
  json_too_deep: ({ limit }) => ({ limit }),
  unknown_kind: ({ known }) => ({ known }),
  invalid_payload: (refusal, words) => {
    const also = 'also' in refusal ? (refusal.also ?? []) : []
    const placed = 'of' in refusal ? inBody : inPayload
    return { errors: [refusal, ...also].map((each) => payloadError(each, words, placed)) }
  },
  unknown_resource: ({ field, code }, words) => ({
    errors: [{ field: inPayload(field), code, message: words.problems.unknown_resource }],
  }),
  slot_taken: (refusal) => ({
    alternatives: 'alternatives' in refusal ? refusal.alternatives.map(showAlternative) : [],
  }),
  currency_mismatch: ({ currency }) => ({ currency }),
  not_a_quantity: () => ({ field: 'by' }),
  out_of_stock: ({ field, articleId, available }) => ({ field, article_id: articleId, available }),
  stock_held: ({ onHand, held }) => ({ field: 'by', on_hand: onHand, held }),
  coupon_unknown: ({ field }) => ({ field }),
  coupon_not_started: ({ field, startsAt }) => ({ field, starts_at: isoTime(startsAt) }),
  coupon_ended: ({ field, endsAt }) => ({ field, ends_at: isoTime(endsAt) }),
  coupon_not_for_currency: ({ field }) => ({ field }),
  coupon_minimum_not_reached: ({ field, minimum }) => ({
    field,
    minimum: decimalString(minimum),
    currency: minimum.currency,
  }),
  coupon_used_up: ({ field }) => ({ field }),
  coupon_used_by_you: ({ field }) => ({ field }),
  coupon_not_sound: ({ field }) => ({ field: snakeCase(field) }),
  coupon_used_more: ({ used, held }) => ({ field: 'limit', used, held }),
  invalid_period: ({ mostPeriods }) => ({ field: 'to', most_periods: mostPeriods }),
  wallet_insufficient: ({ balance, missing }) => ({
    balance: decimalString(balance),
    missing: decimalString(missing),
    currency: balance.currency,
  }),
  payment_already_completed: (refusal) =>
    'payment' in refusal
      ? {
          payment_id: refusal.payment.id,
          payment_status: refusal.payment.status.toUpperCase(),
          ...showOrderOf('order' in refusal ? refusal.order : undefined),
        }
      : {},
  payment_of_reservation: ({ reservationId }) => ({ reservation_id: reservationId }),
  payment_method_not_found: (refusal) => ('field' in refusal ? { field: refusal.field } : {}),
  payment_method_expired: () => ({ field: 'payment_method_id' }),
  payment_not_completed: ({ status }) => ({ payment_status: status.toUpperCase() }),
  sweeping_already: ({ heldUntil }) => ({ held_until: isoTime(heldUntil) }),
  payment_declined: ({ failure }, words) => ({
    retryable: failure.retryable,
    failure: { code: failure.code, message: words.failures[failure.code], retryable: failure.retryable },
  }),
  refund_exceeds_payment: ({ refundable }) => ({
    refundable: decimalString(refundable),
    currency: refundable.currency,
  }),
  signature_too_old: ({ ageMs }) => ({ age_s: Math.round(ageMs / 1000) }),
  signature_in_future: ({ aheadMs }) => ({ ahead_s: Math.round(aheadMs / 1000) }),
}

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
