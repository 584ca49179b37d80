import { listAllHolding } from '../fulfilment/list-all-holding.ts'
import type { ResourceId } from '../kernel/ids.ts'
import { after, day, instant, minute, type Instant } from '../kernel/instant.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { QuoteRefusal } from '../ports/fulfilment.ts'
import type { Schedules } from '../ports/schedules.ts'
import { freeSlots, type FreeSlot } from '../slots/free-slots.ts'
import type { Dependencies } from './dependencies.ts'

/** What is asked of {@link listFreeSlots}. */
export interface ListFreeSlotsRequest {
  readonly resourceId: ResourceId
  /** Slots that begin from here on, */
  readonly from: Instant
  /** and before this: at most {@link longestSlotRangeDays} days later. */
  readonly to: Instant
  /** At most so many. */
  readonly limit: number
}

/** How many days of slots can be asked for at once: two months, whichever they are. */
export const longestSlotRangeDays = 62

/** The slots that can be booked now. */
export interface FreeSlots {
  /** The IANA name of where the resource is, for whoever shows the times as people there read them. */
  readonly timeZone: string
  /** Earliest first. */
  readonly slots: readonly FreeSlot[]
}

/** What {@link listFreeSlots} answers. */
export type ListFreeSlotsOutcome = Result<
  FreeSlots,
  | Extract<QuoteRefusal, { readonly code: 'unknown_resource' }>
  | { readonly code: 'range_empty' }
  | { readonly code: 'range_too_long'; readonly longestDays: number }
>
/** The use case {@link listFreeSlots}, wired. */
export type ListFreeSlots = (request: ListFreeSlotsRequest) => Promise<ListFreeSlotsOutcome>

/**
 * The slots of a resource that can be booked now and begin in a range of time, earliest first, each with how many are left.
 * No promise: whoever pays first has it. Anybody may ask. Locks nothing, and reads what is held once, through an index.
 *
 * Refuses, first match wins: `unknown_resource`, `range_empty` (it ends before it has begun), `range_too_long`.
 */
export const listFreeSlots =
  ({
    unitOfWork,
    clock,
    schedules,
  }: Pick<Dependencies, 'unitOfWork' | 'clock'> & { readonly schedules: Schedules }): ListFreeSlots =>
  async ({ resourceId, from, to, limit }) => {
    const schedule = await schedules.find(resourceId)
    if (schedule === undefined) return err({ code: 'unknown_resource', field: 'resource_id' })
    if (to <= from) return err({ code: 'range_empty' })
    if (to - from > longestSlotRangeDays * day)
      return err({ code: 'range_too_long', longestDays: longestSlotRangeDays })

    const { timeZone } = schedule
    const now = clock.now()
    // What has begun is not free, so what was held before now is not read.
    const begin = instant(Math.max(from, now))
    if (to <= begin) return ok({ timeZone, slots: [] })
    // The last slot of the range may reach beyond it.
    const holding = { resourceId, from: begin, to: after(to, schedule.slotMinutes * minute) }
    const reservations = await unitOfWork.read((tx) => listAllHolding(tx, holding))
    const free = freeSlots(schedule, reservations, { from: begin, to, now })
    return ok({ timeZone, slots: free.slice(0, Math.max(0, limit)) })
  }
