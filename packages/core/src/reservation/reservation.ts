import { accept, reject, unchanged, type Decision } from '../kernel/decision.ts'
import type { IntentId, OwnerId, PaymentId, ReservationId, ResourceId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import { evolver, type Transitions } from '../kernel/machine.ts'
import type { Json } from '../kernel/json.ts'
import type { Money } from '../kernel/money.ts'

/** A stretch of time on one unit of a resource, half open: a slot that ends at noon leaves noon free. */
export interface Slot {
  readonly resourceId: ResourceId
  /** Which one of a resource that can be had several times at once; 0 for all others. */
  readonly unit: number
  readonly startsAt: Instant
  readonly endsAt: Instant
}

/** The part of the price that is due later, with the payment that will bring it. */
export interface Balance {
  readonly paymentId: PaymentId
  readonly amount: Money
  readonly dueAt: Instant
}

interface Base {
  readonly id: ReservationId
  readonly owner: OwnerId
  readonly slot: Slot
  /** How many could have the slot at the same time when it was booked: its unit is below that. Absent: that was not said. */
  readonly capacity?: number
  readonly intentId: IntentId
  /** The payment that made it: a deposit, or the whole price. */
  readonly paymentId: PaymentId
  readonly balance?: Balance
  /** What the host wants to remember and show: names, dates as the guest reads them, party size. */
  readonly details: Readonly<Record<string, Json>>
  readonly createdAt: Instant
}

/** A slot that is taken, in each of its statuses with what is known then. */
export type Reservation =
  | (Base & { readonly status: 'confirmed' }) //   the deposit is paid, the balance is not due yet
  | (Base & { readonly status: 'balance_due' }) // its day has come, or somebody started on it early
  | (Base & { readonly status: 'paid' })
  | (Base & { readonly status: 'completed'; readonly completedAt: Instant })
  | (Base & {
      readonly status: 'cancelled'
      readonly cancelledAt: Instant
      readonly cancelledBy: 'owner' | 'staff' | 'system'
    })

/** What can happen to a reservation. */
export type ReservationEvent =
  | { readonly type: 'balance_fell_due' }
  | { readonly type: 'balance_paid' }
  | { readonly type: 'completed'; readonly at: Instant }
  | { readonly type: 'cancelled'; readonly at: Instant; readonly by: 'owner' | 'staff' | 'system' }

/** What can be put to a reservation. */
export type ReservationCommand =
  | { readonly type: 'start_balance' }
  | { readonly type: 'note_balance_paid' }
  /** `balance`: `waived` where its payment was cancelled, so that nobody owes it any more; `due` until it is paid. */
  | { readonly type: 'complete'; readonly at: Instant; readonly balance: 'due' | 'waived' }
  | { readonly type: 'cancel'; readonly at: Instant; readonly by: 'owner' | 'staff' | 'system' }

/** Why a reservation will not do what it is asked. */
export type ReservationRefusal =
  | { readonly code: 'reservation_cancelled' }
  | { readonly code: 'reservation_completed' }
  | { readonly code: 'reservation_not_paid' }
  | { readonly code: 'reservation_not_over'; readonly endsAt: Instant }
  | { readonly code: 'balance_already_paid' }
  | { readonly code: 'balance_not_owed' }

/** status → event → status: all that may happen to a reservation. */
export const reservationTransitions = {
  confirmed: { balance_fell_due: 'balance_due', balance_paid: 'paid', completed: 'completed', cancelled: 'cancelled' },
  balance_due: { balance_paid: 'paid', completed: 'completed', cancelled: 'cancelled' },
  paid: { completed: 'completed', cancelled: 'cancelled' },
  completed: {},
  cancelled: {},
} as const satisfies Transitions<Reservation['status'], ReservationEvent['type']>

const base = ({ id, owner, slot, capacity, intentId, paymentId, balance, details, createdAt }: Reservation): Base => ({
  id,
  owner,
  slot,
  intentId,
  paymentId,
  details,
  createdAt,
  ...(capacity === undefined ? {} : { capacity }),
  ...(balance === undefined ? {} : { balance }),
})

/** The reservation after an event. @throws IllegalTransition for an event its table forbids. */
export const evolveReservation: (reservation: Reservation, event: ReservationEvent) => Reservation = evolver<
  Reservation,
  ReservationEvent,
  typeof reservationTransitions
>(reservationTransitions, {
  balance_fell_due: (reservation) => ({ ...base(reservation), status: 'balance_due' }),
  balance_paid: (reservation) => ({ ...base(reservation), status: 'paid' }),
  completed: (reservation, { at }) => ({ ...base(reservation), status: 'completed', completedAt: at }),
  cancelled: (reservation, { at, by }) => ({
    ...base(reservation),
    status: 'cancelled',
    cancelledAt: at,
    cancelledBy: by,
  }),
})

/** Decides what a command means for a reservation as it stands. Total: every command in every status gets an answer. */
export const decideReservation = (
  reservation: Reservation,
  command: ReservationCommand,
): Decision<ReservationEvent, never, ReservationRefusal> => {
  const { status } = reservation
  switch (command.type) {
    case 'start_balance':
      if (status === 'cancelled') return reject({ code: 'reservation_cancelled' })
      if (reservation.balance === undefined) return reject({ code: 'balance_not_owed' })
      if (status === 'confirmed') return accept([{ type: 'balance_fell_due' }])
      return status === 'balance_due' ? unchanged : reject({ code: 'balance_already_paid' })
    case 'note_balance_paid':
      if (status === 'cancelled') return reject({ code: 'reservation_cancelled' })
      return status === 'confirmed' || status === 'balance_due' ? accept([{ type: 'balance_paid' }]) : unchanged
    case 'complete':
      if (status === 'cancelled') return reject({ code: 'reservation_cancelled' })
      if (status === 'completed') return unchanged
      if (command.at < reservation.slot.endsAt)
        return reject({ code: 'reservation_not_over', endsAt: reservation.slot.endsAt })
      if (status !== 'paid' && command.balance === 'due') return reject({ code: 'reservation_not_paid' })
      return accept([{ type: 'completed', at: command.at }])
    case 'cancel':
      if (status === 'cancelled') return unchanged
      if (status === 'completed') return reject({ code: 'reservation_completed' })
      return accept([{ type: 'cancelled', at: command.at, by: command.by }])
  }
}

/** True when two slots want the same unit at the same time. */
export const overlap = (a: Slot, b: Slot): boolean =>
  a.resourceId === b.resourceId && a.unit === b.unit && a.startsAt < b.endsAt && b.startsAt < a.endsAt

/** True for a unit that there is, as far as the reservation says how many there are. */
export const isOneOf = ({ slot: { unit }, capacity }: Pick<Reservation, 'slot' | 'capacity'>): boolean =>
  Number.isSafeInteger(unit) && unit >= 0 && (capacity === undefined || unit < capacity)

/** A new reservation: `confirmed` while a balance is owed, `paid` when nothing is. */
export const makeReservation = (fields: Base): Reservation => ({
  ...fields,
  status: fields.balance === undefined ? 'paid' : 'confirmed',
})
