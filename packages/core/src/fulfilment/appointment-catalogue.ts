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

/**
 * A catalogue of appointments for `reservationKind`, from the host's schedules and its price rule. Its payload is
 * `{ resource_id, starts_at }`, the time in ISO 8601 with an offset or `Z`. All of the price is due at once, and whoever
 * pays gets any unit that is free.
 *
 * Refuses, first match wins: `invalid_payload` for what cannot be read; `unknown_resource`; `invalid_payload` of
 * `starts_at` when the schedule offers no slot that begins just then, when it has begun, and when it is within the notice.
 */
export const appointmentCatalogue = ({
  schedules,
  price,
}: {
  readonly schedules: Schedules
  readonly price: (appointment: Appointment) => AppointmentTerms | Promise<AppointmentTerms>
}): ReservationCatalogue => ({
  async quote(sent, { owner, now }) {
    const wanted = readWanted(sent)
    if (!wanted.ok) return wanted
    const { payload, resourceId, startsAt } = wanted.value
    const schedule = await schedules.find(resourceId)
    if (schedule === undefined) return err({ code: 'unknown_resource', field: 'resource_id' })
    const [slot] = offeredSlots(schedule, { from: startsAt, to: after(startsAt, 1) })
    if (slot === undefined) return invalid('starts_at', 'No appointment begins at this time.')
    if (startsAt <= now) return invalid('starts_at', 'This appointment has already begun.')
    if (!isBookable(schedule, slot, now))
      return invalid('starts_at', `Appointments are booked at least ${schedule.noticeMinutes} minutes ahead.`)

    const { amount, item, details } = await price({ ...slot, owner, resourceId, schedule, payload, now })
    return ok({
      amount,
      purpose: 'reservation',
      item,
      slot: { ...slot, resourceId, unit: 0 },
      capacity: schedule.capacity,
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
  if (!isObject(sent)) return invalid('', 'An object with resource_id and starts_at.')
  const { resource_id: id, starts_at: time } = sent
  const resourceId = typeof id === 'string' ? parseId<'resource'>(id) : undefined
  if (resourceId === undefined) return invalid('resource_id', 'The id of what is to be booked.')
  const startsAt = typeof time === 'string' ? parseIsoTime(time) : undefined
  if (startsAt === undefined)
    return invalid('starts_at', 'A time with its offset from UTC, written 2026-11-20T10:00:00-06:00.')
  return ok({ payload: sent, resourceId, startsAt })
}

const isObject = (value: Json): value is { readonly [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const invalid = (field: string, message: string) => err({ code: 'invalid_payload' as const, field, message })
