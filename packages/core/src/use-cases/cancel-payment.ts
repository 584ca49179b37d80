import { bug } from '../kernel/bug.ts'
import type { PaymentId, ReservationId } from '../kernel/ids.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import { isCollected, type CancelReason, type Payment } from '../payment/payment.ts'
import { liveAttempt, type PaymentCase } from '../payment/payment-case.ts'
import type { Transaction } from '../ports/unit-of-work.ts'
import { moveCase } from '../settlement/case-change.ts'
import { mayTouch, type Actor } from './actor.ts'
import type { Dependencies } from './dependencies.ts'
import { endUnpaid, untilAsked, type Closing } from './end-unpaid.ts'
import type { PerformEffect } from './perform-effect.ts'
import { claimKey, settleKey, type KeyReused } from './request-key.ts'
import { storeChange } from './store-change.ts'

/** What is asked of {@link cancelPayment}. */
export interface CancelPaymentRequest {
  readonly actor: Actor
  readonly paymentId: PaymentId
  readonly reason?: CancelReason
  readonly idempotencyKey?: string
}

/**
 * A payment that will not be paid.
 *
 * `providerCancellation`: `done` when the provider holds nothing that could still be paid; `pending` when it could not be
 * reached, and is being asked until it agrees. Money that comes in between goes back.
 */
export interface CancelledPayment {
  readonly payment: Payment
  readonly providerCancellation: 'done' | 'pending'
}

/** Why {@link cancelPayment} refuses. */
export type CancelPaymentRefusal =
  | KeyReused
  | { readonly code: 'payment_not_found' }
  | { readonly code: 'payment_already_completed'; readonly payment: Payment }
  /** It is its owner who asks, and the rest of what they have booked: it is the reservation that can be cancelled. */
  | { readonly code: 'payment_of_reservation'; readonly reservationId: ReservationId }

/** What {@link cancelPayment} answers. */
export type CancelPaymentOutcome = Result<CancelledPayment, CancelPaymentRefusal>
/** The use case {@link cancelPayment}, wired. */
export type CancelPayment = (request: CancelPaymentRequest) => Promise<CancelPaymentOutcome>

/**
 * Cancels a payment that nobody has paid, because somebody wants it so. The provider is asked first: what it says decides. Paid
 * already there: nothing is cancelled, the payment is completed. Unreachable: cancelled here, and the closing stays owed there;
 * what ends by its time alone is not ended so, see {@link LetGo}.
 *
 * The balance of a reservation is owed as long as that stands: its owner may cancel the reservation. Where staff cancel the
 * payment the balance is waived, and the stay ends in its time as if it were paid.
 *
 * Refuses, first match wins: `payment_not_found`, `idempotency_key_reused`, `payment_already_completed` (with the payment
 * as it is), `payment_of_reservation`.
 */
export const cancelPayment =
  (deps: Dependencies & { readonly perform: PerformEffect }): CancelPayment =>
  async (request) => {
    const step = await deps.unitOfWork.run((tx) => begin(tx, deps, request))
    if (step.type === 'answer') return step.outcome
    await untilAsked(deps, step)
    return deps.unitOfWork.run((tx) => conclude(tx, deps, request))
  }

type Step = { readonly type: 'answer'; readonly outcome: CancelPaymentOutcome } | Closing

const begin = async (tx: Transaction, deps: Dependencies, request: CancelPaymentRequest): Promise<Step> => {
  const now = deps.clock.now()
  const { paymentId, actor, reason = 'requested' } = request
  const answer = (outcome: CancelPaymentOutcome): Step => ({ type: 'answer', outcome })
  const found = await tx.payments.find(paymentId)
  if (found === undefined || !mayTouch(actor, found.value.payment.owner))
    return answer(err({ code: 'payment_not_found' }))
  const claim = await claimKey<CancelPaymentOutcome>(tx, request, { useCase: 'cancel_payment', paymentId }, now)
  if (claim.type === 'reused') return answer(err({ code: 'idempotency_key_reused' }))
  if (claim.type === 'settled') return answer(claim.outcome)

  const { payment } = found.value
  const isOwed = actor.type === 'owner' && payment.subject.type === 'reservation'
  const isOver = payment.status === 'cancelled' && (isOwed || liveAttempt(found.value) === undefined)
  if (isCollected(payment) || isOver) return answer(await settleKey(tx, request, standing(found.value)))
  if (isOwed) {
    const reservationId = payment.subject.id as ReservationId
    return answer(await settleKey(tx, request, err({ code: 'payment_of_reservation', reservationId })))
  }
  const ending = await endUnpaid(tx, deps, found, { actor, reason, now })
  return ending.type === 'ended' ? answer(await settleKey(tx, request, standing(ending.kase))) : ending
}

/** The provider has been asked. Whatever it said is in the case; where it said nothing, the cancellation is ours to make. */
const conclude = async (
  tx: Transaction,
  deps: Dependencies,
  request: CancelPaymentRequest,
): Promise<CancelPaymentOutcome> => {
  const now = deps.clock.now()
  const { paymentId, reason = 'requested' } = request
  const found = (await tx.payments.find(paymentId)) ?? bug(`Payment '${paymentId}' is gone.`)
  const move = moveCase(found.value)
  move.payment({ type: 'cancel', at: now, reason })
  const change = move.done()
  const kase = change.facts.length === 0 ? found.value : await storeChange(tx, deps, found.version, change, { now })
  return settleKey(tx, request, standing(kase))
}

const standing = (kase: PaymentCase): CancelPaymentOutcome =>
  isCollected(kase.payment)
    ? err({ code: 'payment_already_completed', payment: kase.payment })
    : ok({ payment: kase.payment, providerCancellation: liveAttempt(kase) === undefined ? 'done' : 'pending' })
