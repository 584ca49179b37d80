import type Stripe from 'stripe'
import { emit } from '../engine/emit.ts'
import type { World } from '../engine/world.ts'
import { integer, oneOf, required, text } from '../wire/params.ts'
import { route, type Route } from '../wire/routes.ts'
import { refusedByState, type StripeError } from '../wire/stripe-error.ts'
import { completeSession, followPayment } from './checkout-completion.ts'
import { getPlan } from './checkout-sessions.ts'
import { createCustomer } from './customers.ts'
import { authenticatePayment } from './payment-flow.ts'
import { confirmIntent } from './attempt-payment.ts'
import { createIntent } from './payment-intents.ts'
import { resolvePaymentMethod } from './payment-methods.ts'
import { getObject, idOf } from './references.ts'
import { authenticateSetup, confirmSetup } from './setup-intents.ts'

/** What a payer's act came to. */
export interface PayerOutcome {
  readonly session: Stripe.Checkout.Session
  /** Set when the payment method was declined: the session stays open for another try. */
  readonly decline: StripeError | null
}

/**
 * Pays an open session with `method`, as its hosted page does.
 *
 * Refuses a session that is not open, and an amount that is not the one the payer was shown. The PaymentIntent comes
 * into being with the first try and is used again by the next ones.
 */
export const paySession = (
  world: World,
  session: Stripe.Checkout.Session,
  method: Stripe.PaymentMethod,
  expectedAmount: number | undefined,
): PayerOutcome => {
  checkOpen(session)
  if (expectedAmount !== undefined && expectedAmount !== (session.amount_total ?? 0)) {
    throw refusedByState(
      `The expected amount ${expectedAmount} does not match the Checkout Session's total amount due of ` +
        `${session.amount_total ?? 0}.`,
      { code: 'checkout_amount_mismatch', param: 'expected_amount' },
    )
  }
  const ready = withCustomer(world, session, method)
  if (ready.mode === 'setup') return saveMethod(world, ready, method)
  if (ready.amount_total === 0) return { session: completeSession(world, ready, 'no_payment_required'), decline: null }
  const intent = intentOf(world, ready)
  const challenge = { url: `${ready.url ?? ''}/challenge`, returnUrl: ready.success_url ?? '' }
  const attempt = confirmIntent(world, intent, method, { offSession: false, challenge })
  followPayment(world, attempt.intent)
  return { session: current(world, session), decline: attempt.decline }
}

/** Answers the 3-D Secure challenge of a session's payment or saved card. */
export const authenticateSession = (
  world: World,
  session: Stripe.Checkout.Session,
  outcome: 'succeeded' | 'failed',
): PayerOutcome => {
  checkOpen(session)
  const setup = world.find('setup_intent', idOf(session.setup_intent) ?? '')
  if (setup !== undefined) {
    const { setup: after, decline } = authenticateSetup(world, setup, outcome)
    if (after.status === 'succeeded') completeSession(world, session, 'no_payment_required')
    return { session: current(world, session), decline }
  }
  const { decline } = authenticatePayment(world, idOf(session.payment_intent) ?? '', outcome)
  return { session: current(world, session), decline }
}

/** True when the payer of a session is being asked to authenticate. */
export const awaitsChallenge = (world: World, session: Stripe.Checkout.Session): boolean =>
  [
    world.find('payment_intent', idOf(session.payment_intent) ?? '')?.status,
    world.find('setup_intent', idOf(session.setup_intent) ?? '')?.status,
  ].includes('requires_action')

/** The payer's acts by program: the calls with which Stripe's command line completes a session in test mode. */
export const paymentPageRoutes: readonly Route[] = [
  route('GET', '/v1/payment_pages/{session}', {}, (world, _, { session = '' }) =>
    toPage(world, getObject(world, 'checkout.session', session)),
  ),
  route(
    'POST',
    '/v1/payment_pages/{session}/confirm',
    { payment_method: required(text()), expected_amount: integer(), return_url: text() },
    (world, params, { session = '' }) => {
      const found = getObject(world, 'checkout.session', session)
      checkOpen(found)
      const method = resolvePaymentMethod(world, params.payment_method, {
        email: found.customer_email ?? 'payer@example.com',
        name: 'Test Payer',
      })
      return answer(world, paySession(world, found, method, params.expected_amount))
    },
  ),
  route(
    'POST',
    '/v1/payment_pages/{session}/authenticate',
    { outcome: required(oneOf(['succeeded', 'failed'])) },
    (world, { outcome }, { session = '' }) =>
      answer(world, authenticateSession(world, getObject(world, 'checkout.session', session), outcome)),
  ),
]

