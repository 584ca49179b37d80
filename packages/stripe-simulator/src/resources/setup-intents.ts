import type Stripe from 'stripe'
import { emit } from '../engine/emit.ts'
import type { World } from '../engine/world.ts'
import { createdFilter, listObjects, paging } from '../wire/lists.ts'
import { mergeMetadata, metadata } from '../wire/metadata.ts'
import { address, emptyable, flag, hash, inert, list, oneOf, text, unmodelled } from '../wire/params.ts'
import { route, type Route } from '../wire/routes.ts'
import { refusedByState, StripeError } from '../wire/stripe-error.ts'
import { cardError, declineBody } from './card-errors.ts'
import { findOwner } from './checkout-completion.ts'
import { formerPaymentMethodTypes, offeredMethods } from './payment-intent-routes.ts'
import { createPaymentMethod, paymentMethodShape } from './payment-method-routes.ts'
import { getInstrument, keepForCustomer, notOfCustomer, resolvePaymentMethod, spentMethod } from './payment-methods.ts'
import { getCustomer, getObject, idOf } from './references.ts'
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
  if (!confirmable.includes(setup.status)) {
    throw refusedByState(`You cannot confirm this SetupIntent because it has a status of ${setup.status}.`, {
      code: 'setup_intent_unexpected_state', setup_intent: setup,
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
    const back = tell(world, 'setup_intent.setup_failed', {
      ...setup, last_setup_error: error, next_action: null, payment_method: null, status: 'requires_payment_method',
    })
    return { setup: back, decline: cardError(world, decline, { payment_method: method, setup_intent: back }) }
  }
  if (authentication === 'never') return { setup: succeed(world, setup, method), decline: null }
  return {
    decline: null,
    setup: tell(world, 'setup_intent.requires_action', {
      ...setup, last_setup_error: null, payment_method: method.id, status: 'requires_action',
      next_action:
        challenge === null
          ? { type: 'use_stripe_sdk', use_stripe_sdk: {} }
          : { type: 'redirect_to_url', redirect_to_url: { return_url: challenge.returnUrl, url: challenge.url } },
    }),
  }
}

/** Answers the challenge of a SetupIntent that waits for authentication. */
export const authenticateSetup = (world: World, setup: Stripe.SetupIntent, outcome: 'succeeded' | 'failed'): SetupAttempt => {
  if (setup.status !== 'requires_action') {
    throw refusedByState(`This SetupIntent has a status of ${setup.status}: there is nothing to authenticate.`, { code: 'setup_intent_unexpected_state' })
  }
  const method = getObject(world, 'payment_method', idOf(setup.payment_method) ?? '')
  if (outcome === 'succeeded') return { setup: succeed(world, setup, method), decline: null }
  const code = 'setup_intent_authentication_failure'
  const message = 'We are unable to authenticate your payment method. Please choose a different payment method and try again.'
  const back = tell(world, 'setup_intent.setup_failed', {
    ...setup, last_setup_error: { code, message, payment_method: method, type: 'invalid_request_error' }, next_action: null,
    payment_method: null, status: 'requires_payment_method',
  })
  return { setup: back, decline: new StripeError(400, { code, message, setup_intent: back, type: 'invalid_request_error' }, 'executed') }
}

const givenShape = {
  attach_to_self: unmodelled(), confirmation_token: unmodelled(), customer: text(), customer_account: unmodelled(),
  description: emptyable(text()), excluded_payment_method_types: list(text()), allowed_payment_method_types: list(text()),
  flow_directions: inert(), mandate_data: inert(), metadata: metadata(), payment_method: text(),
  payment_method_configuration: inert(), payment_method_data: hash(paymentMethodShape), payment_method_options: inert(),
  payment_method_types: formerPaymentMethodTypes(), return_url: address(), use_stripe_sdk: flag(),
}

/** The calls on SetupIntents. */
export const setupIntentRoutes: readonly Route[] = [
  route(
    'POST',
    '/v1/setup_intents',
    {
      ...givenShape, automatic_payment_methods: inert(), confirm: flag(), on_behalf_of: unmodelled(), single_use: unmodelled(),
      usage: oneOf(['off_session', 'on_session']),
    },
    (world, params) => {
      if (params.customer !== undefined) getCustomer(world, params.customer, 'customer')
      const method =
        params.payment_method !== undefined
          ? resolvePaymentMethod(world, params.payment_method)
          : params.payment_method_data === undefined ? undefined : createPaymentMethod(world, params.payment_method_data)
      const setup = createSetupIntent(world, {
        customer: params.customer ?? null,
        description: params.description ?? null,
        metadata: mergeMetadata({}, params.metadata),
        usage: params.usage ?? 'off_session',
        paymentMethod: method?.id ?? null,
        paymentMethodTypes: offeredMethods(params.allowed_payment_method_types, params.excluded_payment_method_types),
      })
      return params.confirm === true ? confirm(world, setup, method, params.return_url) : setup
    },
  ),
  route('GET', '/v1/setup_intents/{id}', { client_secret: inert() }, (world, _, { id = '' }) => getObject(world, 'setup_intent', id)),
  route(
    'GET',
    '/v1/setup_intents',
    { ...paging, attach_to_self: inert(), created: createdFilter(), customer: text(), payment_method: text() },
    (world, params) =>
      listObjects(world, {
        table: 'setup_intent',
        url: '/v1/setup_intents',
        params,
        where: (setup) =>
          (params.customer === undefined || idOf(setup.customer) === params.customer) &&
          (params.payment_method === undefined || idOf(setup.payment_method) === params.payment_method),
      }),
  ),
  route('POST', '/v1/setup_intents/{id}', { customer: text(), description: emptyable(text()), metadata: metadata() }, (world, params, { id = '' }) => {
    const before = getObject(world, 'setup_intent', id)
    if (params.customer !== undefined) getCustomer(world, params.customer, 'customer')
    return world.put('setup_intent', id, {
      ...before,
      ...(params.customer !== undefined && { customer: params.customer }),
      ...(params.description !== undefined && { description: params.description }),
      metadata: mergeMetadata(before.metadata, params.metadata),
    })
  }),
  route(
    'POST',
    '/v1/setup_intents/{id}/confirm',
    {
      confirmation_token: unmodelled(), mandate_data: inert(), payment_method: text(), payment_method_data: hash(paymentMethodShape),
      payment_method_options: inert(), return_url: address(), use_stripe_sdk: flag(),
    },
    (world, params, { id = '' }) => {
      const setup = getObject(world, 'setup_intent', id)
      refuseCheckoutSetup(world, setup)
      const methodId = params.payment_method ?? idOf(setup.payment_method)
      const method = methodId === null ? undefined : resolvePaymentMethod(world, methodId)
      return confirm(world, setup, method, params.return_url)
    },
  ),
  route('POST', '/v1/setup_intents/{id}/cancel', { cancellation_reason: oneOf(['abandoned', 'duplicate', 'requested_by_customer']) }, (world, params, { id = '' }) => {
    const setup = getObject(world, 'setup_intent', id)
    refuseCheckoutSetup(world, setup)
    if (!confirmable.includes(setup.status)) {
      throw refusedByState(`You cannot cancel this SetupIntent because it has a status of ${setup.status}.`, { code: 'setup_intent_unexpected_state', setup_intent: setup })
    }
    return tell(world, 'setup_intent.canceled', {
      ...setup, cancellation_reason: params.cancellation_reason ?? null, next_action: null, status: 'canceled',
    })
  }),
]

const confirmable = ['requires_payment_method', 'requires_confirmation', 'requires_action']

const confirm = (world: World, setup: Stripe.SetupIntent, method: Stripe.PaymentMethod | undefined, returnUrl: string | undefined): Stripe.SetupIntent => {
  if (method === undefined) {
    throw refusedByState("You cannot confirm this SetupIntent because it's missing a payment method.", { code: 'setup_intent_unexpected_state', setup_intent: setup })
  }
  const challenge = returnUrl === undefined ? null : { url: `${world.request()?.publicUrl ?? ''}/c/authenticate/${setup.id}`, returnUrl }
  const { setup: after, decline } = confirmSetup(world, setup, method, challenge)
  if (decline !== null) throw decline
  return after
}

const refuseCheckoutSetup = (world: World, setup: Stripe.SetupIntent): void => {
  if (findOwner(world, setup.id) === undefined) return
  throw refusedByState('You cannot perform this action on SetupIntents created by Checkout. Try expiring the Checkout Session instead.')
}

const succeed = (world: World, setup: Stripe.SetupIntent, method: Stripe.PaymentMethod): Stripe.SetupIntent => {
  const customer = idOf(setup.customer)
  if (customer !== null) keepForCustomer(world, method, customer)
  world.put('instrument', method.id, { ...getInstrument(world, method.id), authenticatedForLater: true })
  return tell(world, 'setup_intent.succeeded', {
    ...setup, last_setup_error: null, next_action: null, payment_method: method.id, status: 'succeeded',
  })
}

const tell = (world: World, type: Stripe.Event.Type, setup: Stripe.SetupIntent): Stripe.SetupIntent => {
  world.put('setup_intent', setup.id, setup)
  emit(world, type, setup)
  return setup
}
