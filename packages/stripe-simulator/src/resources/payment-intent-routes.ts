import type Stripe from 'stripe'
import { createdFilter, listObjects, paging } from '../wire/lists.ts'
import { mergeMetadata, metadata } from '../wire/metadata.ts'
import { currency, flag, hash, inert, integer, oneOf, required, text, unmodelled } from '../wire/params.ts'
import { route, type Route } from '../wire/routes.ts'
import { invalidParameter } from '../wire/stripe-error.ts'
import { findOwner } from './checkout-completion.ts'
import { confirmForApi, refuseCheckoutIntent } from './confirm-payment-intent.ts'
import { checkAmount } from './currencies.ts'
import {
  confirmingParameters,
  describingParameters,
  givenMethod,
  sharedParameters,
  toShipping,
} from './payment-intent-parameters.ts'
import { cancelIntent, captureIntent, createIntent } from './payment-intents.ts'
import { offeredMethods } from './payment-method-choice.ts'
import { getCustomer, getObject, idOf } from './references.ts'
import { updateIntent } from './update-payment-intent.ts'

/** The calls on PaymentIntents. */
export const paymentIntentRoutes: readonly Route[] = [
  route(
    'POST',
    '/v1/payment_intents',
    {
      amount: required(integer()),
      currency: required(currency()),
      ...sharedParameters,
      ...confirmingParameters,
      ...describingParameters,
      automatic_payment_methods: hash({ allow_redirects: oneOf(['always', 'never']), enabled: required(flag()) }),
      confirm: flag(),
      confirmation_method: oneOf(['automatic', 'manual']),
      on_behalf_of: unmodelled(),
    },
    (world, params) => {
      if (params.amount < 1)
        throw invalidParameter('amount', 'This value must be greater than or equal to 1.', 'parameter_invalid_integer')
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
      return params.confirm === true ? confirmForApi(world, created, params) : created
    },
  ),
  route('GET', '/v1/payment_intents/{id}', { client_secret: inert() }, (world, _, { id = '' }) =>
    getObject(world, 'payment_intent', id),
  ),
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
      ...sharedParameters,
      ...describingParameters,
      amount: integer({ min: 1 }),
      currency: currency(),
      capture_method: oneOf(['automatic', 'automatic_async', 'manual']),
      client_secret: inert(),
    },
    (world, params, { id = '' }) => updateIntent(world, getObject(world, 'payment_intent', id), params),
  ),
  route(
    'POST',
    '/v1/payment_intents/{id}/confirm',
    { ...sharedParameters, ...confirmingParameters, amount_to_confirm: integer(), client_secret: inert() },
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
      return confirmForApi(world, changed, params)
    },
  ),
  route(
    'POST',
    '/v1/payment_intents/{id}/capture',
    {
      amount_details: inert(),
      amount_to_capture: integer({ min: 1 }),
      application_fee_amount: unmodelled(),
      final_capture: inert(),
      hooks: unmodelled(),
      metadata: metadata(),
      payment_details: inert(),
      statement_descriptor: inert(),
      statement_descriptor_suffix: inert(),
      transfer_data: unmodelled(),
    },
    (world, { amount_to_capture, metadata: change }, { id = '' }) => {
      const intent = getObject(world, 'payment_intent', id)
      const captured = captureIntent(
        world,
        { ...intent, metadata: mergeMetadata(intent.metadata, change) },
        amount_to_capture ?? intent.amount_capturable,
      )
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
