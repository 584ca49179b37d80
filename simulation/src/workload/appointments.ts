import { after, day, type Instant } from '@holdfast/core'
import { countPlaces } from '../oracle/places.ts'
import { readStored } from '../oracle/truth.ts'
import { Violation } from '../oracle/violation.ts'
import { appointments, capacityOf, doctor, firstNight } from '../system/catalogue.ts'
import type { World } from '../world.ts'
import { persist } from './asking.ts'

/**
 * Somebody looks for a free time. Where nobody booked or cancelled in the same moment, they are told of exactly those that
 * have not begun, each with the places that are left.
 */
export const lookForSlots = async (world: World, process: number): Promise<void> => {
  const asked = world.pick(process)
  const seen = (): Seen => see(world, asked?.skewMs ?? 0)
  const before = seen()
  const told = await persist(world, process, false, (host) =>
    host.listFreeSlots({ resourceId: doctor, from: firstNight, to: after(firstNight, 5 * day), limit: 10 }),
  )
  if (told === undefined) return
  if (!told.ok) throw new Violation('F1', `whoever looks for a free time is told ${told.error.code}`)
  const { free, held } = seen()
  if (before.free !== free || before.held !== held) return
  const shown = put(told.value.slots.map(({ startsAt, unitsLeft }) => [startsAt, unitsLeft]))
  if (shown !== free) throw new Violation('F1', `free is ${free}, and told is ${shown}`)
  world.counts.add('free_slots_told')
}

interface Seen {
  readonly free: string
  /** Who holds what. */
  readonly held: string
}

/** As it is now, to somebody whose clock is so far ahead. */
const see = (world: World, skewMs: number): Seen => {
  const stored = readStored(world.database)
  const now = world.kernel.now() + skewMs
  const places = [...countPlaces(stored, { resourceId: doctor, capacity: capacityOf(doctor) }, appointments)]
  return {
    free: put(places.filter(([startsAt, left]) => left > 0 && startsAt > now)),
    held: stored.reservations.map(({ id, status }) => `${id} ${status}`).join(', '),
  }
}

const put = (slots: readonly (readonly [startsAt: Instant, left: number])[]): string =>
  slots.map(([startsAt, left]) => `${left} at ${startsAt}`).join(', ') || 'nothing'
