import type Stripe from 'stripe'
import { schedule, unschedule } from '../engine/timers.ts'
import type { World } from '../engine/world.ts'
import { refusedByState, StripeError } from '../wire/stripe-error.ts'
import { cardError, declineBody } from './card-errors.ts'
import { bankFailureMessage, createCharge, settleCharge } from './charges.ts'
import { settleTimer, succeedIntent, tellOfIntent, uncapturedTimer, unexpectedState } from './payment-intents.ts'
import { getInstrument, keepForCustomer, notOfCustomer, spentMethod } from './payment-methods.ts'
import { getObject, idOf } from './references.ts'
import { authenticationRequired, getCard, type Decline } from './test-cards.ts'

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
  const wanted =
    authentication === 'always' || (authentication === 'until_set_up' && !(offSession && authenticatedForLater))
  if (wanted && offSession) return declineIntent(world, intent, method, authenticationRequired)
  if (wanted) return { intent: requireAction(world, intent, method, challenge), decline: null }
  return decline === null
    ? { intent: chargeCard(world, intent, method), decline: null }
    : declineIntent(world, intent, method, decline)
}

/** Answers the challenge of an intent that waits for authentication. */
export const authenticateIntent = (
  world: World,
  intent: Stripe.PaymentIntent,
  outcome: 'succeeded' | 'failed',
): Attempt => {
  if (intent.status !== 'requires_action') {
    throw refusedByState(`This PaymentIntent has a status of ${intent.status}: there is nothing to authenticate.`, {
      code: unexpectedState,
    })
  }
  const method = getObject(world, 'payment_method', idOf(intent.payment_method) ?? '')
  if (outcome === 'failed') return failAuthentication(world, intent, method)
  const { source } = getInstrument(world, method.id)
  const decline = source.type === 'card' ? getCard(source.number).decline : null
  return decline === null
    ? { intent: chargeCard(world, intent, method), decline: null }
    : declineIntent(world, intent, method, decline)
}

/** Ends a bank debit that was under way. A settled one is left alone. */
export const settleIntent = (
  world: World,
  id: string,
  outcome?: 'succeeded' | 'failed',
): Stripe.PaymentIntent | undefined => {
  const intent = world.find('payment_intent', id)
  const charge = world.find('charge', idOf(intent?.latest_charge) ?? '')
  if (intent?.status !== 'processing' || charge === undefined) return intent
  unschedule(world, settleTimer, id)
  const { source } = getInstrument(world, charge.payment_method ?? '')
  const own = source.type === 'bank_debit' ? source : { outcome: 'succeeded' as const, failureCode: null }
  const failed = (outcome ?? own.outcome) === 'failed'
  settleCharge(world, charge, failed ? (own.failureCode ?? 'insufficient_funds') : null)
  if (!failed) return succeedIntent(world, { ...intent, processing: null, amount_received: intent.amount })
  const back: Stripe.PaymentIntent = {
    ...intent,
    processing: null,
    status: 'requires_payment_method',
    payment_method: null,
    last_payment_error: {
      charge: charge.id,
      code: 'payment_intent_payment_attempt_failed',
      message: bankFailureMessage,
      payment_method: getObject(world, 'payment_method', charge.payment_method ?? ''),
      type: 'invalid_request_error',
    },
  }
  return tellOfIntent(world, 'payment_intent.payment_failed', back)
}

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
  tellOfIntent(world, 'payment_intent.requires_action', {
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
  const charge = keepAfterPayment(world, intent, method, () =>
    createCharge(world, intent, method, { type: 'succeeded', captured: !manual }),
  )
  const paid: Stripe.PaymentIntent = {
    ...intent,
    last_payment_error: null,
    latest_charge: charge.id,
    next_action: null,
    payment_method: method.id,
  }
  if (!manual) return succeedIntent(world, { ...paid, amount_received: intent.amount })
  schedule(world, uncapturedTimer, intent.id, world.nowMs() + 7 * 24 * 60 * 60 * 1000)
  return tellOfIntent(world, 'payment_intent.amount_capturable_updated', {
    ...paid,
    amount_capturable: intent.amount,
    status: 'requires_capture',
  })
}

const startDebit = (world: World, intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod): Stripe.PaymentIntent => {
  const charge = keepAfterPayment(world, intent, method, () => createCharge(world, intent, method, { type: 'pending' }))
  schedule(world, settleTimer, intent.id, world.nowMs() + world.behaviour.bankDebitSettlesAfterMs)
  return tellOfIntent(world, 'payment_intent.processing', {
    ...intent,
    last_payment_error: null,
    latest_charge: charge.id,
    next_action: null,
    payment_method: method.id,
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

const declineIntent = (
  world: World,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  decline: Decline,
): Attempt => {
  const charge = createCharge(world, intent, method, { type: 'failed', decline })
  const error = declineBody(world, decline, { charge: charge.id, payment_method: method })
  const back = tellOfIntent(world, 'payment_intent.payment_failed', {
    ...intent,
    last_payment_error: error as Stripe.PaymentIntent.LastPaymentError,
    latest_charge: charge.id,
    next_action: null,
    payment_method: null,
    status: 'requires_payment_method',
  })
  return {
    intent: back,
    decline: cardError(world, decline, { charge: charge.id, payment_intent: back, payment_method: method }),
  }
}

const failAuthentication = (world: World, intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod): Attempt => {
  const message =
    'We are unable to authenticate your payment method. Please choose a different payment method and try again.'
  const code = 'payment_intent_authentication_failure'
  const back = tellOfIntent(world, 'payment_intent.payment_failed', {
    ...intent,
    last_payment_error: {
      code,
      doc_url: `https://stripe.com/docs/error-codes/payment-intent-authentication-failure`,
      message,
      payment_method: method,
      type: 'invalid_request_error',
    },
    next_action: null,
    payment_method: null,
    status: 'requires_payment_method',
  })
  const body = { code, message, payment_intent: back, type: 'invalid_request_error' as const }
  return { intent: back, decline: new StripeError(400, body, 'executed') }
}
