import type {
  AttemptId,
  AttemptReport,
  AttemptState,
  Charge,
  DeclinedTry,
  DisputeState,
  PaymentFailure,
  PaymentId,
  RefundId,
  RefundReport,
  RefundState,
  Unrecognized,
} from '@holdfast/core'
import { instant, parseId } from '@holdfast/core'
import { fromStripeAmount } from './amount.ts'
import { declinedTryOf, failureOfCard } from './declines.ts'
import type { IntentWire, RefundWire, SessionWire } from './wire.ts'

/**
 * What a Checkout Session says about its attempt.
 *
 * Open is open whatever was tried on it, and expired is expired: the last try that was declined on it is told beside, where its
 * PaymentIntent was expanded. Complete is captured when it is paid; otherwise its PaymentIntent tells what became of the money, where
 * it was expanded, and until then the money is on its way.
 */
export const reportOfSession = (session: SessionWire): AttemptReport => ({
  state: stateOfSession(session),
  providerId: session.id,
  livemode: session.livemode,
})

/** What the PaymentIntent of a saved card's charge says about its attempt: there, the attempt is the PaymentIntent. */
export const reportOfIntent = (intent: IntentWire): AttemptReport => ({
  state: stateOfIntent(intent),
  providerId: intent.id,
  livemode: intent.livemode,
})

/**
 * What the PaymentIntent behind a hosted page says about the attempt. It names no page, so the report names none
 * either; our mark on it does. Only news that cannot be undone on the page: money came, is on its way, or is
 * authorized.
 */
export const reportOfPageIntent = (intent: IntentWire): AttemptReport | undefined => {
  const state = stateOfIntent(intent)
  return state.type === 'captured' || state.type === 'processing' || state.type === 'authorized'
    ? { state, livemode: intent.livemode }
    : undefined
}

/**
 * What the PaymentIntent behind a hosted page says of a card that was declined on it. `ask`: of what else failed it is not said whether
 * the page is still open, or was completed and its money did not come. `undefined`: nothing was declined.
 */
export const reportOfDeclinedPage = (intent: IntentWire): AttemptReport | 'ask' | undefined => {
  const declined = declinedTryOf(intent)
  if (declined === undefined) return undefined
  return intent.last_payment_error?.payment_method?.type === 'card'
    ? { state: { type: 'page_declined', declined }, livemode: intent.livemode }
    : 'ask'
}

/** What a refund says about itself, or `undefined` for one that gives back no PaymentIntent and so is none of ours. */
export const reportOfRefund = (refund: RefundWire, livemode?: boolean): RefundReport | undefined => {
  const intent = refund.payment_intent
  const real = livemode ?? (typeof intent === 'object' ? intent?.livemode : undefined)
  if (intent === null || intent === undefined || real === undefined) return undefined
  const refundId = markedRefund(refund)
  return {
    state: stateOfRefund(refund),
    providerId: refund.id,
    ...(refundId === undefined ? {} : { refundId }),
    chargeId: typeof intent === 'string' ? intent : intent.id,
    amount: fromStripeAmount(refund.amount, refund.currency),
    livemode: real,
  }
}

/**
 * What a dispute's status says, or `undefined` for an inquiry, which takes no money and so is none yet. One that ended in
 * any way but lost leaves the money where it is. Under appeal it is open again; whoever knows how it had ended keeps that.
 */
export const stateOfDispute = (status: string): DisputeState | Unrecognized | undefined => {
  switch (status) {
    case 'warning_needs_response':
    case 'warning_under_review':
      return undefined
    case 'needs_response':
    case 'under_review':
    case 'appeal_needs_response':
    case 'appeal_under_review':
      return 'opened'
    case 'won':
    case 'warning_closed':
    case 'prevented':
      return 'won'
    case 'lost':
      return 'lost'
    default:
      return unrecognized(status)
  }
}

/** Our marks on an object: its attempt, and the payment that is said to have it. */
export interface Marks {
  readonly attemptId: AttemptId
  readonly paymentId?: PaymentId
}

/** The marks of an attempt, if an object bears them. One that cannot be an id of ours is none. */
export const marksOf = ({ metadata }: Pick<IntentWire, 'metadata'>): Marks | undefined => {
  const attemptId = metadata.attempt_id === undefined ? undefined : parseId<'attempt'>(metadata.attempt_id)
  const paymentId = metadata.payment_id === undefined ? undefined : parseId<'payment'>(metadata.payment_id)
  return attemptId && { attemptId, ...(paymentId === undefined ? {} : { paymentId }) }
}

