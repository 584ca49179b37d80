import { decimalString } from '@holdfast/core'
import type { Catalogue } from '../language/catalogue.ts'
import { inPayload, payloadError } from './payload-error.ts'
import type { Refusal, RefusalCode, RefusalWith } from './refusal.ts'

/** What a problem says beside its code, in the words of the wire. */
export type Facts = Readonly<Record<string, unknown>>

/**
 * The facts of a refusal that whoever asked may see, by name. What is not named here stays inside: a use case's refusal
 * may carry a whole payment, and the provider's own words are for operators.
 */
export const factsOf = (refusal: Refusal, words: Catalogue): Facts => {
  const tell = shown[refusal.code] as ((refusal: Refusal, words: Catalogue) => Facts) | undefined
  return tell?.(refusal, words) ?? {}
}

const shown: { readonly [Code in RefusalCode]?: (refusal: RefusalWith<Code>, words: Catalogue) => Facts } = {
  invalid_request: ({ errors }) => ({ errors }),
  body_too_large: ({ limitBytes }) => ({ limit_bytes: limitBytes }),
  json_too_deep: ({ limit }) => ({ limit }),
  unknown_kind: ({ known }) => ({ known }),
  invalid_payload: ({ also = [], ...fault }, words) => ({
    errors: [fault, ...also].map((each) => payloadError(each, words)),
  }),
  unknown_resource: ({ field, code }, words) => ({
    errors: [{ field: inPayload(field), code, message: words.problems.unknown_resource }],
  }),
  currency_mismatch: ({ currency }) => ({ currency }),
  wallet_insufficient: ({ balance, missing }) => ({
    balance: decimalString(balance),
    missing: decimalString(missing),
    currency: balance.currency,
  }),
  payment_already_completed: (refusal) =>
    'payment' in refusal
      ? {
          payment_id: refusal.payment.id,
          order_id: null,
          payment_status: refusal.payment.status.toUpperCase(),
          order_status: null,
        }
      : {},
  payment_not_completed: ({ status }) => ({ payment_status: status.toUpperCase() }),
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
