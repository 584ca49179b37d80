import type { AttemptId, RefundId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Money } from '../kernel/money.ts'
import type { DisputeState } from '../payment/dispute.ts'
import { getAttempt, type PaymentCase } from '../payment/payment-case.ts'
import type { RefundState } from '../payment/refund.ts'
import { moveCase, type CaseChange } from './case-change.ts'
import { moveDispute } from './settle-dispute.ts'
import { moveRefund } from './settle-refund.ts'

/** All that the provider holds about one charge, and when it told us. */
export interface ChargeObservation {
  readonly at: Instant
  readonly refunds: readonly {
    readonly providerId: string
    readonly refundId?: RefundId
    readonly state: RefundState
    readonly amount: Money
  }[]
  readonly disputes: readonly { readonly disputeId: string; readonly state: DisputeState; readonly amount: Money }[]
}

/**
 * What it means for a payment that one of its charges is so at the provider: every refund of it, whoever made it, and every
 * dispute. Whatever was not heard of is caught up with here.
 */
export const settleCharge = (
  kase: PaymentCase,
  attemptId: AttemptId,
  { at, refunds, disputes }: ChargeObservation,
): CaseChange => {
  const change = moveCase(kase)
  const attempt = getAttempt(kase, attemptId)
  if (attempt.status === 'succeeded') {
    for (const refund of refunds) moveRefund(change, { ...refund, at, chargeId: attempt.charge.id })
    for (const dispute of disputes) moveDispute(change, attemptId, { ...dispute, at, asked: true })
  }
  return change.done()
}
