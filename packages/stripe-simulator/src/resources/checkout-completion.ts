import type Stripe from 'stripe'
import { emit } from '../engine/emit.ts'
import { unschedule } from '../engine/timers.ts'
import type { World } from '../engine/world.ts'
import { idOf } from './references.ts'

/** The timer that expires a session nobody completed. */
export const expireTimer = 'expire_session'

/** The session a PaymentIntent or SetupIntent was created by. */
export const findOwner = (world: World, intent: string): Stripe.Checkout.Session | undefined =>
  world.find('checkout.session', world.find('intent_owner', intent)?.session ?? '')

/**
 * Brings the Checkout Session of an intent up to date with what became of its payment.
 *
 * An open session completes when the money is there, authorised or on its way; `payment_status` is `unpaid` in the last
 * case, and a later event tells how that ended.
 */
export const followPayment = (world: World, intent: Stripe.PaymentIntent): void => {
  const session = findOwner(world, intent.id)
  if (session === undefined) return
  if (session.status === 'open') {
    if (intent.status === 'succeeded' || intent.status === 'requires_capture')
      completeSession(world, session, paidOnComplete(intent))
    if (intent.status === 'processing') completeSession(world, session, 'unpaid')
    return
  }
  if (session.status !== 'complete' || session.payment_status === 'paid') return
  if (intent.status === 'succeeded') {
    const paid = world.put('checkout.session', session.id, { ...session, payment_status: 'paid' })
    emit(world, 'checkout.session.async_payment_succeeded', paid)
  }
  if (intent.status === 'requires_payment_method') emit(world, 'checkout.session.async_payment_failed', session)
}

/** Closes an open session as complete. */
export const completeSession = (
  world: World,
  session: Stripe.Checkout.Session,
  paymentStatus: Stripe.Checkout.Session.PaymentStatus,
): Stripe.Checkout.Session => {
  unschedule(world, expireTimer, session.id)
  const method = methodOf(world, session)
  const billing = method?.billing_details
  const details: Stripe.Checkout.Session.CustomerDetails = {
    address: billing?.address ?? null,
    business_name: null,
    email: session.customer_email ?? emailOf(world, session) ?? billing?.email ?? null,
    individual_name: null,
    name: billing?.name ?? null,
    phone: billing?.phone ?? null,
    tax_exempt: 'none',
    tax_ids: [],
  }
  const complete = world.put('checkout.session', session.id, {
    ...session,
    customer_details: details,
    payment_status: paymentStatus,
    status: 'complete',
    url: null,
  })
  emit(world, 'checkout.session.completed', complete)
  return complete
}

// An authorisation counts as unpaid until it is captured; Stripe says so of manual capture.
const paidOnComplete = (intent: Stripe.PaymentIntent): Stripe.Checkout.Session.PaymentStatus =>
  intent.status === 'succeeded' ? 'paid' : 'unpaid'

const methodOf = (world: World, session: Stripe.Checkout.Session): Stripe.PaymentMethod | undefined => {
  const payment = world.find('payment_intent', idOf(session.payment_intent) ?? '')
  const setup = world.find('setup_intent', idOf(session.setup_intent) ?? '')
  return world.find('payment_method', idOf(payment?.payment_method) ?? idOf(setup?.payment_method) ?? '')
}

const emailOf = (world: World, session: Stripe.Checkout.Session): string | null => {
  const customer = world.find('customer', idOf(session.customer) ?? '')
  return customer === undefined || customer.deleted === true ? null : customer.email
}
