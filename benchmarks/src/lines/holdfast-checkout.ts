import type { PaymentId } from '@holdfast/core'
import { countRows } from '../floors/tables.ts'
import type { InstantProvider } from '../instant-provider.ts'
import type { Location } from '../scratch.ts'
import type { CheckoutLine } from './line.ts'
import { openIntents, openPage, wireHoldfast } from './holdfast-line.ts'
import { ticket } from './sale-kinds.ts'

/** `startCheckout` of a payment that waits for its first page, under a key of the caller's. */
export const holdfastCheckout = async (location: Location, provider: InstantProvider): Promise<CheckoutLine> => {
  const wired = await wireHoldfast(location, ticket(), { provider })
  const { holdfast, database } = wired
  return {
    addPayments: async (count) => (await openIntents(wired, count, 'without-page')).map(({ paymentId }) => paymentId),
    async startCheckout(paymentId, idempotencyKey) {
      await openPage(holdfast, paymentId as PaymentId, idempotencyKey)
    },
    countOpen: () => countRows(database.knex, 'holdfast_attempts', 'open'),
    close: () => database.close(),
  }
}
