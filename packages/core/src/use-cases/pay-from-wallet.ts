import type { PaymentId } from '../kernel/ids.ts'
import { minute } from '../kernel/instant.ts'
import type { Money } from '../kernel/money.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import { planAttempt, type AttemptPlanRefusal } from '../one-live-attempt/one-live-attempt.ts'
import type { Payment } from '../payment/payment.ts'
import type { Transaction } from '../ports/unit-of-work.ts'
import { moveCase } from '../settlement/case-change.ts'
import { spendFromWallet } from '../settlement/spend-from-wallet.ts'
import { shortOf, type WalletInsufficient } from '../wallet/wallet.ts'
import { actorName, type Actor } from './actor.ts'
import { checkSubject, type SubjectRefusal } from './check-subject.ts'
import { claimPayment, type ClaimRefusal } from './claim-payment.ts'
import { closeLiveAttempt } from './close-live-attempt.ts'
import type { Dependencies } from './dependencies.ts'
import type { PerformEffect } from './perform-effect.ts'
import { storeChange } from './store-change.ts'
import { untilAnswered, type Step } from './until-answered.ts'
import { walletOf } from './wallet-of.ts'

/** What is asked of {@link payFromWallet}. */
export interface PayFromWalletRequest {
  readonly actor: Actor
  readonly paymentId: PaymentId
  readonly idempotencyKey?: string
}

/** A payment that its owner's wallet has paid, and what is left in it. */
export interface PaidFromWallet {
  readonly payment: Payment
  readonly balance: Money
}

/** Why {@link payFromWallet} refuses. */
export type PayFromWalletRefusal =
  | AttemptPlanRefusal
  | ClaimRefusal
  | SubjectRefusal
  | WalletInsufficient
  | { readonly code: 'wallet_not_for_this' }
  | { readonly code: 'provider_unavailable'; readonly retryAfterMs: number }

/** What {@link payFromWallet} answers. */
export type PayFromWalletOutcome = Result<PaidFromWallet, PayFromWalletRefusal>
/** The use case {@link payFromWallet}, wired. */
export type PayFromWallet = (request: PayFromWalletRequest) => Promise<PayFromWalletOutcome>

/**
 * Pays a payment from its owner's wallet, in one transaction: the money is taken, the payment is completed, and what it is for
 * comes to be, or nothing of it is done. A hosted page that is open is expired at the provider first, so that nobody pays twice.
 *
 * Where what was paid for is lost to somebody else in the same moment, the money is back in the wallet and the answer is
 * `slot_taken`.
 *
 * Refuses, first match wins: `payment_not_found`, `idempotency_key_reused`, `wallet_not_for_this` (a wallet does not fill
 * itself), `payment_already_completed`, `payment_cancelled`, `charge_in_flight`, `reservation_cancelled`, `order_cancelled`, `order_expired`, `intent_expired`,
 * `slot_taken`, `wallet_insufficient` (with what there is and what is missing; an open page stays open),
 * `provider_unavailable` (the page could not be closed; the same request may be made again after `retryAfterMs`).
 */
export const payFromWallet =
  (deps: Dependencies & { readonly perform: PerformEffect }): PayFromWallet =>
  (request) =>
    untilAnswered<PayFromWalletOutcome, unknown>(deps, {
      next: (tx) => nextStep(tx, deps, request),
      late: () => err({ code: 'provider_unavailable', retryAfterMs: minute }),
      async perform({ work }) {
        const performed = await deps.perform(work)
        return performed.type === 'postponed'
          ? err({ code: 'provider_unavailable', retryAfterMs: performed.retryAfterMs })
          : undefined
      },
    })

type WalletStep = Step<PayFromWalletOutcome>

const nextStep = async (tx: Transaction, deps: Dependencies, request: PayFromWalletRequest): Promise<WalletStep> => {
  const { paymentId, actor } = request
  const now = deps.clock.now()
  const claimed = await claimPayment<PayFromWalletOutcome>(tx, request, { useCase: 'pay_from_wallet' }, now)
  if (claimed.type === 'answer') return claimed
  const { found, settle } = claimed
  const { payment } = found.value
  if (payment.purpose === 'wallet_topup') return settle(err({ code: 'wallet_not_for_this' }))
  const plan = planAttempt(found.value, 'wallet', now)
  if (plan.type === 'refuse') return settle(err(plan.refusal))
  if (plan.type === 'wait') return { type: 'wait', awaited: plan.attempt }
  const subject = await checkSubject(tx, deps, found.value, now)
  if (!subject.ok) return settle(subject)
  const { owner, amount } = payment
  const { value: wallet } = await walletOf(tx, owner, amount.currency)
  const short = shortOf(wallet, amount.minorUnits)
  if (short.missing.minorUnits > 0n) return settle(err({ code: 'wallet_insufficient', ...short }))
  const origin = {
    type: 'command' as const,
    about: { type: 'payment', id: paymentId },
    name: 'pay_from_wallet',
    actor: actorName(actor),
    data: {},
  }
  if (plan.type !== 'start') {
    const work = await closeLiveAttempt(tx, deps, found, plan.attempt, { reason: 'replaced', now, origin })
    return work === undefined ? { type: 'wait', awaited: plan.attempt } : { type: 'perform', work }
  }
  const move = moveCase(found.value)
  spendFromWallet(move, { id: deps.ids.next('attempt'), at: now })
  const kase = await storeChange(tx, deps, found.version, move.done(), { now, origin })
  if (kase.payment.status !== 'completed') return settle(err({ code: 'slot_taken' }))
  const left = { ...amount, minorUnits: wallet.balance - amount.minorUnits }
  return settle(ok({ payment: kase.payment, balance: left }))
}
