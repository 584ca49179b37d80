import type Stripe from 'stripe'
import type { World } from '../engine/world.ts'
import { StripeError, type StripeErrorBody } from '../wire/stripe-error.ts'
import type { Decline } from './test-cards.ts'

/** What a decline concerns. */
export interface DeclineSubjects {
  readonly charge?: string
  readonly payment_intent?: Stripe.PaymentIntent
  readonly payment_method?: Stripe.PaymentMethod
  readonly setup_intent?: Stripe.SetupIntent
}

/** The error object of a decline, as it stands in the 402 body and in `last_payment_error`. */
export const declineBody = (world: World, decline: Decline, subjects: DeclineSubjects): StripeErrorBody => {
  const request = world.request()
  return {
    ...(decline.adviceCode !== null && { advice_code: decline.adviceCode }),
    ...(subjects.charge !== undefined && { charge: subjects.charge }),
    code: decline.code,
    ...(decline.declineCode !== null && { decline_code: decline.declineCode }),
    doc_url: `https://stripe.com/docs/error-codes/${decline.code.replaceAll('_', '-')}`,
    message: decline.message,
    ...(decline.networkDeclineCode !== null && { network_decline_code: decline.networkDeclineCode }),
    ...(decline.param !== null && { param: decline.param }),
    ...(subjects.payment_intent !== undefined && { payment_intent: subjects.payment_intent }),
    ...(subjects.payment_method !== undefined && { payment_method: subjects.payment_method }),
    ...(request !== undefined && { request_log_url: `https://dashboard.stripe.com/test/logs/${request.id}` }),
    ...(subjects.setup_intent !== undefined && { setup_intent: subjects.setup_intent }),
    type: 'card_error',
  }
}

/** A card that is turned away before anything was attempted, as when it is saved: 402, and nothing changed. */
export const cardRefusal = (world: World, decline: Decline): StripeError =>
  new StripeError(402, declineBody(world, decline, {}), 'refused')

/** A decline as the answer to a call: 402. What the attempt left behind stays. */
export const cardError = (world: World, decline: Decline, subjects: DeclineSubjects): StripeError =>
  new StripeError(402, declineBody(world, decline, subjects), 'executed')
