import type { Instant } from '../kernel/instant.ts'
import type { Money } from '../kernel/money.ts'
import { isCollected } from '../payment/payment.ts'
import { getAttempt, refundableFrom } from '../payment/payment-case.ts'
import type { Refund, RefundReason } from '../payment/refund.ts'
import type { CaseMove } from '../settlement/case-change.ts'
import { giveBack, refundsTo } from '../settlement/give-back.ts'
import type { Dependencies } from './dependencies.ts'

/**
 * Gives back what of a payment has not gone yet, to where the host's policy says. Nothing where nothing was collected or nothing
 * is left, and nothing while a dispute is open: its outcome decides, and a human is called to give back what is left by then.
 * Answers the refunds: one, or none.
 */
export const giveBackRest = (
  move: CaseMove,
  { ids, settings }: Pick<Dependencies, 'ids' | 'settings'>,
  { reason, at }: { readonly reason: RefundReason; readonly at: Instant },
): readonly Refund[] => {
  const { payment } = move.kase
  if (!isCollected(payment)) return []
  const { attemptId } = payment
  const left = refundableFrom(move.kase, getAttempt(move.kase, attemptId))
  if (left === 0n) return []
  const amount: Money = { ...payment.amount, minorUnits: left }
  if (payment.status === 'disputed') {
    move.attention(`refund_owed_after_dispute:${payment.id}`, 'refund_owed_after_dispute', at, {
      reason,
      amount: { ...amount },
    })
    return []
  }
  const refund = giveBack(move, {
    id: ids.next('refund'),
    attemptId,
    amount,
    reason,
    destination: refundsTo(settings, reason),
    at,
  })
  return [refund]
}
