import type Stripe from 'stripe'
import type { World } from '../engine/world.ts'
import { metadata } from '../wire/metadata.ts'
import {
  address,
  either,
  emptyable,
  flag,
  hash,
  inert,
  list,
  oneOf,
  text,
  unmodelled,
  type Read,
} from '../wire/params.ts'
import { shippingDetails, toAddress } from './addresses.ts'
import { formerPaymentMethodTypes } from './payment-method-choice.ts'
import { createPaymentMethod, paymentMethodShape } from './create-payment-method.ts'
import { resolvePaymentMethod } from './payment-methods.ts'

/** Parameters that creating, updating and confirming a PaymentIntent have in common. */
export const sharedParameters = {
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

/** Parameters of confirming, also at once when it is created. */
export const confirmingParameters = {
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

/** Parameters of creating and updating. */
export const describingParameters = {
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

/** The two ways to name a payment method. */
export interface MethodGiven {
  readonly payment_method: string | undefined
  readonly payment_method_data: Read<typeof sharedParameters.payment_method_data>
}

/** The payment method that was named or described, if any. */
export const givenMethod = (
  world: World,
  { payment_method, payment_method_data }: MethodGiven,
): Stripe.PaymentMethod | undefined => {
  if (payment_method !== undefined) return resolvePaymentMethod(world, payment_method)
  return payment_method_data === undefined ? undefined : createPaymentMethod(world, payment_method_data)
}

/** Shipping as an intent carries it. */
export const toShipping = (given: Read<typeof sharedParameters.shipping>): Stripe.PaymentIntent.Shipping | null => {
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
