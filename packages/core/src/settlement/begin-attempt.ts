import type { AttemptId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import { requestAttempt, type LiveAttempt, type PageTerms, type ProviderAttemptKind } from '../payment/attempt.ts'
import type { SavedCard } from '../payment/payment.ts'
import { liveAttempt } from '../payment/payment-case.ts'
import { bug } from '../kernel/bug.ts'
import type { CaseMove } from './case-change.ts'

/**
 * Stores a new attempt with the effect that will ask the provider for it: both in one commit, before it is asked.
 *
 * The caller has established by `planAttempt` that nothing is live; anything else is a bug.
 */
export const beginAttempt = (
  change: CaseMove,
  ask: {
    readonly id: AttemptId
    readonly kind: ProviderAttemptKind
    readonly announce: boolean
    readonly at: Instant
    readonly page?: PageTerms
    readonly card?: SavedCard
  },
): LiveAttempt => {
  const { payment } = change.kase
  if (liveAttempt(change.kase) !== undefined) bug(`Payment '${payment.id}' has a live attempt already.`)
  const refusal = change.payment({ type: 'start_attempt', kind: ask.kind })
  if (refusal !== undefined) bug(`Payment '${payment.id}' takes no attempt: ${refusal.code}.`)
  const attempt = requestAttempt({ ...ask, paymentId: payment.id, amount: payment.amount })
  change.attempt(attempt, { type: 'requested', kind: attempt.kind, minorUnits: attempt.amount.minorUnits })
  change.effect({
    type: ask.kind === 'hosted' ? 'open_session' : 'charge_saved_card',
    paymentId: payment.id,
    attemptId: attempt.id,
  })
  return attempt
}
