import type { Effect } from '../effect/effect.ts'
import type { PaymentId, ReservationId } from '../kernel/ids.ts'
import { bug } from '../kernel/bug.ts'
import { minute, type Instant } from '../kernel/instant.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import { isLive } from '../payment/attempt.ts'
import type { Payment } from '../payment/payment.ts'
import type { PaymentCase } from '../payment/payment-case.ts'
import type { Leased } from '../ports/queue.ts'
import type { Transaction } from '../ports/unit-of-work.ts'
import { decideReservation, evolveReservation, type ReservationRefusal } from '../reservation/reservation.ts'
import { planAttempt } from '../one-live-attempt/one-live-attempt.ts'
import { beginAttempt } from '../settlement/begin-attempt.ts'
import { moveCase } from '../settlement/case-change.ts'
import { announcePage } from '../settlement/settlement.ts'
import { actorName, mayTouch, type Actor } from './actor.ts'
import { closeLiveAttempt } from './close-live-attempt.ts'
import type { Dependencies } from './dependencies.ts'
import type { Performed, PerformEffect } from './perform-effect.ts'
import { claimKey, settleKey, type KeyReused } from './request-key.ts'
import { pageTerms, storeChange } from './store-change.ts'
import { takeEffect } from './take-effect.ts'

/** What is asked of {@link startBalance}. */
export interface StartBalanceRequest {
  readonly actor: Actor
  readonly reservationId: ReservationId
  readonly idempotencyKey?: string
}

/** How the balance stands after it was started. */
export interface StartedBalance {
  readonly paymentId: PaymentId
  readonly paymentStatus: Payment['status']
  /** The page that was opened because the card did not work, or because there is none. */
  readonly checkoutUrl?: string
  readonly expiresAt?: Instant
}

/** What {@link startBalance} answers. */
export type StartBalanceOutcome = Result<
  StartedBalance,
  | KeyReused
  | { readonly code: 'reservation_not_found' }
  | Extract<
      ReservationRefusal,
      { readonly code: 'reservation_cancelled' | 'balance_not_owed' | 'balance_already_paid' }
    >
  | { readonly code: 'payment_cancelled' }
  /** Its owner has paid on a page, by a method whose money takes a while. */
  | { readonly code: 'charge_in_flight' }
  | { readonly code: 'provider_unavailable'; readonly retryAfterMs: number }
>
/** The use case {@link startBalance}, wired. */
export type StartBalance = (request: StartBalanceRequest) => Promise<StartBalanceOutcome>

/**
 * Collects a reservation's balance for the first time: charges the saved card without its owner present. Where that is
 * declined or needs the owner, one hosted page is opened and one message with its link goes out. Started already: says
 * how it stands, and does nothing.
 *
 * A page that its owner opened before the day is no start. To people it is the answer. On the day itself (the system asks)
 * it is expired at the provider first where a card is kept, and then the card is charged: never both at once. Where none is,
 * the page stays, and is what the message links to.
 *
 * Refuses, first match wins: `reservation_not_found`, `idempotency_key_reused`, `reservation_cancelled`,
 * `balance_not_owed`, `balance_already_paid`, `payment_cancelled`, `charge_in_flight`, `provider_unavailable` (the page is
 * being closed all the same).
 */
export const startBalance =
  (deps: Dependencies & { readonly perform: PerformEffect }): StartBalance =>
  async (request) => {
    const { unitOfWork, perform } = deps
    const known = await unitOfWork.read((tx) => tx.reservations.find(request.reservationId))
    if (known === undefined || !mayTouch(request.actor, known.value.owner))
      return err({ code: 'reservation_not_found' })
    let step = await unitOfWork.run((tx) => begin(tx, deps, request, known.value.balance?.paymentId))
    while (step.type === 'close') {
      const closed = step.work === undefined ? undefined : await perform(step.work)
      if (closed?.type !== 'done') return err({ code: 'provider_unavailable', retryAfterMs: waitOf(closed) })
      step = await unitOfWork.run((tx) => begin(tx, deps, request, known.value.balance?.paymentId))
    }
    if (step.type === 'answer') return step.outcome
    const { work, paymentId } = step
    if (work !== undefined) await perform(work)
    // A card that failed has left a page to be opened: open it now, while somebody may be looking.
    const fallback = await unitOfWork.run(async (tx) => {
      const kase = await getCase(tx, paymentId)
      const live = kase.attempts.find(isLive)
      return live?.status === 'requested' && live.kind === 'hosted'
        ? takeEffect(tx, deps, { type: 'open_session', paymentId, attemptId: live.id }, deps.clock.now())
        : undefined
    })
    if (fallback !== undefined) await perform(fallback)
    return unitOfWork.run(async (tx): Promise<StartBalanceOutcome> => {
      const kase = await getCase(tx, paymentId)
      const outcome = ok(standing(kase))
      return kase.attempts.some(({ status }) => status === 'requested') ? outcome : settleKey(tx, request, outcome)
    })
  }

