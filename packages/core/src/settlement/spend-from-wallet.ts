import { bug } from '../kernel/bug.ts'
import type { AttemptId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import { evolveAttempt, requestAttempt, type AttemptEvent } from '../payment/attempt.ts'
import { liveAttempt } from '../payment/payment-case.ts'
import type { TransferId } from '../wallet/wallet.ts'
import type { CaseMove } from './case-change.ts'

/**
 * Pays a payment from its owner's wallet: an attempt that has its money at once, with the transfer that takes it, in one
 * change. Nobody outside is asked.
 *
 * The caller has established by `planAttempt` that nothing is live, and that the wallet holds enough; anything else is a bug.
 */
export const spendFromWallet = (
  change: CaseMove,
  { id, at }: { readonly id: AttemptId; readonly at: Instant },
): void => {
  const { payment } = change.kase
  if (liveAttempt(change.kase) !== undefined) bug(`Payment '${payment.id}' has a live attempt already.`)
  const { amount } = payment
  const attempt = requestAttempt({ id, paymentId: payment.id, kind: 'wallet', amount, announce: false, at })
  change.attempt(attempt, { type: 'requested', kind: 'wallet', minorUnits: amount.minorUnits })
  const captured: AttemptEvent = { type: 'captured', at, charge: { id: `wallet:${id}`, amount } }
  change.attempt(evolveAttempt(attempt, captured), captured)
  const refusal = change.payment({ type: 'count_capture', at, attemptId: id, honourLate: false })
  if (refusal !== undefined) bug(`Payment '${payment.id}' takes no money: ${refusal.code}.`)
  change.transfer({
    id: `spend:${id}` as TransferId,
    owner: payment.owner,
    paymentId: payment.id,
    amount,
    type: 'spend',
    against: 'sales',
  })
}
