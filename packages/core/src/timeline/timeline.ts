import type { PaymentId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Json } from '../kernel/json.ts'

/**
 * One line of a payment's story.
 *
 * `fact`: a machine moved. `command`: somebody asked for something. `call` and `answer`: what was asked of the provider
 * and what it said. `event`: a webhook was taken in. `attention`: a human was called.
 */
export interface TimelineEntry {
  readonly paymentId: PaymentId
  readonly at: Instant
  readonly type: 'fact' | 'command' | 'call' | 'answer' | 'event' | 'attention'
  /**
   * What it is about: the payment itself; an attempt, refund, dispute, intent, reservation or consultation of it; or an effect,
   * event or task that concerns it.
   */
  readonly about: { readonly type: string; readonly id: string }
  /** The event's, command's or call's name: `captured`, `start_checkout`, `open_session`. */
  readonly name: string
  /** Who asked, for commands: `owner:ana`, `staff:eve`, `system`. */
  readonly actor?: string
  /** Facts worth reading later. Never a card number, a secret or a person's data. */
  readonly data: Readonly<Record<string, Json>>
}

/** Something only a human can settle, with what is known. Staff see it until somebody resolves it. */
export interface Attention {
  /** Raising the same thing twice lists it once. */
  readonly id: string
  readonly code: AttentionCode
  readonly paymentId?: PaymentId
  readonly at: Instant
  readonly data: Readonly<Record<string, Json>>
}

/** What can need a human. What to do about each stands in the staff console and in the operations guide. */
export type AttentionCode =
  | 'amount_mismatch'
  | 'livemode_mismatch'
  | 'refund_failed'
  | 'provider_refused'
  | 'unrecognized_status'
  | 'dispute_opened'
  | 'refund_owed_after_dispute'
  | 'balance_unpaid'
  | 'wallet_shortfall'
  | 'refunded_twice'
