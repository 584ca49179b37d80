import type { Effect } from '../effect/effect.ts'
import { amountFault, invalidAmount, type InvalidAmount } from '../fulfilment/amount-fault.ts'
import { bug } from '../kernel/bug.ts'
import type { PaymentId } from '../kernel/ids.ts'
import { sameMoney, type Money } from '../kernel/money.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import { isCollected, type Payment } from '../payment/payment.ts'
import { getAttempt, refundableFrom } from '../payment/payment-case.ts'
import type { Refund, RefundReason } from '../payment/refund.ts'
import type { Leased } from '../ports/queue.ts'
import type { Transaction } from '../ports/unit-of-work.ts'
import { moveCase } from '../settlement/case-change.ts'
import { destinationOf, giveBack } from '../settlement/give-back.ts'
import { filledWallet } from '../settlement/top-up.ts'
import { shortOf, type WalletInsufficient } from '../wallet/wallet.ts'
import { actorName, type Actor } from './actor.ts'
import type { Dependencies } from './dependencies.ts'
import type { PerformEffect } from './perform-effect.ts'
import { claimKey, idOfRequest, settleKey, type KeyReused } from './request-key.ts'
import { storeChange } from './store-change.ts'
import { takeEffect } from './take-effect.ts'
import { walletOf } from './wallet-of.ts'

/** What is asked of {@link refundPayment}. */
export interface RefundPaymentRequest {
  /** Refunds are the host's to give, never an owner's. */
  readonly actor: Exclude<Actor, { readonly type: 'owner' }>
  readonly paymentId: PaymentId
  /** Absent: all that is left. */
  readonly amount?: Money
  readonly reason?: RefundReason
  /** `wallet`: into the owner's wallet instead of back to the card. What was paid from a wallet goes back there anyway. */
  readonly destination?: Refund['destination']
  /** Two equal refunds with two keys are two refunds; with one key they are one. */
  readonly idempotencyKey?: string
}

/**
 * A refund that was decided and is on its way, with the payment as it was when it was asked for. Without a key, both are as
 * they are when the provider has answered.
 */
export interface RequestedRefund {
  readonly refund: Refund
  readonly payment: Payment
}

/** Why {@link refundPayment} refuses. */
export type RefundPaymentRefusal =
  | KeyReused
  | { readonly code: 'payment_not_found' }
  | { readonly code: 'payment_not_completed'; readonly status: Payment['status'] }
  | { readonly code: 'payment_disputed' }
  | { readonly code: 'currency_mismatch'; readonly currency: string }
  | { readonly code: 'refund_exceeds_payment'; readonly refundable: Money }
  | InvalidAmount
  | WalletInsufficient

/** What {@link refundPayment} answers. */
export type RefundPaymentOutcome = Result<RequestedRefund, RefundPaymentRefusal>
/** The use case {@link refundPayment}, wired. */
export type RefundPayment = (request: RefundPaymentRequest) => Promise<RefundPaymentOutcome>

/**
 * Gives back part or all of what a payment collected. The refund is stored, with its key, before the provider is asked. Under a
 * key it is the same refund however often it is asked for, also where a restored backup has forgotten it.
 *
 * Refuses, first match wins: `payment_not_found`, `idempotency_key_reused`, `payment_not_completed`, `payment_disputed`,
 * `currency_mismatch`, `refund_exceeds_payment` (with what is left; also for an amount of zero), `invalid_payload` (the amount:
 * `amount_not_a_multiple`, where the provider could not give so much back, or not what would be left), `wallet_insufficient` (it
 * was paid into a wallet, and so much of it is there no more).
 */
export const refundPayment =
  (deps: Dependencies & { readonly perform: PerformEffect }): RefundPayment =>
  async (request) => {
    const { unitOfWork, perform } = deps
    const step = await unitOfWork.run((tx) => begin(tx, deps, request))
    if (step.work === undefined) return step.outcome
    await perform(step.work)
    // What was stored under the key is what everybody who asks with it is told.
    if (!step.outcome.ok || request.idempotencyKey !== undefined) return step.outcome
    const { refund } = step.outcome.value
    const now = await unitOfWork.read((tx) => tx.payments.find(request.paymentId))
    const made = now?.value.refunds.find(({ id }) => id === refund.id)
    return now === undefined || made === undefined ? step.outcome : ok({ refund: made, payment: now.value.payment })
  }

