import type { Effect } from '../effect/effect.ts'
import type { AttemptId, PaymentId } from '../kernel/ids.ts'
import { minute, type Instant } from '../kernel/instant.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import { bug } from '../kernel/bug.ts'
import { planAttempt, type AttemptPlanRefusal } from '../one-live-attempt/one-live-attempt.ts'
import { isEnding, type Attempt, type LiveAttempt } from '../payment/attempt.ts'
import type { PaymentFailure } from '../payment/failure.ts'
import { getAttempt, type PaymentCase } from '../payment/payment-case.ts'
import type { Transaction } from '../ports/unit-of-work.ts'
import { beginAttempt } from '../settlement/begin-attempt.ts'
import { moveCase } from '../settlement/case-change.ts'
import { actorName, type Actor } from './actor.ts'
import { checkSubject, type SubjectRefusal } from './check-subject.ts'
import { claimPayment, type ClaimRefusal } from './claim-payment.ts'
import { closeLiveAttempt } from './close-live-attempt.ts'
import type { Dependencies } from './dependencies.ts'
import type { Performed, PerformEffect } from './perform-effect.ts'
import { settleKey } from './request-key.ts'
import { pageTerms, storeChange } from './store-change.ts'
import { takeEffect } from './take-effect.ts'
import { untilAnswered, type Step } from './until-answered.ts'

/** What is asked of {@link startCheckout}. */
export interface StartCheckoutRequest {
  readonly actor: Actor
  readonly paymentId: PaymentId
  readonly idempotencyKey?: string
}

/** The page to send the payer to, or word that it is being opened: ask again, or look at the payment. */
export type Checkout =
  | {
      readonly type: 'open'
      readonly paymentId: PaymentId
      readonly attemptId: AttemptId
      readonly sessionId: string
      readonly checkoutUrl: string
      readonly expiresAt: Instant
    }
  | { readonly type: 'pending'; readonly paymentId: PaymentId }

/** Why {@link startCheckout} refuses. */
export type StartCheckoutRefusal =
  | AttemptPlanRefusal
  | ClaimRefusal
  | SubjectRefusal
  | { readonly code: 'payment_declined'; readonly failure: PaymentFailure }
  | { readonly code: 'provider_unavailable'; readonly retryAfterMs: number }

/** What {@link startCheckout} answers. */
export type StartCheckoutOutcome = Result<Checkout, StartCheckoutRefusal>
/** The use case {@link startCheckout}, wired. */
export type StartCheckout = (request: StartCheckoutRequest) => Promise<StartCheckoutOutcome>

/**
 * Leads to the one hosted page on which this payment can be paid: the open one if there is one that fits, else a new one.
 * Also what "retry" is: it never charges a saved card and sends no message.
 *
 * However many ask at once, one page is opened, and all get it. A page that no longer fits is expired at the provider
 * before another is asked for. The attempt and its key are stored before the provider is asked, the page's id before
 * anybody is sent to it.
 *
 * A page that is being closed because the payment is to end is not brought back, and no other is opened. Whoever asks has the provider
 * asked about it at once, and hears what has become of it: `payment_cancelled`, or that it was paid.
 *
 * Refuses, first match wins: `payment_not_found`, `idempotency_key_reused`, `payment_already_completed`,
 * `payment_cancelled`, `charge_in_flight`, `reservation_cancelled`, `order_cancelled`, `order_expired`, `intent_expired`,
 * `slot_taken`, `payment_declined`
 * (the provider would not open a page for this), `provider_unavailable` (nothing is lost: it goes on by itself, and the
 * same request may be made again after `retryAfterMs`; also where it is not known yet whether what is to end was paid).
 */
export const startCheckout =
  (deps: Dependencies & { readonly perform: PerformEffect }): StartCheckout =>
  (request) =>
    untilAnswered<StartCheckoutOutcome, Opening>(deps, {
      next: (tx) => nextStep(tx, deps, request),
      late: (awaited) =>
        isEnding(awaited)
          ? err({ code: 'provider_unavailable', retryAfterMs: minute })
          : ok({ type: 'pending', paymentId: request.paymentId }),
      async perform({ work, opened, closed, known }) {
        let answer: StartCheckoutOutcome | undefined
        const performed = await deps.perform(
          work,
          async (tx, kase) => {
            answer = answerOf(kase, opened)
            if (answer !== undefined) answer = await settleKey(tx, request, answer)
          },
          known,
        )
        return performed.type === 'postponed' ? unheard(performed, closed, request.paymentId) : answer
      },
    })

