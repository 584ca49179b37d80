import type Stripe from 'stripe'
import { emit } from '../engine/emit.ts'
import type { World } from '../engine/world.ts'
import { recordBalanceChange } from './balance-transactions.ts'
import { idOf } from './references.ts'
import type { Decline } from './test-cards.ts'

/** How an attempt to charge went. */
export type ChargeOutcome =
  | { readonly type: 'succeeded'; readonly captured: boolean }
  | { readonly type: 'pending' }
  | { readonly type: 'failed'; readonly decline: Decline }

/**
 * Writes down an attempt to charge a payment method for an intent, and tells of it. Metadata is the intent's, as it
 * is now.
 */
export const createCharge = (
  world: World,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  outcome: ChargeOutcome,
): Stripe.Charge => {
  const id = world.newId(method.type === 'card' ? 'ch' : 'py')
  const captured = outcome.type === 'succeeded' && outcome.captured
  const charge: Stripe.Charge = {
    id,
    object: 'charge',
    amount: intent.amount,
    amount_captured: captured ? intent.amount : 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: method.billing_details,
    calculated_statement_descriptor: intent.statement_descriptor ?? 'STRIPE SIMULATOR',
    captured,
    created: world.now(),
    currency: intent.currency,
    customer: idOf(intent.customer),
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: outcome.type === 'failed' ? outcome.decline.code : null,
    failure_message: outcome.type === 'failed' ? outcome.decline.message : null,
    fraud_details: {},
    livemode: intent.livemode,
    metadata: { ...intent.metadata },
    on_behalf_of: null,
    outcome: outcomeOf(outcome),
    paid: outcome.type === 'succeeded',
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: detailsOf(intent, method),
    radar_options: {},
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: outcome.type === 'failed' ? null : `https://pay.stripe.com/receipts/payment/${id}`,
    refunded: false,
    review: null,
    shipping: intent.shipping,
    source: null,
    source_transfer: null,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status: outcome.type,
    transfer_data: null,
    transfer_group: intent.transfer_group,
  }
  const stored = world.put('charge', id, captured ? settleFunds(world, charge) : charge)
  emit(world, `charge.${outcome.type}`, stored)
  return stored
}

/** Takes an authorised amount, or part of it; the rest is let go. */
export const captureCharge = (world: World, charge: Stripe.Charge, amount: number): Stripe.Charge => {
  const captured = settleFunds(world, { ...charge, amount_captured: amount, captured: true })
  world.put('charge', charge.id, captured)
  emit(world, 'charge.captured', captured)
  return captured
}

/** Ends a charge that was pending. */
export const settleCharge = (world: World, charge: Stripe.Charge, failureCode: string | null): Stripe.Charge => {
  const settled: Stripe.Charge =
    failureCode === null
      ? settleFunds(world, {
          ...charge,
          amount_captured: charge.amount,
          captured: true,
          paid: true,
          status: 'succeeded',
          outcome: outcomeOf({ type: 'succeeded', captured: true }),
        })
      : {
          ...charge,
          status: 'failed',
          paid: false,
          failure_code: failureCode,
          failure_message: bankFailureMessage,
          outcome: {
            ...approved,
            network_status: 'declined_by_network',
            reason: failureCode,
            seller_message: 'The bank returned the debit.',
            type: 'issuer_declined',
          },
        }
  world.put('charge', charge.id, settled)
  emit(world, failureCode === null ? 'charge.succeeded' : 'charge.failed', settled)
  return settled
}

/** Lets an authorisation that was never captured go. */
export const releaseCharge = (
  world: World,
  charge: Stripe.Charge,
  type: 'charge.expired' | 'charge.refunded',
): Stripe.Charge => {
  const released = world.put('charge', charge.id, { ...charge, amount_refunded: charge.amount, refunded: true })
  emit(world, type, released)
  return released
}

/** What a payer is told when the bank returns a debit. */
export const bankFailureMessage = 'The payment was returned by the bank.'

const settleFunds = (world: World, charge: Stripe.Charge): Stripe.Charge => {
  const fee = Math.round(charge.amount_captured * 0.029) + 30
  const balance = recordBalanceChange(world, {
    type: 'charge',
    amount: charge.amount_captured,
    fee,
    currency: charge.currency,
    source: charge.id,
    description: charge.description,
  })
  return { ...charge, balance_transaction: balance.id }
}

const approved: Stripe.Charge.Outcome = {
  advice_code: null,
  network_advice_code: null,
  network_decline_code: null,
  network_status: 'approved_by_network',
  reason: null,
  risk_level: 'normal',
  risk_score: 10,
  seller_message: 'Payment complete.',
  type: 'authorized',
}

const outcomeOf = (outcome: ChargeOutcome): Stripe.Charge.Outcome | null => {
  switch (outcome.type) {
    case 'succeeded':
      return approved
    case 'pending':
      return { ...approved, network_status: 'approved_by_network', seller_message: 'Payment complete.' }
    case 'failed': {
      const { decline } = outcome
      const blocked = decline.declineCode === 'fraudulent'
      return {
        ...approved,
        advice_code: decline.adviceCode,
        network_decline_code: decline.networkDeclineCode,
        network_status: blocked ? 'not_sent_to_network' : 'declined_by_network',
        reason: blocked ? 'highest_risk_level' : (decline.declineCode ?? decline.code),
        risk_level: blocked ? 'highest' : 'normal',
        seller_message: blocked
          ? 'Stripe blocked this payment as too risky.'
          : 'The bank did not return any further details with this decline.',
        type: blocked ? 'blocked' : 'issuer_declined',
      }
    }
  }
}

const detailsOf = (intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod): Stripe.Charge.PaymentMethodDetails => {
  const { card, us_bank_account: bank } = method
  if (card !== undefined) {
    return {
      type: 'card',
      card: {
        amount_authorized: intent.amount,
        authorization_code: null,
        brand: card.brand,
        checks: card.checks,
        country: card.country,
        electronic_commerce_indicator: null,
        exp_month: card.exp_month,
        exp_year: card.exp_year,
        fingerprint: card.fingerprint ?? null,
        funding: card.funding,
        installments: null,
        last4: card.last4,
        mandate: null,
        network: card.brand,
        network_token: { used: false },
        network_transaction_id: null,
        regulated_status: card.regulated_status,
        three_d_secure: null,
        transaction_link_id: null,
        wallet: null,
      },
    }
  }
  return {
    type: 'us_bank_account',
    us_bank_account: {
      account_holder_type: 'individual',
      account_type: 'checking',
      bank_name: bank?.bank_name ?? null,
      fingerprint: bank?.fingerprint ?? null,
      last4: bank?.last4 ?? null,
      payment_reference: null,
      routing_number: bank?.routing_number ?? null,
    },
  }
}
