import type Stripe from 'stripe'
import type { World } from '../engine/world.ts'
import { createdFilter, listObjects, paging } from '../wire/lists.ts'
import { mergeMetadata, metadata } from '../wire/metadata.ts'
import {
  address, currency, either, emptyable, flag, hash, inert, integer, list, oneOf, required, text, unmodelled, type Read, type Reader,
} from '../wire/params.ts'
import { route, type Route } from '../wire/routes.ts'
import { invalidParameter, refusedByState, StripeError } from '../wire/stripe-error.ts'
import { shippingDetails, toAddress } from './addresses.ts'
import { findOwner, followPayment } from './checkout-completion.ts'
import { checkAmount } from './currencies.ts'
import { cancelIntent, captureIntent, confirmIntent, createIntent } from './payment-intents.ts'
import { createPaymentMethod, paymentMethodShape } from './payment-method-routes.ts'
import { notOfCustomer, resolvePaymentMethod } from './payment-methods.ts'
import { getCustomer, getObject, idOf } from './references.ts'

/** `payment_method_types`, which this API version no longer takes: refused with a code of its own. */
export const formerPaymentMethodTypes = (): Reader<undefined> => ({
  read: (raw, name) => {
    if (raw === undefined) return undefined
    throw invalidParameter(
      name,
      'The `payment_method_types` parameter is no longer supported in this API version. Use `allowed_payment_method_types` ' +
        'or `excluded_payment_method_types` instead.',
      'payment_method_types_no_longer_supported',
    )
  },
  findUnknown: () => undefined,
})

/** What the simulator's account accepts, in the order of `payment_method_types`. */
export const offeredMethods = (allowed: readonly string[] | undefined, excluded: readonly string[] | undefined): readonly string[] =>
  ['card', 'us_bank_account'].filter((type) => (allowed === undefined || allowed.includes(type)) && !(excluded ?? []).includes(type))

const shared = {
  allowed_payment_method_types: list(text()),
  amount_details: inert(),
  excluded_payment_method_types: list(text()),
  hooks: unmodelled(),
  payment_details: inert(),
  payment_method: text(),
  payment_method_data: hash(paymentMethodShape),
  payment_method_options: inert(),
  payment_method_types: formerPaymentMethodTypes(),
  receipt_email: emptyable(text()),
  setup_future_usage: emptyable(oneOf(['off_session', 'on_session'])),
  shipping: emptyable(shippingDetails()),
}

const confirming = {
  capture_method: oneOf(['automatic', 'automatic_async', 'manual']),
  confirmation_token: unmodelled(),
  error_on_requires_action: flag(),
  mandate: inert(),
  mandate_data: inert(),
  off_session: either(oneOf(['true', 'false', 'one_off', 'recurring']), hash({})),
  radar_options: inert(),
  return_url: address(),
  use_stripe_sdk: flag(),
}

const described = {
  application_fee_amount: unmodelled(),
  customer: text(),
  customer_account: unmodelled(),
  description: emptyable(text({ maxLength: 1000 })),
  metadata: metadata(),
  payment_method_configuration: inert(),
  statement_descriptor: text({ maxLength: 22 }),
  statement_descriptor_suffix: text({ maxLength: 22 }),
  transfer_data: unmodelled(),
  transfer_group: text(),
}

