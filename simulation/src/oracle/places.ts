import type { Instant } from '@holdfast/core'
import type { Stored } from './truth.ts'
import { Violation } from './violation.ts'

/** How many can have one slot of a resource. */
export type CapacityOf = (resourceId: string) => number

/** How many more can have a resource from each of these moments on, counted from the rows. */
export const countPlaces = (
  { reservations }: Stored,
  { resourceId, capacity }: { readonly resourceId: string; readonly capacity: number },
  moments: readonly Instant[],
): ReadonlyMap<Instant, number> =>
  new Map(
    moments.map((moment) => [
      moment,
      capacity -
        reservations.filter(
          (each) =>
            each.resource_id === resourceId &&
            each.status !== 'cancelled' &&
            each.starts_at <= moment &&
            moment < each.ends_at,
        ).length,
    ]),
  )

/** Of everything, at no time more is held than there is, and no place by two. @throws {@link Violation} A4 */
export const checkPlaces = ({ reservations }: Stored, capacityOf: CapacityOf): void => {
  const holding = reservations.filter(({ status }) => status !== 'cancelled')
  for (const [index, one] of holding.entries()) {
    const capacity = capacityOf(one.resource_id)
    if (one.unit < 0 || one.unit >= capacity)
      throw new Violation('A4', `${one.id} holds unit ${one.unit} of ${one.resource_id}, which has ${capacity}`)
    for (const other of holding.slice(index + 1))
      if (
        one.resource_id === other.resource_id &&
        one.unit === other.unit &&
        one.starts_at < other.ends_at &&
        other.starts_at < one.ends_at
      )
        throw new Violation('A4', `${one.id} and ${other.id} hold one slot`)
  }
}
