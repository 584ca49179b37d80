import { accept, unchanged, type Decision } from '../kernel/decision.ts'
import type { AttemptId, PaymentId, RefundId } from '../kernel/ids.ts'
import { after, day, hour, minute, type Instant } from '../kernel/instant.ts'
import { evolver, type Transitions } from '../kernel/machine.ts'
import type { Money } from '../kernel/money.ts'
import type { OnlySought } from './only-sought.ts'

/**
 * Why money goes back.
 *
 * `duplicate`: another attempt of the payment had brought it already. `slot_taken`: somebody else paid first.
 * `late_payment`: it came for something cancelled or gone. `amount_mismatch`: not the sum or currency asked for.
 * `external`: somebody refunded at the provider, and we follow.
 */
export type RefundReason =
  | 'requested_by_customer'
  | 'reservation_cancelled'
  | 'consultation_cancelled'
  | 'order_cancelled'
  | 'duplicate'
  | 'slot_taken'
  | 'unavailable'
  | 'late_payment'
  | 'amount_mismatch'
  | 'external'

interface Base {
  /** One refund here is one refund there; two equal ones are two. */
  readonly id: RefundId
  /**
   * Sent with every try to make this refund, so that all tries together make it once. It changes only when it is proven
   * that nothing was made under the old one and never will be, see {@link RefundEvent}.
   */
  readonly idempotencyKey: string
  readonly paymentId: PaymentId
  /** Whose charge it gives back. */
  readonly attemptId: AttemptId
  readonly amount: Money
  /** `provider`: to where the charge came from. `wallet`: into its owner's wallet, in the commit that stores it. */
  readonly destination: 'provider' | 'wallet'
  readonly reason: RefundReason
  readonly requestedAt: Instant
  readonly providerId?: string
}

interface Unsettled {
  /** When to ask the provider about it next. */
  readonly lookAt: Instant
  readonly looks: number
}

/** Money on its way back, in each of its statuses with what is known then. */
export type Refund =
  | (Base & Unsettled & OnlySought & { readonly status: 'requested' }) // asked for, answer not yet heard
  | (Base & Unsettled & { readonly status: 'pending' }) //   the provider has it, the money is on its way
  | (Base & { readonly status: 'succeeded'; readonly succeededAt: Instant })
  | (Base & { readonly status: 'failed'; readonly failedAt: Instant; readonly detail: string })

/** What can happen to a refund. */
export type RefundEvent =
  | { readonly type: 'accepted'; readonly at: Instant; readonly providerId: string }
  | { readonly type: 'succeeded'; readonly at: Instant; readonly providerId?: string }
  | { readonly type: 'failed'; readonly at: Instant; readonly detail: string; readonly providerId?: string }
  | { readonly type: 'looked'; readonly at: Instant }
  | { readonly type: 'asking_ended'; readonly at: Instant }
  /** The provider answers this key with an error it remembers, and holds no such refund. */
  | { readonly type: 'key_rotated'; readonly idempotencyKey: string }

/** What the provider says a refund is, from its reply, a webhook or a look-up. */
export type RefundState =
  | { readonly type: 'pending' }
  | { readonly type: 'succeeded' }
  | { readonly type: 'failed'; readonly detail: string }

/** What can be put to a refund. `rotate_key` names the key it saw in use, so that two who ask rotate once. */
export type RefundCommand =
  | { readonly type: 'observe'; readonly at: Instant; readonly state: RefundState; readonly providerId?: string }
  /** It is in the wallet that it was meant for. */
  | { readonly type: 'credit'; readonly at: Instant }
  | { readonly type: 'note_look'; readonly at: Instant }
  /** From now on it is only looked for, see {@link OnlySought}. */
  | { readonly type: 'end_asking'; readonly at: Instant }
  | { readonly type: 'rotate_key'; readonly used: string }

/** status → event → status: all that may happen to a refund. */
export const refundTransitions = {
  requested: {
    accepted: 'pending',
    succeeded: 'succeeded',
    failed: 'failed',
    looked: 'requested',
    asking_ended: 'requested',
    key_rotated: 'requested',
  },
  pending: { succeeded: 'succeeded', failed: 'failed', looked: 'pending' },
  // A bank may send a refund back days after it had succeeded.
  succeeded: { failed: 'failed' },
  failed: {},
} as const satisfies Transitions<Refund['status'], RefundEvent['type']>

