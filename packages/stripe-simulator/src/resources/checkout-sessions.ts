import type Stripe from 'stripe'
import { emit } from '../engine/emit.ts'
import { schedule, unschedule } from '../engine/timers.ts'
import type { CheckoutPlan } from '../engine/tables.ts'
import type { World } from '../engine/world.ts'
import { invalidParameter, refusedByState } from '../wire/stripe-error.ts'
import { expireTimer } from './checkout-completion.ts'
import { formatAmount, minimumOf, checkMaximum } from './currencies.ts'
import { cancelIntent } from './payment-intents.ts'
import { getObject, idOf } from './references.ts'
import { createSetupIntent } from './setup-intents.ts'

/** What a session is made of, once its parameters have been read. */
export interface NewSession {
  readonly mode: 'payment' | 'setup'
  readonly lineItems: readonly Stripe.LineItem[]
  readonly currency: string | null
  readonly customer: string | null
  readonly customerCreation: 'always' | 'if_required' | null
  readonly customerEmail: string | null
  readonly clientReferenceId: string | null
  readonly successUrl: string | null
  readonly cancelUrl: string | null
  readonly returnUrl: string | null
  readonly uiMode: 'hosted_page' | 'embedded_page' | 'elements' | 'form'
  readonly expiresAt: number | null
  readonly locale: Stripe.Checkout.Session.Locale | null
  readonly metadata: Stripe.Metadata
  readonly submitType: Stripe.Checkout.Session.SubmitType | null
  readonly billingAddressCollection: Stripe.Checkout.Session.BillingAddressCollection | null
  readonly phoneNumberCollection: boolean
  readonly allowedPaymentMethodTypes: readonly string[] | null
  readonly excludedPaymentMethodTypes: readonly string[] | null
  readonly paymentMethodTypes: readonly string[]
  readonly paymentIntentData: CheckoutPlan['paymentIntentData']
  readonly setupMetadata: Stripe.Metadata
  readonly setupDescription: string | null
}

const shortestS = 30 * 60
const longestS = 24 * 60 * 60

/**
 * Opens a Checkout Session. No PaymentIntent exists until somebody confirms it.
 *
 * Refuses an expiry less than 30 minutes or more than 24 hours away, and a total under the currency's minimum. A total
 * of nothing is allowed: such a session completes without a payment.
 */
export const createSession = (world: World, given: NewSession): Stripe.Checkout.Session => {
  const now = world.now()
  const expiresAt = given.expiresAt ?? now + longestS
  // Stripe compares with its own clock; a minute of leeway keeps "exactly 30 minutes from now" valid.
  if (expiresAt < now + shortestS - 60) throw badExpiry('at least 30 minutes')
  if (expiresAt > now + longestS + 60) throw badExpiry('less than 24 hours')
  const total = given.lineItems.reduce((sum, item) => sum + item.amount_total, 0)
  if (given.mode === 'payment') checkTotal(total, given.currency ?? 'usd')

  const livemode = world.request()?.livemode ?? false
  const id = world.newId(livemode ? 'cs_live' : 'cs_test', 60)
  const setup =
    given.mode === 'setup'
      ? createSetupIntent(world, {
          customer: given.customer,
          description: given.setupDescription,
          metadata: given.setupMetadata,
          usage: 'off_session',
          paymentMethod: null,
          paymentMethodTypes: given.paymentMethodTypes,
        })
      : null
  if (setup !== null) world.put('intent_owner', setup.id, { intent: setup.id, session: id })
  const hosted = given.uiMode === 'hosted_page'
  const session: Stripe.Checkout.Session = {
    id,
    object: 'checkout.session',
    adaptive_pricing: given.mode === 'payment' ? { enabled: false } : null,
    after_expiration: null,
    allow_promotion_codes: null,
    allowed_payment_method_types:
      given.allowedPaymentMethodTypes === null ? null : [...given.allowedPaymentMethodTypes],
    amount_subtotal: given.mode === 'payment' ? total : null,
    amount_total: given.mode === 'payment' ? total : null,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: given.billingAddressCollection,
    cancel_url: given.cancelUrl,
    client_reference_id: given.clientReferenceId,
    client_secret: hosted ? null : `${id}_secret_${world.newId('x', 32).slice(2)}`,
    collected_information: null,
    consent: null,
    consent_collection: null,
    created: now,
    currency: given.currency,
    currency_conversion: null,
    custom_fields: [],
    custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
    customer: given.customer,
    customer_account: null,
    customer_creation: given.customer === null ? (given.customerCreation ?? 'if_required') : null,
    customer_details: given.customerEmail === null ? null : emailOnly(given.customerEmail),
    customer_email: given.customerEmail,
    discounts: given.mode === 'payment' ? [] : null,
    expires_at: expiresAt,
    integration_identifier: null,
    invoice: null,
    invoice_creation: given.mode === 'payment' ? noInvoice : null,
    livemode,
    locale: given.locale,
    managed_payments: { enabled: false },
    metadata: given.metadata,
    mode: given.mode,
    origin_context: null,
    payment_intent: null,
    payment_link: null,
    payment_method_collection: given.mode === 'payment' ? 'if_required' : 'always',
    payment_method_configuration_details: null,
    payment_method_options: { card: { request_three_d_secure: 'automatic' } },
    payment_method_types: [...given.paymentMethodTypes],
    payment_status: given.mode === 'setup' || total === 0 ? 'no_payment_required' : 'unpaid',
    permissions: null,
    phone_number_collection: { enabled: given.phoneNumberCollection },
    recovered_from: null,
    ...(given.returnUrl !== null && { return_url: given.returnUrl }),
    saved_payment_method_options: null,
    setup_intent: setup?.id ?? null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: 'open',
    submit_type: given.submitType,
    subscription: null,
    success_url: given.successUrl,
    total_details: given.mode === 'payment' ? { amount_discount: 0, amount_shipping: 0, amount_tax: 0 } : null,
    ui_mode: given.uiMode,
    url: hosted ? `${world.request()?.publicUrl ?? ''}/c/pay/${id}` : null,
    wallet_options: null,
  }
  world.put('checkout_plan', id, {
    session: id,
    lineItems: given.lineItems,
    paymentIntentData: given.paymentIntentData,
  })
  schedule(world, expireTimer, id, expiresAt * 1000)
  return world.put('checkout.session', id, session)
}

