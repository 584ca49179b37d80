import type Stripe from 'stripe'
import { emit } from '../engine/emit.ts'
import type { World } from '../engine/world.ts'
import { createdFilter, listObjects, paging } from '../wire/lists.ts'
import { mergeMetadata, metadata } from '../wire/metadata.ts'
import { emptyable, hash, inert, integer, list, oneOf, text, unmodelled } from '../wire/params.ts'
import { route, type Route } from '../wire/routes.ts'
import { postalAddress, shippingDetails, toAddress } from './addresses.ts'
import { attachPaymentMethod, detachPaymentMethod, notOfCustomer, resolvePaymentMethod } from './payment-methods.ts'
import { getCustomer, getObject, idOf } from './references.ts'

const fields = {
  address: emptyable(postalAddress()),
  balance: integer(),
  business_name: emptyable(text({ maxLength: 150 })),
  cash_balance: unmodelled(),
  description: emptyable(text()),
  email: emptyable(text({ maxLength: 512 })),
  individual_name: emptyable(text({ maxLength: 150 })),
  invoice_prefix: text(),
  invoice_settings: hash({
    custom_fields: unmodelled(),
    default_payment_method: emptyable(text()),
    footer: text(),
    rendering_options: unmodelled(),
  }),
  metadata: metadata(),
  name: emptyable(text({ maxLength: 256 })),
  next_invoice_sequence: integer({ min: 1 }),
  phone: emptyable(text()),
  preferred_locales: list(text()),
  shipping: emptyable(shippingDetails()),
  source: unmodelled(),
  tax: inert(),
  tax_exempt: emptyable(oneOf(['none', 'exempt', 'reverse'])),
  validate: inert(),
}

/** The calls on customers. */
export const customerRoutes: readonly Route[] = [
  route(
    'POST',
    '/v1/customers',
    { ...fields, payment_method: text(), tax_id_data: unmodelled(), test_clock: unmodelled() },
    (world, { payment_method, tax_id_data: _, test_clock: __, ...given }) => {
      const method = payment_method === undefined ? undefined : resolvePaymentMethod(world, payment_method)
      const created = createCustomer(world, {})
      const customer = world.put('customer', created.id, change(world, created, given))
      emit(world, 'customer.created', customer)
      if (method !== undefined) attachPaymentMethod(world, method, customer.id)
      return customer
    },
  ),
  route(
    'POST',
    '/v1/customers/{id}',
    { ...fields, default_source: unmodelled() },
    (world, { default_source: _, ...given }, { id = '' }) => {
      const before = getCustomer(world, id)
      const after = change(world, before, given)
      if (JSON.stringify(after) === JSON.stringify(before)) return before
      emit(world, 'customer.updated', world.put('customer', id, after), differences(before, after))
      return after
    },
  ),
  route('GET', '/v1/customers/{id}', {}, (world, _, { id = '' }) => getObject(world, 'customer', id)),
  route(
    'GET',
    '/v1/customers',
    { ...paging, created: createdFilter(), email: text(), test_clock: unmodelled() },
    (world, params) =>
      listObjects(world, {
        table: 'customer',
        url: '/v1/customers',
        params,
        where: (customer) =>
          customer.deleted !== true && (params.email === undefined || customer.email === params.email),
      }),
  ),
  route('DELETE', '/v1/customers/{id}', {}, (world, _, { id = '' }) => {
    const customer = getCustomer(world, id)
    for (const method of [...world.rows('payment_method')]) {
      if (idOf(method.customer) === id) detachPaymentMethod(world, method)
    }
    emit(world, 'customer.deleted', customer)
    return world.put('customer', id, { id, object: 'customer', deleted: true })
  }),
]

/** A new customer, without an event: {@link customerRoutes} and Checkout tell of it when it is complete. */
export const createCustomer = (
  world: World,
  given: { readonly email?: string | null; readonly name?: string | null },
): Stripe.Customer => {
  const id = world.newId('cus', 14)
  const invoicePrefix = world.newId('x', 8).slice(2).toUpperCase()
  return world.put('customer', id, {
    id,
    object: 'customer',
    address: null,
    balance: 0,
    created: world.now(),
    currency: null,
    default_source: null,
    delinquent: false,
    description: null,
    discount: null,
    email: given.email ?? null,
    invoice_prefix: invoicePrefix,
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: world.request()?.livemode ?? false,
    metadata: {},
    name: given.name ?? null,
    next_invoice_sequence: 1,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  }) as Stripe.Customer
}

/** The fields of `before` that `after` changed, as `previous_attributes` gives them. */
export const differences = (before: object, after: object): Readonly<Record<string, unknown>> => {
  const later = after as Readonly<Record<string, unknown>>
  return Object.fromEntries(
    Object.entries(before).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(later[key])),
  )
}

type Given = {
  readonly [K in keyof typeof fields]: (typeof fields)[K] extends { read: (...args: never[]) => infer T } ? T : never
}

const change = (world: World, before: Stripe.Customer, given: Given): Stripe.Customer => {
  const defaultMethod = given.invoice_settings?.default_payment_method
  if (typeof defaultMethod === 'string') checkDefaultMethod(world, before.id, defaultMethod)
  return {
    ...before,
    ...(given.address !== undefined && { address: toAddress(given.address) }),
    ...(given.balance !== undefined && { balance: given.balance }),
    ...(given.description !== undefined && { description: given.description }),
    ...(given.email !== undefined && { email: given.email }),
    ...(given.invoice_prefix !== undefined && { invoice_prefix: given.invoice_prefix }),
    ...(given.name !== undefined && { name: given.name }),
    ...(given.next_invoice_sequence !== undefined && { next_invoice_sequence: given.next_invoice_sequence }),
    ...(given.phone !== undefined && { phone: given.phone }),
    ...(given.preferred_locales !== undefined && { preferred_locales: [...given.preferred_locales] }),
    ...(given.tax_exempt !== undefined && { tax_exempt: given.tax_exempt ?? 'none' }),
    ...(typeof given.business_name === 'string' && { business_name: given.business_name }),
    ...(typeof given.individual_name === 'string' && { individual_name: given.individual_name }),
    ...(given.shipping !== undefined && { shipping: toShipping(given.shipping) }),
    ...(given.invoice_settings !== undefined && {
      invoice_settings: {
        ...before.invoice_settings,
        ...(defaultMethod !== undefined && { default_payment_method: defaultMethod }),
        ...(given.invoice_settings.footer !== undefined && { footer: given.invoice_settings.footer }),
      },
    }),
    metadata: mergeMetadata(before.metadata, given.metadata),
  }
}

const toShipping = (given: Given['shipping']): Stripe.Customer.Shipping | null =>
  given === null || given === undefined
    ? null
    : ({
        address: toAddress(given.address) ?? undefined,
        carrier: given.carrier ?? null,
        name: given.name ?? '',
        phone: given.phone ?? null,
        tracking_number: given.tracking_number ?? null,
      } as Stripe.Customer.Shipping)

const checkDefaultMethod = (world: World, customer: string, method: string): void => {
  const found = getObject(world, 'payment_method', method, 'invoice_settings[default_payment_method]')
  if (idOf(found.customer) !== customer) throw notOfCustomer(method, 'invoice_settings[default_payment_method]')
}
