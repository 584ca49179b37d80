/** A card's number without spaces. */
export type CardNumber = string

/** Why a bank refuses, in Stripe's words. */
export interface Decline {
  readonly code:
    | 'card_declined'
    | 'expired_card'
    | 'incorrect_cvc'
    | 'incorrect_number'
    | 'processing_error'
    | 'authentication_required'
  readonly declineCode: string | null
  readonly message: string
  readonly networkDeclineCode: string | null
  readonly adviceCode: 'confirm_card_data' | 'do_not_try_again' | 'try_again_later' | null
  /** The field to blame, where there is one. */
  readonly param: string | null
}

/** One of Stripe's test cards and what it is for. */
export interface TestCard {
  readonly number: CardNumber
  /** The ids under which Stripe offers it without a number. */
  readonly ids: readonly string[]
  readonly brand: 'visa' | 'mastercard' | 'amex' | 'discover' | 'diners' | 'jcb' | 'unionpay'
  readonly funding: 'credit' | 'debit' | 'prepaid'
  readonly country: string
  /** What it is for, in a few words, as the hosted page shows it. */
  readonly title: string
  /** Whether a charge goes through. */
  readonly decline: Decline | null
  /** `attachable` cards can be saved although they decline: how a saved card comes to fail later. */
  readonly attachable: boolean
  /** When the cardholder has to authenticate: never, until the card was set up for later use, or each time. */
  readonly authentication: 'never' | 'until_set_up' | 'always'
  /** What happens to the money afterwards. */
  readonly aftermath:
    | 'none'
    | 'dispute_fraudulent'
    | 'dispute_not_received'
    | 'inquiry'
    | 'refund_pending'
    | 'refund_fails'
}

const genericMessage = 'Your card was declined.'

/** The refusal with which a bank asks for authentication that an off-session charge cannot give. */
export const authenticationRequired: Decline = {
  code: 'authentication_required',
  declineCode: 'authentication_required',
  message: 'Your card was declined. This transaction requires authentication.',
  networkDeclineCode: null,
  adviceCode: null,
  param: null,
}

const declined = (declineCode: string, message = genericMessage, more: Partial<Decline> = {}): Decline => ({
  code: 'card_declined',
  declineCode,
  message,
  networkDeclineCode: '01',
  adviceCode: 'try_again_later',
  param: null,
  ...more,
})

const failed = (
  code: Decline['code'],
  message: string,
  param: string | null,
  more: Partial<Decline> = {},
): Decline => ({
  code,
  declineCode: null,
  message,
  networkDeclineCode: null,
  adviceCode: null,
  param,
  ...more,
})

const card = (number: string, ids: readonly string[], title: string, more: Partial<TestCard> = {}): TestCard => ({
  number,
  ids,
  title,
  brand: 'visa',
  funding: 'credit',
  country: 'US',
  decline: null,
  attachable: true,
  authentication: 'never',
  aftermath: 'none',
  ...more,
})

const refusing = (number: string, ids: readonly string[], title: string, decline: Decline): TestCard =>
  card(number, ids, title, { decline, attachable: false })

