import type Stripe from 'stripe'
import { emit } from '../engine/emit.ts'
import { schedule, unschedule } from '../engine/timers.ts'
import type { World } from '../engine/world.ts'
import { refusedByState } from '../wire/stripe-error.ts'
import { captureCharge, releaseCharge } from './charges.ts'
import { getObject, idOf } from './references.ts'
import { getCard } from './test-cards.ts'

/** The timers of this area. */
export const settleTimer = 'settle_payment'
/** An authorisation that nobody captures is let go after seven days. */
export const uncapturedTimer = 'cancel_uncaptured'
/** Some test cards bring a dispute upon their payment. */
export const disputeTimer = 'open_dispute'

/** What an intent is made of. */
export interface NewIntent {
  readonly amount: number
  readonly currency: string
  readonly customer: string | null
  readonly description: string | null
  readonly metadata: Stripe.Metadata
  readonly captureMethod: Stripe.PaymentIntent.CaptureMethod
  readonly setupFutureUsage: 'off_session' | 'on_session' | null
  readonly receiptEmail: string | null
  readonly paymentMethod: string | null
  readonly automaticPaymentMethods: Stripe.PaymentIntent.AutomaticPaymentMethods | null
  readonly paymentMethodTypes: readonly string[]
  readonly allowedPaymentMethodTypes: readonly string[] | null
  readonly excludedPaymentMethodTypes: readonly string[] | null
  readonly confirmationMethod: 'automatic' | 'manual'
  readonly shipping: Stripe.PaymentIntent.Shipping | null
  readonly statementDescriptor: string | null
  readonly statementDescriptorSuffix: string | null
  readonly transferGroup: string | null
}

/** A new intent, not confirmed yet. */
export const createIntent = (world: World, given: NewIntent): Stripe.PaymentIntent => {
  const id = world.newId('pi')
  const intent: Stripe.PaymentIntent = {
    id,
    object: 'payment_intent',
    allowed_payment_method_types:
      given.allowedPaymentMethodTypes === null ? null : [...given.allowedPaymentMethodTypes],
    amount: given.amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: given.automaticPaymentMethods,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: given.captureMethod,
    client_secret: `${id}_secret_${world.newId('x', 25).slice(2)}`,
    confirmation_method: given.confirmationMethod,
    created: world.now(),
    currency: given.currency,
    customer: given.customer,
    customer_account: null,
    description: given.description,
    excluded_payment_method_types:
      given.excludedPaymentMethodTypes === null ? null : [...given.excludedPaymentMethodTypes],
    last_payment_error: null,
    latest_charge: null,
    livemode: world.request()?.livemode ?? false,
    managed_payments: null,
    metadata: given.metadata,
    next_action: null,
    on_behalf_of: null,
    payment_method: given.paymentMethod,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: { installments: null, mandate_options: null, network: null, request_three_d_secure: 'automatic' },
    },
    payment_method_types: [...given.paymentMethodTypes],
    payment_record: null,
    processing: null,
    receipt_email: given.receiptEmail,
    review: null,
    setup_future_usage: given.setupFutureUsage,
    shipping: given.shipping,
    source: null,
    statement_descriptor: given.statementDescriptor,
    statement_descriptor_suffix: given.statementDescriptorSuffix,
    status: given.paymentMethod === null ? 'requires_payment_method' : 'requires_confirmation',
    transfer_data: null,
    transfer_group: given.transferGroup,
  }
  world.put('payment_intent', id, intent)
  emit(world, 'payment_intent.created', intent)
  return intent
}

/** Takes the money of an authorised intent. */
export const captureIntent = (world: World, intent: Stripe.PaymentIntent, amount: number): Stripe.PaymentIntent => {
  if (intent.status !== 'requires_capture') {
    throw refusedByState(
      `This PaymentIntent could not be captured because it has a status of ${intent.status}. Only a ` +
        `PaymentIntent with one of ` +
        'the following statuses may be captured: requires_capture.',
      { code: unexpectedState, payment_intent: intent },
    )
  }
  if (amount > intent.amount_capturable) {
    throw refusedByState('The amount to capture is greater than the remaining amount on the charge.', {
      code: 'amount_too_large',
      param: 'amount_to_capture',
    })
  }
  unschedule(world, uncapturedTimer, intent.id)
  captureCharge(world, getObject(world, 'charge', idOf(intent.latest_charge) ?? ''), amount)
  return succeedIntent(world, { ...intent, amount_capturable: 0, amount_received: amount })
}

const cancellable = ['requires_payment_method', 'requires_capture', 'requires_confirmation', 'requires_action']

/** Cancels an intent that has not been paid. */
export const cancelIntent = (
  world: World,
  intent: Stripe.PaymentIntent,
  reason: Stripe.PaymentIntent.CancellationReason | null,
): Stripe.PaymentIntent => {
  if (!cancellable.includes(intent.status)) {
    throw refusedByState(
      `You cannot cancel this PaymentIntent because it has a status of ${intent.status}. Only a ` +
        `PaymentIntent with one of the ` +
        `following statuses may be canceled: ${cancellable.join(', ')}, processing.`,
      { code: unexpectedState, payment_intent: intent },
    )
  }
  unschedule(world, uncapturedTimer, intent.id)
  if (intent.status === 'requires_capture') {
    const charge = getObject(world, 'charge', idOf(intent.latest_charge) ?? '')
    releaseCharge(world, charge, reason === 'automatic' ? 'charge.expired' : 'charge.refunded')
  }
  return tellOfIntent(world, 'payment_intent.canceled', {
    ...intent,
    amount_capturable: 0,
    canceled_at: world.now(),
    cancellation_reason: reason,
    next_action: null,
    status: 'canceled',
  })
}

/** The code of a refusal by an intent's status. */
export const unexpectedState = 'payment_intent_unexpected_state'

/** Stores an intent as paid and tells of it; some test cards then bring a dispute. */
export const succeedIntent = (world: World, intent: Stripe.PaymentIntent): Stripe.PaymentIntent => {
  const paid = tellOfIntent(world, 'payment_intent.succeeded', { ...intent, next_action: null, status: 'succeeded' })
  const instrument = world.find('instrument', idOf(paid.payment_method) ?? '')
  const aftermath = instrument?.source.type === 'card' ? getCard(instrument.source.number).aftermath : 'none'
  if (aftermath === 'dispute_fraudulent' || aftermath === 'dispute_not_received' || aftermath === 'inquiry') {
    schedule(world, disputeTimer, paid.id, world.nowMs() + 1000)
  }
  return paid
}

/** Stores a changed intent and tells of it. */
export const tellOfIntent = (
  world: World,
  type: Stripe.Event.Type,
  intent: Stripe.PaymentIntent,
): Stripe.PaymentIntent => {
  world.put('payment_intent', intent.id, intent)
  emit(world, type, intent)
  return intent
}
