import type { AttemptId, RefundId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import { sameMoney } from '../kernel/money.ts'
import {
  decideAttempt,
  evolveAttempt,
  isBeside,
  isInDoubt,
  isLive,
  requestAttempt,
  type Attempt,
  type AttemptEvent,
  type AttemptState,
  type Charge,
  type ClosingReason,
} from '../payment/attempt.ts'
import type { PaymentFailure } from '../payment/failure.ts'
import { getAttempt, refundableFrom, type PaymentCase } from '../payment/payment-case.ts'
import type { RefundReason } from '../payment/refund.ts'
import { moveCase, type CaseChange, type CaseMove } from './case-change.ts'
import { giveBack, refundsTo, type RefundPolicy } from './give-back.ts'

/** What the host wants done with money that does not fit. */
export interface SettlementPolicy extends RefundPolicy {
  /** Money for a cancelled payment: send it back, or count it if the payment can still take it. */
  readonly lateMoney: 'refund' | 'honour'
  /** Money in another amount or currency than asked for: send it back, or keep it where it is until a human decides. */
  readonly wrongAmount: 'refund' | 'hold'
}

/** Something the provider says about an attempt, and when we heard it. */
export interface Observation {
  readonly at: Instant
  readonly state: AttemptState
  readonly providerId?: string
}

/**
 * What it means for a payment that the provider says this about one of its attempts.
 *
 * Money is counted once: for the first attempt that brings the sum asked for. All other money goes back, each charge by
 * one refund whose id follows from the attempt's, so that hearing of it again sends nothing twice. An attempt that ends
 * without money fails the payment, or ends it where that is why the attempt was closed.
 */
export const settle = (
  kase: PaymentCase,
  attemptId: AttemptId,
  observation: Observation,
  policy: SettlementPolicy,
): CaseChange => {
  const attempt = getAttempt(kase, attemptId)
  const change = moveCase(kase)
  const { state } = observation
  if (isSurplus(attempt, state)) return settleSurplus(change, attempt, { ...observation, state }, policy)
  const { events } = decideAttempt(attempt, { type: 'observe', ...observation })
  if (events.length === 0) return settleOldNews(change, attempt, observation)

  for (const event of events) {
    change.attempt(evolveAttempt(getAttempt(change.kase, attemptId), event), event)
    switch (event.type) {
      case 'opened':
        if (attempt.announce && isLive(attempt) && attempt.closing === undefined) announcePage(change, attempt, event)
        break
      case 'processing_started':
        closeOwnPage(change, attempt, event.providerId)
        noteProgress(change, observation)
        break
      case 'captured':
        seeToOwnPage(change, attempt, event)
        settleMoney(change, attempt, event.charge, event.at, policy)
        break
      case 'declined':
        settleEnding(change, attempt, event.failure, event.at)
        break
      case 'expired':
        settleEnding(change, attempt, { code: 'session_expired', retryable: true }, event.at)
        break
      // The payer is still there, and sees it on the page.
      case 'page_declined':
      case 'close_requested':
      case 'looked':
      case 'asking_ended':
      case 'charge_moved':
        break
    }
  }
  return change.done()
}

/** News that moves no attempt can still show that the provider holds something we had given up. */
const settleOldNews = (change: CaseMove, attempt: Attempt, { at, state, providerId }: Observation): CaseChange => {
  const isGivenUp = !isLive(attempt) && attempt.status !== 'succeeded'
  if (state.type === 'opened' && providerId !== undefined && (isGivenUp || isBeside(attempt, providerId)))
    change.effect({ type: 'close_attempt', paymentId: attempt.paymentId, attemptId: attempt.id, providerId })
  const isOnItsWay = state.type === 'processing' || state.type === 'authorized'
  // Late news, or money on its way by a page that is not the one by which some has come.
  if (isOnItsWay && isInDoubt(attempt, providerId))
    change.effect({ type: 'look_up_attempt', paymentId: attempt.paymentId, attemptId: attempt.id, providerId })
  else if (state.type === 'authorized' && isLive(attempt)) change.payment({ type: 'note_authorized', at })
  if (state.type === 'captured' && isBeside(attempt, providerId)) {
    closeOwnPage(change, attempt, providerId)
    change.attemptQuietly({ ...attempt, providerId })
  }
  return change.done()
}

type Captured = Extract<AttemptState, { readonly type: 'captured' }>

/** True for money that an attempt brings beside what it has brought already: it had two pages, and both were paid. */
const isSurplus = (attempt: Attempt, state: AttemptState): state is Captured =>
  attempt.status === 'succeeded' && state.type === 'captured' && state.charge.id !== attempt.charge.id

/** Money that came a second time by one attempt is kept as an attempt of its own, which nobody asked for, and goes back as one. */
const settleSurplus = (
  change: CaseMove,
  attempt: Attempt,
  { at, providerId, state }: Observation & { readonly state: Captured },
  policy: SettlementPolicy,
): CaseChange => {
  closeOwnPage(change, attempt, providerId)
  const { charge } = state
  if (change.kase.attempts.some((each) => each.status === 'succeeded' && each.charge.id === charge.id))
    return change.done()
  const id = `${attempt.id}:${charge.id}` as AttemptId
  const found = requestAttempt({ ...attempt, id, announce: false, at: attempt.requestedAt })
  change.attempt(found, { type: 'found_at_provider' })
  const captured = { type: 'captured' as const, at, charge, ...(isBeside(attempt, providerId) ? { providerId } : {}) }
  change.attempt(evolveAttempt(found, captured), captured)
  settleMoney(change, found, charge, at, policy)
  return change.done()
}

/** Where a page beside the attempt's own one is paid, its own one must not stay open. */
const closeOwnPage = (change: CaseMove, attempt: Attempt, paidAt: string | undefined): void => {
  const { id, paymentId, providerId } = attempt
  if (providerId !== undefined && isBeside(attempt, paidAt))
    change.effect({ type: 'close_attempt', paymentId, attemptId: id, providerId })
}

/**
 * What is left to do about the own page when money has come. By a page that is not named it may not have been the own one: what was on
 * its way by that may be still, and a sum that it did not ask for came by another.
 */
const seeToOwnPage = (
  change: CaseMove,
  attempt: Attempt,
  { charge, providerId: paidAt }: Extract<AttemptEvent, { readonly type: 'captured' }>,
): void => {
  closeOwnPage(change, attempt, paidAt)
  const { id, paymentId, kind, status, providerId, amount } = attempt
  if (kind !== 'hosted' || providerId === undefined || paidAt !== undefined) return
  const about = { paymentId, attemptId: id, providerId }
  if (status === 'processing') change.effect({ type: 'look_up_attempt', ...about })
  if (status === 'open' && !sameMoney(charge.amount, amount)) change.effect({ type: 'close_attempt', ...about })
}

const noteProgress = (change: CaseMove, { at, state }: Observation): void => {
  change.payment(state.type === 'authorized' ? { type: 'note_authorized', at } : { type: 'note_processing' })
}

const settleMoney = (
  change: CaseMove,
  attempt: Attempt,
  charge: Charge,
  at: Instant,
  policy: SettlementPolicy,
): void => {
  const { payment } = change.kase
  const asAsked = sameMoney(charge.amount, attempt.amount) && sameMoney(charge.amount, payment.amount)
  if (!asAsked) {
    change.payment({ type: 'note_failure', at, failure: { code: 'amount_mismatch', retryable: true } })
    change.attention(`amount_mismatch:${attempt.id}`, 'amount_mismatch', at, {
      attemptId: attempt.id,
      chargeId: charge.id,
      policy: policy.wrongAmount,
      expected: `${attempt.amount.minorUnits} ${attempt.amount.currency}`,
      reported: `${charge.amount.minorUnits} ${charge.amount.currency}`,
    })
    if (policy.wrongAmount === 'refund') sendBack(change, attempt.id, { at, reason: 'amount_mismatch', policy })
    return
  }
  const refusal = change.payment({
    type: 'count_capture',
    at,
    attemptId: attempt.id,
    honourLate: policy.lateMoney === 'honour',
  })
  if (refusal !== undefined) {
    const reason = refusal.code === 'payment_cancelled' ? 'late_payment' : 'duplicate'
    sendBack(change, attempt.id, { at, reason, policy })
    return
  }
  // Nobody should still be looking at a page for what has just been paid.
  for (const other of change.kase.attempts.filter(isLive)) closeAttempt(change, other, 'replaced')
}

const settleEnding = (change: CaseMove, attempt: Attempt, failure: PaymentFailure, at: Instant): void => {
  const closing = isLive(attempt) ? attempt.closing : undefined
  if (closing === 'replaced') {
    change.payment({ type: 'note_withdrawal' })
    return
  }
  if (closing !== undefined) {
    change.payment({ type: 'cancel', at, reason: closing })
    return
  }
  change.payment({ type: 'note_failure', at, failure })
  const ownerIsAway = attempt.kind === 'off_session' && attempt.announce
  if (ownerIsAway && change.kase.payment.status === 'failed') change.wantFallback()
}

/** Marks a live attempt as ending and asks the provider to end it. It stays live until the provider agrees. */
export const closeAttempt = (change: CaseMove, attempt: Attempt, reason: ClosingReason): void => {
  const { events } = decideAttempt(attempt, { type: 'close', reason })
  for (const event of events) change.attempt(evolveAttempt(attempt, event), event)
  change.effect({ type: 'close_attempt', paymentId: attempt.paymentId, attemptId: attempt.id })
}

/**
 * Sends back what is left of an attempt's charge, once: the refund's id follows from the attempt's. Only where the
 * provider would not make that refund (somebody had given back a part of it there) does the rest go under a next id.
 */
export const sendBack = (
  change: CaseMove,
  attemptId: AttemptId,
  { at, reason, policy }: { readonly at: Instant; readonly reason: RefundReason; readonly policy: RefundPolicy },
): void => {
  const attempt = getAttempt(change.kase, attemptId)
  const before = change.kase.refunds.filter(({ id }) => isSentBack(id, attemptId))
  const left = refundableFrom(change.kase, attempt)
  if (attempt.status !== 'succeeded' || left === 0n || before.some(({ status }) => status !== 'failed')) return
  const id = (before.length === 0 ? `rf_${attemptId}` : `rf_${attemptId}.${before.length + 1}`) as RefundId
  const amount = { ...attempt.charge.amount, minorUnits: left }
  const asked = { id, attemptId, amount, reason, destination: refundsTo(policy, reason), at }
  const { destination } = giveBack(change, asked)
  if (before.length === 0 && (reason === 'late_payment' || reason === 'duplicate' || reason === 'amount_mismatch'))
    change.effect({
      type: 'send_message',
      paymentId: attempt.paymentId,
      message: {
        id: `refunded:${id}`,
        to: change.kase.payment.owner,
        paymentId: attempt.paymentId,
        template: 'refunded_surplus',
        reason,
        amount,
        destination,
      },
    })
}

/** True for a refund that {@link sendBack} decided, and nobody asked for. */
export const isSentBack = (id: RefundId, attemptId: AttemptId): boolean =>
  id === `rf_${attemptId}` || id.startsWith(`rf_${attemptId}.`)

/** Sends the link to a page to whoever is to pay on it, once. */
export const announcePage = (
  change: CaseMove,
  attempt: Attempt,
  { url, expiresAt }: { readonly url: string; readonly expiresAt: Instant },
): void => {
  const { payment } = change.kase
  change.effect({
    type: 'send_message',
    paymentId: payment.id,
    message: {
      id: `payment_link:${attempt.id}`,
      to: payment.owner,
      paymentId: payment.id,
      template: 'payment_link',
      url,
      amount: attempt.amount,
      expiresAt,
      subject: payment.subject,
    },
  })
}