/** The attempt that is begun where a page is being opened, and its case; or the one that is closed before. */
interface Opening {
  readonly opened?: AttemptId
  readonly closed?: LiveAttempt
  readonly known?: PaymentCase
}

type CheckoutStep = Step<StartCheckoutOutcome, Opening>

const nextStep = async (tx: Transaction, deps: Dependencies, request: StartCheckoutRequest): Promise<CheckoutStep> => {
  const now = deps.clock.now()
  const claimed = await claimPayment<StartCheckoutOutcome>(tx, request, { useCase: 'start_checkout' }, now)
  if (claimed.type === 'answer') return claimed
  const { found, settle } = claimed
  const plan = planAttempt(found.value, 'hosted', now)
  const origin = {
    type: 'command' as const,
    about: { type: 'payment', id: request.paymentId },
    name: 'start_checkout',
    actor: actorName(request.actor),
    data: { plan: plan.type },
  }
  switch (plan.type) {
    case 'refuse':
      return settle(err(plan.refusal))
    case 'use': {
      const subject = await checkSubject(tx, deps, found.value, now)
      return settle(subject.ok ? ok(openPage(plan.attempt)) : subject)
    }
    case 'wait':
      return { type: 'wait', awaited: plan.attempt }
    case 'close_first': {
      const work = await closeLiveAttempt(tx, deps, found, plan.attempt, { reason: 'replaced', now, origin })
      return work === undefined
        ? { type: 'wait', awaited: plan.attempt }
        : { type: 'perform', work, closed: plan.attempt }
    }
    case 'start': {
      const subject = await checkSubject(tx, deps, found.value, now)
      if (!subject.ok) return settle(subject)
      const move = moveCase(found.value)
      const page = await pageTerms(tx, deps, found.value.payment, now, subject.value.endsAt)
      const attempt = beginAttempt(move, {
        id: deps.ids.next('attempt'),
        kind: 'hosted',
        announce: false,
        at: now,
        page,
      })
      const known = await storeChange(tx, deps, found.version, move.done(), { now, origin })
      const effect: Effect = { type: 'open_session', paymentId: request.paymentId, attemptId: attempt.id }
      const work = await takeEffect(tx, deps, effect, now)
      return work === undefined
        ? { type: 'wait', awaited: attempt }
        : { type: 'perform', work, opened: attempt.id, known }
    }
  }
}

/** What the case says to whoever asked for this page; `undefined` when that is for the next round to find out. */
const answerOf = (kase: PaymentCase, opened: AttemptId | undefined): StartCheckoutOutcome | undefined => {
  if (opened === undefined) return undefined
  const attempt = getAttempt(kase, opened)
  if (attempt.status === 'open' && attempt.closing === undefined) return ok(openPage(attempt))
  return attempt.status === 'declined' ? err({ code: 'payment_declined', failure: attempt.failure }) : undefined
}

const openPage = (attempt: Extract<Attempt, { readonly status: 'open' }>): Checkout => ({
  type: 'open',
  paymentId: attempt.paymentId,
  attemptId: attempt.id,
  checkoutUrl: attempt.url,
  expiresAt: attempt.expiresAt,
  sessionId: attempt.providerId ?? bug(`Open attempt '${attempt.id}' has no session.`),
})

const unheard = (
  performed: Extract<Performed, { readonly type: 'postponed' }>,
  closed: LiveAttempt | undefined,
  paymentId: PaymentId,
): StartCheckoutOutcome =>
  performed.because === 'unknown' && !(closed !== undefined && isEnding(closed))
    ? ok({ type: 'pending', paymentId })
    : err({ code: 'provider_unavailable', retryAfterMs: performed.retryAfterMs })