const answer = (world: World, { session, decline }: PayerOutcome): object => {
  if (decline !== null) throw decline
  return toPage(world, session)
}

const toPage = (world: World, session: Stripe.Checkout.Session): object => ({
  id: session.id,
  object: 'payment_page',
  amount_total: session.amount_total,
  challenge_url: awaitsChallenge(world, session) && session.url !== null ? `${session.url}/challenge` : null,
  currency: session.currency,
  line_item_group: { total: session.amount_total, line_items: getPlan(world, session.id).lineItems },
  livemode: session.livemode,
  mode: session.mode,
  payment_intent: world.find('payment_intent', idOf(session.payment_intent) ?? '') ?? null,
  payment_status: session.payment_status,
  session_id: session.id,
  setup_intent: world.find('setup_intent', idOf(session.setup_intent) ?? '') ?? null,
  status: session.status,
  success_url: returnAddress(session),
})

/** Where the payer is sent after paying, with the session's id filled in. */
export const returnAddress = (session: Stripe.Checkout.Session): string | null =>
  (session.success_url ?? session.return_url)?.replaceAll('{CHECKOUT_SESSION_ID}', session.id) ?? null

/** Refuses a session on which nobody can pay any more, or that was paid. */
export const checkOpen = (session: Stripe.Checkout.Session): void => {
  if (session.status === 'open') return
  throw refusedByState(`This Checkout Session is no longer open. It has a status of \`${session.status}\`.`, {
    code: 'checkout_session_not_open',
  })
}

const withCustomer = (
  world: World,
  session: Stripe.Checkout.Session,
  method: Stripe.PaymentMethod,
): Stripe.Checkout.Session => {
  if (idOf(session.customer) !== null || session.customer_creation !== 'always') return session
  const { email, name } = method.billing_details
  const customer = createCustomer(world, { email: session.customer_email ?? email, name })
  emit(world, 'customer.created', customer)
  const setup = world.find('setup_intent', idOf(session.setup_intent) ?? '')
  if (setup !== undefined) world.put('setup_intent', setup.id, { ...setup, customer: customer.id })
  return world.put('checkout.session', session.id, { ...session, customer: customer.id })
}

const intentOf = (world: World, session: Stripe.Checkout.Session): Stripe.PaymentIntent => {
  const existing = world.find('payment_intent', idOf(session.payment_intent) ?? '')
  if (existing !== undefined) return existing
  const { paymentIntentData: data } = getPlan(world, session.id)
  const intent = createIntent(world, {
    amount: session.amount_total ?? 0,
    currency: session.currency ?? 'usd',
    customer: idOf(session.customer),
    description: data.description,
    metadata: data.metadata,
    captureMethod: data.captureMethod,
    setupFutureUsage: data.setupFutureUsage,
    receiptEmail: data.receiptEmail,
    paymentMethod: null,
    automaticPaymentMethods: null,
    paymentMethodTypes: session.payment_method_types,
    allowedPaymentMethodTypes: session.allowed_payment_method_types,
    excludedPaymentMethodTypes: session.excluded_payment_method_types ?? null,
    confirmationMethod: 'automatic',
    shipping: null,
    statementDescriptor: data.statementDescriptor,
    statementDescriptorSuffix: data.statementDescriptorSuffix,
    transferGroup: null,
  })
  world.put('intent_owner', intent.id, { intent: intent.id, session: session.id })
  world.put('checkout.session', session.id, { ...session, payment_intent: intent.id })
  return intent
}

const saveMethod = (world: World, session: Stripe.Checkout.Session, method: Stripe.PaymentMethod): PayerOutcome => {
  const setup = getObject(world, 'setup_intent', idOf(session.setup_intent) ?? '')
  const challenge = { url: `${session.url ?? ''}/challenge`, returnUrl: session.success_url ?? '' }
  const attempt = confirmSetup(world, setup, method, challenge)
  if (attempt.setup.status === 'succeeded') completeSession(world, session, 'no_payment_required')
  return { session: current(world, session), decline: attempt.decline }
}

const current = (world: World, { id }: Stripe.Checkout.Session): Stripe.Checkout.Session =>
  getObject(world, 'checkout.session', id)
