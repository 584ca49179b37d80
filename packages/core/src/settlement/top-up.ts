import type { Payment, CollectedPayment } from '../payment/payment.ts'
import { isCollected } from '../payment/payment.ts'
import { getAttempt, goneFrom, type PaymentCase } from '../payment/payment-case.ts'

/** True for a payment whose money was put into a wallet. */
export const filledWallet = (payment: Payment): payment is CollectedPayment =>
  payment.purpose === 'wallet_topup' && isCollected(payment)

/**
 * Minor units of what was put into a wallet that are gone again at the provider, or on their way: what disputes have lost, and what
 * refunds took that have not failed. 0 for a payment that filled no wallet.
 *
 * It follows from what is so, and not from the order in which that was heard: what a wallet has to give is the difference that
 * a change makes.
 */
export const goneFromTopUp = (kase: PaymentCase): bigint => {
  const { payment } = kase
  if (!filledWallet(payment)) return 0n
  const attempt = getAttempt(kase, payment.attemptId)
  return attempt.status === 'succeeded' ? goneFrom(kase, attempt, 'asked') : 0n
}