/** The calls on PaymentIntents. */
export const paymentIntentRoutes: readonly Route[] = [
  route(
    'POST',
    '/v1/payment_intents',
    {
      amount: required(integer()),
      currency: required(currency()),
      ...shared,
      ...confirming,
      ...described,
      automatic_payment_methods: hash({ allow_redirects: oneOf(['always', 'never']), enabled: required(flag()) }),
      confirm: flag(),
      confirmation_method: oneOf(['automatic', 'manual']),
      on_behalf_of: unmodelled(),
    },
    (world, params) => {
      if (params.amount < 1) throw invalidParameter('amount', 'This value must be greater than or equal to 1.', 'parameter_invalid_integer')
      checkAmount(params.amount, params.currency, 'amount')
      if (params.customer !== undefined) getCustomer(world, params.customer, 'customer')
      if (params.off_session !== undefined && params.confirm !== true) {
        throw invalidParameter('off_session', 'The parameter `off_session` can only be set when `confirm` is true.')
      }
      const method = givenMethod(world, params)
      const automatic = params.automatic_payment_methods
      const created = createIntent(world, {
        amount: params.amount,
        currency: params.currency,
        customer: params.customer ?? null,
        description: params.description ?? null,
        metadata: mergeMetadata({}, params.metadata),
        captureMethod: params.capture_method ?? 'automatic_async',
        setupFutureUsage: params.setup_future_usage ?? null,
        receiptEmail: params.receipt_email ?? null,
        paymentMethod: method?.id ?? null,
        automaticPaymentMethods:
          automatic === undefined
            ? { allow_redirects: 'always', enabled: true }
            : { allow_redirects: automatic.allow_redirects ?? 'always', enabled: automatic.enabled },
        paymentMethodTypes: offeredMethods(params.allowed_payment_method_types, params.excluded_payment_method_types),
        allowedPaymentMethodTypes: params.allowed_payment_method_types ?? null,
        excludedPaymentMethodTypes: params.excluded_payment_method_types ?? null,
        confirmationMethod: params.confirmation_method ?? 'automatic',
        shipping: toShipping(params.shipping),
        statementDescriptor: params.statement_descriptor ?? null,
        statementDescriptorSuffix: params.statement_descriptor_suffix ?? null,
        transferGroup: params.transfer_group ?? null,
      })
      return params.confirm === true ? confirm(world, created, params) : created
    },
  ),
  route('GET', '/v1/payment_intents/{id}', { client_secret: inert() }, (world, _, { id = '' }) => getObject(world, 'payment_intent', id)),
  route(
    'GET',
    '/v1/payment_intents',
    { ...paging, created: createdFilter(), customer: text(), customer_account: unmodelled() },
    (world, params) =>
      listObjects(world, {
        table: 'payment_intent',
        url: '/v1/payment_intents',
        params,
        where: (intent) => params.customer === undefined || idOf(intent.customer) === params.customer,
      }),
  ),
  route(
    'POST',
    '/v1/payment_intents/{id}',
    {
      ...shared, ...described, amount: integer({ min: 1 }), currency: currency(),
      capture_method: oneOf(['automatic', 'automatic_async', 'manual']), client_secret: inert(),
    },
    (world, params, { id = '' }) => update(world, getObject(world, 'payment_intent', id), params),
  ),
  route(
    'POST',
    '/v1/payment_intents/{id}/confirm',
    { ...shared, ...confirming, amount_to_confirm: integer(), client_secret: inert() },
    (world, params, { id = '' }) => {
      const intent = getObject(world, 'payment_intent', id)
      refuseCheckoutIntent(world, intent)
      const method = givenMethod(world, params)
      const changed: Stripe.PaymentIntent = {
        ...intent,
        ...(method !== undefined && { payment_method: method.id }),
        ...(params.capture_method !== undefined && { capture_method: params.capture_method }),
        ...(params.setup_future_usage !== undefined && { setup_future_usage: params.setup_future_usage }),
        ...(params.receipt_email !== undefined && { receipt_email: params.receipt_email }),
        ...(params.shipping !== undefined && { shipping: toShipping(params.shipping) }),
      }
      return confirm(world, changed, params)
    },
  ),
  route(
    'POST',
    '/v1/payment_intents/{id}/capture',
    {
      amount_details: inert(), amount_to_capture: integer({ min: 1 }), application_fee_amount: unmodelled(), final_capture: inert(),
      hooks: unmodelled(), metadata: metadata(), payment_details: inert(), statement_descriptor: inert(),
      statement_descriptor_suffix: inert(), transfer_data: unmodelled(),
    },
    (world, { amount_to_capture, metadata: change }, { id = '' }) => {
      const intent = getObject(world, 'payment_intent', id)
      const captured = captureIntent(world, { ...intent, metadata: mergeMetadata(intent.metadata, change) }, amount_to_capture ?? intent.amount_capturable)
      const session = findOwner(world, id)
      if (session !== undefined) world.put('checkout.session', session.id, { ...session, payment_status: 'paid' })
      return captured
    },
  ),
  route(
    'POST',
    '/v1/payment_intents/{id}/cancel',
    { cancellation_reason: oneOf(['abandoned', 'duplicate', 'fraudulent', 'requested_by_customer']) },
    (world, { cancellation_reason }, { id = '' }) => {
      const intent = getObject(world, 'payment_intent', id)
      if (intent.status !== 'requires_capture') refuseCheckoutIntent(world, intent)
      return cancelIntent(world, intent, cancellation_reason ?? null)
    },
  ),
]

