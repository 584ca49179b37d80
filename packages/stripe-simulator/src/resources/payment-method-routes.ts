import type Stripe from 'stripe'
import { emit } from '../engine/emit.ts'
import type { World } from '../engine/world.ts'
import { listObjects, paging } from '../wire/lists.ts'
import { mergeMetadata, metadata } from '../wire/metadata.ts'
import { hash, inert, integer, required, text, unmodelled, type Read } from '../wire/params.ts'
import { route, type Route } from '../wire/routes.ts'
import { invalidParameter } from '../wire/stripe-error.ts'
import { billingDetails } from './addresses.ts'
import { createPaymentMethod, paymentMethodShape, toBilling } from './create-payment-method.ts'
import { differences } from './customers.ts'
import { attachPaymentMethod, detachPaymentMethod, resolvePaymentMethod } from './payment-methods.ts'
import { getCustomer, getObject, idOf } from './references.ts'

/** The calls on payment methods. */
export const paymentMethodRoutes: readonly Route[] = [
  route(
    'POST',
    '/v1/payment_methods',
    {
      ...paymentMethodShape,
      type: required(paymentMethodShape.type),
      customer: unmodelled(),
      payment_method: unmodelled(),
    },
    (world, params) => createPaymentMethod(world, params),
  ),
  route('GET', '/v1/payment_methods/{id}', {}, (world, _, { id = '' }) => getObject(world, 'payment_method', id)),
  route('GET', '/v1/payment_methods', listShape(), (world, params) =>
    listMethods(world, '/v1/payment_methods', params, params.customer),
  ),
  route(
    'POST',
    '/v1/payment_methods/{id}',
    {
      allow_redisplay: paymentMethodShape.allow_redisplay,
      billing_details: billingDetails(),
      card: hash({ exp_month: integer({ min: 1, max: 12 }), exp_year: integer(), networks: inert() }),
      metadata: metadata(),
      us_bank_account: inert(),
    },
    (world, { allow_redisplay, billing_details, card, metadata: change }, { id = '' }) => {
      const before = getObject(world, 'payment_method', id)
      if (idOf(before.customer) === null) {
        throw invalidParameter(undefined, 'You must save this PaymentMethod to a customer before you can update it.')
      }
      const after: Stripe.PaymentMethod = {
        ...before,
        ...(allow_redisplay !== undefined && { allow_redisplay }),
        billing_details: { ...before.billing_details, ...toBilling(billing_details) },
        ...(before.card !== undefined &&
          card !== undefined && {
            card: {
              ...before.card,
              exp_month: card.exp_month ?? before.card.exp_month,
              exp_year: card.exp_year ?? before.card.exp_year,
            },
          }),
        metadata: mergeMetadata(before.metadata, change),
      }
      emit(world, 'payment_method.updated', world.put('payment_method', id, after), differences(before, after))
      return after
    },
  ),
  route('POST', '/v1/payment_methods/{id}/attach', { customer: required(text()) }, (world, { customer }, { id = '' }) =>
    attachPaymentMethod(world, resolvePaymentMethod(world, id), customer),
  ),
  route('POST', '/v1/payment_methods/{id}/detach', {}, (world, _, { id = '' }) =>
    detachPaymentMethod(world, getObject(world, 'payment_method', id)),
  ),
  route('GET', '/v1/customers/{id}/payment_methods', listShape(), (world, params, { id = '' }) => {
    getCustomer(world, id)
    return listMethods(world, `/v1/customers/${id}/payment_methods`, params, id)
  }),
  route('GET', '/v1/customers/{id}/payment_methods/{method}', {}, (world, _, { id = '', method = '' }) => {
    const found = getObject(world, 'payment_method', method)
    if (idOf(found.customer) !== id)
      throw invalidParameter('payment_method', `No such PaymentMethod: '${method}'`, 'resource_missing')
    return found
  }),
]

function listShape() {
  return { ...paging, allow_redisplay: inert(), customer: text(), type: text() }
}

const listMethods = (
  world: World,
  url: string,
  params: { readonly [K in keyof ReturnType<typeof listShape>]: Read<ReturnType<typeof listShape>[K]> },
  customer: string | undefined,
) =>
  listObjects(world, {
    table: 'payment_method',
    url,
    params,
    where: (method) =>
      (customer === undefined || idOf(method.customer) === customer) &&
      (params.type === undefined || method.type === params.type),
  })
