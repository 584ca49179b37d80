import type { Effect } from '../effect/effect.ts'
import { amountFault, invalidAmount, type InvalidAmount } from '../fulfilment/amount-fault.ts'
import type { IntentId, PaymentId } from '../kernel/ids.ts'
import type { AmountLimits, Money } from '../kernel/money.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { LineItem, Payment } from '../payment/payment.ts'
import { liveAttempt } from '../payment/payment-case.ts'
import type { Leased } from '../ports/queue.ts'
import type { PaymentSummary, Transaction } from '../ports/unit-of-work.ts'
import { moveCase } from '../settlement/case-change.ts'
import { actorName, type Actor } from './actor.ts'
import { closeLiveAttempt } from './close-live-attempt.ts'
import type { Dependencies } from './dependencies.ts'
import type { PerformEffect } from './perform-effect.ts'
import { storeChange } from './store-change.ts'

/** What is asked of {@link changeAmount}. */
export interface ChangeAmountRequest {
  /** Prices are the host's to change, never an owner's. */
  readonly actor: Exclude<Actor, { readonly type: 'owner' }>
  readonly paymentId: PaymentId
  readonly amount: Money
  /** What the payer is to read from now on; absent: as before. */
  readonly item?: LineItem
}

/** Why {@link changeAmount} refuses. */
export type ChangeAmountRefusal =
  | { readonly code: 'payment_not_found' }
  | InvalidAmount
  | { readonly code: 'payment_already_completed' }
  | { readonly code: 'payment_cancelled' }
  | { readonly code: 'charge_in_flight' }
  | { readonly code: 'provider_unavailable'; readonly retryAfterMs: number }

/** The use case {@link changeAmount}, wired. */
export type ChangeAmount = (request: ChangeAmountRequest) => Promise<Result<PaymentSummary, ChangeAmountRefusal>>

/**
 * Changes what is due, where nobody has paid yet. An open page with the old price is expired at the provider first: if it
 * was paid before that, the old price stands.
 *
 * Refuses, first match wins: `payment_not_found`, `invalid_payload` (the amount: what cannot be charged, and of an order, or an
 * intent whose kind has limits, what it may not come to: `currency_not_taken`, `amount_too_small`, `amount_too_large`,
 * `amount_not_a_multiple`), `payment_already_completed`, `payment_cancelled`, `charge_in_flight`, `provider_unavailable` (the page
 * is being closed all the same).
 */
export const changeAmount =
  (deps: Dependencies & { readonly perform: PerformEffect }): ChangeAmount =>
  async (request) => {
    for (;;) {
      const step = await deps.unitOfWork.run((tx) => nextStep(tx, deps, request))
      if (step.type === 'answer') return step.outcome
      const performed = step.work === undefined ? undefined : await deps.perform(step.work)
      if (performed === undefined) return err({ code: 'charge_in_flight' })
      if (performed.type === 'postponed')
        return err({ code: 'provider_unavailable', retryAfterMs: performed.retryAfterMs })
    }
  }

type Step =
  | { readonly type: 'answer'; readonly outcome: Result<PaymentSummary, ChangeAmountRefusal> }
  /** Without work: somebody else is closing the page right now. */
  | { readonly type: 'close'; readonly work: Leased<Effect> | undefined }

const nextStep = async (tx: Transaction, deps: Dependencies, request: ChangeAmountRequest): Promise<Step> => {
  const now = deps.clock.now()
  const { paymentId } = request
  const answer = (outcome: Result<PaymentSummary, ChangeAmountRefusal>): Step => ({ type: 'answer', outcome })
  const found = await tx.payments.find(paymentId)
  if (found === undefined) return answer(err({ code: 'payment_not_found' }))
  const { payment } = found.value
  const fault = amountFault(request.amount, await limitsOf(tx, deps, payment))
  if (fault !== undefined) return answer(invalidAmount(fault))
  const origin = {
    type: 'command' as const,
    about: { type: 'payment', id: paymentId },
    name: 'change_amount',
    actor: actorName(request.actor),
    data: { minorUnits: request.amount.minorUnits, currency: request.amount.currency },
  }
  const live = liveAttempt(found.value)
  if (live === undefined || payment.status === 'cancelled') {
    const move = moveCase(found.value)
    const refusal = move.payment({ type: 'change_amount', amount: request.amount, item: request.item ?? payment.item })
    if (refusal !== undefined)
      return answer(
        err({ code: refusal.code === 'payment_cancelled' ? 'payment_cancelled' : 'payment_already_completed' }),
      )
    const change = move.done()
    if (change.facts.length === 0) return answer(ok({ payment, updatedAt: found.updatedAt }))
    const kase = await storeChange(tx, deps, found.version, change, { now, origin })
    return answer(ok({ payment: kase.payment, updatedAt: now }))
  }
  if (live.kind === 'off_session' || live.status === 'processing') return answer(err({ code: 'charge_in_flight' }))
  return { type: 'close', work: await closeLiveAttempt(tx, deps, found, live, { reason: 'replaced', now, origin }) }
}

/** What a payment may come to, by what it is for; `undefined`: whatever can be charged. */
const limitsOf = async (
  tx: Transaction,
  { settings, fulfilmentKinds }: Pick<Dependencies, 'settings' | 'fulfilmentKinds'>,
  { subject }: Payment,
): Promise<AmountLimits | undefined> => {
  switch (subject.type) {
    case 'order':
      return settings.orderLimits
    case 'intent': {
      const intent = (await tx.intents.find(subject.id as IntentId))?.value
      return fulfilmentKinds.find(({ name }) => name === intent?.kind)?.limits
    }
    case 'reservation':
      return undefined
  }
}
