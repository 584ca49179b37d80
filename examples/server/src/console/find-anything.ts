import {
  findPaymentBehind,
  parseId,
  type Consultation,
  type OrderId,
  type OwnerId,
  type PaymentId,
  type PaymentSummary,
  type Reservation,
  type Transaction,
  type Wallet,
  type WalletEntry,
} from '@holdfast/core'
import { isDoctor } from '../clinic/doctors.ts'
import { findPerson, findPersonByEmail, type Person } from '../people/people.ts'
import { readCases, type OrderCase } from '../shop/read-orders.ts'
import { listReservations } from '../stays/list-reservations.ts'
import { lookThrough } from './look-through.ts'

/** What somebody looked for, and what it is. */
export type Found =
  | { readonly type: 'order'; readonly id: OrderId }
  | { readonly type: 'payment'; readonly id: PaymentId }
  | { readonly type: 'person'; readonly person: Pick<Person, 'id' | 'name'> }
  | { readonly type: 'nothing' }

/**
 * Finds what an id is of, here or at Stripe, or who is called so or has this e-mail address. An intent, a reservation and a consultation are
 * found by their payment, as are attempts, refunds and what Stripe calls anything: that is where their story is told.
 */
export const findAnything = async (tx: Transaction, text: string): Promise<Found> => {
  const person = findPersonByEmail(text) ?? findPerson(text.toLowerCase())
  if (person !== undefined) return { type: 'person', person }
  const id = parseId<'payment'>(text.replace(/…$/, ''))
  if (id === undefined) return { type: 'nothing' }
  if ((await tx.orders.find(id as string as OrderId)) !== undefined)
    return { type: 'order', id: id as string as OrderId }
  const paymentId = await findPaymentBehind(tx, id)
  if (paymentId !== undefined) return { type: 'payment', id: paymentId }
  const payment = await lookThrough(tx, id)
  if (payment === undefined) return { type: 'nothing' }
  const { subject } = payment
  return subject.type === 'order' && subject.id.startsWith(id)
    ? { type: 'order', id: subject.id as OrderId }
    : { type: 'payment', id: payment.id }
}

/** What somebody has: the newest of everything, and what is in their wallets with the newest movements. */
export const readBelongings = async (tx: Transaction, owner: OwnerId): Promise<Belongings> => {
  const wallets: Belongings['wallets'][number][] = []
  for (const wallet of await tx.wallets.listOf(owner))
    wallets.push({ wallet, entries: await tx.wallets.listEntries({ owner, currency: wallet.currency, limit: newest }) })
  return {
    payments: await tx.payments.list({ owner, limit: newest }),
    orders: await readCases(tx, await tx.orders.list({ owner, limit: newest })),
    stays: await listReservations(tx, { owner }, ({ slot }) => !isDoctor(slot.resourceId)),
    appointments: await listReservations(tx, { owner }, ({ slot }) => isDoctor(slot.resourceId)),
    consultations: await tx.consultations.list({ owner, limit: newest }),
    wallets,
  }
}

/** All that one person has. */
export interface Belongings {
  readonly payments: readonly PaymentSummary[]
  readonly orders: readonly OrderCase[]
  readonly stays: readonly Reservation[]
  readonly appointments: readonly Reservation[]
  readonly consultations: readonly Consultation[]
  readonly wallets: readonly { readonly wallet: Wallet; readonly entries: readonly WalletEntry[] }[]
}

const newest = 25
