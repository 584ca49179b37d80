import {
  err,
  mayTouch,
  ok,
  type Actor,
  type Order,
  type OrderId,
  type Payment,
  type PaymentId,
  type ReadPaymentCase,
  type Result,
  type Transaction,
} from '@holdfast/core'
import type { RefusalWith } from '../problem/refusal.ts'
import type { Services } from './services.ts'

/** A payment, and the order it is for, as both stand in one moment. */
export interface FoundPayment {
  readonly kase: ReadPaymentCase
  readonly order: Order | undefined
}

/** A payment of the caller's, or of anybody's for staff, with its order. */
export const findPayment = (
  { unitOfWork }: Pick<Services, 'unitOfWork'>,
  actor: Actor,
  id: PaymentId,
): Promise<Result<FoundPayment, RefusalWith<'payment_not_found'>>> =>
  unitOfWork.read(async (tx) => {
    const found = await readPaymentIn(tx, id)
    return found === undefined || !mayTouch(actor, found.kase.payment.owner)
      ? err({ code: 'payment_not_found' })
      : ok(found)
  })

/** A payment with its order, whoever asks. */
export const readPaymentIn = async (tx: Transaction, id: PaymentId): Promise<FoundPayment | undefined> => {
  const found = await tx.payments.find(id)
  if (found === undefined) return undefined
  return { kase: { ...found.value, updatedAt: found.updatedAt }, order: await orderOf(tx, found.value.payment) }
}

/** The order that a payment is for, where it is for one. */
export const orderOf = async (tx: Transaction, { subject }: Pick<Payment, 'subject'>): Promise<Order | undefined> =>
  subject.type === 'order' ? (await tx.orders.find(subject.id as OrderId))?.value : undefined
