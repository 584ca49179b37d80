import {
  mayTouch,
  parseId,
  type Actor,
  type OwnerId,
  type PaymentCase,
  type PendingIntent,
  type Reservation,
  type UnitOfWork,
} from '@holdfast/core'
import { isDoctor } from '../clinic/doctors.ts'
import { listReservations } from './list-reservations.ts'

/** A booking with everything that was or will be paid for it, seen in one moment. */
export interface Booking {
  readonly reservation: Reservation
  /** The deposit, or the whole price. */
  readonly first: PaymentCase
  readonly balance: PaymentCase | undefined
}

/** A booking, unless there is none of this id, it is not this person's to see, or it is an appointment at the clinic. */
export const findBooking = async (unitOfWork: UnitOfWork, actor: Actor, id: string): Promise<Booking | undefined> => {
  const reservationId = parseId<'reservation'>(id)
  if (reservationId === undefined) return undefined
  return unitOfWork.read(async (tx) => {
    const found = await tx.reservations.find(reservationId)
    if (found === undefined || !mayTouch(actor, found.value.owner)) return undefined
    const { value: reservation } = found
    if (isDoctor(reservation.slot.resourceId)) return undefined
    const first = await tx.payments.find(reservation.paymentId)
    if (first === undefined) throw new Error(`Booking '${id}' has no first payment.`)
    const balance =
      reservation.balance === undefined ? undefined : await tx.payments.find(reservation.balance.paymentId)
    return { reservation, first: first.value, balance: balance?.value }
  })
}

/** What a guest has booked, newest first, and what they have begun to book and not paid yet. */
export const listBookings = (
  unitOfWork: UnitOfWork,
  owner: OwnerId,
): Promise<{ readonly reservations: readonly Reservation[]; readonly intents: readonly PendingIntent[] }> =>
  unitOfWork.read(async (tx) => ({
    reservations: await listReservations(tx, { owner }, ({ slot }) => !isDoctor(slot.resourceId)),
    intents: (await tx.intents.listOpen(owner, 50)).filter(({ kind }) => kind === 'reservation').slice(0, 10),
  }))
