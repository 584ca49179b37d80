import type Stripe from 'stripe'
import type { World } from '../engine/world.ts'
import { createdFilter, listObjects, paging } from '../wire/lists.ts'
import { mergeMetadata, metadata } from '../wire/metadata.ts'
import { address, emptyable, flag, hash, inert, list, oneOf, text, unmodelled } from '../wire/params.ts'
import { route, type Route } from '../wire/routes.ts'
import { refusedByState } from '../wire/stripe-error.ts'
import { findOwner } from './checkout-completion.ts'
import { formerPaymentMethodTypes, offeredMethods } from './payment-method-choice.ts'
import { createPaymentMethod, paymentMethodShape } from './create-payment-method.ts'
import { resolvePaymentMethod } from './payment-methods.ts'
import { getCustomer, getObject, idOf } from './references.ts'
import { confirmableSetups, confirmSetup, createSetupIntent, tellOfSetup } from './setup-intents.ts'

const givenShape = {
  attach_to_self: unmodelled(),
  confirmation_token: unmodelled(),
  customer: text(),
  customer_account: unmodelled(),
  description: emptyable(text()),
  excluded_payment_method_types: list(text()),
  allowed_payment_method_types: list(text()),
  flow_directions: inert(),
  mandate_data: inert(),
  metadata: metadata(),
  payment_method: text(),
  payment_method_configuration: inert(),
  payment_method_data: hash(paymentMethodShape),
  payment_method_options: inert(),
  payment_method_types: formerPaymentMethodTypes(),
  return_url: address(),
  use_stripe_sdk: flag(),
}

/** The calls on SetupIntents. */
export const setupIntentRoutes: readonly Route[] = [
  route(
    'POST',
    '/v1/setup_intents',
    {
      ...givenShape,
      automatic_payment_methods: inert(),
      confirm: flag(),
      on_behalf_of: unmodelled(),
      single_use: unmodelled(),
      usage: oneOf(['off_session', 'on_session']),
    },
    (world, params) => {
      if (params.customer !== undefined) getCustomer(world, params.customer, 'customer')
      const method =
        params.payment_method !== undefined
          ? resolvePaymentMethod(world, params.payment_method)
          : params.payment_method_data === undefined
            ? undefined
            : createPaymentMethod(world, params.payment_method_data)
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
  route('GET', '/v1/setup_intents/{id}', { client_secret: inert() }, (world, _, { id = '' }) =>
    getObject(world, 'setup_intent', id),
  ),
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
  route(
    'POST',
    '/v1/setup_intents/{id}',
    { customer: text(), description: emptyable(text()), metadata: metadata() },
    (world, params, { id = '' }) => {
      const before = getObject(world, 'setup_intent', id)
      if (params.customer !== undefined) getCustomer(world, params.customer, 'customer')
      return world.put('setup_intent', id, {
        ...before,
        ...(params.customer !== undefined && { customer: params.customer }),
        ...(params.description !== undefined && { description: params.description }),
        metadata: mergeMetadata(before.metadata, params.metadata),
      })
    },
  ),
  route(
    'POST',
    '/v1/setup_intents/{id}/confirm',
    {
      confirmation_token: unmodelled(),
      mandate_data: inert(),
      payment_method: text(),
      payment_method_data: hash(paymentMethodShape),
      payment_method_options: inert(),
      return_url: address(),
      use_stripe_sdk: flag(),
    },
    (world, params, { id = '' }) => {
      const setup = getObject(world, 'setup_intent', id)
      refuseCheckoutSetup(world, setup)
      const methodId = params.payment_method ?? idOf(setup.payment_method)
      const method = methodId === null ? undefined : resolvePaymentMethod(world, methodId)
      return confirm(world, setup, method, params.return_url)
    },
  ),
  route(
    'POST',
    '/v1/setup_intents/{id}/cancel',
    { cancellation_reason: oneOf(['abandoned', 'duplicate', 'requested_by_customer']) },
    (world, params, { id = '' }) => {
      const setup = getObject(world, 'setup_intent', id)
      refuseCheckoutSetup(world, setup)
      if (!confirmableSetups.includes(setup.status)) {
        throw refusedByState(`You cannot cancel this SetupIntent because it has a status of ${setup.status}.`, {
          code: 'setup_intent_unexpected_state',
          setup_intent: setup,
        })
      }
      return tellOfSetup(world, 'setup_intent.canceled', {
        ...setup,
        cancellation_reason: params.cancellation_reason ?? null,
        next_action: null,
        status: 'canceled',
      })
    },
  ),
]

const confirm = (
  world: World,
  setup: Stripe.SetupIntent,
  method: Stripe.PaymentMethod | undefined,
  returnUrl: string | undefined,
): Stripe.SetupIntent => {
  if (method === undefined) {
    throw refusedByState("You cannot confirm this SetupIntent because it's missing a payment method.", {
      code: 'setup_intent_unexpected_state',
      setup_intent: setup,
    })
  }
  const challenge =
    returnUrl === undefined
      ? null
      : { url: `${world.request()?.publicUrl ?? ''}/c/authenticate/${setup.id}`, returnUrl }
  const { setup: after, decline } = confirmSetup(world, setup, method, challenge)
  if (decline !== null) throw decline
  return after
}

const refuseCheckoutSetup = (world: World, setup: Stripe.SetupIntent): void => {
  if (findOwner(world, setup.id) === undefined) return
  throw refusedByState(
    'You cannot perform this action on SetupIntents created by Checkout. Try expiring the Checkout Session instead.',
  )
}
