import type { AttemptId, OwnerId, PaymentId, RefundId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Json } from '../kernel/json.ts'
import type { Money } from '../kernel/money.ts'

/**
 * Something to be done outside, stored with the state that decided it and performed after the commit.
 *
 * An effect may be performed more than once, so each is safe to repeat: the provider knows it by the idempotency key of
 * its attempt or refund, a notifier by the message's id.
 */
export type Effect =
  | { readonly type: 'open_session'; readonly paymentId: PaymentId; readonly attemptId: AttemptId }
  | { readonly type: 'charge_saved_card'; readonly paymentId: PaymentId; readonly attemptId: AttemptId }
  /** `providerId`: a page or charge that turned up for an attempt already taken for dead. */
  | {
      readonly type: 'close_attempt'
      readonly paymentId: PaymentId
      readonly attemptId: AttemptId
      readonly providerId?: string
    }
  /** Asks what has become of an attempt; `providerId`: of a page that need not be its own one. */
  | {
      readonly type: 'look_up_attempt'
      readonly paymentId: PaymentId
      readonly attemptId: AttemptId
      readonly providerId?: string
    }
  /** Asks what has become of the charge that an attempt brought. */
  | { readonly type: 'look_up_charge'; readonly paymentId: PaymentId; readonly attemptId: AttemptId }
  | { readonly type: 'send_refund'; readonly paymentId: PaymentId; readonly refundId: RefundId }
  | { readonly type: 'look_up_refund'; readonly paymentId: PaymentId; readonly refundId: RefundId }
  | { readonly type: 'send_message'; readonly paymentId: PaymentId; readonly message: Message }

/** Something an owner has to be told. The host's notifier turns it into words, a language and a channel. */
export type Message = {
  /** The same message always has the same id: a notifier that saw it before does nothing. */
  readonly id: string
  readonly to: OwnerId
  readonly paymentId: PaymentId
} & (
  | {
      /** The saved card did not work: here is a page to pay on. */
      readonly template: 'payment_link'
      readonly url: string
      readonly amount: Money
      readonly expiresAt: Instant
      readonly subject: { readonly type: string; readonly id: string }
    }
  | {
      /** It was paid for, but could not be had: the money is on its way back, or in the wallet. */
      readonly template: 'refunded_unavailable'
      readonly reason: string
      readonly amount: Money
      readonly destination: 'provider' | 'wallet'
      readonly details: Readonly<Record<string, Json>>
    }
  | {
      /** Money came for something cancelled, or twice: it is on its way back. */
      readonly template: 'refunded_surplus'
      readonly reason: string
      readonly amount: Money
      readonly destination: 'provider' | 'wallet'
    }
  | {
      /** `amount` was paid into a wallet, by `topUpId`, for what cannot be had any more: it stays there. */
      readonly template: 'kept_in_wallet'
      readonly topUpId: PaymentId
      readonly reason: string
      readonly amount: Money
      readonly details: Readonly<Record<string, Json>>
    }
  | {
      /** Paid, and the record exists. */
      readonly template: 'confirmed'
      readonly record: { readonly type: string; readonly id: string }
      readonly amount: Money
    }
  | {
      /** What was confirmed is cancelled, by somebody else than its owner. */
      readonly template: 'cancelled'
      readonly record: { readonly type: string; readonly id: string }
      /** What goes back of each of its payments, and where to; empty where nothing does. */
      readonly refunds: readonly { readonly amount: Money; readonly destination: 'provider' | 'wallet' }[]
    }
)

/** What an effect is known by in the outbox. Deciding the same effect again does not add a second one. */
export const effectId = (effect: Effect): string => {
  switch (effect.type) {
    case 'open_session':
    case 'charge_saved_card':
    case 'look_up_charge':
      return `${effect.type}:${effect.attemptId}`
    case 'close_attempt':
    case 'look_up_attempt':
      return effect.providerId === undefined
        ? `${effect.type}:${effect.attemptId}`
        : `${effect.type}:${effect.attemptId}:${effect.providerId}`
    case 'send_refund':
    case 'look_up_refund':
      return `${effect.type}:${effect.refundId}`
    case 'send_message':
      return `send_message:${effect.message.id}`
  }
}
