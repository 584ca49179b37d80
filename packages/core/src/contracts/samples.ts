import type { AttemptId, IntentId, OwnerId, PaymentId, RefundId, ReservationId, ResourceId } from '../kernel/ids.ts'
import { instant, type Instant } from '../kernel/instant.ts'
import { money } from '../kernel/money.ts'
import type { Attempt } from '../payment/attempt.ts'
import type { Payment } from '../payment/payment.ts'
import type { PaymentCase } from '../payment/payment-case.ts'
import type { Refund } from '../payment/refund.ts'
import type { PendingIntent } from '../pending-intent/pending-intent.ts'
import type { ProviderEvent } from '../ports/provider-event.ts'
import type { Reservation, Slot } from '../reservation/reservation.ts'

/** The first moment of every story in the contracts; `at(5)` is five milliseconds into it. */
export const at = (ms: number): Instant => instant(1_790_000_000_000 + ms)

/** The payment all samples are about. */
export const paymentId = (text: string): PaymentId => text as PaymentId
/** An attempt of that payment. */
export const attemptId = (text: string): AttemptId => text as AttemptId
/** A refund of that payment. */
export const refundId = (text: string): RefundId => text as RefundId
/** The intent that payment is for. */
export const intentId = (text: string): IntentId => text as IntentId
/** The reservation it becomes. */
export const reservationId = (text: string): ReservationId => text as ReservationId
/** Whose they all are. */
export const ownerId = (text: string): OwnerId => text as OwnerId
/** What is booked. */
export const resourceId = (text: string): ResourceId => text as ResourceId

/** One more than a double can count to, and the most that 64 bits hold. */
export const beyondDoubles = 9_007_199_254_740_993n
export const mostIn64Bits = 9_223_372_036_854_775_807n

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

const attemptBase = (payment: string, id: string) =>
  ({
    id: attemptId(id),
    paymentId: paymentId(payment),
    kind: 'hosted',
    amount: money(12_500, 'MXN'),
    idempotencyKey: id,
    requestedAt: at(1),
    announce: false,
    page: {
      successUrl: 'https://host.example/ok?a=1&b=2',
      cancelUrl: 'https://host.example/back',
      expiresAt: at(7_200_000),
    },
  }) as const

/** An attempt that was asked for and not heard of; `change` may make it any other. */
export const requestedAttempt = (payment: string, id: string, change: object = {}): Attempt =>
  ({ ...attemptBase(payment, id), status: 'requested', lookAt: at(100), looks: 0, ...change }) as Attempt

/** An attempt whose page nobody paid. */
export const expiredAttempt = (payment: string, id: string): Attempt => ({
  ...attemptBase(payment, id),
  status: 'expired',
  expiredAt: at(50),
})

/** An attempt that brought the money. */
export const paidAttempt = (payment: string, id: string): Attempt => ({
  ...attemptBase(payment, id),
  status: 'succeeded',
  providerId: `cs_${id}`,
  succeededAt: at(60),
  charge: { id: `pi_${id}`, amount: money(12_500, 'MXN') },
})

/** An attempt of one payment in every status, at most one of them live; the live statuses come in turns. */
export const everyAttempt = (payment: string): readonly (readonly Attempt[])[] => {
  const ended: readonly Attempt[] = [
    {
      ...attemptBase(payment, `${payment}_a1`),
      status: 'succeeded',
      providerId: `cs_${payment}_1`,
      succeededAt: at(60),
      charge: {
        id: `pi_${payment}_1`,
        amount: money(beyondDoubles, 'EUR'),
        customerId: 'cus_1',
        paymentMethodId: 'pm_1',
      },
    },
    {
      ...attemptBase(payment, `${payment}_a2`),
      status: 'succeeded',
      succeededAt: at(61),
      charge: { id: `pi_${payment}_2`, amount: money(0, 'JPY') },
    },
    {
      ...attemptBase(payment, `${payment}_a3`),
      status: 'declined',
      announce: true,
      providerId: `pi_${payment}_3`,
      declinedAt: at(62),
      failure: { code: 'card_declined', retryable: true, detail: 'generic_decline' },
    },
    { ...attemptBase(payment, `${payment}_a4`), status: 'expired', expiredAt: at(63) },
  ]
  const { page: _none, ...offSession } = attemptBase(payment, `${payment}_live`)
  const live: readonly Attempt[] = [
    { ...offSession, kind: 'off_session', status: 'requested', lookAt: at(100), looks: 0 },
    {
      ...attemptBase(payment, `${payment}_live`),
      page: { successUrl: 's', cancelUrl: 'c', expiresAt: at(5), locale: 'es-MX', customerId: 'cus_1' },
      status: 'open',
      providerId: `cs_${payment}_live`,
      url: 'https://pay.example/live#ñ',
      expiresAt: at(7_200_000),
      closing: 'replaced',
      lookAt: at(900),
      looks: 3,
    },
    {
      ...attemptBase(payment, `${payment}_live`),
      status: 'processing',
      closing: 'requested',
      lookAt: at(1),
      looks: 12,
    },
  ]
  return live.map((attempt) => [...ended, attempt])
}

const refundBase = (payment: string, id: string) =>
  ({
    id: refundId(id),
    idempotencyKey: id,
    paymentId: paymentId(payment),
    attemptId: attemptId(`${payment}_a1`),
    amount: money(500, 'MXN'),
    reason: 'requested_by_customer',
    requestedAt: at(70),
  }) as const

