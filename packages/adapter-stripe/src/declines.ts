import { createHash } from 'node:crypto'
import type { DeclinedTry, FailureCode, PaymentFailure } from '@holdfast/core'
import type { CardError, IntentWire } from './wire.ts'

/**
 * Every decline code on Stripe's page of them (fifty cards' codes, read 2026-11-20), and the error codes that come
 * without one, by what they mean to us. One that is not here is a `card_declined` that may be tried again.
 */
export const declineCodes: Readonly<Record<FailureCode, readonly string[]>> = {
  card_declined: words(`
    approve_with_id call_issuer do_not_honor do_not_try_again generic_decline no_action_taken not_permitted
    restricted_card revocation_of_all_authorizations revocation_of_authorization security_violation
    service_not_allowed stop_payment_order testmode_decline transaction_not_allowed card_declined
    payment_method_customer_decline payment_method_provider_decline payment_intent_payment_attempt_failed
    debit_not_authorized partner_generic_decline`),
  insufficient_funds: words('insufficient_funds'),
  expired_card: words('expired_card'),
  invalid_cvc: words('incorrect_cvc invalid_cvc'),
  invalid_card: words(`
    incorrect_address incorrect_number incorrect_pin incorrect_zip invalid_account invalid_expiry_month
    invalid_expiry_year invalid_number invalid_pin new_account_information_available account_closed no_account
    bank_account_unusable invalid_customer_account`),
  processing_error: words(`
    duplicate_transaction issuer_not_available processing_error reenter_transaction try_again_later
    payment_method_provider_timeout payment_method_not_available payment_intent_payment_attempt_expired`),
  authentication_required: words(`
    authentication_required authentication_not_handled mobile_device_authentication_required offline_pin_required
    online_or_offline_pin_required payment_intent_authentication_failure`),
  fraud_suspected: words('fraudulent lost_card merchant_blacklist pickup_card stolen_card highest_risk_level'),
  card_not_supported: words('card_not_supported currency_not_supported payment_method_currency_mismatch'),
  limit_exceeded: words(`
    card_velocity_exceeded invalid_amount pin_try_exceeded withdrawal_count_limit_exceeded
    card_decline_rate_limit_exceeded`),
  session_expired: [],
  amount_mismatch: [],
  provider_rejected: [],
  provider_error: [],
}

/**
 * Why a charge failed, in our codes. The decline code says more than the error code, so it is read first; where both
 * are known and the first says only "declined", the second decides.
 *
 * What looks like fraud is not to be tried again, and is not to be told apart before the payer; everything else may
 * succeed with this card or another.
 */
export const failureOfCard = ({
  code,
  decline_code: declineCode,
  message,
}: Pick<CardError, 'code' | 'decline_code' | 'message'>): PaymentFailure => {
  const providerCode = declineCode || code
  const known = [declineCode, code].flatMap((each) => (each ? (meaning.get(each) ?? []) : []))
  const ours = known.find((each) => each !== 'card_declined') ?? 'card_declined'
  return {
    code: ours,
    retryable: ours !== 'fraud_suspected',
    ...(providerCode ? { providerCode } : {}),
    ...(message ? { detail: message } : {}),
  }
}

/**
 * The last try to pay a PaymentIntent that brought nothing, if there was one; Stripe forgets it once the next is under way.
 *
 * It is named by its charge. Where it did not come to one, as where its owner could not be authenticated, by what was tried:
 * each try on a page is a payment method of its own, whose id is nobody's business and is told of in no other way.
 */
export const declinedTryOf = ({
  id,
  last_payment_error: error,
}: Pick<IntentWire, 'id' | 'last_payment_error'>): DeclinedTry | undefined => {
  if (!error) return undefined
  const tried = createHash('sha256')
    .update(`${error.payment_method?.id ?? ''} ${error.code ?? ''}`)
    .digest('hex')
  return { id: error.charge ?? `${id}:${tried.slice(0, 16)}`, failure: failureOfCard(error) }
}

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/)
}

const meaning: ReadonlyMap<string, FailureCode> = new Map(
  (Object.entries(declineCodes) as [FailureCode, readonly string[]][]).flatMap(([ours, theirs]) =>
    theirs.map((each) => [each, ours] as const),
  ),
)
