import type { World } from '../engine/world.ts'
import type { ObjectTable } from '../resources/references.ts'
import { invalidParameter } from './stripe-error.ts'

/**
 * The table that an id in a field of this name points into. Areas of the simulator add to it by exporting their own.
 */
export type References = Readonly<Record<string, ObjectTable>>

/** Fields that are left out unless they are asked for, by the object they belong to. */
export type Includables = Readonly<
  Record<string, Readonly<Record<string, (world: World, object: { readonly id: string }) => unknown>>>
>

/**
 * Replaces ids by objects along paths such as `data.payment_intent.latest_charge`.
 *
 * Refuses a path deeper than four levels and one that leads to something that cannot be expanded.
 */
export const expandObject = (
  world: World,
  object: object,
  paths: readonly string[],
  references: References,
  includables: Includables,
): object => {
  let expanded = object
  for (const path of paths) {
    const fields = path.split('.')
    const depth = fields.filter((field) => field !== 'data').length
    if (depth > 4)
      throw invalidParameter(
        'expand',
        'You cannot expand more than 4 levels of a property.',
        'property_expansion_max_depth',
      )
    expanded = follow(expanded, fields, path) as object
  }
  return expanded

  function follow(value: unknown, fields: readonly string[], path: string): unknown {
    const [field, ...rest] = fields
    if (field === undefined || value === null) return value
    if (Array.isArray(value)) return value.map((item) => follow(item, fields, path))
    if (typeof value !== 'object') throw notExpandable(path)
    const record = value as Readonly<Record<string, unknown>>
    if (field === 'data' && Array.isArray(record['data'])) {
      return { ...record, data: record['data'].map((item) => follow(item, rest, path)) }
    }
    const here = resolve(record, field)
    if (here === undefined) throw notExpandable(path)
    return { ...record, [field]: follow(here, rest, path) }
  }

  function resolve(record: Readonly<Record<string, unknown>>, field: string): unknown {
    const include = includables[String(record['object'])]?.[field]
    if (include !== undefined && record[field] === undefined) return include(world, record as { readonly id: string })
    const value = record[field]
    const table = references[field]
    if (typeof value === 'string') return table === undefined ? undefined : world.find(table, value)
    if (Array.isArray(value) && table !== undefined)
      return value.map((id) => (typeof id === 'string' ? (world.find(table, id) ?? id) : id))
    return table === undefined && (typeof value !== 'object' || value === null) ? undefined : value
  }
}

const notExpandable = (path: string) =>
  invalidParameter('expand', `This property cannot be expanded (${path}).`, 'property_not_expandable')
