import type Stripe from 'stripe'
import type { World } from '../engine/world.ts'
import type { Read } from '../wire/params.ts'
import { invalidParameter, refusedByState, StripeError } from '../wire/stripe-error.ts'
import { findOwner, followPayment } from './checkout-completion.ts'
import { confirmIntent } from './attempt-payment.ts'
import type { confirmingParameters } from './payment-intent-parameters.ts'
import { getObject, idOf } from './references.ts'

const confirmable = ['requires_payment_method', 'requires_confirmation', 'requires_action']

/** What matters of the parameters of a confirmation. */
export interface ConfirmGiven {
  readonly off_session: Read<typeof confirmingParameters.off_session>
  readonly return_url: string | undefined
  readonly error_on_requires_action: boolean | undefined
  readonly use_stripe_sdk: boolean | undefined
}

/** Confirms an intent for the API: a decline is thrown, as the 402 that answers the call. */
export const confirmForApi = (
  world: World,
  intent: Stripe.PaymentIntent,
  given: ConfirmGiven,
): Stripe.PaymentIntent => {
  if (!confirmable.includes(intent.status)) throw notConfirmable(intent)
  const offSession = given.off_session !== undefined && given.off_session !== 'false'
  const methodId = idOf(intent.payment_method)
  if (methodId === null) {
    throw refusedByState(
      "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update " +
        'the PaymentIntent with a ' +
        'payment method and then confirm it again, or confirm it again directly with a payment method or ' +
        'ConfirmationToken.',
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
    throw new StripeError(
      402,
      {
        type: 'card_error',
        code: 'authentication_required',
        payment_intent: attempt.intent,
        payment_method: method,
        message: 'This payment required an authentication action to complete, but `error_on_requires_action` was set.',
      },
      'executed',
    )
  }
  followPayment(world, attempt.intent)
  return attempt.intent
}

const checkReturnUrl = (intent: Stripe.PaymentIntent, given: ConfirmGiven): void => {
  const automatic = intent.automatic_payment_methods
  const redirects = automatic?.enabled === true && automatic.allow_redirects !== 'never'
  if (
    !redirects ||
    given.return_url !== undefined ||
    given.use_stripe_sdk === true ||
    given.error_on_requires_action === true
  )
    return
  throw invalidParameter(
    'return_url',
    'This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of ' +
      'these payment methods might ' +
      "redirect your customer off of your page, you must provide a `return_url`. If you don't want to " +
      'accept redirect-based payment ' +
      'methods, set `automatic_payment_methods[enabled]` to `true` and ' +
      '`automatic_payment_methods[allow_redirects]` to `never` when ' +
      'creating Setup Intents and Payment Intents.',
  )
}

const notConfirmable = (intent: Stripe.PaymentIntent): StripeError =>
  refusedByState(
    intent.status === 'succeeded'
      ? 'You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.'
      : `You cannot confirm this PaymentIntent because it has a status of ${intent.status}. Only a ` +
          `PaymentIntent with one of the ` +
          `following statuses may be confirmed: ${confirmable.join(', ')}.`,
    { code: 'payment_intent_unexpected_state', payment_intent: intent },
  )

/** Refuses what only Checkout may do with an intent it created. */
export const refuseCheckoutIntent = (world: World, intent: Stripe.PaymentIntent): void => {
  if (findOwner(world, intent.id) === undefined) return
  throw refusedByState(
    'You cannot perform this action on PaymentIntents created by Checkout. Try expiring the Checkout Session instead.',
  )
}
