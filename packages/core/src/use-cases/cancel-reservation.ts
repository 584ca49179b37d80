import type { PaymentId, ReservationId } from '../kernel/ids.ts'
import { bug } from '../kernel/bug.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import { isCollected } from '../payment/payment.ts'
import { liveAttempt } from '../payment/payment-case.ts'
import type { Refund } from '../payment/refund.ts'
import type { Transaction } from '../ports/unit-of-work.ts'
import {
  decideReservation,
  evolveReservation,
  type Reservation,
  type ReservationRefusal,
} from '../reservation/reservation.ts'
import { moveCase } from '../settlement/case-change.ts'
import { closeAttempt } from '../settlement/settlement.ts'
import { actorName, mayTouch, type Actor } from './actor.ts'
import type { Dependencies } from './dependencies.ts'
import { giveBackRest } from './give-back-rest.ts'
import { claimKey, settleKey, type KeyReused } from './request-key.ts'
import { storeChange } from './store-change.ts'
import { tellCancelled } from './tell-owner.ts'

/** What is asked of {@link cancelReservation}. */
export interface CancelReservationRequest {
  readonly actor: Actor
  readonly reservationId: ReservationId
  /** Whether what was paid goes back: the host's terms, not the guest's wish. */
  readonly refund: 'all' | 'nothing'
  readonly idempotencyKey?: string
}

/** What {@link cancelReservation} answers. */
export type CancelReservationOutcome = Result<
  { readonly reservation: Reservation },
  | KeyReused
  | { readonly code: 'reservation_not_found' }
  | Extract<ReservationRefusal, { readonly code: 'reservation_completed' }>
>
/** The use case {@link cancelReservation}, wired. */
export type CancelReservation = (request: CancelReservationRequest) => Promise<CancelReservationOutcome>

/**
 * Cancels a reservation and frees its slot at once. A balance that nobody has paid is cancelled with it, its open page
 * expired by the outbox; money that comes for it all the same goes back. Its owner is told, where somebody else cancels it.
 *
 * Refuses, first match wins: `reservation_not_found`, `idempotency_key_reused`, `reservation_completed`.
 */
export const cancelReservation =
  (deps: Dependencies): CancelReservation =>
  async (request) => {
    const known = await deps.unitOfWork.read((tx) => tx.reservations.find(request.reservationId))
    if (known === undefined || !mayTouch(request.actor, known.value.owner))
      return err({ code: 'reservation_not_found' })
    const { paymentId, balance } = known.value
    return deps.unitOfWork.run((tx) => cancel(tx, deps, request, [paymentId, ...(balance ? [balance.paymentId] : [])]))
  }

const cancel = async (
  tx: Transaction,
  deps: Dependencies,
  request: CancelReservationRequest,
  paymentIds: readonly PaymentId[],
): Promise<CancelReservationOutcome> => {
  const now = deps.clock.now()
  const { reservationId, actor, refund } = request
  // Payments before reservations, and payments by id: whoever locks several locks them in this order.
  const cases = []
  for (const id of [...paymentIds].sort()) cases.push((await tx.payments.find(id)) ?? bug(`Payment '${id}' is gone.`))
  const found = (await tx.reservations.find(reservationId)) ?? bug(`Reservation '${reservationId}' is gone.`)
  const asked = { useCase: 'cancel_reservation', reservationId, refund }
  const claim = await claimKey<CancelReservationOutcome>(tx, request, asked, now)
  if (claim.type === 'reused') return err({ code: 'idempotency_key_reused' })
  if (claim.type === 'settled') return claim.outcome

  const decision = decideReservation(found.value, { type: 'cancel', at: now, by: actor.type })
  if (!decision.ok) return settleKey(tx, request, err(decision.refusal as { readonly code: 'reservation_completed' }))
  const reservation = decision.events.reduce(evolveReservation, found.value)
  if (decision.events.length === 0) return settleKey(tx, request, ok({ reservation }))
  await tx.reservations.save(reservation, found.version)

  const refunds: Refund[] = []
  for (const [index, { value: kase, version }] of cases.entries()) {
    const move = moveCase(kase)
    for (const event of decision.events) move.fact('reservation', reservationId, event)
    const { payment } = kase
    if (isCollected(payment)) {
      if (refund === 'all') refunds.push(...giveBackRest(move, deps, { reason: 'reservation_cancelled', at: now }))
    } else {
      const live = liveAttempt(kase)
      if (live !== undefined) closeAttempt(move, live, 'reservation_cancelled')
      move.payment({ type: 'cancel', at: now, reason: 'reservation_cancelled' })
    }
    if (index === cases.length - 1)
      tellCancelled(move, { type: 'reservation', id: reservationId }, { by: actor, refunds })
    await storeChange(tx, deps, version, move.done(), {
      now,
      origin: {
        type: 'command',
        about: { type: 'reservation', id: reservationId },
        name: 'cancel_reservation',
        actor: actorName(actor),
        data: { refund },
      },
    })
  }
  return settleKey(tx, request, ok({ reservation }))
}
