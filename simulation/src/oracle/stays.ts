import type { Entry } from './edges.ts'
import { isCollected } from './statuses.ts'
import type { Stored } from './truth.ts'
import { Violation } from './violation.ts'

/**
 * Once all that was booked is long over: each stay has ended, unless its balance is still owed and somebody is told so. What is owed is
 * waived at the desk alone, and without its balance a stay ends only where that is waived. `timeline`: all of it, in order.
 *
 * @throws {@link Violation} A14
 */
export const checkStays = (
  { reservations, payments, attention }: Pick<Stored, 'reservations' | 'payments' | 'attention'>,
  timeline: readonly Entry[],
): void => {
  for (const { id, status, balance_payment_id: balanceId } of reservations) {
    const balance = payments.find((payment) => payment.id === balanceId)
    const isOwed = balance !== undefined && !isCollected(balance.status) && balance.status !== 'cancelled'
    if (status === 'completed' && isOwed)
      throw new Violation('A14', `${id} is completed, and its balance ${balance.id} is ${balance.status}`)
    const isTold = attention.some(({ code, payment_id: about }) => code === 'balance_unpaid' && about === balanceId)
    if (status !== 'completed' && status !== 'cancelled' && !(isOwed && isTold))
      throw new Violation('A14', `${id} is ${status} for ever, and nobody is told why`)
  }
  for (const { type, name, actor = '', payment_id: paymentId } of timeline)
    if (type === 'command' && name === 'cancel_payment' && actor.startsWith('owner:')) {
      const isBalance = payments.some(({ id, subject_type: about }) => id === paymentId && about === 'reservation')
      if (isBalance) throw new Violation('A14', `${actor} has cancelled ${paymentId}, which they owe for a stay`)
    }
}
