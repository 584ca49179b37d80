import { err, mayTouch, ok, type Actor, type Reservation, type ReservationId, type Result } from '@holdfast/core'
import { z } from '@hono/zod-openapi'
import type { RefusalWith } from '../problem/refusal.ts'
import type { Services } from '../serving/services.ts'
import { showStartedBalance, startedBalanceAnswer } from '../wire/checkout.ts'
import { pageOf, paging } from '../wire/parts.ts'
import {
  cancelledReservationAnswer,
  reservationAnswer,
  reservationsAnswer,
  showReservation,
} from '../wire/reservation.ts'
import { checkoutAnswers, checkoutRefusals, leadToCheckout } from './checkout-routes.ts'
import { refused, reply, route, seeOther } from './route.ts'

const tag = 'Reservations'

const listReservations = route({
  name: 'list_reservations',
  method: 'get',
  path: '/reservations',
  tag,
  summary: "The caller's reservations, newest first; everybody's for staff.",
  who: 'owner_or_staff',
  query: z.strictObject(paging),
  answers: { 200: reservationsAnswer },
  refusals: [],
  handle: async ({ actor, query: { limit, after }, words }, { unitOfWork }) => {
    const found = await unitOfWork.read((tx) =>
      tx.reservations.list({
        limit: limit + 1,
        ...(actor.type === 'owner' ? { owner: actor.id } : {}),
        ...(after === undefined ? {} : { after: after as ReservationId }),
      }),
    )
    const { rows, next_cursor } = pageOf(found, limit, ({ id }) => id)
    return reply(200, { reservations: rows.map((row) => showReservation(row, words)), next_cursor })
  },
})

const readReservation = route({
  name: 'read_reservation',
  method: 'get',
  path: '/reservations/{id}',
  tag,
  summary: 'A reservation.',
  who: 'owner_or_staff',
  id: 'reservation',
  answers: { 200: reservationAnswer },
  refusals: ['reservation_not_found'],
  handle: async ({ actor, id, words }, services) => {
    const found = await findReservation(services, actor, id)
    return found.ok ? reply(200, showReservation(found.value, words)) : refused(found.error)
  },
})

const cancelReservation = route({
  name: 'cancel_reservation',
  method: 'post',
  path: '/reservations/{id}/cancel',
  tag,
  summary: "Cancels a reservation and frees its slot. What was paid goes back by the host's terms.",
  who: 'owner_or_staff',
  id: 'reservation',
  keyed: true,
  answers: { 200: cancelledReservationAnswer },
  refusals: ['reservation_not_found', 'idempotency_key_reused', 'reservation_completed'],
  handle: async ({ actor, id, keyed, words }, services) => {
    const { holdfast, clock, cancellationTerms } = services
    const found = await findReservation(services, actor, id)
    if (!found.ok) return refused(found.error)
    const { value: reservation } = found
    // Asked again after it was cancelled, the terms are those of then: the same key has to mean the same request.
    const at = reservation.status === 'cancelled' ? reservation.cancelledAt : clock.now()
    const refund = await cancellationTerms(reservation, actor, at)
    const outcome = await holdfast.cancelReservation({ actor, reservationId: id, refund, ...keyed })
    if (!outcome.ok) return refused(outcome.error)
    return reply(200, {
      status: 'cancelled' as const,
      message: words.messages.reservation_cancelled,
      reservation: showReservation(outcome.value.reservation, words),
    })
  },
})

const startBalance = route({
  name: 'start_balance',
  method: 'post',
  path: '/reservations/{id}/balance/start',
  tag,
  summary:
    'Charges the balance to the saved card, for the first time. Where that fails, a page is opened and announced once.',
  who: 'owner_or_staff',
  id: 'reservation',
  leadsOn: true,
  limited: true,
  keyed: true,
  answers: { 200: startedBalanceAnswer },
  refusals: [
    'reservation_not_found',
    'idempotency_key_reused',
    'reservation_cancelled',
    'balance_not_owed',
    'balance_already_paid',
    'payment_cancelled',
    'charge_in_flight',
    'provider_unavailable',
  ],
  handle: async ({ actor, id: reservationId, keyed, words, wantsPage }, { holdfast }) => {
    const outcome = await holdfast.startBalance({ actor, reservationId, ...keyed })
    if (!outcome.ok) return refused(outcome.error)
    const { checkoutUrl } = outcome.value
    return wantsPage && checkoutUrl !== undefined
      ? seeOther(checkoutUrl)
      : reply(200, showStartedBalance(reservationId, outcome.value, words))
  },
})

const retryBalance = route({
  name: 'retry_balance',
  method: 'post',
  path: '/reservations/{id}/balance/retry',
  tag,
  summary: 'Leads straight to the page for the balance: the open one, else a new one. No charge, no message.',
  who: 'owner_or_staff',
  id: 'reservation',
  leadsOn: true,
  limited: true,
  keyed: true,
  answers: checkoutAnswers,
  refusals: ['reservation_not_found', 'balance_not_owed', 'balance_already_paid', ...checkoutRefusals],
  handle: async (ask, services) => {
    const found = await findReservation(services, ask.actor, ask.id)
    if (!found.ok) return refused(found.error)
    const { status, balance } = found.value
    if (status === 'cancelled') return refused({ code: 'reservation_cancelled' })
    if (balance === undefined) return refused({ code: 'balance_not_owed' })
    const answer = await leadToCheckout(ask, services, balance.paymentId)
    return answer.type === 'refused' && answer.refusal.code === 'payment_already_completed'
      ? refused({ code: 'balance_already_paid' })
      : answer
  },
})

/** What has been booked, and the part of its price that is due later. */
export const reservationRoutes = [
  listReservations,
  readReservation,
  cancelReservation,
  startBalance,
  retryBalance,
] as const

const findReservation = async (
  { unitOfWork }: Services,
  actor: Actor,
  id: ReservationId,
): Promise<Result<Reservation, RefusalWith<'reservation_not_found'>>> => {
  const found = (await unitOfWork.read((tx) => tx.reservations.find(id)))?.value
  return found === undefined || !mayTouch(actor, found.owner) ? err({ code: 'reservation_not_found' }) : ok(found)
}
