import { bug } from '../kernel/bug.ts'
import type { ResourceId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import { VersionConflict, type ReservationStore, type Versioned } from '../ports/unit-of-work.ts'
import { isOneOf, overlap, type Reservation } from '../reservation/reservation.ts'
import { byNumberThenId, newestThat, type MemoryTable } from './memory-table.ts'

const inOrder = byNumberThenId<Reservation>(({ slot }) => slot.startsAt)

/** Reservations in memory. */
export const memoryReservationStore = (reservations: MemoryTable<Versioned<Reservation>>): ReservationStore => {
  const holding = (): readonly Reservation[] =>
    reservations
      .all()
      .map(({ value }) => value)
      .filter(({ status }) => status !== 'cancelled')
      .sort(inOrder)
  const holdingDuring = (resourceId: ResourceId, from: Instant, to: Instant): readonly Reservation[] =>
    holding().filter(({ slot }) => slot.resourceId === resourceId && slot.startsAt < to && from < slot.endsAt)
  return {
    async find(id) {
      return reservations.get(id)
    },
    async list({ owner, ...filter }) {
      return newestThat(reservations, filter, (one) => owner === undefined || one.owner === owner)
    },
    async listOverlapping({ resourceId, startsAt, endsAt }) {
      return holdingDuring(resourceId, startsAt, endsAt)
    },
    async listHolding({ resourceId, from, to, limit, after }) {
      const last = after === undefined ? undefined : reservations.get(after)?.value
      if (after !== undefined && last === undefined) return []
      const found = holdingDuring(resourceId, from, to)
      return found.filter((one) => last === undefined || inOrder(last, one) < 0).slice(0, limit)
    },
    async save(reservation, expected) {
      const stored = reservations.get(reservation.id)?.version ?? 0
      if (stored !== expected)
        throw new VersionConflict(`Reservation '${reservation.id}' is at version ${stored}, not ${expected}.`)
      if (reservation.slot.endsAt <= reservation.slot.startsAt)
        bug(`The slot of reservation '${reservation.id}' ends before it has begun.`)
      if (!isOneOf(reservation)) bug(`There is no unit ${reservation.slot.unit} for reservation '${reservation.id}'.`)
      const rival = holding().find(({ id, slot }) => id !== reservation.id && overlap(slot, reservation.slot))
      if (reservation.status !== 'cancelled' && rival !== undefined)
        throw new VersionConflict(`Reservation '${rival.id}' holds the slot of '${reservation.id}'.`)
      reservations.set(reservation.id, { value: reservation, version: expected + 1 })
    },
  }
}