/** Stripe's test cards, by what they do. Source: docs.stripe.com/testing, as quoted in the SDK's own examples. */
export const testCards: readonly TestCard[] = [
  card('4242424242424242', ['pm_card_visa', 'pm_card_us'], 'Succeeds'),
  card('4000056655665556', ['pm_card_visa_debit'], 'Succeeds (debit)', { funding: 'debit' }),
  card('5555555555554444', ['pm_card_mastercard'], 'Succeeds (Mastercard)', { brand: 'mastercard' }),
  card('5200828282828210', ['pm_card_mastercard_debit'], 'Succeeds (Mastercard debit)', {
    brand: 'mastercard',
    funding: 'debit',
  }),
  card('5105105105105100', ['pm_card_mastercard_prepaid'], 'Succeeds (Mastercard prepaid)', {
    brand: 'mastercard',
    funding: 'prepaid',
  }),
  card('378282246310005', ['pm_card_amex'], 'Succeeds (American Express)', { brand: 'amex' }),
  card('6011111111111117', ['pm_card_discover'], 'Succeeds (Discover)', { brand: 'discover' }),
  card('3056930009020004', ['pm_card_diners'], 'Succeeds (Diners Club)', { brand: 'diners' }),
  card('3566002020360505', ['pm_card_jcb'], 'Succeeds (JCB)', { brand: 'jcb' }),
  card('6200000000000005', ['pm_card_unionpay'], 'Succeeds (UnionPay)', { brand: 'unionpay' }),
  card('4000004840008001', ['pm_card_mx'], 'Succeeds (Mexico)', { country: 'MX' }),
  card('4000000000000077', ['pm_card_bypassPending'], 'Succeeds, funds at once'),
  refusing(
    '4000000000000002',
    ['pm_card_visa_chargeDeclined', 'pm_card_chargeDeclined'],
    'Declined',
    declined('generic_decline'),
  ),
  refusing(
    '4000000000009995',
    ['pm_card_visa_chargeDeclinedInsufficientFunds', 'pm_card_chargeDeclinedInsufficientFunds'],
    'Declined: insufficient funds',
    declined('insufficient_funds', 'Your card has insufficient funds.', { networkDeclineCode: '51' }),
  ),
  refusing(
    '4000000000009987',
    ['pm_card_visa_chargeDeclinedLostCard', 'pm_card_chargeDeclinedLostCard'],
    'Declined: lost card',
    declined('lost_card', genericMessage, { networkDeclineCode: '41', adviceCode: 'do_not_try_again' }),
  ),
  refusing(
    '4000000000009979',
    ['pm_card_visa_chargeDeclinedStolenCard', 'pm_card_chargeDeclinedStolenCard'],
    'Declined: stolen card',
    declined('stolen_card', genericMessage, { networkDeclineCode: '43', adviceCode: 'do_not_try_again' }),
  ),
  refusing(
    '4000000000006975',
    ['pm_card_visa_chargeDeclinedVelocityLimitExceeded', 'pm_card_chargeDeclinedVelocityLimitExceeded'],
    'Declined: too many attempts',
    declined(
      'card_velocity_exceeded',
      'Your card was declined for making repeated attempts too frequently or exceeding its amount limit.',
    ),
  ),
  refusing(
    '4100000000000019',
    ['pm_card_radarBlock', 'pm_card_chargeDeclinedFraudulent'],
    'Blocked as fraudulent',
    declined('fraudulent', genericMessage, { networkDeclineCode: null, adviceCode: null }),
  ),
  refusing(
    '4000000000000069',
    ['pm_card_chargeDeclinedExpiredCard'],
    'Declined: expired card',
    failed('expired_card', 'Your card has expired.', 'exp_month', {
      networkDeclineCode: '54',
      adviceCode: 'confirm_card_data',
    }),
  ),
  refusing(
    '4000000000000127',
    ['pm_card_chargeDeclinedIncorrectCvc'],
    'Declined: wrong security code',
    failed('incorrect_cvc', "Your card's security code is incorrect.", 'cvc', { adviceCode: 'confirm_card_data' }),
  ),
  refusing(
    '4000000000000119',
    ['pm_card_chargeDeclinedProcessingError'],
    'Declined: processing error',
    failed('processing_error', 'An error occurred while processing your card. Try again in a little bit.', null, {
      adviceCode: 'try_again_later',
    }),
  ),
  card('4000000000000341', ['pm_card_chargeCustomerFail'], 'Can be saved, declines when charged', {
    decline: declined('generic_decline'),
  }),
  card('4000002500003155', ['pm_card_authenticationRequiredOnSetup'], '3-D Secure until saved for later', {
    authentication: 'until_set_up',
  }),
  card('4000002760003184', ['pm_card_authenticationRequired'], '3-D Secure every time', { authentication: 'always' }),
  card(
    '4000000000003220',
    ['pm_card_threeDSecure2Required', 'pm_card_threeDSecureRequired'],
    '3-D Secure 2 every time',
    { authentication: 'always' },
  ),
  card(
    '4000008260003178',
    ['pm_card_authenticationRequiredChargeDeclinedInsufficientFunds'],
    '3-D Secure, then insufficient funds',
    {
      authentication: 'always',
      decline: declined('insufficient_funds', 'Your card has insufficient funds.', { networkDeclineCode: '51' }),
    },
  ),
  card('4000000000000259', ['pm_card_createDispute'], 'Succeeds, then disputed as fraudulent', {
    aftermath: 'dispute_fraudulent',
  }),
  card('4000000000002685', ['pm_card_createDisputeProductNotReceived'], 'Succeeds, then disputed as not received', {
    aftermath: 'dispute_not_received',
  }),
  card('4000000000001976', ['pm_card_createDisputeInquiry'], 'Succeeds, then an inquiry', { aftermath: 'inquiry' }),
  card('4000000000007726', ['pm_card_pendingRefund'], 'Refunds stay pending for a while', {
    aftermath: 'refund_pending',
  }),
  card('4000000000005126', ['pm_card_refundFail'], 'Refunds succeed and fail later', { aftermath: 'refund_fails' }),
]

const byNumber = new Map(testCards.map((each) => [each.number, each]))
const byId = new Map(testCards.flatMap((each) => each.ids.map((id) => [id, each] as const)))

/** The test card with this number; spaces and dashes do not matter. */
export const findCardByNumber = (number: string): TestCard | undefined => byNumber.get(number.replaceAll(/[\s-]/g, ''))

/** The test card behind an id such as `pm_card_visa`, or a token such as `tok_visa`. */
export const findCardById = (id: string): TestCard | undefined => byId.get(id.replace(/^tok_/, 'pm_card_'))

/** The test card with this number, which is known to exist. */
export const getCard = (number: CardNumber): TestCard => {
  const found = byNumber.get(number)
  if (found === undefined) throw new Error(`There is no test card ${number}.`)
  return found
}

/** How a test bank account's debit ends, by the ids Stripe offers for it. */
export const testBankDebits: Readonly<
  Record<string, { readonly outcome: 'succeeded' | 'failed'; readonly failureCode: string | null }>
> = {
  pm_usBankAccount: { outcome: 'succeeded', failureCode: null },
  pm_usBankAccount_success: { outcome: 'succeeded', failureCode: null },
  pm_usBankAccount_insufficientFunds: { outcome: 'failed', failureCode: 'insufficient_funds' },
  pm_usBankAccount_accountClosed: { outcome: 'failed', failureCode: 'account_closed' },
  pm_usBankAccount_noAccount: { outcome: 'failed', failureCode: 'no_account' },
  pm_usBankAccount_debitNotAuthorized: { outcome: 'failed', failureCode: 'debit_not_authorized' },
}
