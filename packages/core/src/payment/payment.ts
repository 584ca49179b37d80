import { accept, reject, unchanged, type Decision } from '../kernel/decision.ts'
import type { AttemptId, OwnerId, PaymentId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import { evolver, type Transitions } from '../kernel/machine.ts'
import { sameMoney, type Money } from '../kernel/money.ts'
import type { PaymentFailure } from './failure.ts'

/** What a payment is for, in the host's vocabulary; these are built in. */
export type Purpose = 'deposit' | 'balance' | 'full' | 'order' | 'consultation' | 'wallet_topup' | (string & {})

/** The thing whose life depends on the payment. */
export type Subject =
  | { readonly type: 'intent'; readonly id: string }
  | { readonly type: 'reservation'; readonly id: string }
  | { readonly type: 'order'; readonly id: string }

/** What the payer reads on the hosted page: one line, quantity 1. */
export interface LineItem {
  readonly name: string
  readonly description: string
}

/** A card that its owner let us keep, as the provider names it. No card data is ever held here. */
export interface SavedCard {
  readonly customerId: string
  readonly paymentMethodId: string
}

interface Base {
  readonly id: PaymentId
  readonly purpose: Purpose
  readonly owner: OwnerId
  readonly subject: Subject
  /** What is due. It changes only while no attempt is live, see {@link PaymentCommand}. */
  readonly amount: Money
  readonly item: LineItem
  /** Written to the provider's object beside our own ids, for whoever reads its dashboard. */
  readonly metadata: Readonly<Record<string, string>>
  /** True when paying should leave a {@link SavedCard} behind. */
  readonly saveCard: boolean
  /** The card to charge without its owner present. Absent: only a hosted page will do. */
  readonly savedCard?: SavedCard
  readonly createdAt: Instant
}

interface Collected {
  readonly completedAt: Instant
  /** The attempt whose money counts. What any other attempt brought in goes back. */
  readonly attemptId: AttemptId
  /** Minor units of the collected amount that have gone again: by refunds, and by disputes that were lost. */
  readonly refunded: bigint
}

/** A sum that is due, in each of its statuses with what is known then. */
export type Payment =
  | (Base & { readonly status: 'pending' }) //     due, and not failed: a hosted page may be open
  | (Base & { readonly status: 'processing' }) //  a charge was asked for or the provider is at it: not yet heard
  | (Base & { readonly status: 'authorized'; readonly authorizedAt: Instant })
  | (Base & { readonly status: 'failed'; readonly failedAt: Instant; readonly failure: PaymentFailure })
  | (Base & { readonly status: 'cancelled'; readonly cancelledAt: Instant; readonly reason: CancelReason })
  | (Base & Collected & { readonly status: 'completed' })
  | (Base & Collected & { readonly status: 'partially_refunded' })
  | (Base & Collected & { readonly status: 'refunded' })
  | (Base & Collected & { readonly status: 'disputed'; readonly disputedAt: Instant })

/** Who or what ended a payment that nobody has paid. */
export type CancelReason = 'requested' | 'abandoned' | 'expired' | 'payment_failed' | 'reservation_cancelled'

/** What can happen to a payment. */
export type PaymentEvent =
  | { readonly type: 'checkout_started' }
  | { readonly type: 'charge_started' }
  | { readonly type: 'processing_reported' }
  | { readonly type: 'authorized'; readonly at: Instant }
  | { readonly type: 'captured'; readonly at: Instant; readonly attemptId: AttemptId }
  | { readonly type: 'attempt_failed'; readonly at: Instant; readonly failure: PaymentFailure }
  | { readonly type: 'attempt_withdrawn' }
  | { readonly type: 'amount_changed'; readonly amount: Money; readonly item: LineItem }
  | { readonly type: 'cancelled'; readonly at: Instant; readonly reason: CancelReason }
  | { readonly type: 'refunded_in_part'; readonly refunded: bigint }
  | { readonly type: 'refunded_in_full'; readonly refunded: bigint }
  | { readonly type: 'refund_undone' }
  /** While a dispute is open, what has gone is kept beside it. */
  | { readonly type: 'refund_noted'; readonly refunded: bigint }
  | { readonly type: 'dispute_opened'; readonly at: Instant }
  | { readonly type: 'dispute_won' }
  /** A bank has taken a part of the money, and something is left of it. */
  | { readonly type: 'dispute_lost_in_part'; readonly refunded: bigint }
  | { readonly type: 'dispute_lost' }

/**
 * What can be asked of a payment. Whether an attempt may be started, closed or believed is not its business: that takes
 * the attempts too, and is decided by `planAttempt` and `settle`.
 */
export type PaymentCommand =
  | { readonly type: 'start_attempt'; readonly kind: 'hosted' | 'off_session' }
  | { readonly type: 'note_processing' }
  | { readonly type: 'note_authorized'; readonly at: Instant }
  /** `honourLate`: count money that comes for a cancelled payment, instead of sending it back. */
  | {
      readonly type: 'count_capture'
      readonly at: Instant
      readonly attemptId: AttemptId
      readonly honourLate: boolean
    }
  | { readonly type: 'note_failure'; readonly at: Instant; readonly failure: PaymentFailure }
  | { readonly type: 'note_withdrawal' }
  | { readonly type: 'change_amount'; readonly amount: Money; readonly item: LineItem }
  | { readonly type: 'cancel'; readonly at: Instant; readonly reason: CancelReason }
  /**
   * What has become of the collected money by now. `gone`: what its refunds that the provider has made and not failed have
   * taken, and its disputes that were lost. `dispute`: whether one is `open`, which decides alone, or one has just been `lost`.
   */
  | {
      readonly type: 'note_standing'
      readonly at: Instant
      readonly gone: bigint
      readonly dispute: 'none' | 'open' | 'lost'
    }

/** Why a payment will not do what it is asked. It is never the provider's refusal: that is a failure. */
export type PaymentRefusal =
  | { readonly code: 'payment_already_completed'; readonly status: Payment['status'] }
  | { readonly code: 'payment_cancelled' }
  | { readonly code: 'payment_not_completed'; readonly status: Payment['status'] }

/** status → event → status: all that may happen to a payment. `cancelled` can still be paid where the host honours late money. */
export const paymentTransitions = {
  pending: {
    charge_started: 'processing',
    processing_reported: 'processing',
    authorized: 'authorized',
    captured: 'completed',
    attempt_failed: 'failed',
    amount_changed: 'pending',
    cancelled: 'cancelled',
  },
  processing: {
    authorized: 'authorized',
    captured: 'completed',
    attempt_failed: 'failed',
    attempt_withdrawn: 'pending',
    cancelled: 'cancelled',
  },
  authorized: {
    captured: 'completed',
    attempt_failed: 'failed',
    attempt_withdrawn: 'pending',
    cancelled: 'cancelled',
  },
  failed: {
    checkout_started: 'pending',
    charge_started: 'processing',
    processing_reported: 'processing',
    authorized: 'authorized',
    captured: 'completed',
    amount_changed: 'failed',
    cancelled: 'cancelled',
  },
  cancelled: { captured: 'completed' },
  completed: { refunded_in_part: 'partially_refunded', refunded_in_full: 'refunded', dispute_opened: 'disputed' },
  partially_refunded: {
    refunded_in_part: 'partially_refunded',
    refunded_in_full: 'refunded',
    refund_undone: 'completed',
    dispute_opened: 'disputed',
  },
  refunded: { refunded_in_part: 'partially_refunded', refund_undone: 'completed', dispute_opened: 'disputed' },
  disputed: {
    refund_noted: 'disputed',
    dispute_won: 'completed',
    dispute_lost_in_part: 'partially_refunded',
    dispute_lost: 'refunded',
  },
} as const satisfies Transitions<Payment['status'], PaymentEvent['type']>

const base = ({
  id,
  purpose,
  owner,
  subject,
  amount,
  item,
  metadata,
  saveCard,
  savedCard,
  createdAt,
}: Payment): Base => ({
  id,
  purpose,
  owner,
  subject,
  amount,
  item,
  metadata,
  saveCard,
  createdAt,
  ...(savedCard === undefined ? {} : { savedCard }),
})
const collected = ({ completedAt, attemptId, refunded }: Collected): Collected => ({ completedAt, attemptId, refunded })

/** The payment after an event. @throws IllegalTransition for an event its table forbids. */
export const evolvePayment: (payment: Payment, event: PaymentEvent) => Payment = evolver<
  Payment,
  PaymentEvent,
  typeof paymentTransitions
>(paymentTransitions, {
  checkout_started: (payment) => ({ ...base(payment), status: 'pending' }),
  charge_started: (payment) => ({ ...base(payment), status: 'processing' }),
  processing_reported: (payment) => ({ ...base(payment), status: 'processing' }),
  authorized: (payment, { at }) => ({ ...base(payment), status: 'authorized', authorizedAt: at }),
  captured: (payment, { at, attemptId }) => ({
    ...base(payment),
    status: 'completed',
    completedAt: at,
    attemptId,
    refunded: 0n,
  }),
  attempt_failed: (payment, { at, failure }) => ({ ...base(payment), status: 'failed', failedAt: at, failure }),
  attempt_withdrawn: (payment) => ({ ...base(payment), status: 'pending' }),
  amount_changed: (payment, { amount, item }) => ({ ...payment, amount, item }),
  cancelled: (payment, { at, reason }) => ({ ...base(payment), status: 'cancelled', cancelledAt: at, reason }),
  refunded_in_part: (payment, { refunded }) => ({
    ...base(payment),
    ...collected(payment),
    status: 'partially_refunded',
    refunded,
  }),
  refunded_in_full: (payment, { refunded }) => ({
    ...base(payment),
    ...collected(payment),
    status: 'refunded',
    refunded,
  }),
  refund_noted: (payment, { refunded }) => ({ ...payment, refunded }),
  refund_undone: (payment) => ({ ...base(payment), ...collected(payment), status: 'completed', refunded: 0n }),
  dispute_opened: (payment, { at }) => ({
    ...base(payment),
    ...collected(payment),
    status: 'disputed',
    disputedAt: at,
  }),
  dispute_won: (payment) => ({ ...base(payment), ...collected(payment), status: 'completed', refunded: 0n }),
  dispute_lost_in_part: (payment, { refunded }) => ({
    ...base(payment),
    ...collected(payment),
    status: 'partially_refunded',
    refunded,
  }),
  dispute_lost: (payment) => ({
    ...base(payment),
    ...collected(payment),
    status: 'refunded',
    refunded: payment.amount.minorUnits,
  }),
})

/**
 * Decides what a command means for a payment as it stands.
 *
 * Total: every command in every status gets an answer. Late and repeated news is `unchanged`.
 */
export const decidePayment = (
  payment: Payment,
  command: PaymentCommand,
): Decision<PaymentEvent, never, PaymentRefusal> => {
  switch (command.type) {
    case 'start_attempt':
      if (payment.status !== 'pending' && payment.status !== 'failed') return notPayable(payment)
      if (command.kind === 'off_session') return accept([{ type: 'charge_started' }])
      // A page that is being opened changes nothing for a payment that is simply due.
      return payment.status === 'failed' ? accept([{ type: 'checkout_started' }]) : unchanged
    case 'note_processing':
      return payment.status === 'pending' || payment.status === 'failed'
        ? accept([{ type: 'processing_reported' }])
        : unchanged
    case 'note_authorized':
      return payment.status === 'pending' || payment.status === 'processing' || payment.status === 'failed'
        ? accept([{ type: 'authorized', at: command.at }])
        : unchanged
    case 'count_capture':
      if (isCollected(payment)) return payment.attemptId === command.attemptId ? unchanged : notPayable(payment)
      if (payment.status === 'cancelled' && !command.honourLate) return notPayable(payment)
      return accept([{ type: 'captured', at: command.at, attemptId: command.attemptId }])
    case 'note_failure':
      return payment.status === 'pending' || payment.status === 'processing' || payment.status === 'authorized'
        ? accept([{ type: 'attempt_failed', at: command.at, failure: command.failure }])
        : unchanged
    case 'note_withdrawal':
      return isInFlight(payment) ? accept([{ type: 'attempt_withdrawn' }]) : unchanged
    case 'change_amount':
      if (payment.status !== 'pending' && payment.status !== 'failed') return notPayable(payment)
      return sameMoney(payment.amount, command.amount) &&
        payment.item.name === command.item.name &&
        payment.item.description === command.item.description
        ? unchanged
        : accept([{ type: 'amount_changed', amount: command.amount, item: command.item }])
    case 'cancel':
      if (payment.status === 'cancelled') return unchanged
      if (isCollected(payment)) return notPayable(payment)
      return accept([{ type: 'cancelled', at: command.at, reason: command.reason }])
    case 'note_standing':
      return noteStanding(payment, command)
  }
}

/** A payment whose money has come: it counts an attempt's charge, whatever part of it went back since. */
export type CollectedPayment = Extract<Payment, Collected>

/** True once money was counted, even if all of it has gone back since. */
export const isCollected = (payment: Payment): payment is CollectedPayment => 'attemptId' in payment

/** True while it is not known yet whether money that was sent will come. */
export const isInFlight = ({ status }: Payment): boolean => status === 'processing' || status === 'authorized'

const notPayable = (payment: Payment): { readonly ok: false; readonly refusal: PaymentRefusal } =>
  payment.status === 'cancelled'
    ? reject({ code: 'payment_cancelled' })
    : reject({ code: 'payment_already_completed', status: payment.status })

const noteStanding = (
  payment: Payment,
  { at, gone, dispute }: Extract<PaymentCommand, { readonly type: 'note_standing' }>,
): Decision<PaymentEvent, never, PaymentRefusal> => {
  if (!isCollected(payment)) return reject({ code: 'payment_not_completed', status: payment.status })
  const { amount, refunded: known } = payment
  // News out of order may tell of more for a while: of a refund made again before the one that failed.
  const refunded = gone < amount.minorUnits ? gone : amount.minorUnits
  const isDisputed = payment.status === 'disputed'
  const opened: readonly PaymentEvent[] = isDisputed ? [] : [{ type: 'dispute_opened', at }]
  switch (dispute) {
    case 'open':
      return accept([...opened, ...(known === refunded ? [] : [{ type: 'refund_noted' as const, refunded }])])
    case 'lost':
      if (!isDisputed && known === refunded) return unchanged
      return refunded < amount.minorUnits
        ? accept([...opened, { type: 'dispute_lost_in_part', refunded }])
        : accept([...opened, { type: 'dispute_lost' }])
    case 'none':
      return isDisputed
        ? accept([{ type: 'dispute_won' }, ...refundEvents(amount, 0n, refunded)])
        : accept(refundEvents(amount, known, refunded))
  }
}

/** What follows where so much has gone in all, and so much was known of. */
const refundEvents = ({ minorUnits: amount }: Money, known: bigint, total: bigint): readonly PaymentEvent[] => {
  if (total === known) return []
  if (total === amount) return [{ type: 'refunded_in_full', refunded: total }]
  return total > 0n ? [{ type: 'refunded_in_part', refunded: total }] : [{ type: 'refund_undone' }]
}
