import type { ReservationCatalogue } from '../../fulfilment/reservation-kind.ts'
import type { ResourceId } from '../../kernel/ids.ts'
import { day, hour, instant } from '../../kernel/instant.ts'
import type { Json } from '../../kernel/json.ts'
import { money } from '../../kernel/money.ts'
import { err, ok } from '../../kernel/result.ts'

/** A doctor who sees two at a time. */
export const drLuna = 'dr-luna' as ResourceId

/** How many the doctor sees at a time. */
export const placesAtDrLuna = 2

/** What somebody sends who wants to see the doctor: from this hour on, counted from ten in the morning, for so many hours. */
export const appointment = (from: number, hours: number): Json => ({ from, hours })

/**
 * Appointments on the day after the one on which they are asked for: four hundred pesos an hour, for one hour or for several, so
 * that they overlap in part. They can be had until they begin.
 */
export const appointments: ReservationCatalogue = {
  async quote(payload, { now }) {
    const { from, hours } = payload as { readonly from?: number; readonly hours?: number }
    if (!Number.isInteger(from) || from === undefined || hours === undefined || !(hours >= 1))
      return err({ code: 'invalid_payload', field: 'from', message: 'A whole number of hours after ten.' })
    const startsAt = instant((Math.floor(now / day) + 1) * day + (10 + from) * hour)
    return ok({
      amount: money(BigInt(hours) * 400_00n, 'MXN'),
      purpose: 'reservation',
      item: { name: 'Appointment · Dr Luna', description: `Hour ${from}` },
      slot: { resourceId: drLuna, unit: 0, startsAt, endsAt: instant(startsAt + hours * hour) },
      capacity: placesAtDrLuna,
      payableUntil: startsAt,
      details: { from, hours },
    })
  },
}
