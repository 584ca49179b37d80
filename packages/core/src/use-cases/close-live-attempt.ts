import { effectId, type Effect } from '../effect/effect.ts'
import type { Instant } from '../kernel/instant.ts'
import type { ClosingReason, LiveAttempt } from '../payment/attempt.ts'
import type { PaymentCase } from '../payment/payment-case.ts'
import type { Leased } from '../ports/queue.ts'
import type { Transaction, Versioned } from '../ports/unit-of-work.ts'
import { moveCase } from '../settlement/case-change.ts'
import { closeAttempt } from '../settlement/settlement.ts'
import { storeChange, type ChangeDependencies, type Origin } from './store-change.ts'
import { takeEffect } from './take-effect.ts'

/**
 * Marks a live attempt as closing and takes the effect that asks the provider to close it, to be performed right after the
 * commit. An attempt that is closing already is marked only where the reason is a graver one; its closing is owed all the same.
 *
 * @returns the effect, or `undefined` when somebody else is asking the provider right now.
 */
export const closeLiveAttempt = async (
  tx: Transaction,
  deps: ChangeDependencies,
  { value, version }: Versioned<PaymentCase>,
  attempt: LiveAttempt,
  context: { readonly reason: ClosingReason; readonly now: Instant; readonly origin?: Origin },
): Promise<Leased<Effect> | undefined> => {
  const move = moveCase(value)
  closeAttempt(move, attempt, context.reason)
  const change = move.done()
  if (change.facts.length > 0) await storeChange(tx, deps, version, change, context)
  else await oweClosing(tx, attempt, context.now)
  return takeEffect(tx, deps, closingOf(attempt), context.now)
}

/** Sees to it that somebody asks the provider to close an attempt: nothing is done where that waits already, or is under way. */
export const oweClosing = async (tx: Transaction, attempt: LiveAttempt, now: Instant): Promise<void> => {
  const body = closingOf(attempt)
  const id = effectId(body)
  const known = await tx.outbox.find(id)
  if (known?.status !== 'waiting') await tx.outbox.append([{ id, body, dueAt: now }], now)
}

const closingOf = ({ paymentId, id: attemptId }: LiveAttempt): Effect => ({
  type: 'close_attempt',
  paymentId,
  attemptId,
})
