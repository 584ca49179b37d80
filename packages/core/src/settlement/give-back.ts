import type { AttemptId, RefundId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Money } from '../kernel/money.ts'
import { isDisputed } from '../payment/dispute.ts'
import { getAttempt } from '../payment/payment-case.ts'
import { decideRefund, evolveRefund, requestRefund, type Refund, type RefundReason } from '../payment/refund.ts'
import type { TransferId } from '../wallet/wallet.ts'
import type { CaseMove } from './case-change.ts'
import { noteChargeMoved } from './charge-moved.ts'

/** Reasons for which money that came by card may go to its owner's wallet instead. All other money goes back where it came from. */
export type WalletRefundReason =
  | 'slot_taken'
  | 'unavailable'
  | 'late_payment'
  | 'reservation_cancelled'
  | 'consultation_cancelled'
  | 'order_cancelled'

/** Where money goes back to, as the host has it. */
export interface RefundPolicy {
  readonly walletRefunds: readonly WalletRefundReason[]
}

/**
 * Where money of an attempt goes back to. What was paid from a wallet goes back there; what was to fill one does not, nor does what
 * a bank may take by a dispute, whatever was asked for.
 */
export const destinationOf = (
  change: CaseMove,
  attemptId: AttemptId,
  asked: Refund['destination'],
): Refund['destination'] => {
  const attempt = getAttempt(change.kase, attemptId)
  if (attempt.kind === 'wallet') return 'wallet'
  const isHeld = attempt.status === 'succeeded' && isDisputed(attempt.disputes)
  return change.kase.payment.purpose === 'wallet_topup' || isHeld ? 'provider' : asked
}

/** Where money goes back to for a reason, under a host's policy. */
export const refundsTo = ({ walletRefunds }: RefundPolicy, reason: RefundReason): Refund['destination'] =>
  walletRefunds.some((each) => each === reason) ? 'wallet' : 'provider'

/**
 * Gives back money that an attempt brought: stores the refund, and either asks the provider for it or puts it into its owner's
 * wallet, in the same change. Whether there is so much left is the caller's to know.
 */
export const giveBack = (
  change: CaseMove,
  ask: {
    readonly id: RefundId
    readonly attemptId: AttemptId
    readonly amount: Money
    readonly reason: RefundReason
    readonly destination: Refund['destination']
    readonly at: Instant
  },
): Refund => {
  const { payment } = change.kase
  const { id, attemptId, amount, reason, at } = ask
  const destination = destinationOf(change, attemptId, ask.destination)
  const refund = requestRefund({ id, paymentId: payment.id, attemptId, amount, reason, destination, at })
  change.refund(refund, {
    type: 'requested',
    reason,
    minorUnits: amount.minorUnits,
    ...(destination === 'wallet' ? { destination } : {}),
  })
  if (destination === 'provider') {
    change.effect({ type: 'send_refund', paymentId: payment.id, refundId: id })
    return refund
  }
  let credited: Refund = refund
  for (const event of decideRefund(refund, { type: 'credit', at }).events) {
    credited = evolveRefund(credited, event)
    change.refund(credited, event)
  }
  change.transfer({
    id: `refund:${id}` as TransferId,
    owner: payment.owner,
    paymentId: payment.id,
    amount,
    type: 'refund',
    against: getAttempt(change.kase, attemptId).kind === 'wallet' ? 'sales' : 'provider',
  })
  noteChargeMoved(change, { attemptId, at })
  return credited
}
