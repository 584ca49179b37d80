import {
  type IntentId,
  type Json,
  type OwnerId,
  type PaymentId,
  type Reservation,
  type ReservationId,
  type ResourceId,
} from '@holdfast/core'
import { amount, bad, count, json, jsonText, maybeCount, maybeText, moment, text } from '../row.ts'
import type { Row } from '../session.ts'
import type { Value } from '../statement.ts'

const typeOf = {
  owner: 'text',
  resource_id: 'text',
  unit: 'bigint',
  capacity: 'bigint',
  starts_at: 'bigint',
  ends_at: 'bigint',
  intent_id: 'text',
  payment_id: 'text',
  balance_payment_id: 'text',
  balance_minor: 'bigint',
  balance_currency: 'text',
  balance_due_at: 'bigint',
  details: 'text',
  created_at: 'bigint',
  status: 'text',
  completed_at: 'bigint',
  cancelled_at: 'bigint',
  cancelled_by: 'text',
} as const

/** The columns that say what a reservation is, in the order of {@link reservationValues}. */
export const reservationColumns: readonly string[] = Object.keys(typeOf)

/** The type of each column, as both databases take it in a CAST. */
export const reservationTypes: readonly string[] = Object.values(typeOf)

/** A reservation as the values of {@link reservationColumns}. */
export const reservationValues = (reservation: Reservation): readonly Value[] => {
  const { slot, balance } = reservation
  return [
    reservation.owner,
    slot.resourceId,
    slot.unit,
    reservation.capacity ?? null,
    slot.startsAt,
    slot.endsAt,
    reservation.intentId,
    reservation.paymentId,
    balance?.paymentId ?? null,
    balance?.amount.minorUnits ?? null,
    balance?.amount.currency ?? null,
    balance?.dueAt ?? null,
    jsonText(reservation.details),
    reservation.createdAt,
    reservation.status,
    reservation.status === 'completed' ? reservation.completedAt : null,
    reservation.status === 'cancelled' ? reservation.cancelledAt : null,
    reservation.status === 'cancelled' ? reservation.cancelledBy : null,
  ]
}

/** Reads a reservation back. */
export const readReservation = (row: Row): Reservation => {
  const balancePayment = maybeText(row, 'balance_payment_id')
  const capacity = maybeCount(row, 'capacity')
  const base = {
    id: text(row, 'id') as ReservationId,
    owner: text(row, 'owner') as OwnerId,
    slot: {
      resourceId: text(row, 'resource_id') as ResourceId,
      unit: count(row, 'unit'),
      startsAt: moment(row, 'starts_at'),
      endsAt: moment(row, 'ends_at'),
    },
    ...(capacity === undefined ? {} : { capacity }),
    intentId: text(row, 'intent_id') as IntentId,
    paymentId: text(row, 'payment_id') as PaymentId,
    ...(balancePayment === undefined
      ? {}
      : {
          balance: {
            paymentId: balancePayment as PaymentId,
            amount: amount(row, 'balance'),
            dueAt: moment(row, 'balance_due_at'),
          },
        }),
    details: json<Readonly<Record<string, Json>>>(row, 'details'),
    createdAt: moment(row, 'created_at'),
  }
  const status = text(row, 'status') as Reservation['status']
  switch (status) {
    case 'confirmed':
    case 'balance_due':
    case 'paid':
      return { ...base, status }
    case 'completed':
      return { ...base, status, completedAt: moment(row, 'completed_at') }
    case 'cancelled':
      return {
        ...base,
        status,
        cancelledAt: moment(row, 'cancelled_at'),
        cancelledBy: text(row, 'cancelled_by') as Extract<Reservation, { status: 'cancelled' }>['cancelledBy'],
      }
    default:
      return bad(row, 'status')
  }
}
