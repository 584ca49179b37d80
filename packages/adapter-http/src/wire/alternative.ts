import { isoTime } from '@holdfast/core'
import { z } from '@hono/zod-openapi'
import type { Alternative } from '../options.ts'
import { free, id, plainObject, time } from './parts.ts'

/** A slot to have instead, as it stands in answers and problems. */
const alternative = z
  .object({
    resource_id: id,
    starts_at: time,
    ends_at: time,
    payload: free.openapi({ description: 'Sent to `POST /intents` with the same kind, it asks for this one.' }),
  })
  .openapi('Alternative')

/** What the host offers to somebody whose slot is gone. */
export const alternativesOffered = z.array(alternative).openapi({
  description:
    'Of a slot that is taken: others that are free now, the one to be shown first first. None where the host offers none, and ' +
    'no promise: whoever pays first has it.',
})

/** A slot to have instead. */
export const showAlternative = ({
  resourceId,
  startsAt,
  endsAt,
  payload,
}: Alternative): z.infer<typeof alternative> => ({
  resource_id: resourceId,
  starts_at: isoTime(startsAt),
  ends_at: isoTime(endsAt),
  payload: plainObject(payload),
})
