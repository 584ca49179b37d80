import type { Tables } from '../engine/tables.ts'
import type { World } from '../engine/world.ts'
import { getObject, isVisible, type ObjectTable } from '../resources/references.ts'
import { either, hash, integer, text, type ReadShape } from './params.ts'
import { invalidParameter } from './stripe-error.ts'

/** The parameters that every list takes. */
export const paging = { limit: integer({ min: 1, max: 100 }), starting_after: text(), ending_before: text() }

/** The filter on the time of creation: one second, or a range. */
export const createdFilter = () =>
  either(integer(), hash({ gt: integer(), gte: integer(), lt: integer(), lte: integer() }))

/** A page of a list, in the shape of the API. */
export interface Page<T> {
  readonly object: 'list'
  readonly data: readonly T[]
  readonly has_more: boolean
  readonly url: string
}

/** What a list is of. */
export interface ListRequest<T extends ObjectTable> {
  readonly table: T
  readonly url: string
  readonly params: ReadShape<typeof paging> & { readonly created?: Read }
  readonly where?: (object: Tables[T]) => boolean
}

/** A page of the objects of the call's mode, newest first. A cursor that names no object is refused with 400. */
export const listObjects = <T extends ObjectTable>(
  world: World,
  { table, url, params, where }: ListRequest<T>,
): Page<Tables[T]> => {
  const { livemode, listLagMs = 0 } = world.request() ?? {}
  const youngest = listLagMs === 0 ? Infinity : (world.nowMs() - listLagMs) / 1_000
  const matches: Tables[T][] = []
  for (const object of world.rows(table)) {
    if (livemode !== undefined && !isVisible(world, object, livemode)) continue
    if (!isCreatedIn(object, params.created) || isYoungerThan(youngest, object)) continue
    if (where === undefined || where(object)) matches.push(object)
  }
  for (const cursor of ['starting_after', 'ending_before'] as const) {
    const id = params[cursor]
    if (id !== undefined) getObject(world, table, id, cursor)
  }
  return paginate(matches.reverse(), url, params)
}

const isYoungerThan = (youngest: number, object: object): boolean =>
  'created' in object && typeof object.created === 'number' && object.created > youngest

/** Cuts a page out of objects that are in the order of the list. */
export const paginate = <T extends { readonly id: string }>(
  objects: readonly T[],
  url: string,
  { limit = 10, starting_after, ending_before }: ReadShape<typeof paging>,
): Page<T> => {
  if (starting_after !== undefined && ending_before !== undefined) {
    throw invalidParameter('starting_after', 'You cannot use `ending_before` and `starting_after` together.')
  }
  if (ending_before !== undefined) {
    const end = objects.findIndex(({ id }) => id === ending_before)
    const start = Math.max(0, end - limit)
    return { object: 'list', data: objects.slice(start, Math.max(end, 0)), has_more: start > 0, url }
  }
  const start = starting_after === undefined ? 0 : objects.findIndex(({ id }) => id === starting_after) + 1
  return { object: 'list', data: objects.slice(start, start + limit), has_more: objects.length > start + limit, url }
}

type Read =
  | number
  | {
      readonly gt: number | undefined
      readonly gte: number | undefined
      readonly lt: number | undefined
      readonly lte: number | undefined
    }
  | undefined

const isCreatedIn = (object: object, filter: Read): boolean => {
  if (filter === undefined || !('created' in object) || typeof object.created !== 'number') return true
  const { created } = object
  if (typeof filter === 'number') return created === filter
  const { gt, gte, lt, lte } = filter
  return (
    (gt === undefined || created > gt) &&
    (gte === undefined || created >= gte) &&
    (lt === undefined || created < lt) &&
    (lte === undefined || created <= lte)
  )
}
