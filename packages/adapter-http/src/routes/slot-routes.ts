import type { ResourceId } from '@holdfast/core'
import type { RefusalWith } from '../problem/refusal.ts'
import { momentOf } from '../wire/parts.ts'
import { showFreeSlots, slotsAnswer, slotsQuery } from '../wire/slot.ts'
import { refused, reply, route } from './route.ts'

const listFreeSlots = route({
  name: 'list_free_slots',
  method: 'get',
  path: '/slots',
  tag: 'Reservations',
  summary: 'The slots of a resource that can be booked now, earliest first. No promise: whoever pays first has it.',
  who: 'anyone',
  query: slotsQuery,
  answers: { 200: slotsAnswer },
  refusals: ['invalid_request'],
  handle: async ({ query, words }, services) => {
    const resourceId = query.resource_id as ResourceId
    const outcome = await services.listFreeSlots({
      resourceId,
      from: momentOf(query.from),
      to: momentOf(query.to),
      limit: query.limit,
    })
    if (outcome.ok) return reply(200, showFreeSlots(resourceId, outcome.value))
    const { error } = outcome
    switch (error.code) {
      case 'unknown_resource':
        return refused(wrong('resource_id', error.code, words.problems.unknown_resource))
      case 'range_empty':
        return refused(wrong('to', error.code, words.messages.range_empty))
      case 'range_too_long':
        return refused(wrong('to', error.code, `${words.messages.range_too_long} (${error.longestDays})`))
    }
  },
})

/** When something can be had. */
export const slotRoutes = [listFreeSlots] as const

/** What a query asks for that its schema could not tell. */
const wrong = (field: string, code: string, message: string): RefusalWith<'invalid_request'> => ({
  code: 'invalid_request',
  errors: [{ field, code, message }],
})
