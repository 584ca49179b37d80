import type { AttemptId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Money } from '../kernel/money.ts'
import { decideDispute, evolveDispute, openDispute, type Dispute, type DisputeState } from '../payment/dispute.ts'
import { getAttempt, type PaymentCase } from '../payment/payment-case.ts'
import { moveCase, type CaseChange, type CaseMove } from './case-change.ts'
import { noteChargeMoved } from './charge-moved.ts'

/** Something the provider says about a dispute of an attempt's charge, and when we heard it. */
export interface DisputeObservation {
  readonly at: Instant
  /** The provider's id of the dispute. */
  readonly disputeId: string
  readonly state: DisputeState
  /** What the payer's bank asks for. */
  readonly amount: Money
  /** True when we asked. An event may be older than what is known, an answer is not. */
  readonly asked: boolean
}

/**
 * What it means for a payment that the provider says this about a dispute of one of its charges.
 *
 * Every dispute is remembered by its id, so that its news may come in any order: one that has ended is not opened by a late
 * `opened`. An event that names another ending than the one known is not believed: the provider is asked.
 */
export const settleDispute = (kase: PaymentCase, attemptId: AttemptId, observation: DisputeObservation): CaseChange => {
  const change = moveCase(kase)
  moveDispute(change, attemptId, observation)
  return change.done()
}

/** As {@link settleDispute}, as a part of a larger change. */
export const moveDispute = (
  change: CaseMove,
  attemptId: AttemptId,
  { at, disputeId, state, amount, asked }: DisputeObservation,
): void => {
  const attempt = getAttempt(change.kase, attemptId)
  if (attempt.status !== 'succeeded') return
  const known = attempt.disputes.find(({ id }) => id === disputeId)
  const before = known ?? openDispute(disputeId, at, amount)
  const { events } = decideDispute(before, { type: 'observe', at, state, amount })
  if (before.status !== 'open' && events.length > 0 && !asked) {
    change.effect({ type: 'look_up_charge', paymentId: attempt.paymentId, attemptId })
    return
  }
  if (known !== undefined && events.length === 0) return
  const next = events.reduce(evolveDispute, before)
  const about = { chargeId: attempt.charge.id, amount: { ...next.amount }, charged: { ...attempt.charge.amount } }
  if (known === undefined) change.fact('dispute', disputeId, { type: 'opened', ...about })
  for (const event of events) change.fact('dispute', disputeId, event)
  // One that was won before anybody here heard of it needs nobody any more.
  if (known === undefined && next.status !== 'won')
    change.attention(`dispute_opened:${disputeId}`, 'dispute_opened', at, { disputeId, ...about, status: next.status })
  noteChargeMoved(change, { attemptId, at, disputes: upsert(attempt.disputes, next) })
}

const upsert = (disputes: readonly Dispute[], next: Dispute): readonly Dispute[] =>
  disputes.some(({ id }) => id === next.id)
    ? disputes.map((old) => (old.id === next.id ? next : old))
    : [...disputes, next]
