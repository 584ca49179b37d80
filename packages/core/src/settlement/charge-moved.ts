import type { AttemptId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import { decideAttempt, evolveAttempt } from '../payment/attempt.ts'
import { isDisputed, lostBy, type Dispute } from '../payment/dispute.ts'
import { isCollected } from '../payment/payment.ts'
import { getAttempt, goneFrom } from '../payment/payment-case.ts'
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
  const now = disputes ?? attempt.disputes
  const { events } = decideAttempt(attempt, { type: 'note_charge_moved', at, disputes: now })
  change.attemptQuietly(events.reduce(evolveAttempt, attempt))
  const { payment } = change.kase
  if (!isCollected(payment) || payment.attemptId !== attemptId) return
  const { amount } = attempt.charge
  const isLost = lostBy(now, amount) > lostBy(attempt.disputes, amount)
  const gone = goneFrom(change.kase, { ...attempt, disputes: now }, 'made')
  change.payment({ type: 'note_standing', at, gone, dispute: isDisputed(now) ? 'open' : isLost ? 'lost' : 'none' })
}