const confirmable = ['requires_payment_method', 'requires_confirmation', 'requires_action']

interface ConfirmGiven {
  readonly off_session: Read<typeof confirming.off_session>
  readonly return_url: string | undefined
  readonly error_on_requires_action: boolean | undefined
  readonly use_stripe_sdk: boolean | undefined
}

const confirm = (world: World, intent: Stripe.PaymentIntent, given: ConfirmGiven): Stripe.PaymentIntent => {
  if (!confirmable.includes(intent.status)) throw notConfirmable(intent)
  const offSession = given.off_session !== undefined && given.off_session !== 'false'
  const methodId = idOf(intent.payment_method)
  if (methodId === null) {
    throw refusedByState(
      "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a " +
        'payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.',
      { code: 'payment_intent_unexpected_state', payment_intent: intent },
    )
  }
  if (!offSession) checkReturnUrl(intent, given)
  const challenge =
    given.return_url === undefined
      ? null
      : { url: `${world.request()?.publicUrl ?? ''}/c/authenticate/${intent.id}`, returnUrl: given.return_url }
  const method = getObject(world, 'payment_method', methodId)
  const attempt = confirmIntent(world, intent, method, { offSession, challenge })
  if (attempt.decline !== null) throw attempt.decline
  if (attempt.intent.status === 'requires_action' && given.error_on_requires_action === true) {
    throw new StripeError(402, {
      type: 'card_error', code: 'authentication_required', payment_intent: attempt.intent, payment_method: method,
      message: 'This payment required an authentication action to complete, but `error_on_requires_action` was set.',
    }, 'executed')
  }
  followPayment(world, attempt.intent)
  return attempt.intent
}

const checkReturnUrl = (intent: Stripe.PaymentIntent, given: ConfirmGiven): void => {
  const automatic = intent.automatic_payment_methods
  const redirects = automatic?.enabled === true && automatic.allow_redirects !== 'never'
  if (!redirects || given.return_url !== undefined || given.use_stripe_sdk === true || given.error_on_requires_action === true) return
  throw invalidParameter(
    'return_url',
    'This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might ' +
      'redirect your customer off of your page, you must provide a `return_url`. If you don\'t want to accept redirect-based payment ' +
      'methods, set `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never` when ' +
      'creating Setup Intents and Payment Intents.',
  )
}

const notConfirmable = (intent: Stripe.PaymentIntent): StripeError =>
  refusedByState(
    intent.status === 'succeeded'
      ? 'You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.'
      : `You cannot confirm this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the ` +
        `following statuses may be confirmed: ${confirmable.join(', ')}.`,
    { code: 'payment_intent_unexpected_state', payment_intent: intent },
  )

const refuseCheckoutIntent = (world: World, intent: Stripe.PaymentIntent): void => {
  if (findOwner(world, intent.id) === undefined) return
  throw refusedByState('You cannot perform this action on PaymentIntents created by Checkout. Try expiring the Checkout Session instead.')
}

