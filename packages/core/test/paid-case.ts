import { attemptId, at } from '../src/contracts/sample-names.ts'
import { paidAttempt } from '../src/contracts/sample-attempts.ts'
import { bareCase, pendingPayment } from '../src/contracts/sample-payments.ts'
import { instant, money, settleDispute, type DisputeState, type PaymentCase } from '../src/index.ts'

/** The attempt whose money counts. */
export const counted = attemptId('p_a1')

/** A payment whose money has come, by one attempt. */
export const paid = (): PaymentCase => ({
  ...bareCase({
    ...pendingPayment('p'),
    status: 'completed',
    completedAt: at(60),
    attemptId: counted,
    refunded: 0n,
  }),
  attempts: [paidAttempt('p', 'p_a1')],
})

/** What becomes of a case when this is heard of a dispute of its charge, of all of it unless of so many cents. */
export const heard = (kase: PaymentCase, state: DisputeState, asked = false, cents = 125_00) =>
  settleDispute(kase, counted, { at: instant(100), disputeId: 'dp_1', state, amount: money(cents, 'MXN'), asked })