type Step =
  | { readonly type: 'answer'; readonly outcome: StartBalanceOutcome }
  /** Without work: somebody else is charging, or closing the page, right now. */
  | { readonly type: 'perform'; readonly paymentId: PaymentId; readonly work: Leased<Effect> | undefined }
  | { readonly type: 'close'; readonly work: Leased<Effect> | undefined }

const begin = async (
  tx: Transaction,
  deps: Dependencies,
  request: StartBalanceRequest,
  balancePaymentId: PaymentId | undefined,
): Promise<Step> => {
  const { clock, ids } = deps
  const now = clock.now()
  const answer = (outcome: StartBalanceOutcome): Step => ({ type: 'answer', outcome })
  // Always the payment before its reservation: whoever locks both locks them in this order.
  const found = balancePaymentId === undefined ? undefined : await tx.payments.find(balancePaymentId)
  const known =
    (await tx.reservations.find(request.reservationId)) ?? bug(`Reservation '${request.reservationId}' is gone.`)
  const asked = { useCase: 'start_balance', reservationId: request.reservationId }
  const claim = await claimKey<StartBalanceOutcome>(tx, request, asked, now)
  if (claim.type === 'reused') return answer(err({ code: 'idempotency_key_reused' }))
  if (claim.type === 'settled') return answer(claim.outcome)
  const settle = async (outcome: StartBalanceOutcome): Promise<Step> => answer(await settleKey(tx, request, outcome))

  const decision = decideReservation(known.value, { type: 'start_balance' })
  if (!decision.ok) {
    // The stay is over, and nobody owes its balance; nor has anybody paid it.
    const isWaived = decision.refusal.code === 'balance_already_paid' && found?.value.payment.status === 'cancelled'
    if (isWaived) return settle(err({ code: 'payment_cancelled' }))
    return settle(err(decision.refusal as Extract<StartBalanceOutcome, { ok: false }>['error']))
  }
  if (found === undefined)
    return bug(`Reservation '${request.reservationId}' owes a balance, but has no payment for it.`)
  const { payment, attempts } = found.value
  const paymentId = payment.id
  if (payment.status === 'cancelled') return settle(err({ code: 'payment_cancelled' }))
  if (attempts.some(({ announce }) => announce)) return settle(ok(standing(found.value)))
  const page = attempts.find(isLive)
  if (page?.status === 'processing') return answer(err({ code: 'charge_in_flight' }))
  if (page !== undefined && request.actor.type !== 'system') return answer(ok(standing(found.value)))
  const plan = planAttempt(found.value, 'hosted', now)
  const isKept = payment.savedCard === undefined && (plan.type === 'use' || plan.type === 'wait')
  if (page !== undefined && !isKept)
    return { type: 'close', work: await closeLiveAttempt(tx, deps, found, page, { reason: 'replaced', now }) }

  const move = moveCase(found.value)
  for (const event of decision.events) move.fact('reservation', request.reservationId, event)
  if (decision.events.length > 0)
    await tx.reservations.save(decision.events.reduce(evolveReservation, known.value), known.version)
  const kind = payment.savedCard === undefined ? 'hosted' : 'off_session'
  const origin = {
    type: 'command' as const,
    about: { type: 'reservation', id: request.reservationId },
    name: 'start_balance',
    actor: actorName(request.actor),
    data: { kind },
  }
  if (page !== undefined) {
    // One that is not open yet is told of once it is.
    move.attemptQuietly({ ...page, announce: true })
    if (page.status === 'open') announcePage(move, page, page)
    const kase = await storeChange(tx, deps, found.version, move.done(), { now, origin })
    return settle(ok(standing(kase)))
  }
  const attempt = beginAttempt(move, {
    id: ids.next('attempt'),
    kind,
    announce: true,
    at: now,
    ...(payment.savedCard === undefined
      ? { page: await pageTerms(tx, deps, payment, now) }
      : { card: payment.savedCard }),
  })
  await storeChange(tx, deps, found.version, move.done(), { now, origin })
  const effect: Effect = {
    type: kind === 'hosted' ? 'open_session' : 'charge_saved_card',
    paymentId,
    attemptId: attempt.id,
  }
  return { type: 'perform', paymentId, work: await takeEffect(tx, deps, effect, now) }
}

/** How long to leave it alone: as the provider asked, or as long as somebody else's call may take. */
const waitOf = (closed: Performed | undefined): number => (closed?.type === 'postponed' ? closed.retryAfterMs : minute)

const getCase = async (tx: Transaction, paymentId: PaymentId): Promise<PaymentCase> =>
  (await tx.payments.find(paymentId))?.value ?? bug(`Payment '${paymentId}' is gone.`)

const standing = ({ payment, attempts }: PaymentCase): StartedBalance => {
  const page = attempts.find((attempt) => attempt.status === 'open')
  return {
    paymentId: payment.id,
    paymentStatus: payment.status,
    ...(page === undefined ? {} : { checkoutUrl: page.url, expiresAt: page.expiresAt }),
  }
}
