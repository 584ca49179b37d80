import { bug } from '../kernel/bug.ts'
import type { PaymentId } from '../kernel/ids.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import { isCollected, isInFlight, type CancelReason, type Payment } from '../payment/payment.ts'
import { liveAttempt } from '../payment/payment-case.ts'
import type { Transaction } from '../ports/unit-of-work.ts'
import type { Dependencies } from './dependencies.ts'
import { endUnpaid, untilAsked, type Closing } from './end-unpaid.ts'
import type { PerformEffect } from './perform-effect.ts'

/** What is asked of {@link letGo}. */
export interface LetGoRequest {
  readonly paymentId: PaymentId
  readonly reason: Extract<CancelReason, 'abandoned' | 'expired'>
}

/** Why {@link letGo} refuses. */
export type LetGoRefusal =
  | { readonly code: 'payment_already_completed' }
  | { readonly code: 'charge_in_flight' }
  | { readonly code: 'provider_unavailable' }

/** What {@link letGo} answers: the payment, which is cancelled, and of which nothing is alive at the provider. */
export type LetGoOutcome = Result<Payment, LetGoRefusal>
/** The use case {@link letGo}, wired. */
export type LetGo = (request: LetGoRequest) => Promise<LetGoOutcome>

/**
 * Ends a payment that nobody has paid in time. Nobody waits for that, so nothing ends before the provider has said that its page
 * is gone: as long as it can be paid there, what it is for and all that is held for it is kept here. Until the provider is heard the
 * attempt is closing, nothing else is opened for the payment, and the outbox keeps at it; whoever hears of it then, be it
 * the outbox, a webhook or a look, ends the payment, or completes it where it was paid.
 *
 * Refuses, first match wins: `payment_already_completed`, `charge_in_flight` (money is on its way: it may come,
 * and where it does not, the payment is to be let go then), `provider_unavailable` (the closing stays owed; what has come of it
 * may be looked at later, by the same request).
 */
export const letGo =
  (deps: Dependencies & { readonly perform: PerformEffect }): LetGo =>
  async (request) => {
    let hasAsked = false
    for (;;) {
      const step = await deps.unitOfWork.run((tx) => next(tx, deps, request, hasAsked))
      if (step.type === 'answer') return step.outcome
      await untilAsked(deps, step)
      hasAsked = true
    }
  }

type Step = { readonly type: 'answer'; readonly outcome: LetGoOutcome } | Closing

/** `hasAsked`: the provider has been asked, and is not asked again. */
const next = async (
  tx: Transaction,
  deps: Dependencies,
  { paymentId, reason }: LetGoRequest,
  hasAsked: boolean,
): Promise<Step> => {
  const answer = (outcome: LetGoOutcome): Step => ({ type: 'answer', outcome })
  const found = (await tx.payments.find(paymentId)) ?? bug(`Payment '${paymentId}' is gone.`)
  const { payment } = found.value
  if (isCollected(payment)) return answer(err({ code: 'payment_already_completed' }))
  const live = liveAttempt(found.value)
  if (isInFlight(payment) || live?.status === 'processing') return answer(err({ code: 'charge_in_flight' }))
  // Cancelled by hand, it is over here, and may be open there all the same.
  if (payment.status === 'cancelled' && live === undefined) return answer(ok(payment))
  if (hasAsked && live !== undefined) return answer(err({ code: 'provider_unavailable' }))
  const ending = await endUnpaid(tx, deps, found, { actor: { type: 'system' }, reason, now: deps.clock.now() })
  return ending.type === 'ended' ? answer(ok(ending.kase.payment)) : ending
}