/** The refund that an object is marked with. */
const markedRefund = ({ metadata }: Pick<RefundWire, 'metadata'>): RefundId | undefined =>
  metadata.refund_id === undefined ? undefined : parseId(metadata.refund_id)

/** True for a charge without its payer that waits for somebody to come. Nobody will: it has to be ended. */
export const waitsForSomebody = ({ status, last_payment_error: error }: IntentWire): boolean =>
  status === 'requires_action' || status === 'requires_confirmation' || (status === 'requires_payment_method' && !error)

const stateOfSession = (session: SessionWire): AttemptState | Unrecognized => {
  switch (session.status) {
    case 'open':
      return session.url
        ? { type: 'opened', url: session.url, expiresAt: instant(session.expires_at * 1_000), ...triedOn(session) }
        : unrecognized('open without an address')
    case 'expired':
      return { type: 'expired', ...triedOn(session) }
    case 'complete':
      return stateOfComplete(session)
    case null:
    default:
      return unrecognized(session.status ?? 'none')
  }
}

const triedOn = ({ payment_intent: intent }: SessionWire): { readonly declined?: DeclinedTry } => {
  const declined = typeof intent === 'object' && intent !== null ? declinedTryOf(intent) : undefined
  return declined === undefined ? {} : { declined }
}

const stateOfComplete = (session: SessionWire): AttemptState | Unrecognized => {
  const intent = session.payment_intent
  if (session.payment_status === 'paid') {
    const charge = chargeOfSession(session)
    return charge === undefined ? unrecognized('paid without a charge') : { type: 'captured', charge }
  }
  if (session.payment_status !== 'unpaid') return unrecognized(session.payment_status)
  return typeof intent === 'object' && intent !== null ? stateOfUnpaid(intent) : { type: 'processing' }
}

/** The payer has left the page: nobody acts on it any more, and a voucher or a transfer may still be paid elsewhere. */
const stateOfUnpaid = (intent: IntentWire): AttemptState | Unrecognized => {
  if (intent.status === 'requires_action') return { type: 'processing' }
  if (intent.status === 'requires_payment_method')
    return { type: 'declined', failure: failureOfCard(intent.last_payment_error ?? {}) }
  return stateOfIntent(intent)
}

const chargeOfSession = ({
  payment_intent: intent,
  amount_total: amount,
  currency,
  customer,
}: SessionWire): Charge | undefined => {
  if (!intent || amount === null || currency === null) return undefined
  if (typeof intent === 'object') return chargeOfIntent(intent, customer)
  return {
    id: intent,
    amount: fromStripeAmount(amount, currency),
    ...(customer === undefined ? {} : { customerId: customer }),
  }
}

const stateOfIntent = (intent: IntentWire): AttemptState | Unrecognized => {
  const { status, last_payment_error: error } = intent
  switch (status) {
    case 'succeeded':
      return { type: 'captured', charge: chargeOfIntent(intent) }
    case 'processing':
      return { type: 'processing' }
    case 'requires_capture':
      return { type: 'authorized' }
    case 'canceled':
      return error ? { type: 'declined', failure: failureOfCard(error) } : { type: 'expired' }
    case 'requires_payment_method':
      return error ? { type: 'declined', failure: failureOfCard(error) } : unrecognized(status)
    case 'requires_action':
    case 'requires_confirmation':
    default:
      return unrecognized(status)
  }
}

const chargeOfIntent = (intent: IntentWire, customerOfSession?: string): Charge => {
  const customerId = intent.customer ?? customerOfSession
  return {
    id: intent.id,
    amount: fromStripeAmount(intent.amount_received, intent.currency),
    ...(customerId === undefined ? {} : { customerId }),
    ...(intent.payment_method === undefined ? {} : { paymentMethodId: intent.payment_method }),
  }
}

const stateOfRefund = ({ status, failure_reason: reason }: RefundWire): RefundState | Unrecognized => {
  switch (status) {
    case 'succeeded':
      return { type: 'succeeded' }
    case 'pending':
    case 'requires_action':
      return { type: 'pending' }
    case 'failed':
      return { type: 'failed', detail: reason ?? 'failed' }
    case 'canceled':
      return { type: 'failed', detail: reason ?? 'canceled' }
    case null:
    default:
      return unrecognized(status ?? 'none')
  }
}

const unrecognized = (status: string): Unrecognized => ({ type: 'unrecognized', status })

/** A charge without its payer that asked for them. */
export const ownerIsMissed: PaymentFailure = {
  code: 'authentication_required',
  retryable: true,
  providerCode: 'requires_action',
}
