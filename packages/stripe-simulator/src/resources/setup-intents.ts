import type Stripe from 'stripe'
import { emit } from '../engine/emit.ts'
import type { World } from '../engine/world.ts'
import { refusedByState, StripeError } from '../wire/stripe-error.ts'
import { cardError, declineBody } from './card-errors.ts'
import { getInstrument, keepForCustomer, notOfCustomer, spentMethod } from './payment-methods.ts'
import { getObject, idOf } from './references.ts'
import { getCard } from './test-cards.ts'

/** What a SetupIntent is made of. */
export interface NewSetup {
  readonly customer: string | null
  readonly description: string | null
  readonly metadata: Stripe.Metadata
  readonly usage: 'off_session' | 'on_session'
  readonly paymentMethod: string | null
  readonly paymentMethodTypes: readonly string[]
}

/** A new SetupIntent, not confirmed yet. */
export const createSetupIntent = (world: World, given: NewSetup): Stripe.SetupIntent => {
  const id = world.newId('seti')
  const setup = world.put('setup_intent', id, {
    id,
    object: 'setup_intent',
    allowed_payment_method_types: null,
    application: null,
    automatic_payment_methods: { allow_redirects: 'always', enabled: true },
    cancellation_reason: null,
    client_secret: `${id}_secret_${world.newId('x', 25).slice(2)}`,
    created: world.now(),
    customer: given.customer,
    customer_account: null,
    description: given.description,
    excluded_payment_method_types: null,
    flow_directions: null,
    last_setup_error: null,
    latest_attempt: null,
    livemode: world.request()?.livemode ?? false,
    managed_payments: null,
    mandate: null,
    metadata: given.metadata,
    next_action: null,
    on_behalf_of: null,
    payment_method: given.paymentMethod,
    payment_method_configuration_details: null,
    payment_method_options: { card: { mandate_options: null, network: null, request_three_d_secure: 'automatic' } },
    payment_method_types: [...given.paymentMethodTypes],
    single_use_mandate: null,
    status: given.paymentMethod === null ? 'requires_payment_method' : 'requires_confirmation',
    usage: given.usage,
  } satisfies Stripe.SetupIntent)
  emit(world, 'setup_intent.created', setup)
  return setup
}

/** How an attempt to save a payment method came out. */
export interface SetupAttempt {
  readonly setup: Stripe.SetupIntent
  readonly decline: StripeError | null
}

/** Saves `method`, or asks for authentication first where the card wants it. */
export const confirmSetup = (
  world: World,
  setup: Stripe.SetupIntent,
  method: Stripe.PaymentMethod,
  challenge: { readonly url: string; readonly returnUrl: string } | null,
): SetupAttempt => {
  if (!confirmableSetups.includes(setup.status)) {
    throw refusedByState(`You cannot confirm this SetupIntent because it has a status of ${setup.status}.`, {
      code: 'setup_intent_unexpected_state',
      setup_intent: setup,
    })
  }
  const owner = idOf(method.customer)
  const { source, spent } = getInstrument(world, method.id)
  if (spent) throw spentMethod()
  if (owner !== null && owner !== idOf(setup.customer)) throw notOfCustomer(method.id, 'payment_method')
  if (source.type === 'bank_debit') return { setup: succeed(world, setup, method), decline: null }
  const { authentication, decline, attachable } = getCard(source.number)
  if (decline !== null && !attachable) {
    const error = declineBody(world, decline, { payment_method: method }) as Stripe.SetupIntent.LastSetupError
    const back = tellOfSetup(world, 'setup_intent.setup_failed', {
      ...setup,
      last_setup_error: error,
      next_action: null,
      payment_method: null,
      status: 'requires_payment_method',
    })
    return { setup: back, decline: cardError(world, decline, { payment_method: method, setup_intent: back }) }
  }
  if (authentication === 'never') return { setup: succeed(world, setup, method), decline: null }
  return {
    decline: null,
    setup: tellOfSetup(world, 'setup_intent.requires_action', {
      ...setup,
      last_setup_error: null,
      payment_method: method.id,
      status: 'requires_action',
      next_action:
        challenge === null
          ? { type: 'use_stripe_sdk', use_stripe_sdk: {} }
          : { type: 'redirect_to_url', redirect_to_url: { return_url: challenge.returnUrl, url: challenge.url } },
    }),
  }
}

/** Answers the challenge of a SetupIntent that waits for authentication. */
export const authenticateSetup = (
  world: World,
  setup: Stripe.SetupIntent,
  outcome: 'succeeded' | 'failed',
): SetupAttempt => {
  if (setup.status !== 'requires_action') {
    throw refusedByState(`This SetupIntent has a status of ${setup.status}: there is nothing to authenticate.`, {
      code: 'setup_intent_unexpected_state',
    })
  }
  const method = getObject(world, 'payment_method', idOf(setup.payment_method) ?? '')
  if (outcome === 'succeeded') return { setup: succeed(world, setup, method), decline: null }
  const code = 'setup_intent_authentication_failure'
  const message =
    'We are unable to authenticate your payment method. Please choose a different payment method and try again.'
  const back = tellOfSetup(world, 'setup_intent.setup_failed', {
    ...setup,
    last_setup_error: { code, message, payment_method: method, type: 'invalid_request_error' },
    next_action: null,
    payment_method: null,
    status: 'requires_payment_method',
  })
  return {
    setup: back,
    decline: new StripeError(400, { code, message, setup_intent: back, type: 'invalid_request_error' }, 'executed'),
  }
}

/** The statuses in which a SetupIntent can be confirmed or cancelled. */
export const confirmableSetups: readonly string[] = [
  'requires_payment_method',
  'requires_confirmation',
  'requires_action',
]

const succeed = (world: World, setup: Stripe.SetupIntent, method: Stripe.PaymentMethod): Stripe.SetupIntent => {
  const customer = idOf(setup.customer)
  if (customer !== null) keepForCustomer(world, method, customer)
  world.put('instrument', method.id, { ...getInstrument(world, method.id), authenticatedForLater: true })
  return tellOfSetup(world, 'setup_intent.succeeded', {
    ...setup,
    last_setup_error: null,
    next_action: null,
    payment_method: method.id,
    status: 'succeeded',
  })
}

/** Stores a changed SetupIntent and tells of it. */
export const tellOfSetup = (world: World, type: Stripe.Event.Type, setup: Stripe.SetupIntent): Stripe.SetupIntent => {
  world.put('setup_intent', setup.id, setup)
  emit(world, type, setup)
  return setup
}
