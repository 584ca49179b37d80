import { hour, minute, type Instant } from '../kernel/instant.ts'
import { sameMoney } from '../kernel/money.ts'
import type { AttemptKind, LiveAttempt } from '../payment/attempt.ts'
import { isCollected } from '../payment/payment.ts'
import { liveAttempt, type PaymentCase } from '../payment/payment-case.ts'

/** What to do for somebody who wants to pay. */
export type AttemptPlan =
  /** Nothing is live: a new attempt may be stored and asked for. */
  | { readonly type: 'start' }
  /** A page is open and fits: it is the answer, however often it is asked for. */
  | { readonly type: 'use'; readonly attempt: Extract<LiveAttempt, { readonly status: 'open' }> }
  /** Somebody asked and has not heard yet, or the money is on its way: wait for that, start nothing. */
  | { readonly type: 'wait'; readonly attempt: LiveAttempt }
  /** A page is open that no longer will do: it must be proven dead at the provider before anything is started. */
  | { readonly type: 'close_first'; readonly attempt: LiveAttempt }

/** Why nobody can be sent to pay now, or ever. */
export type AttemptPlanRefusal =
  | { readonly code: 'payment_already_completed' }
  | { readonly code: 'payment_cancelled' }
  /** A saved card is being charged, or the payer has paid and the money has not come yet. */
  | { readonly code: 'charge_in_flight' }

/** A page must be open at least this much longer to be worth sending somebody to. */
export const shortestUsefulPageMs = minute

/**
 * The rule that a payment has one live attempt, over all kinds: whether to start, share, await or first end one.
 *
 * Refuses, first match wins: `payment_already_completed`, `payment_cancelled`, `charge_in_flight`.
 *
 * The rule leans on `liveAttempt`: an attempt is live until the provider itself has said that it is dead.
 */
export const planAttempt = (
  kase: PaymentCase,
  kind: AttemptKind,
  now: Instant,
): AttemptPlan | { readonly type: 'refuse'; readonly refusal: AttemptPlanRefusal } => {
  if (isCollected(kase.payment)) return { type: 'refuse', refusal: { code: 'payment_already_completed' } }
  if (kase.payment.status === 'cancelled') return { type: 'refuse', refusal: { code: 'payment_cancelled' } }
  const attempt = liveAttempt(kase)
  if (attempt === undefined)
    return kase.payment.status === 'authorized' || kase.payment.status === 'processing'
      ? { type: 'refuse', refusal: { code: 'charge_in_flight' } }
      : { type: 'start' }
  if (attempt.status === 'processing') return { type: 'refuse', refusal: { code: 'charge_in_flight' } }
  if (attempt.closing !== undefined) return { type: 'close_first', attempt }
  if (attempt.status === 'requested')
    return attempt.kind === kind || attempt.kind === 'hosted'
      ? { type: 'wait', attempt }
      : { type: 'refuse', refusal: { code: 'charge_in_flight' } }
  const fits = sameMoney(attempt.amount, kase.payment.amount) && attempt.expiresAt - now >= shortestUsefulPageMs
  return fits && kind === 'hosted' ? { type: 'use', attempt } : { type: 'close_first', attempt }
}

/**
 * How long after an attempt was asked for its idempotency key can be relied on at the provider.
 *
 * Stripe keeps keys for at least 24 hours (API reference, idempotent requests); an hour is left for clocks that disagree.
 * Past this, an attempt that nobody heard of is looked up instead of asked for again.
 */
export const keyTrustMs = 23 * hour