interface Step {
  readonly outcome: RefundPaymentOutcome
  readonly work?: Leased<Effect> | undefined
}

const begin = async (tx: Transaction, deps: Dependencies, request: RefundPaymentRequest): Promise<Step> => {
  const now = deps.clock.now()
  const { paymentId, actor, reason = 'requested_by_customer', destination = 'provider' } = request
  const found = await tx.payments.find(paymentId)
  if (found === undefined) return { outcome: err({ code: 'payment_not_found' }) }
  const asked = {
    useCase: 'refund_payment',
    paymentId,
    amount: request.amount,
    reason,
    ...(destination === 'wallet' && { destination }),
  }
  const claim = await claimKey<RefundPaymentOutcome>(tx, request, asked, now)
  if (claim.type === 'reused') return { outcome: err({ code: 'idempotency_key_reused' }) }
  if (claim.type === 'settled') return { outcome: claim.outcome }
  const refuse = async (error: RefundPaymentRefusal): Promise<Step> => ({
    outcome: await settleKey(tx, request, err(error)),
  })

  const { payment } = found.value
  const id = idOfRequest(deps.ids, 'refund', request, paymentId)
  const known = found.value.refunds.find((each) => each.id === id)
  if (known !== undefined)
    return request.amount === undefined || sameMoney(request.amount, known.amount)
      ? { outcome: await settleKey<RefundPaymentOutcome>(tx, request, ok({ refund: known, payment })) }
      : refuse({ code: 'idempotency_key_reused' })
  if (!isCollected(payment)) return refuse({ code: 'payment_not_completed', status: payment.status })
  if (payment.status === 'disputed') return refuse({ code: 'payment_disputed' })
  const refundable: Money = {
    ...payment.amount,
    minorUnits: refundableFrom(found.value, getAttempt(found.value, payment.attemptId)),
  }
  const amount = request.amount ?? refundable
  if (amount.currency !== payment.amount.currency)
    return refuse({ code: 'currency_mismatch', currency: payment.amount.currency })
  if (amount.minorUnits === 0n || amount.minorUnits > refundable.minorUnits)
    return refuse({ code: 'refund_exceeds_payment', refundable })

  const move = moveCase(found.value)
  const { attemptId } = payment
  if (getAttempt(found.value, attemptId).kind !== 'wallet') {
    const isSent = destinationOf(move, attemptId, destination) === 'provider'
    const left = { ...refundable, minorUnits: refundable.minorUnits - amount.minorUnits }
    const fault = amountFault(isSent ? amount : left)
    if (fault !== undefined) return refuse(invalidAmount(fault).error)
  }
  if (filledWallet(payment)) {
    const { owner } = payment
    const { value: wallet } = await walletOf(tx, owner, amount.currency)
    const short = shortOf(wallet, amount.minorUnits)
    if (short.missing.minorUnits > 0n) return refuse({ code: 'wallet_insufficient', ...short })
  }
  const made = giveBack(move, { id, attemptId, amount, reason, destination, at: now })
  const kase = await storeChange(tx, deps, found.version, move.done(), {
    now,
    origin: {
      type: 'command',
      about: { type: 'payment', id: paymentId },
      name: 'refund_payment',
      actor: actorName(actor),
      data: { minorUnits: amount.minorUnits, reason, full: sameMoney(amount, refundable) },
    },
  })
  const stored = kase.refunds.find((each) => each.id === id) ?? bug(`Refund '${id}' was not stored.`)
  const outcome = await settleKey<RefundPaymentOutcome>(tx, request, ok({ refund: stored, payment: kase.payment }))
  if (made.destination === 'wallet') return { outcome }
  return { outcome, work: await takeEffect(tx, deps, { type: 'send_refund', paymentId, refundId: id }, now) }
}
