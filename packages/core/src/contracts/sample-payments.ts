import { money } from '../kernel/money.ts'
import type { Payment } from '../payment/payment.ts'
import type { PaymentCase } from '../payment/payment-case.ts'
import { at, attemptId, beyondDoubles, mostIn64Bits, ownerId, paymentId } from './sample-names.ts'

const paymentBase = (id: string) =>
  ({
    id: paymentId(id),
    purpose: 'deposit',
    owner: ownerId('ana'),
    subject: { type: 'intent', id: `int_${id}` },
    amount: money(12_500, 'MXN'),
    item: { name: 'Depósito', description: 'Casa Azul, 2 – 5 de mayo' },
    metadata: { booking: 'B-1' },
    saveCard: true,
    createdAt: at(0),
  }) as const

/** A pending payment that nobody has tried to pay. */
export const pendingPayment = (id: string, change: Partial<Payment> = {}): Payment =>
  ({ ...paymentBase(id), status: 'pending', ...change }) as Payment

/** A payment and nothing else. */
export const bareCase = (payment: Payment): PaymentCase => ({ payment, attempts: [], refunds: [] })

/** A payment in every status, with every optional field present in one and absent in another. */
export const everyPayment = (): readonly Payment[] => {
  const failure = {
    code: 'insufficient_funds',
    retryable: true,
    providerCode: 'insufficient_funds',
    detail: 'No "funds".',
  } as const
  const collected = { completedAt: at(9), attemptId: attemptId('att_1'), refunded: 0n }
  return [
    { ...paymentBase('pay_pending'), status: 'pending' },
    {
      ...paymentBase('pay_processing'),
      status: 'processing',
      saveCard: false,
      savedCard: { customerId: 'cus_1', paymentMethodId: 'pm_1' },
    },
    {
      ...paymentBase('pay_authorized'),
      status: 'authorized',
      authorizedAt: at(7),
      amount: money(beyondDoubles, 'EUR'),
    },
    { ...paymentBase('pay_failed'), status: 'failed', failedAt: at(8), failure },
    {
      ...paymentBase('pay_failed_2'),
      status: 'failed',
      failedAt: at(8),
      failure: { code: 'session_expired', retryable: true },
    },
    { ...paymentBase('pay_cancelled'), status: 'cancelled', cancelledAt: at(8), reason: 'abandoned' },
    {
      ...paymentBase('pay_completed'),
      ...collected,
      status: 'completed',
      subject: { type: 'reservation', id: 'res_1' },
    },
    { ...paymentBase('pay_part'), ...collected, status: 'partially_refunded', refunded: 500n },
    {
      ...paymentBase('pay_refunded'),
      ...collected,
      status: 'refunded',
      amount: money(mostIn64Bits, 'KWD'),
      refunded: mostIn64Bits,
    },
    { ...paymentBase('pay_disputed'), ...collected, status: 'disputed', disputedAt: at(20), amount: money(0, 'JPY') },
  ]
}
