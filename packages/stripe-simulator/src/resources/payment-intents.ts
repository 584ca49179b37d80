import type Stripe from 'stripe'
import { emit } from '../engine/emit.ts'
import { schedule, unschedule } from '../engine/timers.ts'
import type { World } from '../engine/world.ts'
import { refusedByState, StripeError } from '../wire/stripe-error.ts'
import { cardError, declineBody } from './card-errors.ts'
import { bankFailureMessage, captureCharge, createCharge, releaseCharge, settleCharge } from './charges.ts'
import { getInstrument, keepForCustomer, notOfCustomer, spentMethod } from './payment-methods.ts'
import { getObject, idOf } from './references.ts'
import { authenticationRequired, getCard, type Decline } from './test-cards.ts'

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
    allowed_payment_method_types: given.allowedPaymentMethodTypes === null ? null : [...given.allowedPaymentMethodTypes],
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
    excluded_payment_method_types: given.excludedPaymentMethodTypes === null ? null : [...given.excludedPaymentMethodTypes],
    last_payment_error: null,
    latest_charge: null,
    livemode: world.request()?.livemode ?? false,
    managed_payments: null,
    metadata: given.metadata,
    next_action: null,
    on_behalf_of: null,
    payment_method: given.paymentMethod,
    payment_method_configuration_details: null,
    payment_method_options: { card: { installments: null, mandate_options: null, network: null, request_three_d_secure: 'automatic' } },
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

/** How an intent is to be confirmed. */
export interface Confirmation {
  /** The customer is not there to authenticate. */
  readonly offSession: boolean
  /** The address a challenge is taken to, and where it leads back to; null leaves it to Stripe.js. */
  readonly challenge: { readonly url: string; readonly returnUrl: string } | null
}

/** How an attempt to pay came out. */
export interface Attempt {
  readonly intent: Stripe.PaymentIntent
  /** Set when the payment was declined: the intent then waits for another payment method. */
  readonly decline: StripeError | null
}

/** Charges `method` for `intent`, or asks for authentication first where the card wants it. */
export const confirmIntent = (
  world: World,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  { offSession, challenge }: Confirmation,
): Attempt => {
  checkMethod(world, intent, method)
  const { source, authenticatedForLater } = getInstrument(world, method.id)
  if (source.type === 'bank_debit') return { intent: startDebit(world, intent, method), decline: null }
  const { authentication, decline } = getCard(source.number)
  const wanted = authentication === 'always' || (authentication === 'until_set_up' && !(offSession && authenticatedForLater))
  if (wanted && offSession) return declineIntent(world, intent, method, authenticationRequired)
  if (wanted) return { intent: requireAction(world, intent, method, challenge), decline: null }
  return decline === null ? { intent: chargeCard(world, intent, method), decline: null } : declineIntent(world, intent, method, decline)
}

/** Answers the challenge of an intent that waits for authentication. */
export const authenticateIntent = (world: World, intent: Stripe.PaymentIntent, outcome: 'succeeded' | 'failed'): Attempt => {
  if (intent.status !== 'requires_action') {
    throw refusedByState(`This PaymentIntent has a status of ${intent.status}: there is nothing to authenticate.`, { code: unexpected })
  }
  const method = getObject(world, 'payment_method', idOf(intent.payment_method) ?? '')
  if (outcome === 'failed') return failAuthentication(world, intent, method)
  const { source } = getInstrument(world, method.id)
  const decline = source.type === 'card' ? getCard(source.number).decline : null
  return decline === null ? { intent: chargeCard(world, intent, method), decline: null } : declineIntent(world, intent, method, decline)
}

/** Ends a bank debit that was under way. A settled one is left alone. */
export const settleIntent = (world: World, id: string, outcome?: 'succeeded' | 'failed'): Stripe.PaymentIntent | undefined => {
  const intent = world.find('payment_intent', id)
  const charge = world.find('charge', idOf(intent?.latest_charge) ?? '')
  if (intent?.status !== 'processing' || charge === undefined) return intent
  unschedule(world, settleTimer, id)
  const { source } = getInstrument(world, charge.payment_method ?? '')
  const own = source.type === 'bank_debit' ? source : { outcome: 'succeeded' as const, failureCode: null }
  const failed = (outcome ?? own.outcome) === 'failed'
  settleCharge(world, charge, failed ? (own.failureCode ?? 'insufficient_funds') : null)
  if (!failed) return succeed(world, { ...intent, processing: null, amount_received: intent.amount })
  const back: Stripe.PaymentIntent = {
    ...intent,
    processing: null,
    status: 'requires_payment_method',
    payment_method: null,
    last_payment_error: {
      charge: charge.id,
      code: 'payment_intent_payment_attempt_failed',
      message: bankFailureMessage,
      type: 'invalid_request_error',
    },
  }
  return tell(world, 'payment_intent.payment_failed', back)
}

/** Takes the money of an authorised intent. */
export const captureIntent = (world: World, intent: Stripe.PaymentIntent, amount: number): Stripe.PaymentIntent => {
  if (intent.status !== 'requires_capture') {
    throw refusedByState(
      `This PaymentIntent could not be captured because it has a status of ${intent.status}. Only a PaymentIntent with one of ` +
        'the following statuses may be captured: requires_capture.',
      { code: unexpected, payment_intent: intent },
    )
  }
  if (amount > intent.amount_capturable) {
    throw refusedByState('The amount to capture is greater than the remaining amount on the charge.', { code: 'amount_too_large', param: 'amount_to_capture' })
  }
  unschedule(world, uncapturedTimer, intent.id)
  captureCharge(world, getObject(world, 'charge', idOf(intent.latest_charge) ?? ''), amount)
  return succeed(world, { ...intent, amount_capturable: 0, amount_received: amount })
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
      `You cannot cancel this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the ` +
        `following statuses may be canceled: ${cancellable.join(', ')}, processing.`,
      { code: unexpected, payment_intent: intent },
    )
  }
  unschedule(world, uncapturedTimer, intent.id)
  if (intent.status === 'requires_capture') {
    const charge = getObject(world, 'charge', idOf(intent.latest_charge) ?? '')
    releaseCharge(world, charge, reason === 'automatic' ? 'charge.expired' : 'charge.refunded')
  }
  return tell(world, 'payment_intent.canceled', {
    ...intent, amount_capturable: 0, canceled_at: world.now(), cancellation_reason: reason, next_action: null, status: 'canceled',
  })
}

