import type { ResourceId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Transaction } from '../ports/unit-of-work.ts'
import type { Reservation } from '../reservation/reservation.ts'

/**
 * Every reservation that holds any part of a stretch of time on a resource, earliest first: none is left out, however many
 * there are. One question to the store for each `pageSize`, so as a rule one.
 */
export const listAllHolding = async (
  tx: Pick<Transaction, 'reservations'>,
  stretch: { readonly resourceId: ResourceId; readonly from: Instant; readonly to: Instant },
  pageSize = 10_000,
): Promise<readonly Reservation[]> => {
  const all: Reservation[] = []
  for (;;) {
    const last = all.at(-1)
    const found = await tx.reservations.listHolding({
      ...stretch,
      limit: pageSize,
      ...(last === undefined ? {} : { after: last.id }),
    })
    all.push(...found)
    if (found.length < pageSize) return all
  }
}
