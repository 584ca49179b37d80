import type { ResourceId, Transaction, UnitOfWork } from '@holdfast/core'
import { addDays, arrivalAt, dayOf, departureAt, nightsBetween, type Day } from './nights.ts'

/** Days on which a night is taken: the guest of the 1st to the 3rd takes the nights of the 1st and the 2nd. */
export type TakenNights = ReadonlySet<Day>

/** The nights of a property that are taken between two days. */
export const readTakenNights = (unitOfWork: UnitOfWork, slug: string, from: Day, to: Day): Promise<TakenNights> =>
  unitOfWork.read((tx) => takenNights(tx, slug, from, to))

/** Whether nobody has any night of a stay. */
export const isFree = (taken: TakenNights, arrival: Day, departure: Day): boolean =>
  Array.from({ length: nightsBetween(arrival, departure) }, (_, night) => addDays(arrival, night)).every(
    (night) => !taken.has(night),
  )

/** Free stays of the same length that begin close to a day, nearest first, at most `limit`. */
export const listFreeStays = async (
  unitOfWork: UnitOfWork,
  wanted: {
    readonly slug: string
    readonly arrival: Day
    readonly nights: number
    readonly after: Day
    readonly limit: number
  },
): Promise<readonly { readonly arrival: Day; readonly departure: Day }[]> => {
  const { slug, arrival, nights, after, limit } = wanted
  const taken = await readTakenNights(
    unitOfWork,
    slug,
    addDays(arrival, -searchDays),
    addDays(arrival, searchDays + nights),
  )
  const begins = Array.from({ length: searchDays }, (_, index) => [
    addDays(arrival, index + 1),
    addDays(arrival, -index - 1),
  ]).flat()
  return begins
    .map((begin) => ({ arrival: begin, departure: addDays(begin, nights) }))
    .filter((stay) => stay.arrival > after && isFree(taken, stay.arrival, stay.departure))
    .slice(0, limit)
}

const searchDays = 28

const takenNights = async (tx: Transaction, slug: string, from: Day, to: Day): Promise<TakenNights> => {
  const holding = await tx.reservations.listHolding({
    resourceId: slug as ResourceId,
    from: arrivalAt(from),
    to: departureAt(addDays(to, 1)),
    limit: 400,
  })
  return new Set(
    holding.flatMap(({ slot }) => {
      const [first, last] = [dayOf(slot.startsAt), dayOf(slot.endsAt)]
      return Array.from({ length: nightsBetween(first, last) }, (_, night) => addDays(first, night))
    }),
  )
}
