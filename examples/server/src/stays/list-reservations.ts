import type { OwnerId, Reservation, Transaction } from '@holdfast/core'

/** Reservations of one sort, of one owner or of all, newest first, at most fifty, however many of another sort lie between them. */
export const listReservations = async (
  tx: Pick<Transaction, 'reservations'>,
  whose: { readonly owner?: OwnerId },
  isWanted: (reservation: Reservation) => boolean,
): Promise<readonly Reservation[]> => {
  const wanted: Reservation[] = []
  for (let after: Reservation['id'] | undefined; ; ) {
    const page = await tx.reservations.list({ ...whose, limit: pageSize, ...(after === undefined ? {} : { after }) })
    wanted.push(...page.filter(isWanted))
    after = page.at(-1)?.id
    if (page.length < pageSize || wanted.length >= most) return wanted.slice(0, most)
  }
}

const pageSize = 100
const most = 50