/** A refund that was asked for and not heard of; `change` may make it any other. */
export const requestedRefund = (payment: string, id: string, change: object = {}): Refund =>
  ({ ...refundBase(payment, id), status: 'requested', lookAt: at(100), looks: 0, ...change }) as Refund

/** A refund of one payment in every status. */
export const everyRefund = (payment: string): readonly Refund[] => [
  {
    ...refundBase(payment, `rf_${payment}_1`),
    status: 'requested',
    lookAt: at(100),
    looks: 2,
    idempotencyKey: 'rf_1~2',
  },
  {
    ...refundBase(payment, `rf_${payment}_2`),
    status: 'pending',
    lookAt: at(101),
    looks: 0,
    providerId: `re_${payment}_2`,
  },
  {
    ...refundBase(payment, `rf_${payment}_3`),
    status: 'succeeded',
    succeededAt: at(80),
    amount: money(beyondDoubles, 'EUR'),
    providerId: `re_${payment}_3`,
    reason: 'external',
  },
  { ...refundBase(payment, `rf_${payment}_4`), status: 'failed', failedAt: at(81), detail: 'bank said no' },
]

const intentBase = (id: string) =>
  ({
    id: intentId(id),
    token: `token-${id}`,
    kind: 'reservation',
    owner: ownerId('ana'),
    payload: { guests: 2, total: beyondDoubles, notes: ['late', null, true, 1.5] },
    quote: {
      amount: money(12_500, 'MXN'),
      purpose: 'deposit',
      item: { name: 'Depósito', description: 'Casa Azul' },
      balance: { amount: money(37_500, 'MXN'), dueAt: at(1_000), item: { name: 'Balance', description: 'Casa Azul' } },
      slot: slot('casa-azul', 0, 100, 200),
      details: { arrival: '2027-05-02' },
    },
    paymentId: paymentId(`pay_${id}`),
    expiresAt: at(7_200_000),
    createdAt: at(0),
  }) as const

/** An intent that is waiting to be paid. */
export const openIntent = (id: string, change: Partial<PendingIntent> = {}): PendingIntent =>
  ({ ...intentBase(id), status: 'open', ...change }) as PendingIntent

/** An intent in every status. */
export const everyIntent = (): readonly PendingIntent[] => [
  { ...intentBase('int_open'), status: 'open' },
  { ...intentBase('int_paid'), status: 'paid', paidAt: at(5), payload: null },
  {
    ...intentBase('int_fulfilled'),
    status: 'fulfilled',
    fulfilledAt: at(6),
    record: { type: 'reservation', id: 'res_1' },
  },
  { ...intentBase('int_refunded'), status: 'refunded', refundedAt: at(7), reason: 'slot_taken', payload: [] },
  { ...intentBase('int_abandoned'), status: 'abandoned', abandonedAt: at(8), payload: 'text' },
]

/** A stretch of time on one unit of a resource, in milliseconds into the story. */
export function slot(resource: string, unit: number, from: number, to: number): Slot {
  return { resourceId: resourceId(resource), unit, startsAt: at(from), endsAt: at(to) }
}

const reservationBase = (id: string, where: Slot) =>
  ({
    id: reservationId(id),
    owner: ownerId('ana'),
    slot: where,
    intentId: intentId(`int_${id}`),
    paymentId: paymentId(`pay_${id}`),
    details: { guests: 2, paid: beyondDoubles },
    createdAt: at(0),
  }) as const

/** A reservation that nothing more is owed for; `change` may make it any other. */
export const paidReservation = (id: string, where: Slot, change: object = {}): Reservation =>
  ({ ...reservationBase(id, where), status: 'paid', ...change }) as Reservation

/** The same reservation, cancelled. */
export const cancelledReservation = (id: string, where: Slot): Reservation => ({
  ...reservationBase(id, where),
  status: 'cancelled',
  cancelledAt: at(9),
  cancelledBy: 'owner',
})

/** A reservation in every status, each on a day of its own. */
export const everyReservation = (): readonly Reservation[] => {
  const balance = { paymentId: paymentId('pay_balance'), amount: money(beyondDoubles, 'MXN'), dueAt: at(1_000) }
  return [
    { ...reservationBase('res_confirmed', slot('casa', 0, 0, 10)), status: 'confirmed', balance },
    { ...reservationBase('res_due', slot('casa', 0, 10, 20)), status: 'balance_due', balance },
    { ...reservationBase('res_paid', slot('casa', 0, 20, 30)), status: 'paid' },
    { ...reservationBase('res_completed', slot('casa', 3, 20, 30)), status: 'completed', completedAt: at(31), balance },
    cancelledReservation('res_cancelled', slot('casa', 0, 0, 30)),
  ]
}

/** News about an attempt. */
export const someEvent = (id: string): ProviderEvent => ({
  id,
  type: 'checkout.session.completed',
  occurredAt: at(3),
  livemode: false,
  news: {
    about: 'attempt',
    providerId: 'cs_1',
    attemptId: attemptId('att_1'),
    report: {
      livemode: false,
      providerId: 'cs_1',
      state: { type: 'captured', charge: { id: 'pi_1', amount: money(beyondDoubles, 'MXN') } },
    },
  },
})
