import type Stripe from 'stripe'
import type { World } from '../engine/world.ts'
import { mergeMetadata, metadata } from '../wire/metadata.ts'
import { hash, inert, integer, oneOf, text, type Read } from '../wire/params.ts'
import { invalidParameter, StripeError } from '../wire/stripe-error.ts'
import { billingDetails, toAddress } from './addresses.ts'
import { cardRefusal } from './card-errors.ts'
import { createBankDebitMethod, createCardMethod, type BillingDetailsGiven } from './payment-methods.ts'
import { findCardById, findCardByNumber, type Decline, type TestCard } from './test-cards.ts'

const cardParameters = hash({
  cvc: text(),
  exp_month: integer({ min: 1, max: 12 }),
  exp_year: integer(),
  networks: inert(),
  number: text(),
  token: text(),
})

/** The parameters that describe a payment method inline, as `payment_method_data` and the create call take them. */
export const paymentMethodShape = {
  allow_redisplay: oneOf(['always', 'limited', 'unspecified']),
  billing_details: billingDetails(),
  card: cardParameters,
  metadata: metadata(),
  radar_options: inert(),
  type: oneOf(['card', 'us_bank_account']),
  us_bank_account: hash({
    account_holder_type: inert(),
    account_number: text(),
    account_type: inert(),
    financial_connections_account: inert(),
    routing_number: text(),
  }),
}

/** What `payment_method_data` and the create call give. */
export type PaymentMethodGiven = {
  readonly [K in keyof typeof paymentMethodShape]: Read<(typeof paymentMethodShape)[K]>
}

/**
 * A new payment method from a test card's number or token, or a test bank account.
 *
 * A number that is no test card's is declined with 402, as Stripe declines real cards in test mode.
 */
export const createPaymentMethod = (world: World, given: PaymentMethodGiven): Stripe.PaymentMethod => {
  const created = given.type === 'us_bank_account' ? createDebit(world, given) : createCard(world, given)
  return world.put('payment_method', created.id, {
    ...created,
    ...(given.allow_redisplay !== undefined && { allow_redisplay: given.allow_redisplay }),
    metadata: mergeMetadata({}, given.metadata),
  })
}

/** The test card with a number, for somebody who types it in. Refused with 402 when it is not one. */
export const cardForNumber = (world: World, number: string): TestCard => {
  const card = findCardByNumber(number)
  if (card === undefined) throw cardRefusal(world, passesLuhn(number) ? realCard : wrongNumber)
  return card
}

const createCard = (world: World, { card, billing_details }: PaymentMethodGiven): Stripe.PaymentMethod => {
  if (card === undefined) throw missing('card')
  if (card.token !== undefined) {
    const found = findCardById(card.token)
    if (found === undefined) throw invalidParameter('card[token]', `No such token: '${card.token}'`, 'resource_missing')
    return createCardMethod(world, found, toBilling(billing_details))
  }
  if (card.number === undefined) throw missing('card[number]')
  if (card.exp_month === undefined) throw missing('card[exp_month]')
  if (card.exp_year === undefined) throw missing('card[exp_year]')
  const year = card.exp_year < 100 ? 2000 + card.exp_year : card.exp_year
  checkExpiry(world, card.exp_month, year)
  return createCardMethod(world, cardForNumber(world, card.number), toBilling(billing_details), {
    month: card.exp_month,
    year,
  })
}

/** Refuses a card that has expired, with 402. */
export const checkExpiry = (world: World, month: number, year: number): void => {
  const now = new Date(world.nowMs())
  if (year * 12 + month < now.getUTCFullYear() * 12 + now.getUTCMonth() + 1) {
    throw new StripeError(
      402,
      {
        code: 'invalid_expiry_year',
        message: "Your card's expiration year is invalid.",
        param: 'exp_year',
        type: 'card_error',
      },
      'refused',
    )
  }
}

// Stripe's test account numbers that fail; any other one succeeds.
const failingAccounts: Readonly<Record<string, string>> = {
  '000111111113': 'account_closed',
  '000111111116': 'no_account',
  '000222222227': 'insufficient_funds',
  '000333333335': 'debit_not_authorized',
}

const createDebit = (world: World, { us_bank_account, billing_details }: PaymentMethodGiven): Stripe.PaymentMethod => {
  if (us_bank_account?.account_number === undefined) throw missing('us_bank_account[account_number]')
  const failureCode = failingAccounts[us_bank_account.account_number] ?? null
  return createBankDebitMethod(
    world,
    { outcome: failureCode === null ? 'succeeded' : 'failed', failureCode },
    toBilling(billing_details),
  )
}

const missing = (param: string) => invalidParameter(param, `Missing required param: ${param}.`, 'parameter_missing')

/** Billing details as they were given. */
export const toBilling = (given: Read<ReturnType<typeof billingDetails>>): BillingDetailsGiven => ({
  ...(given?.address !== undefined && { address: toAddress(given.address) ?? toAddress({ ...emptyAddress }) }),
  ...(given?.email !== undefined && { email: given.email }),
  ...(given?.name !== undefined && { name: given.name }),
  ...(given?.phone !== undefined && { phone: given.phone }),
})

const emptyAddress = {
  city: undefined,
  country: undefined,
  line1: undefined,
  line2: undefined,
  postal_code: undefined,
  state: undefined,
}

const passesLuhn = (number: string): boolean => {
  const digits = number.replaceAll(/[\s-]/g, '')
  if (!/^\d{12,19}$/.test(digits)) return false
  const sum = digits
    .split('')
    .reverse()
    .reduce((total, digit, index) => {
      const value = Number(digit) * (index % 2 === 1 ? 2 : 1)
      return total + (value > 9 ? value - 9 : value)
    }, 0)
  return sum % 10 === 0
}

const wrongNumber: Decline = {
  code: 'incorrect_number',
  declineCode: null,
  message: 'Your card number is incorrect.',
  networkDeclineCode: null,
  adviceCode: null,
  param: 'number',
}
const realCard: Decline = {
  code: 'card_declined',
  declineCode: 'test_mode_live_card',
  message:
    'Your card was declined. Your request was in test mode, but used a non test card. For a list of valid ' +
    'test cards, ' +
    'visit: https://stripe.com/docs/testing.',
  networkDeclineCode: null,
  adviceCode: null,
  param: null,
}
