import {
  bug,
  instant,
  type AuditedCharge,
  type AuditedRefund,
  type AuditedSession,
  type AuditPeriod,
  type ProviderAudit,
} from '@holdfast/core'
import type Stripe from 'stripe'
import { z } from 'zod'
import { fromStripeAmount } from './amount.ts'
import { pagesOfPeriod, patiently, type ListQuery } from './pages-of-period.ts'
import { marksOf, reportOfRefund } from './report.ts'
import { intentWire, refundWire, sessionWire } from './wire.ts'

/** What {@link stripeAudit} needs. */
export interface StripeAuditOptions {
  /** From {@link createStripe}. A restricted key will do that may read Checkout Sessions, PaymentIntents, Charges and Refunds. */
  readonly stripe: Stripe
}

/**
 * All that Stripe holds of payments: Checkout Sessions, PaymentIntents with their latest charge, and refunds, a hundred to a
 * request. It only ever lists. A page that could not be had is asked for again, three times, by the SDK.
 *
 * Sessions that only set up a card or begin a subscription are listed, too, with no amount or no mark of ours.
 */
export const stripeAudit = ({ stripe }: StripeAuditOptions): ProviderAudit => ({
  sessions: (period) =>
    pagesOf(period, (query) => stripe.checkout.sessions.list(query, patiently), auditedSessionWire, sessionOf),
  charges: (period) =>
    pagesOf(
      period,
      (query) => stripe.paymentIntents.list({ ...query, expand: ['data.latest_charge'] }, patiently),
      auditedIntentWire,
      chargeOf,
    ),
  refunds: (period) =>
    pagesOf(
      period,
      (query) => stripe.refunds.list({ ...query, expand: ['data.payment_intent'] }, patiently),
      auditedRefundWire,
      refundOf,
    ),
})

const pagesOf = async function* <Wire extends { readonly id: string }, Row>(
  period: AuditPeriod,
  list: (query: ListQuery) => Promise<unknown>,
  wire: z.ZodType<Wire>,
  read: (object: Wire) => Row,
): AsyncGenerator<readonly Row[]> {
  for await (const page of pagesOfPeriod(period, list, wire)) yield page.map(read)
}

const whole = z.number().int().nonnegative()
const created = whole

const auditedSessionWire = sessionWire.extend({ created })
/** Of the latest charge, what has become of it. */
const auditedIntentWire = intentWire.extend({
  created,
  amount: whole,
  latest_charge: z.object({ object: z.literal('charge'), amount_refunded: whole, disputed: z.boolean() }).nullish(),
})
/** Whether its money is real only its PaymentIntent says. One of a charge that has none is none of ours. */
const auditedRefundWire = refundWire.extend({
  created,
  payment_intent: z.object({ id: z.string(), livemode: z.boolean() }).nullish(),
})

const sessionOf = (session: z.output<typeof auditedSessionWire>): AuditedSession => {
  const { amount_total: amount, currency, status, payment_status: paid } = session
  return {
    ...made(session),
    ...marked(session),
    status: status === 'open' || status === 'complete' || status === 'expired' ? status : 'unrecognized',
    paid: paid === 'paid',
    ...(amount === null || currency === null ? {} : { amount: fromStripeAmount(amount, currency) }),
    expiresAt: instant(session.expires_at * 1_000),
    livemode: session.livemode,
  }
}

const chargeOf = (intent: z.output<typeof auditedIntentWire>): AuditedCharge => {
  const { currency, customer, payment_method: method, latest_charge: charge } = intent
  const captured = intent.status === 'succeeded'
  return {
    ...made(intent),
    ...marked(intent),
    captured,
    amount: fromStripeAmount(captured ? intent.amount_received : intent.amount, currency),
    refunded: BigInt(charge?.amount_refunded ?? 0),
    disputed: charge?.disputed ?? false,
    ...(customer === undefined ? {} : { customerId: customer }),
    ...(method === undefined ? {} : { paymentMethodId: method }),
    livemode: intent.livemode,
  }
}

const refundOf = (refund: z.output<typeof auditedRefundWire>): AuditedRefund => {
  const { payment_intent: intent } = refund
  const report = reportOfRefund({ ...refund, payment_intent: intent ?? '' }, intent?.livemode ?? false)
  const { state, amount, refundId, livemode } = report ?? bug(`Refund '${refund.id}' cannot be read.`)
  return {
    ...made(refund),
    ...(refundId === undefined ? {} : { refundId }),
    ...(intent === null || intent === undefined ? {} : { chargeId: intent.id }),
    amount,
    state,
    livemode,
  }
}

const made = (object: { readonly id: string; readonly created: number }) => ({
  id: object.id,
  createdAt: instant(object.created * 1_000),
})

const marked = (object: Parameters<typeof marksOf>[0]) => {
  const marks = marksOf(object)
  return marks === undefined ? {} : { marks }
}
