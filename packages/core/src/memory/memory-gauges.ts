import type { Consultation } from '../consultation/consultation.ts'
import { sameMoney } from '../kernel/money.ts'
import { isCollected } from '../payment/payment.ts'
import { getAttempt, type PaymentCase } from '../payment/payment-case.ts'
import { isFailing, retriesOf } from '../payment/tries.ts'
import { isPaidFor, type Order } from '../order/order.ts'
import type { PendingIntent } from '../pending-intent/pending-intent.ts'
import type { Gauges, Versioned } from '../ports/unit-of-work.ts'
import type { Reservation } from '../reservation/reservation.ts'
import type { StoredCase } from './memory-payment-store.ts'
import type { MemoryTable } from './memory-table.ts'

/** How things stand in memory. */
export const memoryGauges = (
  cases: MemoryTable<StoredCase>,
  intents: MemoryTable<Versioned<PendingIntent>>,
  reservations: MemoryTable<Versioned<Reservation>>,
  consultations: MemoryTable<Versioned<Consultation>>,
  orders: MemoryTable<Versioned<Order>>,
): Gauges => ({
  async read() {
    const payable = cases
      .all()
      .map(({ kase }) => kase)
      .filter(({ payment }) => !isCollected(payment) && payment.status !== 'cancelled')
    const isGhost = (paymentId: string): boolean => !isPaid(cases.get(paymentId)?.kase)
    const made = intents.all().flatMap(({ value }) => (value.status === 'fulfilled' ? [value] : []))
    const records = [...reservations.all(), ...consultations.all()].map(({ value }) => value)
    const sold = orders.all().flatMap(({ value }) => (isPaidFor(value) ? [value] : []))
    return {
      failedPayments: payable.filter(isFailing).length,
      retries: payable.reduce((sum, kase) => sum + retriesOf(kase), 0),
      openIntents: intents.all().filter(({ value }) => value.status === 'open').length,
      ghostRecords: [...made, ...records, ...sold].filter(({ paymentId }) => isGhost(paymentId)).length,
    }
  },
})

const isPaid = (kase: PaymentCase | undefined): boolean => {
  if (kase === undefined || !isCollected(kase.payment)) return false
  const attempt = getAttempt(kase, kase.payment.attemptId)
  return attempt.status === 'succeeded' && sameMoney(attempt.charge.amount, kase.payment.amount)
}
