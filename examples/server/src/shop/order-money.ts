import { getAttempt, isCollected, refundableFrom, type Order, type PaymentCase, type Transaction } from '@holdfast/core'
import { hasSomethingToSend, readCases, type OrderCase } from './read-orders.ts'

/**
 * What the money of an order says that its own status does not. `returned`: all of it has gone back, or is on its way back.
 * `disputed`: its buyer's bank wants it back. `coming`: it is on its way here.
 */
export type OrderMoney = 'returned' | 'disputed' | 'coming'

/** What is to be said of an order beside its status; `undefined`: nothing. */
export const orderMoneyOf = ({ order, kase }: OrderCase): OrderMoney | undefined => {
  const { status } = kase.payment
  if (status === 'disputed') return 'disputed'
  if (order.status === 'pending') return status === 'processing' || status === 'authorized' ? 'coming' : undefined
  // An order that was called off says by its status that it is over.
  return order.status !== 'cancelled' && isAllReturned(kase) ? 'returned' : undefined
}

const isAllReturned = (kase: PaymentCase): boolean => {
  const { payment } = kase
  if (payment.status === 'refunded') return true
  return isCollected(payment) && refundableFrom(kase, getAttempt(kase, payment.attemptId)) === 0n
}

/** How many orders to send are counted and listed. */
export const mostToSend = 100

/**
 * Orders that wait to be sent, newest first, at most {@link mostToSend}: those that are paid, have something in them that goes by
 * post, and whose money is neither gone back nor disputed.
 */
export const readToSend = async (
  tx: Pick<Transaction, 'orders' | 'payments'>,
): Promise<{ readonly cases: readonly OrderCase[]; readonly isMore: boolean }> => {
  const cases: OrderCase[] = []
  let after: Order['id'] | undefined
  for (;;) {
    const page = await tx.orders.list({
      status: 'completed',
      limit: mostToSend,
      ...(after === undefined ? {} : { after }),
    })
    const found = await readCases(tx, page.filter(hasSomethingToSend))
    cases.push(...found.filter((each) => orderMoneyOf(each) === undefined))
    after = page.at(-1)?.id
    if (cases.length > mostToSend) return { cases: cases.slice(0, mostToSend), isMore: true }
    if (page.length < mostToSend) return { cases, isMore: false }
  }
}
