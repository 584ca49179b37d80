import type Stripe from 'stripe'
import { emit } from '../engine/emit.ts'
import type { Instrument } from '../engine/tables.ts'
import type { World } from '../engine/world.ts'
import { randomText } from '../engine/random.ts'
import { invalidParameter, refusedByState, type StripeError } from '../wire/stripe-error.ts'
import { cardRefusal } from './card-errors.ts'
import { getCustomer, getObject, idOf } from './references.ts'
import { findCardById, getCard, testBankDebits, type TestCard } from './test-cards.ts'

/** What is known about the person who pays. */
export interface BillingDetailsGiven {
  readonly address?: Stripe.Address | null
  readonly email?: string | null
  readonly name?: string | null
  readonly phone?: string | null
}

/** A new card payment method for a test card. */
export const createCardMethod = (
  world: World,
  card: TestCard,
  billing: BillingDetailsGiven = {},
  expiry?: { readonly month: number; readonly year: number },
): Stripe.PaymentMethod =>
  create(
    world,
    billing,
    { type: 'card', number: card.number },
    {
      type: 'card',
      card: {
        brand: card.brand,
        checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
        country: card.country,
        display_brand: card.brand === 'amex' ? 'american_express' : card.brand,
        exp_month: expiry?.month ?? 12,
        exp_year: expiry?.year ?? new Date(world.nowMs()).getUTCFullYear() + 1,
        // The same card has the same fingerprint wherever it turns up.
        fingerprint: randomText(`fingerprint:${card.number}`, 0, 16),
        funding: card.funding,
        generated_from: null,
        last4: card.number.slice(-4),
        networks: { available: [card.brand], preferred: null },
        regulated_status: 'unregulated',
        three_d_secure_usage: { supported: true },
        wallet: null,
      },
    },
  )

/** A new bank account whose debits end as given, some days after they are asked for. */
export const createBankDebitMethod = (
  world: World,
  outcome: { readonly outcome: 'succeeded' | 'failed'; readonly failureCode: string | null },
  billing: BillingDetailsGiven = {},
): Stripe.PaymentMethod =>
  create(
    world,
    billing,
    { type: 'bank_debit', ...outcome },
    {
      type: 'us_bank_account',
      us_bank_account: {
        account_holder_type: 'individual',
        account_type: 'checking',
        bank_name: 'STRIPE TEST BANK',
        financial_connections_account: null,
        fingerprint: randomText(`fingerprint:bank:${outcome.outcome}`, 0, 16),
        last4: '6789',
        networks: { preferred: 'ach', supported: ['ach'] },
        routing_number: '110000000',
        status_details: {},
      },
    },
  )

/** The payment method with this id. A test id such as `pm_card_visa` gives a new payment method each time. */
export const resolvePaymentMethod = (
  world: World,
  id: string,
  billing: BillingDetailsGiven = {},
): Stripe.PaymentMethod => {
  const card = findCardById(id)
  if (card !== undefined) return createCardMethod(world, card, billing)
  const debit = Object.hasOwn(testBankDebits, id) ? testBankDebits[id] : undefined
  if (debit !== undefined) return createBankDebitMethod(world, debit, billing)
  return getObject(world, 'payment_method', id, 'payment_method')
}

/** What is behind a payment method. */
export const getInstrument = (world: World, method: string): Instrument => {
  const found = world.find('instrument', method)
  if (found === undefined) throw new Error(`There is no instrument behind ${method}.`)
  return found
}

/**
 * Saves a payment method for a customer.
 *
 * Refuses, first match wins: no such customer, a method that is spent, one that belongs to somebody else, and with 402
 * a card that its bank declines.
 */
export const attachPaymentMethod = (
  world: World,
  method: Stripe.PaymentMethod,
  customer: string,
): Stripe.PaymentMethod => {
  getCustomer(world, customer, 'customer')
  const owner = idOf(method.customer)
  if (owner === customer) return method
  const instrument = getInstrument(world, method.id)
  if (instrument.spent) throw spentMethod()
  if (owner !== null) {
    throw refusedByState('The payment method you provided has already been attached to a customer.', {
      param: 'payment_method',
    })
  }
  if (instrument.source.type === 'card') {
    const { decline, attachable } = getCard(instrument.source.number)
    if (decline !== null && !attachable) throw cardRefusal(world, decline)
  }
  return keepForCustomer(world, method, customer)
}

/** Saves a payment method that has just paid, when the payment asked for it. */
export const keepForCustomer = (world: World, method: Stripe.PaymentMethod, customer: string): Stripe.PaymentMethod => {
  if (idOf(method.customer) === customer) return method
  const attached = world.put('payment_method', method.id, { ...method, customer })
  emit(world, 'payment_method.attached', attached)
  return attached
}

/** Takes a payment method away from its customer. It cannot be used again. */
export const detachPaymentMethod = (world: World, method: Stripe.PaymentMethod): Stripe.PaymentMethod => {
  const customer = idOf(method.customer)
  if (customer === null) {
    throw refusedByState('The payment method you provided is not attached to a customer so detachment is impossible.', {
      param: 'payment_method',
    })
  }
  const detached = world.put('payment_method', method.id, { ...method, customer: null })
  world.put('instrument', method.id, { ...getInstrument(world, method.id), spent: true })
  const owner = world.find('customer', customer)
  if (
    owner !== undefined &&
    owner.deleted !== true &&
    idOf(owner.invoice_settings.default_payment_method) === method.id
  ) {
    world.put('customer', customer, {
      ...owner,
      invoice_settings: { ...owner.invoice_settings, default_payment_method: null },
    })
  }
  emit(world, 'payment_method.detached', detached, { customer })
  return detached
}

/** The refusal of a method that was used up. */
export const spentMethod = (): StripeError =>
  refusedByState(
    'The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a ' +
      'connected account without Customer attachment, or was detached from a Customer. It may not be used again. To ' +
      'use a PaymentMethod multiple times, you must attach it to a Customer first.',
    { param: 'payment_method' },
  )

/** The refusal of a method that belongs to another customer, or to none where one is needed. */
export const notOfCustomer = (method: string, param: string): StripeError =>
  invalidParameter(
    param,
    `The customer does not have a payment method with the ID ${method}. The payment method must be attached ` +
      `to the customer.`,
    'resource_missing',
  )

const create = (
  world: World,
  billing: BillingDetailsGiven,
  source: Instrument['source'],
  details: Pick<Stripe.PaymentMethod, 'type' | 'card' | 'us_bank_account'>,
): Stripe.PaymentMethod => {
  const id = world.newId('pm')
  world.put('instrument', id, { paymentMethod: id, source, authenticatedForLater: false, spent: false })
  return world.put('payment_method', id, {
    id,
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: {
      address: billing.address ?? {
        city: null,
        country: null,
        line1: null,
        line2: null,
        postal_code: null,
        state: null,
      },
      email: billing.email ?? null,
      name: billing.name ?? null,
      phone: billing.phone ?? null,
      tax_id: null,
    },
    created: world.now(),
    customer: null,
    customer_account: null,
    livemode: world.request()?.livemode ?? false,
    metadata: {},
    ...details,
  })
}