interface MethodGiven {
  readonly payment_method: string | undefined
  readonly payment_method_data: Read<typeof shared.payment_method_data>
}

const givenMethod = (world: World, { payment_method, payment_method_data }: MethodGiven): Stripe.PaymentMethod | undefined => {
  if (payment_method !== undefined) return resolvePaymentMethod(world, payment_method)
  return payment_method_data === undefined ? undefined : createPaymentMethod(world, payment_method_data)
}

interface UpdateGiven extends MethodGiven {
  readonly amount: number | undefined
  readonly currency: string | undefined
  readonly capture_method: Stripe.PaymentIntent.CaptureMethod | undefined
  readonly customer: string | undefined
  readonly description: string | null | undefined
  readonly metadata: Stripe.Metadata | null | undefined
  readonly receipt_email: string | null | undefined
  readonly setup_future_usage: 'off_session' | 'on_session' | null | undefined
  readonly shipping: Read<typeof shared.shipping>
  readonly statement_descriptor: string | undefined
  readonly statement_descriptor_suffix: string | undefined
  readonly transfer_group: string | undefined
}

const update = (world: World, before: Stripe.PaymentIntent, given: UpdateGiven): Stripe.PaymentIntent => {
  const settled = before.status === 'succeeded' || before.status === 'canceled' || before.status === 'processing'
  if ((given.amount !== undefined || given.currency !== undefined) && (settled || before.status === 'requires_capture')) {
    throw refusedByState(
      `This PaymentIntent's amount could not be updated because it has a status of ${before.status}. You may only update the amount of a ` +
        'PaymentIntent with one of the following statuses: requires_payment_method, requires_confirmation, requires_action.',
      { code: 'payment_intent_unexpected_state', payment_intent: before },
    )
  }
  const amount = given.amount ?? before.amount
  const inCurrency = given.currency ?? before.currency
  checkAmount(amount, inCurrency, 'amount')
  if (given.customer !== undefined) getCustomer(world, given.customer, 'customer')
  const method = givenMethod(world, given)
  const customer = given.customer ?? idOf(before.customer)
  if (method !== undefined && idOf(method.customer) !== null && idOf(method.customer) !== customer) throw notOfCustomer(method.id, 'payment_method')
  const after: Stripe.PaymentIntent = {
    ...before,
    amount,
    currency: inCurrency,
    customer,
    metadata: mergeMetadata(before.metadata, given.metadata),
    ...(given.capture_method !== undefined && { capture_method: given.capture_method }),
    ...(given.description !== undefined && { description: given.description }),
    ...(given.receipt_email !== undefined && { receipt_email: given.receipt_email }),
    ...(given.setup_future_usage !== undefined && { setup_future_usage: given.setup_future_usage }),
    ...(given.shipping !== undefined && { shipping: toShipping(given.shipping) }),
    ...(given.statement_descriptor !== undefined && { statement_descriptor: given.statement_descriptor }),
    ...(given.statement_descriptor_suffix !== undefined && { statement_descriptor_suffix: given.statement_descriptor_suffix }),
    ...(given.transfer_group !== undefined && { transfer_group: given.transfer_group }),
    ...(method !== undefined && { payment_method: method.id, status: 'requires_confirmation' as const }),
  }
  world.put('payment_intent', after.id, after)
  // Stripe has no event for an updated intent but `payment_intent.amount_capturable_updated`, which this is not.
  return after
}

const toShipping = (given: Read<typeof shared.shipping>): Stripe.PaymentIntent.Shipping | null => {
  const at = toAddress(given?.address)
  if (given === undefined || given === null) return null
  return {
    ...(at !== null && { address: at }),
    carrier: given.carrier ?? null,
    name: given.name ?? '',
    phone: given.phone ?? null,
    tracking_number: given.tracking_number ?? null,
  }
}
