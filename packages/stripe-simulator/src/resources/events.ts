import { createdFilter, listObjects, paging } from '../wire/lists.ts'
import { flag, list, text } from '../wire/params.ts'
import { route, type Route } from '../wire/routes.ts'
import { noSuch } from '../wire/stripe-error.ts'
import { getObject } from './references.ts'

// Events can be asked for during 30 days.
const listedForS = 30 * 24 * 60 * 60

/** The calls on events. */
export const eventRoutes: readonly Route[] = [
  route('GET', '/v1/events/{id}', {}, (world, _, { id = '' }) => {
    const event = getObject(world, 'event', id)
    if (event.created < world.now() - listedForS) throw noSuch('event', id)
    return event
  }),
  route(
    'GET',
    '/v1/events',
    {
      ...paging,
      created: createdFilter(),
      delivery_success: flag(),
      type: text(),
      types: list(text(), { maxItems: 20 }),
    },
    (world, params) => {
      const oldest = world.now() - listedForS
      return listObjects(world, {
        table: 'event',
        url: '/v1/events',
        params,
        where: (event) =>
          event.created >= oldest &&
          (params.delivery_success === undefined || (event.pending_webhooks === 0) === params.delivery_success) &&
          (params.type === undefined || matchesType(event.type, params.type)) &&
          (params.types === undefined || params.types.includes(event.type)),
      })
    },
  ),
]

const matchesType = (type: string, wanted: string): boolean =>
  wanted.endsWith('*') ? type.startsWith(wanted.slice(0, -1)) : type === wanted
