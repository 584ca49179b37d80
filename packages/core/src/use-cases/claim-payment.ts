import type { PaymentId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import { err, type Result } from '../kernel/result.ts'
import type { PaymentCase } from '../payment/payment-case.ts'
import type { Transaction, Versioned } from '../ports/unit-of-work.ts'
import { mayTouch } from './actor.ts'
import { claimKey, settleKey, type Keyed, type KeyReused } from './request-key.ts'

interface Answer<Outcome> {
  readonly type: 'answer'
  readonly outcome: Outcome
}

/** What is refused to whoever would pay before anything else is asked. */
export type ClaimRefusal = KeyReused | { readonly code: 'payment_not_found' }

/** A payment that somebody who may pay it asks to pay. */
export interface ClaimedPayment<Outcome> {
  readonly type: 'claimed'
  readonly found: Versioned<PaymentCase>
  /** Keeps the outcome under the request's key, and answers with the one that counts. */
  readonly settle: (outcome: Outcome) => Promise<Answer<Outcome>>
}

/**
 * How every way to pay begins: the payment, for whoever may pay it, with the request's key claimed for what is `asked`; or the
 * answer, where there is one already.
 *
 * Refuses, first match wins: `payment_not_found`, `idempotency_key_reused`.
 */
export const claimPayment = async <Outcome>(
  tx: Transaction,
  request: Keyed & { readonly paymentId: PaymentId },
  asked: { readonly useCase: string } & Readonly<Record<string, string>>,
  now: Instant,
): Promise<ClaimedPayment<Outcome> | Answer<Outcome | Result<never, ClaimRefusal>>> => {
  const { actor, paymentId } = request
  const answer = <Given>(outcome: Given): Answer<Given> => ({ type: 'answer', outcome })
  const found = await tx.payments.find(paymentId)
  if (found === undefined || !mayTouch(actor, found.value.payment.owner))
    return answer(err({ code: 'payment_not_found' }))
  const claim = await claimKey<Outcome>(tx, request, { ...asked, paymentId }, now)
  if (claim.type === 'reused') return answer(err({ code: 'idempotency_key_reused' }))
  if (claim.type === 'settled') return answer(claim.outcome)
  return { type: 'claimed', found, settle: async (outcome) => answer(await settleKey(tx, request, outcome)) }
}
