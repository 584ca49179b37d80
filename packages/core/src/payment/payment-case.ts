import type { AttemptId } from '../kernel/ids.ts'
import { bug } from '../kernel/bug.ts'
import { isLive, type Attempt, type LiveAttempt, type PaidAttempt } from './attempt.ts'
import { lostBy } from './dispute.ts'
import type { Payment } from './payment.ts'
import type { Refund } from './refund.ts'

/**
 * A payment with every attempt to pay it and every refund of it: what has to be seen, and changed, at once.
 *
 * Stores keep a case whole: it is read under one lock and saved under one version.
 */
export interface PaymentCase {
  readonly payment: Payment
  /** Oldest first. At most one is live. */
  readonly attempts: readonly Attempt[]
  /** Oldest first. */
  readonly refunds: readonly Refund[]
}

/** The attempt that may still bring money, if there is one. */
export const liveAttempt = ({ attempts }: PaymentCase): LiveAttempt | undefined => attempts.find(isLive)

/** The attempt of this id. A case that lacks it was put together wrongly. */
export const getAttempt = (kase: PaymentCase, id: AttemptId): Attempt =>
  kase.attempts.find((attempt) => attempt.id === id) ?? bug(`Payment '${kase.payment.id}' has no attempt '${id}'.`)

/** The case with a changed or a new attempt. */
export const withAttempt = (kase: PaymentCase, attempt: Attempt): PaymentCase => ({
  ...kase,
  attempts: upsert(kase.attempts, attempt),
})

/** The case with a changed or a new refund. */
export const withRefund = (kase: PaymentCase, refund: Refund): PaymentCase => ({
  ...kase,
  refunds: upsert(kase.refunds, refund),
})

/**
 * Minor units of what an attempt brought that are gone again, never more than it brought: what its disputes have lost, and what
 * its refunds took. A failed refund took nothing. `made`: those that are made, `asked`: also those that are on their way.
 */
export const goneFrom = (
  { refunds }: PaymentCase,
  { id, charge, disputes }: PaidAttempt,
  by: 'made' | 'asked',
): bigint => {
  const gone = refundedFrom(refunds, id, by) + lostBy(disputes, charge.amount)
  return gone < charge.amount.minorUnits ? gone : charge.amount.minorUnits
}

/** Minor units that have gone back from what one attempt brought in: those of refunds that are made, and did not fail. */
export const wentBack = ({ refunds }: PaymentCase, attemptId: AttemptId): bigint =>
  refundedFrom(refunds, attemptId, 'made')

/** Minor units of an attempt's charge that can still go back: 0 for one that brought nothing, and for one that is gone. */
export const refundableFrom = (kase: PaymentCase, attempt: Attempt): bigint =>
  attempt.status === 'succeeded' ? attempt.charge.amount.minorUnits - goneFrom(kase, attempt, 'asked') : 0n

const refundedFrom = (refunds: readonly Refund[], attemptId: AttemptId, by: 'made' | 'asked'): bigint =>
  refunds
    .filter((refund) => refund.attemptId === attemptId && refund.status !== 'failed')
    .filter(({ status }) => by === 'asked' || status !== 'requested')
    .reduce((sum, { amount }) => sum + amount.minorUnits, 0n)

const upsert = <Row extends { readonly id: string }>(rows: readonly Row[], row: Row): readonly Row[] =>
  rows.some(({ id }) => id === row.id) ? rows.map((old) => (old.id === row.id ? row : old)) : [...rows, row]