/** Closes an open session unpaid; refuses any other with Stripe's message. */
export const expireSession = (world: World, session: Stripe.Checkout.Session): Stripe.Checkout.Session => {
  if (session.status !== 'open') {
    throw refusedByState(
      'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of ' +
        `\`${session.status}\`.`,
    )
  }
  unschedule(world, expireTimer, session.id)
  const expired = world.put('checkout.session', session.id, { ...session, status: 'expired', url: null })
  // A payment that somebody began and did not finish dies with the session.
  const intent = world.find('payment_intent', idOf(session.payment_intent) ?? '')
  if (intent !== undefined) cancelIntent(world, intent, 'expired')
  emit(world, 'checkout.session.expired', expired)
  return expired
}

/** Expires a session whose time is up. One that moved on meanwhile is left alone. */
export const expireByItself = (world: World, id: string): void => {
  const session = world.find('checkout.session', id)
  if (session?.status === 'open') expireSession(world, session)
}

/** The plan of a session: its line items and what its payment will be. */
export const getPlan = (world: World, session: string): CheckoutPlan => {
  const plan = world.find('checkout_plan', session)
  if (plan === undefined) return getPlanOfMissing(world, session)
  return plan
}

const getPlanOfMissing = (world: World, session: string): never => {
  getObject(world, 'checkout.session', session)
  throw new Error(`The session ${session} has no plan.`)
}

const badExpiry = (range: string) =>
  invalidParameter('expires_at', `The \`expires_at\` timestamp must be ${range} from Checkout Session creation.`)

const checkTotal = (total: number, currency: string): void => {
  if (total !== 0 && total < minimumOf(currency)) {
    throw invalidParameter(
      undefined,
      `The Checkout Session's total amount due must add up to at least ` +
        `${formatAmount(minimumOf(currency), currency)} ${currency}`,
      'amount_too_small',
    )
  }
  checkMaximum(total, currency, 'line_items')
}

const emailOnly = (email: string): Stripe.Checkout.Session.CustomerDetails => ({
  address: null,
  business_name: null,
  email,
  individual_name: null,
  name: null,
  phone: null,
  tax_exempt: 'none',
  tax_ids: null,
})

const noInvoice: Stripe.Checkout.Session.InvoiceCreation = {
  enabled: false,
  invoice_data: {
    account_tax_ids: null,
    custom_fields: null,
    description: null,
    footer: null,
    issuer: null,
    metadata: {},
    rendering_options: null,
  },
}
