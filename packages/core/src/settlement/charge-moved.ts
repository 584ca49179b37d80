import type { AttemptId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import { decideAttempt, evolveAttempt } from '../payment/attempt.ts'
import { standingOf, type Dispute } from '../payment/dispute.ts'
import { isCollected } from '../payment/payment.ts'
import { getAttempt, wentBack } from '../payment/payment-case.ts'
import type { CaseMove } from './case-change.ts'

/**
 * What follows once a refund or a dispute of an attempt's charge has moved: the charge is asked about again soon, and where
 * it is the one that counts, the payment is told what has become of its money. `disputes`: those of the charge by now;
 * absent, they are as they were.
 */
export const noteChargeMoved = (
  change: CaseMove,
  {
    attemptId,
    at,
    disputes,
  }: { readonly attemptId: AttemptId; readonly at: Instant; readonly disputes?: readonly Dispute[] },
): void => {
  const attempt = getAttempt(change.kase, attemptId)
  if (attempt.status !== 'succeeded') return
  const { events } = decideAttempt(attempt, { type: 'note_charge_moved', at, disputes: disputes ?? attempt.disputes })
  change.attemptQuietly(events.reduce(evolveAttempt, attempt))
  const { payment } = change.kase
  if (!isCollected(payment) || payment.attemptId !== attemptId) return
  const refunded = wentBack(change.kase, attemptId)
  change.payment({ type: 'note_standing', at, refunded, dispute: standingOf(disputes ?? attempt.disputes) })
}
