import type { OwnerId, Reservation, Transaction } from '@holdfast/core'

/** Somebody's reservations of one sort, newest first, at most fifty, however many of another sort lie between them. */
export const listReservationsOf = async (
  tx: Pick<Transaction, 'reservations'>,
  owner: OwnerId,
  isWanted: (reservation: Reservation) => boolean,
): Promise<readonly Reservation[]> => {
  const wanted: Reservation[] = []
  for (let after: Reservation['id'] | undefined; ; ) {
    const page = await tx.reservations.list({ owner, limit: pageSize, ...(after === undefined ? {} : { after }) })
    wanted.push(...page.filter(isWanted))
    after = page.at(-1)?.id
    if (page.length < pageSize || wanted.length >= most) return wanted.slice(0, most)
  }
}

const pageSize = 100
const most = 50
