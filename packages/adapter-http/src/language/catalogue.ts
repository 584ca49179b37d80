import type {
  AttentionCode,
  Consultation,
  FailureCode,
  Order,
  Payment,
  PayloadReasonTexts,
  PendingIntent,
  Refund,
  Reservation,
  TransferType,
} from '@holdfast/core'
import type { RefusalCode } from '../problem/refusal.ts'

/** Everything this adapter says to people, in one language. The compiler refuses a catalogue that lacks a word. */
export interface Catalogue {
  readonly problems: Readonly<Record<RefusalCode, string>>
  /** Why a built-in kind, or a cart, does not take a part of what somebody wants. */
  readonly payloadReasons: PayloadReasonTexts
  /** Why a card or its bank said no, for the payer. */
  readonly failures: Readonly<Record<FailureCode, string>>
  readonly paymentStatus: Readonly<Record<Payment['status'], string>>
  readonly intentStatus: Readonly<Record<PendingIntent['status'], string>>
  readonly reservationStatus: Readonly<Record<Reservation['status'], string>>
  readonly consultationStatus: Readonly<Record<Consultation['status'], string>>
  readonly orderStatus: Readonly<Record<Order['status'], string>>
  readonly refundStatus: Readonly<Record<Refund['status'], string>>
  /** Why money moved into or out of a wallet, for its owner. */
  readonly walletEntry: Readonly<Record<TransferType, string>>
  /** What staff should do about it. */
  readonly attention: Readonly<Record<AttentionCode, string>>
  readonly messages: Readonly<Record<MessageKey, string>>
}

/** What is said when all went well. */
export type MessageKey =
  | 'payment_cancelled'
  | 'payment_cancelled_provider_pending'
  | 'checkout_pending'
  | 'balance_paid'
  | 'balance_charging'
  | 'balance_page_open'
  | 'balance_failed'
  | 'reservation_cancelled'
  | 'order_cancelled'
  | 'order_cancelled_provider_pending'
  | 'order_shipped'
  | 'order_delivered'
  | 'payment_method_removed'
  | 'consultation_closed'
  | 'consultation_cancelled'
  | 'intent_abandoned'
  | 'too_many_decimals'
  | 'paid_from_wallet'
  | 'paid_with_saved_card'
  | 'payment_pending'
  | 'not_a_day_or_time'
  | 'not_an_amount'
  | 'owner_not_found'
  | 'range_empty'
  | 'range_too_long'
  | 'refund_in_wallet'
  | 'refund_requested'
  | 'sync_open'
  | 'sync_complete'
  | 'sync_expired'
  | 'sync_synced'
  | 'sync_no_session'
  | 'sync_pending'
  | 'sweep_started'
  | 'task_waiting'
  | 'task_running'
  | 'task_retrying'
  | 'task_done'
  | 'task_dead'
  | 'payments_to_test'
  | 'debug_cancelled'
  | 'debug_not_cancelled'
