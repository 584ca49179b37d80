import type { Alternative, Alternatives, Wanted } from '@holdfast/adapter-http'
import { isoTime, listFreeSlots, parseIsoTime, type Clock, type ResourceId, type UnitOfWork } from '@holdfast/core'
import { z } from 'zod'
import { clinicSchedules } from './clinic/clinic-kinds.ts'
import { findDoctorOf } from './clinic/doctors.ts'
import { nearbySlots } from './clinic/free-days.ts'
import { listFreeStays } from './stays/free-nights.ts'
import { arrivalAt, dayOf, departureAt, nightsBetween, parseDay } from './stays/nights.ts'
import { stayRequest } from './stays/stay-kind.ts'

/** What the API and the pages read to offer something else. */
interface Sources {
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
}

/**
 * What to offer to somebody whose slot is gone: free times of the same doctor, or as many nights in the same place, the closest
 * first. The API and the pages ask the same.
 */
export const createAlternatives =
  (sources: Sources): Alternatives =>
  async (wanted, limit) => {
    switch (wanted.kind) {
      case 'appointment':
        return otherTimes(wanted, limit, sources)
      case 'reservation':
        return otherNights(wanted, limit, sources)
      default:
        return []
    }
  }

const appointmentRequest = z.object({ resource_id: z.string(), starts_at: z.string() })

const otherTimes = async (
  { payload }: Wanted,
  limit: number,
  { unitOfWork, clock }: Sources,
): Promise<readonly Alternative[]> => {
  const read = appointmentRequest.safeParse(payload)
  if (!read.success) return []
  const { resource_id: resourceId, starts_at: time } = read.data
  const doctor = findDoctorOf(resourceId)
  const startsAt = parseIsoTime(time)
  if (doctor === undefined || startsAt === undefined) return []
  const free = { clock, listFreeSlots: listFreeSlots({ unitOfWork, clock, schedules: clinicSchedules }) }
  // #region times
  return (await nearbySlots(doctor, startsAt, limit, free)).map((slot) => ({
    resourceId: resourceId as ResourceId,
    startsAt: slot.startsAt,
    endsAt: slot.endsAt,
    payload: { resource_id: resourceId, starts_at: isoTime(slot.startsAt) },
  }))
  // #endregion times
}

const otherNights = async (
  { payload }: Wanted,
  limit: number,
  { unitOfWork, clock }: Sources,
): Promise<readonly Alternative[]> => {
  const read = stayRequest.safeParse(payload)
  if (!read.success) return []
  const { property, guests } = read.data
  const arrival = parseDay(read.data.arrival)
  const departure = parseDay(read.data.departure)
  if (arrival === undefined || departure === undefined) return []
  const nights = nightsBetween(arrival, departure)
  const stays = await listFreeStays(unitOfWork, { slug: property, arrival, nights, after: dayOf(clock.now()), limit })
  return stays.map((stay) => ({
    resourceId: property as ResourceId,
    startsAt: arrivalAt(stay.arrival),
    endsAt: departureAt(stay.departure),
    payload: { property, arrival: stay.arrival, departure: stay.departure, guests },
  }))
}
