import type { Effect } from '../effect/effect.ts'
import { bug } from '../kernel/bug.ts'
import type { AttemptId, PaymentId } from '../kernel/ids.ts'
import { minute } from '../kernel/instant.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import { isEnding } from '../payment/attempt.ts'
import { planAttempt, type AttemptPlanRefusal } from '../one-live-attempt/one-live-attempt.ts'
import type { PaymentFailure } from '../payment/failure.ts'
import { isCollected, type Payment, type SavedCard } from '../payment/payment.ts'
import { getAttempt, type PaymentCase } from '../payment/payment-case.ts'
import type { Transaction, Versioned } from '../ports/unit-of-work.ts'
import { beginAttempt } from '../settlement/begin-attempt.ts'
import { moveCase } from '../settlement/case-change.ts'
import { actorName, type Actor } from './actor.ts'
import { checkSubject, type SubjectRefusal } from './check-subject.ts'
import { claimPayment, type ClaimRefusal } from './claim-payment.ts'
import { closeLiveAttempt } from './close-live-attempt.ts'
import type { Dependencies } from './dependencies.ts'
import type { ListPaymentMethods } from './list-payment-methods.ts'
import { ownCard, type CardRefusal } from './own-card.ts'
import type { Performed, PerformEffect } from './perform-effect.ts'
import { settleKey } from './request-key.ts'
import { storeChange } from './store-change.ts'
import { takeEffect } from './take-effect.ts'
import { untilAnswered, type Step } from './until-answered.ts'

/** What is asked of {@link payWithSavedCard}. Nobody charges the card of somebody else, staff included. */
export interface PayWithSavedCardRequest {
  readonly actor: Extract<Actor, { readonly type: 'owner' }>
  readonly paymentId: PaymentId
  /** From the owner's list. */
  readonly paymentMethodId: string
  readonly idempotencyKey?: string
}

/** The card has paid, or is being charged: look at the payment. */
export type ChargedCard =
  | { readonly type: 'paid'; readonly paymentId: PaymentId; readonly payment: Payment }
  | { readonly type: 'pending'; readonly paymentId: PaymentId }

/** Why {@link payWithSavedCard} refuses. */
export type PayWithSavedCardRefusal =
  | AttemptPlanRefusal
  | ClaimRefusal
  | SubjectRefusal
  | CardRefusal
  | { readonly code: 'saved_card_not_for_this' }
  | { readonly code: 'payment_declined'; readonly failure: PaymentFailure }

/** What {@link payWithSavedCard} answers. */
export type PayWithSavedCardOutcome = Result<ChargedCard, PayWithSavedCardRefusal>
/** The use case {@link payWithSavedCard}, wired. */
export type PayWithSavedCard = (request: PayWithSavedCardRequest) => Promise<PayWithSavedCardOutcome>

/**
 * Pays a payment with a card that its owner has let the provider keep, while they look on. A hosted page that is open is
 * expired at the provider first, so that nobody pays twice.
 *
 * However many ask at once, the card is charged once, and all get the same answer. One that is declined leaves the payment to
 * be paid in any other way; no page is opened for it and no message goes out.
 *
 * Where what was paid for is lost to somebody else in the same moment, the money is on its way back and the answer is
 * `slot_taken`.
 *
 * Refuses, first match wins: `payment_not_found`, `idempotency_key_reused`, `saved_card_not_for_this` (a balance has a card
 * of its own, see `startBalance`), `payment_already_completed`, `payment_cancelled`, `charge_in_flight`,
 * `reservation_cancelled`, `order_cancelled`, `order_expired`, `intent_expired`, `slot_taken`, `payment_method_not_found`,
 * `payment_method_expired`, `payment_declined`, `provider_unavailable` (nothing is lost: a charge that was asked for goes on by
 * itself, and the same request may be made again after `retryAfterMs`).
 */
export const payWithSavedCard =
  (
    deps: Dependencies & { readonly perform: PerformEffect; readonly listPaymentMethods: ListPaymentMethods },
  ): PayWithSavedCard =>
  async (request) => {
    const { paymentId } = request
    const card = await ownCard(deps, request.actor, request.paymentMethodId)
    // Whoever waits for a charge that is under way is answered by what becomes of it.
    let awaited: AttemptId | undefined
    return untilAnswered<PayWithSavedCardOutcome, Charging>(deps, {
      async next(tx) {
        const step = await nextStep(tx, deps, request, card, awaited)
        awaited = step.type === 'wait' ? step.awaited.id : undefined
        return step
      },
      late: (awaited) =>
        isEnding(awaited)
          ? err({ code: 'provider_unavailable', retryAfterMs: minute })
          : ok({ type: 'pending', paymentId }),
      async perform({ work, charged, known }) {
        let answer: PayWithSavedCardOutcome | undefined
        const performed = await deps.perform(
          work,
          async (tx, kase) => {
            answer = charged === undefined ? undefined : answerOf(kase, charged)
            if (answer !== undefined) answer = await settleKey(tx, request, answer)
          },
          known,
        )
        return performed.type === 'postponed' ? unheard(performed, charged, paymentId) : answer
      },
    })
  }

