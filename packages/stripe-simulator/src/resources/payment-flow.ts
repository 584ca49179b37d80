import type Stripe from 'stripe'
import type { World } from '../engine/world.ts'
import { followPayment } from './checkout-completion.ts'
import { authenticateIntent, settleIntent, type Attempt } from './attempt-payment.ts'
import { getObject } from './references.ts'

/** Answers an intent's challenge, and completes the Checkout Session it belongs to, if any. */
export const authenticatePayment = (world: World, intentId: string, outcome: 'succeeded' | 'failed'): Attempt => {
  const attempt = authenticateIntent(world, getObject(world, 'payment_intent', intentId), outcome)
  followPayment(world, attempt.intent)
  return attempt
}

/** Ends an intent's bank debit, as its account says or as told, and tells of it for its Checkout Session, if any. */
export const settlePayment = (
  world: World,
  intentId: string,
  outcome?: 'succeeded' | 'failed',
): Stripe.PaymentIntent | undefined => {
  const before = world.find('payment_intent', intentId)
  const after = settleIntent(world, intentId, outcome)
  if (after !== undefined && after.status !== before?.status) followPayment(world, after)
  return after
}
