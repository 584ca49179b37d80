import type { Instant } from '../kernel/instant.ts'
import { isCollected } from '../payment/payment.ts'
import { getAttempt, refundableFrom } from '../payment/payment-case.ts'
import type { Refund, RefundReason } from '../payment/refund.ts'
import type { CaseMove } from '../settlement/case-change.ts'
import { giveBack, refundsTo } from '../settlement/give-back.ts'
import type { Dependencies } from './dependencies.ts'

/**
 * Gives back what of a payment has not gone back yet, to where the host's policy says. Nothing where nothing was collected
 * or nothing is left, and nothing while a dispute is open: its outcome decides. Answers the refunds: one, or none.
 */
export const giveBackRest = (
  move: CaseMove,
  { ids, settings }: Pick<Dependencies, 'ids' | 'settings'>,
  { reason, at }: { readonly reason: RefundReason; readonly at: Instant },
): readonly Refund[] => {
  const { payment } = move.kase
  if (!isCollected(payment) || payment.status === 'disputed') return []
  const { attemptId } = payment
  const left = refundableFrom(move.kase, getAttempt(move.kase, attemptId))
  // By the wallet here and in the dashboard there, more may have gone back than came.
  if (left <= 0n) return []
  const refund = giveBack(move, {
    id: ids.next('refund'),
    attemptId,
    amount: { ...payment.amount, minorUnits: left },
    reason,
    destination: refundsTo(settings, reason),
    at,
  })
  return [refund]
}