/** The attempt that is begun where the card is being charged, and its case. */
interface Charging {
  readonly charged?: AttemptId
  readonly known?: PaymentCase
}

type CardStep = Step<PayWithSavedCardOutcome, Charging>

const nextStep = async (
  tx: Transaction,
  deps: Dependencies,
  request: PayWithSavedCardRequest,
  card: Result<SavedCard, CardRefusal>,
  awaited: AttemptId | undefined,
): Promise<CardStep> => {
  const { actor, paymentId, paymentMethodId } = request
  const now = deps.clock.now()
  const asked = { useCase: 'pay_with_saved_card', paymentMethodId }
  const claimed = await claimPayment<PayWithSavedCardOutcome>(tx, request, asked, now)
  if (claimed.type === 'answer') return claimed
  const { found, settle } = claimed
  const came = awaited === undefined ? undefined : answerOf(found.value, awaited)
  if (came !== undefined) return settle(came)
  if (found.value.payment.purpose === 'balance') return settle(err({ code: 'saved_card_not_for_this' }))
  const plan = planAttempt(found.value, 'off_session', now)
  if (plan.type === 'refuse') return settle(err(plan.refusal))
  if (plan.type === 'wait') return { type: 'wait', awaited: plan.attempt }
  const subject = await checkSubject(tx, deps, found.value, now)
  if (!subject.ok) return settle(subject)
  if (!card.ok) return card.error.code === 'provider_unavailable' ? { type: 'answer', outcome: card } : settle(card)
  const origin = {
    type: 'command' as const,
    about: { type: 'payment', id: paymentId },
    name: 'pay_with_saved_card',
    actor: actorName(actor),
    data: { plan: plan.type },
  }
  if (plan.type !== 'start') {
    const work = await closeLiveAttempt(tx, deps, found, plan.attempt, { reason: 'replaced', now, origin })
    return work === undefined ? { type: 'wait', awaited: plan.attempt } : { type: 'perform', work }
  }
  return charge(tx, deps, found, { card: card.value, now, origin })
}

const charge = async (
  tx: Transaction,
  deps: Dependencies,
  found: Versioned<PaymentCase>,
  { card, now, origin }: { readonly card: SavedCard } & Required<Parameters<typeof storeChange>[4]>,
): Promise<CardStep> => {
  const move = moveCase(found.value)
  const id = deps.ids.next('attempt')
  const attempt = beginAttempt(move, { id, kind: 'off_session', announce: false, at: now, card })
  const known = await storeChange(tx, deps, found.version, move.done(), { now, origin })
  const effect: Effect = { type: 'charge_saved_card', paymentId: known.payment.id, attemptId: id }
  const work = await takeEffect(tx, deps, effect, now)
  return work === undefined ? { type: 'wait', awaited: attempt } : { type: 'perform', work, charged: id, known }
}

/** What the case says to whoever had this card charged; `undefined` when that is for the next round to find out. */
const answerOf = (kase: PaymentCase, charged: AttemptId): PayWithSavedCardOutcome | undefined => {
  const { payment, refunds } = kase
  const attempt = getAttempt(kase, charged)
  if (attempt.kind !== 'off_session') return undefined
  switch (attempt.status) {
    case 'succeeded':
      if (payment.status === 'cancelled') return err({ code: 'payment_cancelled' })
      if (isCollected(payment) && payment.attemptId !== charged) return err({ code: 'payment_already_completed' })
      return refunds.some(({ attemptId }) => attemptId === charged)
        ? err({ code: 'slot_taken' })
        : ok({ type: 'paid', paymentId: payment.id, payment })
    case 'processing':
      return ok({ type: 'pending', paymentId: payment.id })
    case 'declined':
      return err({ code: 'payment_declined', failure: attempt.failure })
    case 'open':
      return bug(`Attempt '${charged}' charges a card, but has a page.`)
    case 'requested':
    case 'expired':
      return undefined
  }
}

const unheard = (
  performed: Extract<Performed, { readonly type: 'postponed' }>,
  charged: AttemptId | undefined,
  paymentId: PaymentId,
): PayWithSavedCardOutcome =>
  performed.because === 'unknown' && charged !== undefined
    ? ok({ type: 'pending', paymentId })
    : err({ code: 'provider_unavailable', retryAfterMs: performed.retryAfterMs })
