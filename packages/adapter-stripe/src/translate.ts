import { err, ok, type AttemptReport, type ProviderNews, type Result } from '@holdfast/core'
import type { z } from 'zod'
import { fromStripeAmount } from './amount.ts'
import {
  marksOf,
  reportOfDeclinedPage,
  reportOfIntent,
  reportOfPageIntent,
  reportOfRefund,
  reportOfSession,
  waitsForSomebody,
  type Marks,
} from './report.ts'
import {
  customerWire,
  disputeWire,
  intentWire,
  markedWire,
  ownedWire,
  refundWire,
  sessionWire,
  type IntentWire,
  type SessionWire,
} from './wire.ts'

type Translated = Result<ProviderNews, string>

/**
 * What an event of Stripe's means for us: news, or, in words, why its object cannot be read.
 *
 * An object without our mark is another program's: the account need not be ours alone. A type that is not listed is
 * about nothing. What an event says was so when it was made; whether it still is, is asked where it matters.
 */
export const translateEvent = (event: {
  readonly type: string
  readonly livemode: boolean
  readonly data: { readonly object?: unknown; readonly previous_attributes?: unknown }
}): Translated => {
  const { type, livemode } = event
  const { object, previous_attributes: before } = event.data
  switch (type) {
    case 'checkout.session.completed':
    case 'checkout.session.async_payment_succeeded':
      return readMarked(sessionWire, object, ofPaidPage)
    case 'checkout.session.async_payment_failed':
      return readMarked(sessionWire, object, ofFailedPage)
    case 'checkout.session.expired':
      return readMarked(sessionWire, object, (session, marks) => ofPage(session, marks, 'ask'))
    case 'payment_intent.succeeded':
    case 'payment_intent.processing':
    case 'payment_intent.amount_capturable_updated':
    case 'payment_intent.requires_action':
    case 'payment_intent.payment_failed':
    case 'payment_intent.canceled':
      return readMarked(intentWire, object, (intent, marks) => ofIntent(intent, marks, type))
    case 'refund.created':
    case 'refund.updated':
    case 'refund.failed':
    case 'charge.refund.updated':
      return read(refundWire, object, (refund) => {
        const report = reportOfRefund(refund, livemode)
        if (report === undefined) return nothing
        return { about: 'refund', ...(report.refundId === undefined ? {} : { refundId: report.refundId }), report }
      })
    case 'charge.dispute.created':
    case 'charge.dispute.funds_withdrawn':
    case 'charge.dispute.closed':
      return read(disputeWire, object, ({ id, status, amount, currency, payment_intent: chargeId }) => {
        const outcome = outcomeOfDispute(type, status)
        return chargeId === undefined || outcome === undefined
          ? nothing
          : { about: 'dispute', providerId: id, chargeId, outcome, amount: fromStripeAmount(amount, currency) }
      })
    case 'payment_method.attached':
    case 'payment_method.detached':
    case 'payment_method.updated':
    case 'payment_method.automatically_updated':
      // One that was detached is nobody's any more: whose it was is among what has changed.
      return ok(ofMethods(ownerIn(object) ?? ownerIn(before)))
    case 'customer.updated':
    case 'customer.deleted': {
      const customer = customerWire.safeParse(object)
      return ok(ofMethods(customer.data?.id))
    }
    default:
      return ok(nothing)
  }
}

const nothing: ProviderNews = { about: 'nothing' }

const ownerIn = (object: unknown): string | undefined => ownedWire.safeParse(object).data?.customer

/** The account need not be ours alone: a customer that none of our owners is has no list here. */
const ofMethods = (customerId: string | undefined): ProviderNews =>
  customerId === undefined ? nothing : { about: 'payment_methods', customerId }

const read = <Body>(wire: z.ZodType<Body>, object: unknown, translate: (body: Body) => ProviderNews): Translated => {
  const parsed = wire.safeParse(object)
  if (parsed.success) return ok(translate(parsed.data))
  const [issue] = parsed.error.issues
  return err(`${issue?.path.join('.')} ${issue?.message}`)
}

/** As {@link read}, for what is of concern only where it bears our mark: what does not may have any shape. */
const readMarked = <Body>(
  wire: z.ZodType<Body>,
  object: unknown,
  translate: (body: Body, marks: Marks) => ProviderNews,
): Translated => {
  const marked = markedWire.safeParse(object)
  const marks = marked.success ? marksOf(marked.data) : undefined
  return marks === undefined ? ok(nothing) : read(wire, object, (body) => translate(body, marks))
}

const ofPage = (session: SessionWire, marks: Marks, report: AttemptReport | 'ask'): ProviderNews => ({
  about: 'attempt',
  providerId: session.id,
  ...marks,
  report,
})

/**
 * A session does not say which card paid it. Where one was to be kept, the session is asked for with its PaymentIntent;
 * everywhere else the event is enough.
 */
const ofPaidPage = (session: SessionWire, marks: Marks): ProviderNews => {
  const report = reportOfSession(session)
  const keepsCard = session.metadata.save_card === 'true' && report.state.type === 'captured'
  return ofPage(session, marks, keepsCard || report.state.type === 'unrecognized' ? 'ask' : report)
}

/** The event says that the money will not come, and not why. */
const ofFailedPage = (session: SessionWire, marks: Marks): ProviderNews =>
  ofPage(session, marks, {
    state: {
      type: 'declined',
      failure: { code: 'card_declined', retryable: true, providerCode: 'async_payment_failed' },
    },
    providerId: session.id,
    livemode: session.livemode,
  })

const ofIntent = (intent: IntentWire, marks: Marks, type: string): ProviderNews => {
  if (intent.metadata.kind === 'off_session') {
    const overtaken = type === 'payment_intent.payment_failed' && intent.status !== 'requires_payment_method'
    const report = waitsForSomebody(intent) || overtaken ? 'ask' : reportOfIntent(intent)
    return { about: 'attempt', providerId: intent.id, ...marks, report }
  }
  // Which page it is of is not said: one that was cancelled under its payer, or whose money is on its way, has to be looked at.
  if (type === 'payment_intent.canceled' || type === 'payment_intent.processing')
    return { about: 'attempt', ...marks, report: 'ask' }
  const isDecline = type === 'payment_intent.payment_failed'
  const report = isDecline ? reportOfDeclinedPage(intent) : reportOfPageIntent(intent)
  return report === undefined ? nothing : { about: 'attempt', ...marks, report }
}

/**
 * An inquiry (`warning_…`) takes no money, so it opens nothing; it may become a dispute, whose funds are then
 * withdrawn. One that is closed in any way but lost leaves the money where it is.
 */
const outcomeOfDispute = (type: string, status: string): 'opened' | 'won' | 'lost' | undefined => {
  if (type === 'charge.dispute.closed') return status === 'lost' ? 'lost' : 'won'
  if (type === 'charge.dispute.funds_withdrawn') return 'opened'
  return status.startsWith('warning_') || status === 'prevented' ? undefined : 'opened'
}
