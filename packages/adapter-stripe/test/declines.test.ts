import { describe, expect, it } from 'vitest'
import { declineCodes, failureOfCard } from '../src/declines.ts'

/** The fifty codes of cards on Stripe's page of decline codes, in its order. Read 2026-11-20. */
const documented = `
  authentication_required authentication_not_handled approve_with_id call_issuer card_not_supported
  card_velocity_exceeded currency_not_supported do_not_honor do_not_try_again duplicate_transaction expired_card
  fraudulent generic_decline incorrect_address incorrect_cvc incorrect_number incorrect_pin incorrect_zip
  insufficient_funds invalid_account invalid_amount invalid_cvc invalid_expiry_month invalid_expiry_year
  invalid_number invalid_pin issuer_not_available lost_card merchant_blacklist new_account_information_available
  no_action_taken not_permitted offline_pin_required online_or_offline_pin_required pickup_card pin_try_exceeded
  processing_error reenter_transaction restricted_card revocation_of_all_authorizations
  revocation_of_authorization security_violation service_not_allowed stolen_card stop_payment_order
  testmode_decline transaction_not_allowed try_again_later withdrawal_count_limit_exceeded
  mobile_device_authentication_required`
  .trim()
  .split(/\s+/)

const listed = Object.values(declineCodes).flat()

describe('the decline codes', () => {
  it('are all there, each once', () => {
    expect(documented).toHaveLength(50)
    expect(documented.filter((code) => !listed.includes(code))).toEqual([])
    expect(listed.filter((code, index) => listed.indexOf(code) !== index)).toEqual([])
  })

  it.each([
    ['card_declined', 'generic_decline', 'card_declined', true],
    ['card_declined', 'insufficient_funds', 'insufficient_funds', true],
    ['card_declined', 'lost_card', 'fraud_suspected', false],
    ['card_declined', 'stolen_card', 'fraud_suspected', false],
    ['card_declined', 'fraudulent', 'fraud_suspected', false],
    ['card_declined', 'card_velocity_exceeded', 'limit_exceeded', true],
    ['card_declined', 'currency_not_supported', 'card_not_supported', true],
    ['card_declined', 'authentication_required', 'authentication_required', true],
    ['authentication_required', 'generic_decline', 'authentication_required', true],
    ['authentication_required', undefined, 'authentication_required', true],
    ['expired_card', undefined, 'expired_card', true],
    ['expired_card', '', 'expired_card', true],
    ['incorrect_cvc', 'incorrect_cvc', 'invalid_cvc', true],
    ['incorrect_number', undefined, 'invalid_card', true],
    ['processing_error', null, 'processing_error', true],
    ['payment_intent_authentication_failure', undefined, 'authentication_required', true],
  ])('code %s with decline code %s is %s (retryable: %s)', (code, declineCode, ours, retryable) => {
    expect(failureOfCard({ code, decline_code: declineCode })).toMatchObject({ code: ours, retryable })
  })

  it('keeps Stripe’s finer code and words', () => {
    expect(
      failureOfCard({ code: 'card_declined', decline_code: 'do_not_honor', message: 'Your card was declined.' }),
    ).toEqual({
      code: 'card_declined',
      retryable: true,
      providerCode: 'do_not_honor',
      detail: 'Your card was declined.',
    })
  })

  it('takes a code from the future, or none, for a decline that may be tried again', () => {
    expect(failureOfCard({ code: 'card_declined', decline_code: 'moon_phase' })).toEqual({
      code: 'card_declined',
      retryable: true,
      providerCode: 'moon_phase',
    })
    expect(failureOfCard({})).toEqual({ code: 'card_declined', retryable: true })
    expect(failureOfCard({ code: 'constructor', decline_code: '__proto__' })).toMatchObject({ code: 'card_declined' })
  })
})
