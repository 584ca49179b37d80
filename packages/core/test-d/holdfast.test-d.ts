import {
  createHoldfast,
  defaultSettings,
  money,
  type Actor,
  type Attempt,
  type CancelConsultationOutcome,
  type CancelPaymentOutcome,
  type Checkout,
  type CloseConsultationOutcome,
  type Consultation,
  type Dependencies,
  type Holdfast,
  type Json,
  type Money,
  type OpenIntentOutcome,
  type OwnerId,
  type Payment,
  type PaymentId,
  type PaymentProvider,
  type PendingIntent,
  type Refund,
  type RefundPaymentOutcome,
  type Reservation,
  type Result,
  type Settings,
  type StartBalanceOutcome,
  type RetryWorkOutcome,
  type StartCheckoutOutcome,
} from '@holdfast/core'
import { expectTypeOf } from 'vitest'

// What a host can ask, by name: a new verb is added here, and none goes without somebody noticing.
expectTypeOf<keyof Holdfast>().toEqualTypeOf<
  | 'openIntent'
  | 'startCheckout'
  | 'placeOrder'
  | 'checkOut'
  | 'cancelOrder'
  | 'shipOrder'
  | 'deliverOrder'
  | 'adjustStock'
  | 'defineCoupon'
  | 'listPaymentMethods'
  | 'removePaymentMethod'
  | 'payFromWallet'
  | 'payWithSavedCard'
  | 'startBalance'
  | 'cancelPayment'
  | 'cancelReservation'
  | 'closeConsultation'
  | 'cancelConsultation'
  | 'changeAmount'
  | 'cleanUpAbandoned'
  | 'refundPayment'
  | 'readPayment'
  | 'readTimeline'
  | 'readPaymentStats'
  | 'readTask'
  | 'startSweep'
  | 'syncPayment'
  | 'receiveEvent'
  | 'applyInbox'
  | 'drainOutbox'
  | 'runTasks'
  | 'sweep'
  | 'performEffect'
  | 'workOnce'
  | 'retryWork'
  | 'resolveAttention'
  | 'startWorker'
>()
expectTypeOf(createHoldfast).parameters.toEqualTypeOf<[dependencies: Dependencies]>()
expectTypeOf<keyof Dependencies>().toEqualTypeOf<
  | 'unitOfWork'
  | 'paymentProvider'
  | 'clock'
  | 'ids'
  | 'notifier'
  | 'returnUrls'
  | 'fulfilmentKinds'
  | 'shopCatalogue'
  | 'circuitBreaker'
  | 'paymentMethodCache'
  | 'eventHistory'
  | 'aroundWork'
  | 'settings'
  | 'logger'
>()
expectTypeOf(defaultSettings).toEqualTypeOf<Settings>()

// The statuses are API: they stand in databases, in answers and in hosts' code.
expectTypeOf<Payment['status']>().toEqualTypeOf<
  | 'pending'
  | 'processing'
  | 'authorized'
  | 'completed'
  | 'failed'
  | 'cancelled'
  | 'partially_refunded'
  | 'refunded'
  | 'disputed'
>()
expectTypeOf<Attempt['status']>().toEqualTypeOf<
  'requested' | 'open' | 'processing' | 'succeeded' | 'declined' | 'expired'
>()
expectTypeOf<Refund['status']>().toEqualTypeOf<'requested' | 'pending' | 'succeeded' | 'failed'>()
expectTypeOf<Reservation['status']>().toEqualTypeOf<'confirmed' | 'balance_due' | 'paid' | 'completed' | 'cancelled'>()
expectTypeOf<Consultation['status']>().toEqualTypeOf<'open' | 'closed' | 'cancelled'>()
expectTypeOf<PendingIntent['status']>().toEqualTypeOf<'open' | 'paid' | 'fulfilled' | 'refunded' | 'abandoned'>()

