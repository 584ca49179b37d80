import { isoTime, type FreeSlots, type ResourceId } from '@holdfast/core'
import { z } from '@hono/zod-openapi'
import { askedTime, id, time } from './parts.ts'

/** Which slots are asked for: those of a resource that begin from `from` on and before `to`. */
export const slotsQuery = z.strictObject({
  resource_id: id,
  from: askedTime,
  to: askedTime,
  limit: z.coerce.number().int().min(1).max(1000).default(200),
})

/** The slots that can be booked now, earliest first. */
export const slotsAnswer = z
  .object({
    resource_id: id,
    time_zone: z
      .string()
      .openapi({ description: 'Where the resource is, by its IANA name.', example: 'America/Mexico_City' }),
    slots: z.array(z.object({ starts_at: time, ends_at: time, units_left: z.int() })),
  })
  .openapi('FreeSlots')

/** The slots that can be booked now. */
export const showFreeSlots = (resourceId: ResourceId, { timeZone, slots }: FreeSlots): z.infer<typeof slotsAnswer> => ({
  resource_id: resourceId,
  time_zone: timeZone,
  slots: slots.map(({ startsAt, endsAt, unitsLeft }) => ({
    starts_at: isoTime(startsAt),
    ends_at: isoTime(endsAt),
    units_left: unitsLeft,
  })),
})
