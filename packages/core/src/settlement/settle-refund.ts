import type { RefundId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Money } from '../kernel/money.ts'
import { isCollected } from '../payment/payment.ts'
import type { PaymentCase } from '../payment/payment-case.ts'
import { decideRefund, evolveRefund, requestRefund, type Refund, type RefundState } from '../payment/refund.ts'
import { moveCase, type CaseChange, type CaseMove } from './case-change.ts'

/** Something the provider says about a refund, and when we heard it. */
export interface RefundObservation {
  readonly at: Instant
  readonly state: RefundState
  /** Absent only where the provider refused to make it. */
  readonly providerId?: string
}

/** What it means for a payment that the provider says this about one of its refunds. */
export const settleRefund = (kase: PaymentCase, refundId: RefundId, observation: RefundObservation): CaseChange => {
  const change = moveCase(kase)
  const refund = kase.refunds.find(({ id }) => id === refundId)
  if (refund !== undefined) move(change, refund, observation)
  return change.done()
}

/** A refund that somebody made at the provider, not we. It is followed once, under an id made from the provider's. */
export const mirrorRefund = (
  kase: PaymentCase,
  made: RefundObservation & { readonly providerId: string; readonly chargeId: string; readonly amount: Money },
): CaseChange => {
  const change = moveCase(kase)
  const known = kase.refunds.find(({ providerId }) => providerId === made.providerId)
  const attempt = kase.attempts.find((each) => each.status === 'succeeded' && each.charge.id === made.chargeId)
  if (known !== undefined) move(change, known, made)
  else if (attempt !== undefined) {
    const refund = requestRefund({
      id: `rf_${made.providerId}` as RefundId,
      paymentId: kase.payment.id,
      attemptId: attempt.id,
      amount: made.amount,
      reason: 'external',
      at: made.at,
    })
    change.refund(refund, { type: 'found_at_provider' })
    move(change, refund, made)
  }
  return change.done()
}

const move = (change: CaseMove, refund: Refund, observation: RefundObservation): void => {
  const decision = decideRefund(refund, { type: 'observe', ...observation })
  if (!decision.ok) return
  let next = refund
  for (const event of decision.events) {
    next = evolveRefund(next, event)
    change.refund(next, event)
    if (event.type === 'failed')
      change.attention(`refund_failed:${refund.id}`, 'refund_failed', observation.at, {
        refundId: refund.id,
        minorUnits: refund.amount.minorUnits,
        detail: event.detail,
      })
  }
  noteTotal(change)
}

/** Tells the payment what part of its own money the provider has taken back by now. */
const noteTotal = (change: CaseMove): void => {
  const { payment, refunds } = change.kase
  if (!isCollected(payment)) return
  const total = refunds
    .filter(
      ({ attemptId, status }) => attemptId === payment.attemptId && (status === 'pending' || status === 'succeeded'),
    )
    .reduce((sum, { amount }) => sum + amount.minorUnits, 0n)
  change.payment({ type: 'note_refunded', total })
}