// So are the codes of refusals, and they are all that there are.
type Codes<Outcome> =
  Outcome extends Result<unknown, infer Refusal>
    ? Refusal extends { readonly code: infer Code }
      ? Code
      : never
    : never
expectTypeOf<Codes<OpenIntentOutcome>>().toEqualTypeOf<
  'unknown_kind' | 'idempotency_key_reused' | 'invalid_payload' | 'unknown_resource' | 'slot_taken'
>()
expectTypeOf<Codes<StartCheckoutOutcome>>().toEqualTypeOf<
  | 'payment_not_found'
  | 'idempotency_key_reused'
  | 'payment_already_completed'
  | 'payment_cancelled'
  | 'charge_in_flight'
  | 'reservation_cancelled'
  | 'intent_expired'
  | 'slot_taken'
  | 'order_cancelled'
  | 'order_expired'
  | 'payment_declined'
  | 'provider_unavailable'
>()
expectTypeOf<Codes<StartBalanceOutcome>>().toEqualTypeOf<
  | 'reservation_not_found'
  | 'idempotency_key_reused'
  | 'reservation_cancelled'
  | 'balance_not_owed'
  | 'balance_already_paid'
  | 'payment_cancelled'
  | 'charge_in_flight'
  | 'provider_unavailable'
>()
expectTypeOf<Codes<CancelPaymentOutcome>>().toEqualTypeOf<
  'payment_not_found' | 'idempotency_key_reused' | 'payment_already_completed' | 'payment_of_reservation'
>()
expectTypeOf<Codes<RetryWorkOutcome>>().toEqualTypeOf<'idempotency_key_reused' | 'work_not_found'>()
expectTypeOf<Codes<CloseConsultationOutcome>>().toEqualTypeOf<
  'consultation_not_found' | 'idempotency_key_reused' | 'consultation_cancelled'
>()
expectTypeOf<Codes<CancelConsultationOutcome>>().toEqualTypeOf<
  'consultation_not_found' | 'idempotency_key_reused' | 'consultation_closed'
>()
expectTypeOf<Codes<RefundPaymentOutcome>>().toEqualTypeOf<
  | 'payment_not_found'
  | 'idempotency_key_reused'
  | 'payment_not_completed'
  | 'payment_disputed'
  | 'currency_mismatch'
  | 'refund_exceeds_payment'
  | 'wallet_insufficient'
  | 'invalid_payload'
>()

// Somebody who asks for a page has to think of the case that there is none yet.
expectTypeOf<Checkout['type']>().toEqualTypeOf<'open' | 'pending'>()
// @ts-expect-error only an open page has an address
export const address = (checkout: Checkout): string => checkout.checkoutUrl

// Refunds and prices are never an owner's to give.
declare const ana: Extract<Actor, { readonly type: 'owner' }>
declare const holdfast: Holdfast
declare const paymentId: PaymentId
// @ts-expect-error an owner does not refund
export const refund = holdfast.refundPayment({ actor: ana, paymentId })
// @ts-expect-error an owner does not set prices
export const reprice = holdfast.changeAmount({ actor: ana, paymentId, amount: money(1n, 'EUR') })

// Money does not mix with numbers, nor one kind of id with another.
expectTypeOf<Money['minorUnits']>().toEqualTypeOf<bigint>()
// @ts-expect-error a fraction of a cent
export const vat = money(100n, 'EUR').minorUnits * 0.16
// @ts-expect-error an owner is no payment
export const mixed = holdfast.readPayment({ actor: ana, paymentId: 'ana' as OwnerId })

// A provider says how every call ended, and throws nothing for it.
expectTypeOf<Awaited<ReturnType<PaymentProvider['openSession']>>['type']>().toEqualTypeOf<
  'reported' | 'refused' | 'unreachable' | 'unknown' | 'absent'
>()
expectTypeOf<Parameters<Holdfast['openIntent']>[0]['payload']>().toEqualTypeOf<Json>()
