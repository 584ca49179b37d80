import type Stripe from 'stripe'
import type { World } from '../engine/world.ts'
import { mergeMetadata, metadata } from '../wire/metadata.ts'
import { currency, hash, inert, integer, list, required, text, unmodelled, type Read } from '../wire/params.ts'
import { invalidParameter } from '../wire/stripe-error.ts'
import { checkDecimals } from './currencies.ts'
import { getObject } from './references.ts'

const lineItemShape = hash({
  adjustable_quantity: inert(),
  metadata: metadata(),
  price: text(),
  price_data: hash({
    currency: required(currency()),
    product: text(),
    product_data: hash({
      description: text({ maxLength: 40_000 }),
      images: list(text(), { maxItems: 8 }),
      metadata: metadata(),
      name: required(text()),
      tax_code: inert(),
      tax_details: inert(),
      unit_label: text(),
    }),
    recurring: unmodelled(),
    tax_behavior: inert(),
    unit_amount: required(integer({ min: 0 })),
    unit_amount_decimal: unmodelled(),
  }),
  quantity: integer({ min: 1 }),
  tax_rates: unmodelled(),
})

/** The `line_items` parameter: at most 100 in payment mode. */
export const lineItemsParameter = () => list(lineItemShape, { maxItems: 100 })

/** What {@link lineItemsParameter} gives. */
export type LineItemsGiven = NonNullable<Read<ReturnType<typeof lineItemsParameter>>>

/**
 * The line items of a session; a price or product that was described inline is created.
 *
 * Refuses, per item, first match wins: neither a price nor a description of one, no quantity, no such price or product;
 * and then items in different currencies.
 */
export const createLineItems = (world: World, given: LineItemsGiven): readonly Stripe.LineItem[] => {
  const items = given.map((item, index) => {
    const at = `line_items[${index}]`
    const { quantity } = item
    if (quantity === undefined) throw missing(`${at}[quantity]`)
    const price =
      item.price === undefined
        ? createPrice(world, item.price_data, at)
        : getObject(world, 'price', item.price, `${at}[price]`)
    return createLineItem(world, price, quantity, item.metadata)
  })
  const [first] = items
  if (items.some((item) => item.currency !== first?.currency)) {
    throw invalidParameter(
      'line_items',
      'You can not combine currencies in a single Checkout Session: all line items must use the same currency.',
    )
  }
  return items
}

/** A price is a decimal in memory and a text on the wire; what the simulator holds is what goes over the wire. */
export const wireDecimal = (amount: number): Stripe.Decimal => String(amount) as unknown as Stripe.Decimal

const createLineItem = (
  world: World,
  price: Stripe.Price,
  quantity: number,
  given: Stripe.Metadata | null | undefined,
): Stripe.LineItem => {
  const amount = (price.unit_amount ?? 0) * quantity
  if (!Number.isSafeInteger(amount))
    throw invalidParameter('line_items', 'The amount is too large.', 'amount_too_large')
  const product = typeof price.product === 'string' ? world.find('product', price.product) : undefined
  return {
    id: world.newId('li'),
    object: 'item',
    adjustable_quantity: null,
    amount_discount: 0,
    amount_subtotal: amount,
    amount_tax: 0,
    amount_total: amount,
    currency: price.currency,
    description: product?.name ?? null,
    metadata: mergeMetadata({}, given),
    price,
    quantity,
  }
}

type PriceData = LineItemsGiven[number]['price_data']

const createPrice = (world: World, data: PriceData, at: string): Stripe.Price => {
  if (data === undefined) {
    throw invalidParameter(
      at,
      'You must specify either `price` or `price_data` for each line item.',
      'parameter_missing',
    )
  }
  checkDecimals(data.unit_amount, data.currency, `${at}[price_data][unit_amount]`)
  const product =
    data.product === undefined
      ? createProduct(world, data.product_data, at)
      : getObject(world, 'product', data.product, `${at}[price_data][product]`)
  const id = world.newId('price')
  return world.put('price', id, {
    id,
    object: 'price',
    active: false,
    billing_scheme: 'per_unit',
    created: world.now(),
    currency: data.currency,
    custom_unit_amount: null,
    livemode: world.request()?.livemode ?? false,
    lookup_key: null,
    metadata: {},
    nickname: null,
    product: product.id,
    recurring: null,
    tax_behavior: 'unspecified',
    tiers_mode: null,
    transform_quantity: null,
    type: 'one_time',
    unit_amount: data.unit_amount,
    unit_amount_decimal: wireDecimal(data.unit_amount),
  })
}

const createProduct = (world: World, data: NonNullable<PriceData>['product_data'], at: string): Stripe.Product => {
  if (data === undefined) {
    throw invalidParameter(
      `${at}[price_data]`,
      'You must specify either `product` or `product_data` for each price.',
      'parameter_missing',
    )
  }
  const id = world.newId('prod', 14)
  return world.put('product', id, {
    id,
    object: 'product',
    active: false,
    created: world.now(),
    default_price: null,
    description: data.description ?? null,
    images: [...(data.images ?? [])],
    livemode: world.request()?.livemode ?? false,
    marketing_features: [],
    metadata: mergeMetadata({}, data.metadata),
    name: data.name,
    package_dimensions: null,
    shippable: null,
    tax_code: null,
    tax_details: null,
    type: 'service',
    unit_label: data.unit_label ?? null,
    updated: world.now(),
    url: null,
  })
}

const missing = (param: string) => invalidParameter(param, `Missing required param: ${param}.`, 'parameter_missing')
