import type { AttemptId, PaymentId, RefundId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Money } from '../kernel/money.ts'
import type { DisputeState } from '../payment/dispute.ts'
import type { AttemptReport, RefundReport } from './payment-provider.ts'

/**
 * News from the provider, verified and put in our words. Only what we read of it is kept: no card and no personal data.
 *
 * Its order among other news means nothing, see `receiveEvent`.
 */
export interface ProviderEvent {
  /** The provider's id of the event: the same event delivered again has the same. */
  readonly id: string
  /** The provider's name for it, as it spells it. */
  readonly type: string
  readonly occurredAt: Instant
  readonly livemode: boolean
  readonly news: ProviderNews
}

/** What an event is about, and what it says. */
export type ProviderNews =
  /**
   * About an attempt, named by the provider's id, by ours where our mark is on the object, or by both; never by neither.
   * `providerId` is absent where the news came from a part of the attempt that has an id of its own.
   * `paymentId` is our other mark on the object. It says where to look first, and is believed of nothing: whoever may
   * write to the provider's account can have changed it.
   * `ask`: the news alone decides nothing (an expiry may have been overtaken): the object has to be asked for.
   */
  | {
      readonly about: 'attempt'
      readonly providerId?: string
      readonly attemptId?: AttemptId
      readonly paymentId?: PaymentId
      readonly report: AttemptReport | 'ask'
    }
  | { readonly about: 'refund'; readonly refundId?: RefundId; readonly report: RefundReport }
  | {
      readonly about: 'dispute'
      readonly providerId: string
      readonly chargeId: string
      readonly outcome: DisputeState
      /** What the payer's bank asks for: all of the charge, or a part of it. */
      readonly amount: Money
    }
  /** The saved cards of a customer have changed in some way: whoever keeps a list of them has to ask anew. */
  | { readonly about: 'payment_methods'; readonly customerId: string }
  /** Known and of no concern, or unknown: taken in, and nothing else. */
  | { readonly about: 'nothing' }

/** Why a delivery was turned away. None of these is stored. */
export type WebhookRefusal =
  | { readonly code: 'signature_missing' }
  | { readonly code: 'signature_invalid' }
  | { readonly code: 'signature_too_old'; readonly ageMs: number }
  | { readonly code: 'signature_in_future'; readonly aheadMs: number }
  | { readonly code: 'payload_invalid'; readonly detail: string }