const base = (refund: Refund, heard?: string): Base => {
  const providerId = refund.providerId ?? heard
  const { id, idempotencyKey, paymentId, attemptId, amount, destination, reason, requestedAt } = refund
  return {
    id,
    idempotencyKey,
    paymentId,
    attemptId,
    amount,
    destination,
    reason,
    requestedAt,
    ...(providerId === undefined ? {} : { providerId }),
  }
}

/** The refund after an event. @throws IllegalTransition for an event its table forbids. */
export const evolveRefund: (refund: Refund, event: RefundEvent) => Refund = evolver<
  Refund,
  RefundEvent,
  typeof refundTransitions
>(refundTransitions, {
  accepted: (refund, { at, providerId }) => ({
    ...base(refund, providerId),
    status: 'pending',
    lookAt: after(at, hour),
    looks: 0,
  }),
  succeeded: (refund, { at, providerId }) => ({ ...base(refund, providerId), status: 'succeeded', succeededAt: at }),
  failed: (refund, { at, detail, providerId }) => ({
    ...base(refund, providerId),
    status: 'failed',
    failedAt: at,
    detail,
  }),
  looked: (refund, { at }) => ({
    ...refund,
    looks: refund.looks + 1,
    lookAt: after(at, Math.min(10 * minute * 2 ** Math.min(refund.looks, 10), day)),
  }),
  asking_ended: (refund, { at }) => ({ ...refund, askingEndedAt: at }),
  // Under the new key it is asked for again.
  key_rotated: ({ askingEndedAt: _, ...refund }, { idempotencyKey }) => ({ ...refund, idempotencyKey }),
})

/** Decides what a command means for a refund as it stands. Refuses nothing. */
export const decideRefund = (refund: Refund, command: RefundCommand): Decision<RefundEvent, never, never> => {
  if (command.type === 'credit')
    return refund.status === 'requested' && refund.destination === 'wallet'
      ? accept([{ type: 'succeeded', at: command.at }])
      : unchanged
  if (command.type === 'note_look')
    return isUnsettled(refund) ? accept([{ type: 'looked', at: command.at }]) : unchanged
  if (command.type === 'end_asking')
    return refund.status === 'requested' && refund.askingEndedAt === undefined
      ? accept([{ type: 'asking_ended', at: command.at }])
      : unchanged
  if (command.type === 'rotate_key')
    return refund.status === 'requested' && refund.idempotencyKey === command.used
      ? accept([{ type: 'key_rotated', idempotencyKey: nextKey(command.used) }])
      : unchanged
  const { at, state, providerId = refund.providerId } = command
  switch (state.type) {
    case 'pending':
      return refund.status === 'requested' && providerId !== undefined
        ? accept([{ type: 'accepted', at, providerId }])
        : unchanged
    case 'succeeded':
      return isUnsettled(refund) && providerId !== undefined
        ? accept([{ type: 'succeeded', at, providerId }])
        : unchanged
    case 'failed':
      return refund.status === 'failed'
        ? unchanged
        : accept([{ type: 'failed', at, detail: state.detail, ...(providerId === undefined ? {} : { providerId }) }])
  }
}

/** True while the provider has not said how the refund ended. */
export const isUnsettled = (refund: Refund): refund is Extract<Refund, Unsettled> => 'looks' in refund

/** A new refund, asked for at `at` and heard of by nobody yet. */
export const requestRefund = (
  ask: Pick<Base, 'id' | 'paymentId' | 'attemptId' | 'amount' | 'reason'> &
    Partial<Pick<Base, 'destination'>> & { readonly at: Instant },
): Extract<Refund, { readonly status: 'requested' }> => ({
  id: ask.id,
  idempotencyKey: ask.id,
  paymentId: ask.paymentId,
  attemptId: ask.attemptId,
  amount: ask.amount,
  destination: ask.destination ?? 'provider',
  reason: ask.reason,
  requestedAt: ask.at,
  status: 'requested',
  lookAt: after(ask.at, 10 * minute),
  looks: 0,
})

/** `rf_1` → `rf_1~2` → `rf_1~3`: it follows from the key it replaces, so that two who rotate agree. */
const nextKey = (used: string): string => {
  const [id, count = '1'] = used.split('~')
  return `${id}~${Number(count) + 1}`
}

/**
 * Which of these one at the provider is: the one that is known by its id there; or, by our mark, one that is known by none yet. Two may
 * bear one mark, where somebody on the way has asked for a refund twice.
 */
export const refundAt = (
  refunds: readonly Refund[],
  { providerId, refundId }: { readonly providerId: string; readonly refundId?: RefundId },
): Refund | undefined =>
  refunds.find((each) => each.providerId === providerId) ??
  refunds.find((each) => each.id === refundId && each.providerId === undefined)
