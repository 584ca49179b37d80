import {
  day,
  hour,
  instant,
  ok,
  reservationKind,
  type FulfilmentKind,
  type Json,
  type ResourceId,
  type UnitOfWork,
} from '@holdfast/core'
import { price } from '../paid-session.ts'

/** Something that is sold: a kind of fulfilment, and what a buyer of it sends. */
export interface KindOfSale {
  readonly name: string
  readonly kindOn: (unitOfWork: UnitOfWork) => FulfilmentKind
  /** What the next buyer wants: never what somebody else wants too. */
  readonly nextPayload: () => Json
}

/**
 * A ticket: a kind of the host's that makes no row of its own, so that what is measured is Holdfast's alone. The intent
 * itself, which becomes fulfilled, is to it what the order is to the floors.
 */
export const ticket = (): KindOfSale => ({
  name: 'ticket',
  kindOn: () => ({
    name: 'ticket',
    quote: async () =>
      ok({ amount: price, purpose: 'order', item: { name: 'Ticket', description: 'One evening' }, details: {} }),
    fulfil: async ({ intent }) => ({ type: 'done', record: { type: 'ticket', id: intent.id } }),
  }),
  nextPayload: () => ({ seat: 1 }),
})

/** The built-in reservation of a slot, which is looked for under a lock, made and given its task. Every buyer wants another room. */
export const room = (): KindOfSale => {
  let rooms = 0
  const startsAt = instant(Math.ceil(Date.now() / day) * day)
  return {
    name: 'reservation',
    kindOn: (unitOfWork) =>
      reservationKind({
        unitOfWork,
        catalogue: {
          quote: async (payload) =>
            ok({
              amount: price,
              purpose: 'reservation',
              item: { name: 'Room', description: 'One night' },
              slot: {
                resourceId: (payload as { readonly room: string }).room as ResourceId,
                unit: 0,
                startsAt,
                endsAt: instant(startsAt + 20 * hour),
              },
              details: {},
            }),
        },
      }),
    nextPayload: () => {
      rooms += 1
      return { room: `room_${rooms}` }
    },
  }
}