const unexpected = 'payment_intent_unexpected_state'

const checkMethod = (world: World, intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod): void => {
  const owner = idOf(method.customer)
  if (getInstrument(world, method.id).spent) throw spentMethod()
  if (owner !== null && owner !== idOf(intent.customer)) throw notOfCustomer(method.id, 'payment_method')
}

const requireAction = (
  world: World,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  challenge: Confirmation['challenge'],
): Stripe.PaymentIntent =>
  tell(world, 'payment_intent.requires_action', {
    ...intent,
    last_payment_error: null,
    payment_method: method.id,
    status: 'requires_action',
    next_action:
      challenge === null
        ? { type: 'use_stripe_sdk', use_stripe_sdk: {} }
        : { type: 'redirect_to_url', redirect_to_url: { return_url: challenge.returnUrl, url: challenge.url } },
  })

const chargeCard = (world: World, intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod): Stripe.PaymentIntent => {
  const manual = intent.capture_method === 'manual'
  const charge = keepAfterPayment(world, intent, method, () => createCharge(world, intent, method, { type: 'succeeded', captured: !manual }))
  const paid: Stripe.PaymentIntent = {
    ...intent, last_payment_error: null, latest_charge: charge.id, next_action: null, payment_method: method.id,
  }
  if (!manual) return succeed(world, { ...paid, amount_received: intent.amount })
  schedule(world, uncapturedTimer, intent.id, world.nowMs() + 7 * 24 * 60 * 60 * 1000)
  return tell(world, 'payment_intent.amount_capturable_updated', { ...paid, amount_capturable: intent.amount, status: 'requires_capture' })
}

const startDebit = (world: World, intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod): Stripe.PaymentIntent => {
  const charge = keepAfterPayment(world, intent, method, () => createCharge(world, intent, method, { type: 'pending' }))
  schedule(world, settleTimer, intent.id, world.nowMs() + world.behaviour.bankDebitSettlesAfterMs)
  return tell(world, 'payment_intent.processing', {
    ...intent, last_payment_error: null, latest_charge: charge.id, next_action: null, payment_method: method.id,
    status: 'processing',
  })
}

// A method that pays is saved when the payment asked for it and there is a customer; otherwise it is used up.
const keepAfterPayment = (
  world: World,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  charge: () => Stripe.Charge,
): Stripe.Charge => {
  const customer = idOf(intent.customer)
  const saves = intent.setup_future_usage !== null
  if (saves && customer !== null) keepForCustomer(world, method, customer)
  const instrument = getInstrument(world, method.id)
  world.put('instrument', method.id, {
    ...instrument,
    authenticatedForLater: instrument.authenticatedForLater || intent.setup_future_usage === 'off_session',
    spent: !saves && idOf(method.customer) === null,
  })
  return charge()
}

const succeed = (world: World, intent: Stripe.PaymentIntent): Stripe.PaymentIntent => {
  const paid = tell(world, 'payment_intent.succeeded', { ...intent, next_action: null, status: 'succeeded' })
  const instrument = world.find('instrument', idOf(paid.payment_method) ?? '')
  const aftermath = instrument?.source.type === 'card' ? getCard(instrument.source.number).aftermath : 'none'
  if (aftermath === 'dispute_fraudulent' || aftermath === 'dispute_not_received' || aftermath === 'inquiry') {
    schedule(world, disputeTimer, paid.id, world.nowMs() + 1000)
  }
  return paid
}

const declineIntent = (world: World, intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod, decline: Decline): Attempt => {
  const charge = createCharge(world, intent, method, { type: 'failed', decline })
  const error = declineBody(world, decline, { charge: charge.id, payment_method: method })
  const back = tell(world, 'payment_intent.payment_failed', {
    ...intent,
    last_payment_error: error as Stripe.PaymentIntent.LastPaymentError,
    latest_charge: charge.id,
    next_action: null,
    payment_method: null,
    status: 'requires_payment_method',
  })
  return { intent: back, decline: cardError(world, decline, { charge: charge.id, payment_intent: back, payment_method: method }) }
}

const failAuthentication = (world: World, intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod): Attempt => {
  const message =
    'We are unable to authenticate your payment method. Please choose a different payment method and try again.'
  const code = 'payment_intent_authentication_failure'
  const back = tell(world, 'payment_intent.payment_failed', {
    ...intent,
    last_payment_error: { code, doc_url: `https://stripe.com/docs/error-codes/payment-intent-authentication-failure`, message, payment_method: method, type: 'invalid_request_error' },
    next_action: null,
    payment_method: null,
    status: 'requires_payment_method',
  })
  const body = { code, message, payment_intent: back, type: 'invalid_request_error' as const }
  return { intent: back, decline: new StripeError(400, body, 'executed') }
}

const tell = (world: World, type: Stripe.Event.Type, intent: Stripe.PaymentIntent): Stripe.PaymentIntent => {
  world.put('payment_intent', intent.id, intent)
  emit(world, type, intent)
  return intent
}
