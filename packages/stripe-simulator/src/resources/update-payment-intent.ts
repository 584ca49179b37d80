import type Stripe from 'stripe'
import type { World } from '../engine/world.ts'
import { mergeMetadata } from '../wire/metadata.ts'
import type { Read } from '../wire/params.ts'
import { refusedByState } from '../wire/stripe-error.ts'
import { checkAmount } from './currencies.ts'
import { givenMethod, toShipping, type MethodGiven, type sharedParameters } from './payment-intent-parameters.ts'
import { notOfCustomer } from './payment-methods.ts'
import { getCustomer, idOf } from './references.ts'

/** What an update may change. */
export interface UpdateGiven extends MethodGiven {
  readonly amount: number | undefined
  readonly currency: string | undefined
  readonly capture_method: Stripe.PaymentIntent.CaptureMethod | undefined
  readonly customer: string | undefined
  readonly description: string | null | undefined
  readonly metadata: Stripe.Metadata | null | undefined
  readonly receipt_email: string | null | undefined
  readonly setup_future_usage: 'off_session' | 'on_session' | null | undefined
  readonly shipping: Read<typeof sharedParameters.shipping>
  readonly statement_descriptor: string | undefined
  readonly statement_descriptor_suffix: string | undefined
  readonly transfer_group: string | undefined
}

/** Changes an intent; its amount and currency only while nothing was paid or authorised. */
export const updateIntent = (world: World, before: Stripe.PaymentIntent, given: UpdateGiven): Stripe.PaymentIntent => {
  const settled = before.status === 'succeeded' || before.status === 'canceled' || before.status === 'processing'
  if (
    (given.amount !== undefined || given.currency !== undefined) &&
    (settled || before.status === 'requires_capture')
  ) {
    throw refusedByState(
      `This PaymentIntent's amount could not be updated because it has a status of ${before.status}. You ` +
        `may only update the amount of a ` +
        'PaymentIntent with one of the following statuses: requires_payment_method, requires_confirmation, ' +
        'requires_action.',
      { code: 'payment_intent_unexpected_state', payment_intent: before },
    )
  }
  const amount = given.amount ?? before.amount
  const inCurrency = given.currency ?? before.currency
  checkAmount(amount, inCurrency, 'amount')
  if (given.customer !== undefined) getCustomer(world, given.customer, 'customer')
  const method = givenMethod(world, given)
  const customer = given.customer ?? idOf(before.customer)
  if (method !== undefined && idOf(method.customer) !== null && idOf(method.customer) !== customer)
    throw notOfCustomer(method.id, 'payment_method')
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
    ...(given.statement_descriptor_suffix !== undefined && {
      statement_descriptor_suffix: given.statement_descriptor_suffix,
    }),
    ...(given.transfer_group !== undefined && { transfer_group: given.transfer_group }),
    ...(method !== undefined && { payment_method: method.id, status: 'requires_confirmation' as const }),
  }
  world.put('payment_intent', after.id, after)
  // Stripe has no event for an updated intent but `payment_intent.amount_capturable_updated`, which this is not.
  return after
}
