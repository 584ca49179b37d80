import {
  findPaymentBehind,
  parseId,
  type OrderId,
  type OwnerId,
  type PaymentId,
  type Transaction,
} from '@holdfast/core'
import { findPersonByEmail, type Person } from '../people/people.ts'
import { readCases } from '../shop/read-orders.ts'

/** What somebody looked for, and what it is. */
export type Found =
  | { readonly type: 'order'; readonly id: OrderId }
  | { readonly type: 'payment'; readonly id: PaymentId }
  | { readonly type: 'person'; readonly person: Pick<Person, 'id' | 'name'> }
  | { readonly type: 'nothing' }

/**
 * Finds what an id is of, here or at Stripe, or whose an e-mail address is. An intent, a reservation and a consultation are
 * found by their payment: that is where their story is told.
 */
export const findAnything = async (tx: Transaction, text: string): Promise<Found> => {
  const person = findPersonByEmail(text)
  if (person !== undefined) return { type: 'person', person }
  const id = parseId<'payment'>(text)
  if (id === undefined) return { type: 'nothing' }
  if ((await tx.orders.find(id as string as OrderId)) !== undefined)
    return { type: 'order', id: id as string as OrderId }
  const paymentId = await findPaymentBehind(tx, id)
  return paymentId === undefined ? { type: 'nothing' } : { type: 'payment', id: paymentId }
}

/** What somebody has: their newest payments and orders. */
export const readBelongings = async (tx: Transaction, owner: OwnerId) => ({
  payments: await tx.payments.list({ owner, limit: 25 }),
  orders: await readCases(tx, await tx.orders.list({ owner, limit: 25 })),
})
