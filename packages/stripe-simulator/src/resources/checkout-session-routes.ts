import type Stripe from 'stripe'
import type { World } from '../engine/world.ts'
import { createdFilter, listObjects, paginate, paging } from '../wire/lists.ts'
import { mergeMetadata, metadata } from '../wire/metadata.ts'
import { hash, oneOf, required, text, unmodelled, type Read } from '../wire/params.ts'
import { route, type Route } from '../wire/routes.ts'
import { invalidParameter, notModelled } from '../wire/stripe-error.ts'
import { sessionParameters } from './checkout-session-parameters.ts'
import { createSession, expireSession, getPlan } from './checkout-sessions.ts'
import { createLineItems } from './line-items.ts'
import { offeredMethods } from './payment-method-choice.ts'
import { getCustomer, getObject, idOf } from './references.ts'

/** The calls on Checkout Sessions. */
export const checkoutSessionRoutes: readonly Route[] = [
  route('POST', '/v1/checkout/sessions', sessionParameters, (world, params) => create(world, params)),
  route('GET', '/v1/checkout/sessions/{id}', {}, (world, _, { id = '' }) => getObject(world, 'checkout.session', id)),
  route(
    'GET',
    '/v1/checkout/sessions',
    {
      ...paging,
      created: createdFilter(),
      customer: text(),
      customer_account: unmodelled(),
      customer_details: hash({ email: required(text()) }),
      payment_intent: text(),
      payment_link: text(),
      status: oneOf(['complete', 'expired', 'open']),
      subscription: text(),
    },
    (world, params) =>
      listObjects(world, {
        table: 'checkout.session',
        url: '/v1/checkout/sessions',
        params,
        where: (session) =>
          (params.customer === undefined || idOf(session.customer) === params.customer) &&
          (params.customer_details === undefined ||
            session.customer_details?.email === params.customer_details.email) &&
          (params.payment_intent === undefined || idOf(session.payment_intent) === params.payment_intent) &&
          (params.payment_link === undefined || idOf(session.payment_link) === params.payment_link) &&
          (params.status === undefined || session.status === params.status) &&
          (params.subscription === undefined || idOf(session.subscription) === params.subscription),
      }),
  ),
  route(
    'POST',
    '/v1/checkout/sessions/{id}',
    {
      collected_information: unmodelled(),
      line_items: unmodelled(),
      metadata: metadata(),
      payment_intent_data: unmodelled(),
      shipping_options: unmodelled(),
    },
    (world, { metadata: change }, { id = '' }) => {
      const before = getObject(world, 'checkout.session', id)
      return world.put('checkout.session', id, { ...before, metadata: mergeMetadata(before.metadata, change) })
    },
  ),
  route('POST', '/v1/checkout/sessions/{id}/expire', {}, (world, _, { id = '' }) =>
    expireSession(world, getObject(world, 'checkout.session', id)),
  ),
  route('GET', '/v1/checkout/sessions/{id}/line_items', paging, (world, params, { id = '' }) => {
    getObject(world, 'checkout.session', id)
    return paginate(getPlan(world, id).lineItems, `/v1/checkout/sessions/${id}/line_items`, params)
  }),
]

type Given = { readonly [K in keyof typeof sessionParameters]: Read<(typeof sessionParameters)[K]> }

const create = (world: World, given: Given): Stripe.Checkout.Session => {
  const { mode } = given
  if (mode === 'subscription') throw notModelled('mode', 'The mode `subscription`')
  checkAddresses(given)
  if (given.customer !== undefined && given.customer_email !== undefined) {
    throw invalidParameter('customer_email', 'You may only specify one of these parameters: customer, customer_email.')
  }
  if (given.customer !== undefined && given.customer_creation !== undefined) {
    throw invalidParameter(
      'customer_creation',
      'You may only specify one of these parameters: customer, customer_creation.',
    )
  }
  if (given.customer !== undefined) getCustomer(world, given.customer, 'customer')
  if (mode === 'payment' && (given.line_items ?? []).length === 0) {
    throw invalidParameter('line_items', 'Missing required param: line_items.', 'parameter_missing')
  }
  if (mode === 'setup') checkSetup(given)
  const lineItems = createLineItems(world, given.line_items ?? [])
  const data = given.payment_intent_data
  return createSession(world, {
    mode,
    lineItems,
    currency: lineItems[0]?.currency ?? given.currency ?? null,
    customer: given.customer ?? null,
    customerCreation: given.customer_creation ?? null,
    customerEmail: given.customer_email ?? null,
    clientReferenceId: given.client_reference_id ?? null,
    successUrl: given.success_url ?? null,
    cancelUrl: given.cancel_url ?? null,
    returnUrl: given.return_url ?? null,
    uiMode: given.ui_mode ?? 'hosted_page',
    expiresAt: given.expires_at ?? null,
    locale: given.locale ?? null,
    metadata: mergeMetadata({}, given.metadata),
    submitType: given.submit_type ?? null,
    billingAddressCollection: given.billing_address_collection ?? null,
    phoneNumberCollection: given.phone_number_collection?.enabled ?? false,
    allowedPaymentMethodTypes: given.allowed_payment_method_types ?? null,
    excludedPaymentMethodTypes: given.excluded_payment_method_types ?? null,
    paymentMethodTypes: offeredMethods(given.allowed_payment_method_types, given.excluded_payment_method_types),
    paymentIntentData: {
      captureMethod: data?.capture_method ?? 'automatic_async',
      description: data?.description ?? null,
      metadata: mergeMetadata({}, data?.metadata),
      receiptEmail: data?.receipt_email ?? null,
      setupFutureUsage: data?.setup_future_usage ?? null,
      statementDescriptor: data?.statement_descriptor ?? null,
      statementDescriptorSuffix: data?.statement_descriptor_suffix ?? null,
    },
    setupMetadata: mergeMetadata({}, given.setup_intent_data?.metadata),
    setupDescription: given.setup_intent_data?.description ?? null,
  })
}

const checkAddresses = (given: Given): void => {
  const hosted = given.ui_mode === undefined || given.ui_mode === 'hosted_page'
  if (hosted && given.success_url === undefined) {
    throw invalidParameter('success_url', 'Missing required param: success_url.', 'parameter_missing')
  }
  if (hosted && given.return_url !== undefined) {
    throw invalidParameter('return_url', '`return_url` can only be set when `ui_mode` is not `hosted_page`.')
  }
  if (!hosted && (given.success_url !== undefined || given.cancel_url !== undefined)) {
    throw invalidParameter(
      'success_url',
      '`success_url` and `cancel_url` can only be set when `ui_mode` is `hosted_page`.',
    )
  }
}

const checkSetup = (given: Given): void => {
  if (given.line_items !== undefined)
    throw invalidParameter('line_items', '`line_items` cannot be used in `setup` mode.')
  if (given.payment_intent_data !== undefined) {
    throw invalidParameter('payment_intent_data', 'You can not pass `payment_intent_data` in `setup` mode.')
  }
  if (given.currency === undefined && given.allowed_payment_method_types === undefined) {
    throw invalidParameter('currency', 'Missing required param: currency.', 'parameter_missing')
  }
}
