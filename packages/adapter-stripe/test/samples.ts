import {
  after,
  hour,
  instant,
  money,
  type AttemptId,
  type ChargeRequest,
  type OwnerId,
  type PaymentId,
  type RefundId,
  type RefundRequest,
  type SessionRequest,
} from '@holdfast/core'

export const noon = instant(Date.UTC(2027, 0, 15, 12))
export const clock = { now: () => noon }

export const sessionRequest = (more: Partial<SessionRequest> = {}): SessionRequest => ({
  attemptId: 'att_1' as AttemptId,
  paymentId: 'pay_1' as PaymentId,
  idempotencyKey: 'att_1',
  amount: money(1_234_50, 'MXN'),
  item: { name: 'Second payment · Casa Azul', description: 'Booking #7 — 1 May → 8 May' },
  purpose: 'balance',
  owner: 'ana' as OwnerId,
  metadata: { booking_id: '7' },
  saveCard: false,
  successUrl: 'https://shop.example/paid?booking_id=7',
  cancelUrl: 'https://shop.example/back?booking_id=7',
  expiresAt: after(noon, 2 * hour),
  ...more,
})

export const chargeRequest = (more: Partial<ChargeRequest> = {}): ChargeRequest => ({
  attemptId: 'att_1' as AttemptId,
  paymentId: 'pay_1' as PaymentId,
  idempotencyKey: 'att_1',
  amount: money(1_234_50, 'MXN'),
  item: { name: 'Second payment · Casa Azul', description: 'Booking #7' },
  purpose: 'balance',
  metadata: { booking_id: '7' },
  card: { customerId: 'cus_1', paymentMethodId: 'pm_1' },
  ...more,
})

export const refundRequest = (more: Partial<RefundRequest> = {}): RefundRequest => ({
  refundId: 'rf_1' as RefundId,
  paymentId: 'pay_1' as PaymentId,
  idempotencyKey: 'rf_1',
  chargeId: 'pi_1',
  amount: money(10_00, 'EUR'),
  reason: 'late_payment',
  ...more,
})

/** As much of a Checkout Session as is read. */
export const session = (more: Readonly<Record<string, unknown>> = {}) => ({
  object: 'checkout.session',
  id: 'cs_1',
  status: 'open',
  payment_status: 'unpaid',
  url: 'https://pay.example/cs_1',
  expires_at: 1_800_000_000,
  amount_total: 1_000,
  currency: 'eur',
  customer: null,
  payment_intent: null,
  livemode: false,
  metadata: { attempt_id: 'att_1', kind: 'hosted', payment_id: 'pay_1' },
  ...more,
})

/** As much of a PaymentIntent as is read. */
export const intent = (more: Readonly<Record<string, unknown>> = {}) => ({
  object: 'payment_intent',
  id: 'pi_1',
  status: 'succeeded',
  amount: 1_000,
  amount_received: 1_000,
  currency: 'eur',
  customer: 'cus_1',
  payment_method: 'pm_1',
  latest_charge: 'ch_1',
  last_payment_error: null,
  livemode: false,
  metadata: { attempt_id: 'att_1', kind: 'off_session', payment_id: 'pay_1' },
  ...more,
})

/** As much of a dispute as is read. */
export const dispute = (more: Readonly<Record<string, unknown>> = {}) => ({
  object: 'dispute',
  id: 'dp_1',
  amount: 10_00,
  currency: 'eur',
  payment_intent: 'pi_1',
  ...more,
})

/** As much of a refund as is read. */
export const refund = (more: Readonly<Record<string, unknown>> = {}) => ({
  object: 'refund',
  id: 're_1',
  status: 'succeeded',
  amount: 1_000,
  currency: 'eur',
  payment_intent: { id: 'pi_1', object: 'payment_intent', livemode: false },
  failure_reason: null,
  metadata: { refund_id: 'rf_1' },
  ...more,
})
