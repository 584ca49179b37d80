import { isoTime, reservationTransitions, type Reservation } from '@holdfast/core'
import { z } from '@hono/zod-openapi'
import type { Catalogue } from '../language/catalogue.ts'
import { showSlot, slotFields } from './intent.ts'
import { amount, currency, free, id, moneyFields, nextCursor, plainObject, time, timeOrNull, words } from './parts.ts'

const statuses = Object.keys(reservationTransitions) as [Reservation['status'], ...Reservation['status'][]]

/** A reservation as its owner sees it. */
export const reservationAnswer = z
  .object({
    reservation_id: id,
    owner_id: id,
    status: z.enum(statuses),
    status_display: words,
    slot: slotFields,
    payment_id: id,
    balance: z.object({ payment_id: id, amount, currency, due_at: time }).nullable(),
    details: free,
    created_at: time,
    cancelled_at: time.nullable(),
  })
  .openapi('Reservation')

/** A page of reservations. */
export const reservationsAnswer = z
  .object({ reservations: z.array(reservationAnswer), next_cursor: nextCursor })
  .openapi('Reservations')

/** A reservation that was cancelled. */
export const cancelledReservationAnswer = z
  .object({ status: z.literal('cancelled'), message: words, reservation: reservationAnswer })
  .openapi('CancelledReservation')

/** A reservation. */
export const showReservation = (reservation: Reservation, catalogue: Catalogue): z.infer<typeof reservationAnswer> => {
  const { balance } = reservation
  return {
    reservation_id: reservation.id,
    owner_id: reservation.owner,
    status: reservation.status,
    status_display: catalogue.reservationStatus[reservation.status],
    slot: showSlot(reservation.slot),
    payment_id: reservation.paymentId,
    balance:
      balance === undefined
        ? null
        : { payment_id: balance.paymentId, ...moneyFields(balance.amount), due_at: isoTime(balance.dueAt) },
    details: plainObject(reservation.details),
    created_at: isoTime(reservation.createdAt),
    cancelled_at: timeOrNull(reservation.status === 'cancelled' ? reservation.cancelledAt : undefined),
  }
}
