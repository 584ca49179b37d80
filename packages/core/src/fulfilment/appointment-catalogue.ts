import { parseId, type OwnerId, type ResourceId } from '../kernel/ids.ts'
import { after, isoTime, parseIsoTime, type Instant } from '../kernel/instant.ts'
import type { Json } from '../kernel/json.ts'
import type { Money } from '../kernel/money.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { LineItem } from '../payment/payment.ts'
import type { QuoteRefusal } from '../ports/fulfilment.ts'
import type { Schedules } from '../ports/schedules.ts'
import { isBookable } from '../slots/free-slots.ts'
import { offeredSlots, type OfferedSlot } from '../slots/offered-slots.ts'
import type { Schedule } from '../slots/schedule.ts'
import { invalidPayload } from './invalid-payload.ts'
import { readObject } from './read-object.ts'
import type { ReservationCatalogue } from './reservation-kind.ts'

/** An appointment that somebody asks the price of: a slot that the schedule offers and that can still be booked. */
export interface Appointment extends OfferedSlot {
  readonly owner: OwnerId
  readonly resourceId: ResourceId
  readonly schedule: Schedule
  /** All that was sent. Whatever is in it beside `resource_id` and `starts_at` was looked at by nobody. */
  readonly payload: Readonly<Record<string, Json>>
  readonly now: Instant
}

/** What a host takes for an appointment, and what is written on the bill. */
export interface AppointmentTerms {
  readonly amount: Money
  readonly item: LineItem
  /** What the reservation is to remember beside `resource_id`, `starts_at`, `ends_at` and `time_zone`. */
  readonly details?: Readonly<Record<string, Json>>
}

/** What is sent for an appointment: with whom or in which room, and when it begins, in ISO 8601 with an offset or `Z`; and what the host wants to know. */
export type AppointmentRequest = { readonly resource_id: string; readonly starts_at: string } & {
  readonly [more: string]: Json
}

/**
 * A catalogue of appointments for `reservationKind`, from the host's schedules and its price rule. Its payload is
 * `{ resource_id, starts_at }`, the time in ISO 8601 with an offset or `Z`. All of the price is due at once, and whoever
 * pays gets any unit that is free. Once it has begun nobody is sent to pay for it; whoever was before, and pays before it
 * ends, has it.
 *
 * Refuses, first match wins: `invalid_payload` for what cannot be read (`not_an_object`, `not_an_id`, `not_a_time`);
 * `unknown_resource`; `invalid_payload` of `starts_at` when the schedule offers no slot that begins just then
 * (`slot_not_offered`), when it has begun (`slot_begun`), and when it is within the notice (`slot_within_notice`).
 */
export const appointmentCatalogue = ({
  schedules,
  price,
}: {
  readonly schedules: Schedules
  readonly price: (appointment: Appointment) => AppointmentTerms | Promise<AppointmentTerms>
}): ReservationCatalogue<AppointmentRequest> => ({
  async quote(sent, { owner, now }) {
    const wanted = readWanted(sent)
    if (!wanted.ok) return wanted
    const { payload, resourceId, startsAt } = wanted.value
    const schedule = await schedules.find(resourceId)
    if (schedule === undefined) return err({ code: 'unknown_resource', field: 'resource_id' })
    const [slot] = offeredSlots(schedule, { from: startsAt, to: after(startsAt, 1) })
    if (slot === undefined) return invalidPayload('starts_at', { code: 'slot_not_offered' })
    if (startsAt <= now) return invalidPayload('starts_at', { code: 'slot_begun' })
    if (!isBookable(schedule, slot, now))
      return invalidPayload('starts_at', { code: 'slot_within_notice', noticeMinutes: schedule.noticeMinutes })

    const { amount, item, details } = await price({ ...slot, owner, resourceId, schedule, payload, now })
    return ok({
      amount,
      purpose: 'reservation',
      item,
      slot: { ...slot, resourceId, unit: 0 },
      capacity: schedule.capacity,
      payableUntil: slot.startsAt,
      details: {
        ...details,
        resource_id: resourceId,
        starts_at: isoTime(slot.startsAt),
        ends_at: isoTime(slot.endsAt),
        time_zone: schedule.timeZone,
      },
    })
  },
})

interface Wanted {
  readonly payload: Readonly<Record<string, Json>>
  readonly resourceId: ResourceId
  readonly startsAt: Instant
}

const readWanted = (sent: Json): Result<Wanted, QuoteRefusal> => {
  const payload = readObject(sent, '{ resource_id, starts_at }')
  if (!payload.ok) return payload
  const { resource_id: id, starts_at: time } = payload.value
  const resourceId = typeof id === 'string' ? parseId<'resource'>(id) : undefined
  if (resourceId === undefined) return invalidPayload('resource_id', { code: 'not_an_id' })
  const startsAt = typeof time === 'string' ? parseIsoTime(time) : undefined
  if (startsAt === undefined) return invalidPayload('starts_at', { code: 'not_a_time' })
  return ok({ payload: payload.value, resourceId, startsAt })
}
