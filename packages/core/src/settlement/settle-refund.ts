import type { RefundId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Money } from '../kernel/money.ts'
import { getAttempt, wentBack, type PaymentCase } from '../payment/payment-case.ts'
import {
  decideRefund,
  evolveRefund,
  refundAt,
  requestRefund,
  type Refund,
  type RefundState,
} from '../payment/refund.ts'
import { moveCase, type CaseChange, type CaseMove } from './case-change.ts'
import { noteChargeMoved } from './charge-moved.ts'

/** Something the provider says about a refund, and when we heard it. */
export interface RefundObservation {
  readonly at: Instant
  readonly state: RefundState
  /** Absent only where the provider refused to make it. */
  readonly providerId?: string
}

/** A refund as the provider holds it. `refundId`: our own id, where our mark is on it. */
export interface MadeRefund extends RefundObservation {
  readonly providerId: string
  readonly refundId?: RefundId
  readonly chargeId: string
  readonly amount: Money
}

/** What it means for a payment that the provider says this about one of its refunds. */
export const settleRefund = (kase: PaymentCase, refundId: RefundId, observation: RefundObservation): CaseChange => {
  const change = moveCase(kase)
  const refund = kase.refunds.find(({ id }) => id === refundId)
  if (refund !== undefined) move(change, refund, observation)
  return change.done()
}

/** What it means that the provider holds this refund, whoever made it. One that nobody here asked for is followed from now on. */
export const mirrorRefund = (kase: PaymentCase, made: MadeRefund): CaseChange => {
  const change = moveCase(kase)
  moveRefund(change, made)
  return change.done()
}

/** As {@link mirrorRefund}, as a part of a larger change. */
export const moveRefund = (change: CaseMove, made: MadeRefund): void => {
  const { attempts, refunds, payment } = change.kase
  const known = refundAt(refunds, made)
  if (known !== undefined) {
    move(change, known, made)
    return
  }
  const attempt = attempts.find((each) => each.status === 'succeeded' && each.charge.id === made.chargeId)
  if (attempt === undefined) return
  // One of ours that is not stored was made before a backup that was restored: under its own id it is not made again.
  const twin = refunds.find(({ id }) => id === made.refundId)
  const id = twin === undefined ? made.refundId : undefined
  const refund = requestRefund({
    id: id ?? (`rf_${made.providerId}` as RefundId),
    paymentId: payment.id,
    attemptId: attempt.id,
    amount: made.amount,
    reason: 'external',
    at: made.at,
  })
  change.refund(refund, { type: 'found_at_provider' })
  move(change, refund, made)
  if (twin !== undefined && made.state.type !== 'failed') tellTwice(change, refund, made.at)
}

const move = (change: CaseMove, refund: Refund, observation: RefundObservation): void => {
  const { events } = decideRefund(refund, { type: 'observe', ...observation })
  if (events.length === 0) return
  let next = refund
  for (const event of events) {
    next = evolveRefund(next, event)
    change.refund(next, event)
    if (event.type !== 'failed') continue
    change.attention(`refund_failed:${refund.id}`, 'refund_failed', observation.at, {
      refundId: refund.id,
      minorUnits: refund.amount.minorUnits,
      detail: event.detail,
    })
  }
  noteChargeMoved(change, { attemptId: refund.attemptId, at: observation.at })
  const attempt = getAttempt(change.kase, refund.attemptId)
  // The provider gives back no more than there was: the rest went into a wallet.
  if (attempt.status !== 'succeeded' || wentBack(change.kase, attempt.id) <= attempt.charge.amount.minorUnits) return
  if (next.status !== 'failed') tellTwice(change, refund, observation.at)
}

const tellTwice = (change: CaseMove, { id, amount }: Refund, at: Instant): void =>
  change.attention(`refunded_twice:${id}`, 'refunded_twice', at, { refundId: id, minorUnits: amount.minorUnits })
