import type { AttemptId, OwnerId, PaymentId, RefundId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Money } from '../kernel/money.ts'
import type { ProviderAttemptKind, AttemptState } from '../payment/attempt.ts'
import type { DisputeState } from '../payment/dispute.ts'
import type { PaymentFailure } from '../payment/failure.ts'
import type { LineItem, Purpose, SavedCard } from '../payment/payment.ts'
import type { RefundState } from '../payment/refund.ts'

/** A status of the provider's that we do not model: kept as text, and asked about again. It never becomes a state. */
export interface Unrecognized {
  readonly type: 'unrecognized'
  readonly status: string
}

/** What the provider says about one attempt: the same from a reply, a webhook or a look-up. */
export interface AttemptReport {
  readonly state: AttemptState | Unrecognized
  /** The provider's id of the page (hosted) or of the charge (off session). */
  readonly providerId?: string
  /** True for real money. A report of the other mode is never believed. */
  readonly livemode: boolean
  /**
   * The provider's ids of further pages or charges of this very attempt that may be alive or may have brought money, found
   * by a look-up beside the one reported. Absent when there are none. Each has to be closed or sent back.
   */
  readonly others?: readonly string[]
}

/** What the provider says about one refund. */
export interface RefundReport {
  readonly state: RefundState | Unrecognized
  readonly providerId: string
  /** Our own id, where our mark is on it: absent for a refund that somebody made at the provider. */
  readonly refundId?: RefundId
  /** The charge it gives back, as {@link Charge.id} names it. */
  readonly chargeId: string
  readonly amount: Money
  readonly livemode: boolean
}

/** What the provider says about one dispute. */
export interface DisputeReport {
  /** The provider's id of it. */
  readonly disputeId: string
  /** An inquiry that took no money yet is none, and is not reported. */
  readonly state: DisputeState | Unrecognized
  /** What the payer's bank asks for: all of the charge, or a part of it. */
  readonly amount: Money
}

/** What has become of a charge since it brought money. */
export interface ChargeReport {
  /** Every refund of it there is, whoever made it, oldest first. */
  readonly refunds: readonly RefundReport[]
  /** Every dispute of it there is, oldest first. */
  readonly disputes: readonly DisputeReport[]
  readonly livemode: boolean
}

/** How a call to the provider ended. Declined is a report: the provider did what was asked, and the bank said no. */
export type ProviderAnswer<Report> =
  | { readonly type: 'reported'; readonly report: Report }
  /** It would not do it, now or ever, and nothing happened: the request itself is at fault. */
  | { readonly type: 'refused'; readonly failure: PaymentFailure }
  /**
   * Nothing happened, for certain: not connected, turned away, or told to come back. The same call may be made again.
   * `inService`: the provider is there, and would not take this call, or not now. It is no sign of an outage.
   */
  | {
      readonly type: 'unreachable'
      readonly retryAfterMs?: number
      readonly inService?: true
      readonly detail: string
    }
  /**
   * It may have happened and it may not: the answer got lost, or was an error that says nothing about the effect.
   * `answered`: an answer did come, so nothing is under way any more, and asking again under the same key repeats it.
   * `inService`: the provider is there, and answered with something that only is not what was asked for. `closed`: the connection
   * was closed before an answer came, long before the time was up; it may have been dead before anything was sent on it.
   * `repeated`: the answer is one that the provider has kept of an earlier try under the same key. It says that somebody answers,
   * and nothing of how the provider is now.
   */
  | {
      readonly type: 'unknown'
      readonly answered: boolean
      readonly inService?: true
      readonly repeated?: true
      readonly closed?: true
      readonly detail: string
    }
  /**
   * Looked for, and there is none. Answered by look-ups only. `asOf`: when that was, by the provider's own clock, where it looked
   * through a list and says so; what was made a moment before may not be in it yet.
   */
  | { readonly type: 'absent'; readonly asOf?: Instant }

/** What is needed to open a hosted page. */
export interface SessionRequest {
  readonly attemptId: AttemptId
  readonly paymentId: PaymentId
  readonly idempotencyKey: string
  readonly amount: Money
  readonly item: LineItem
  readonly purpose: Purpose
  readonly owner: OwnerId
  readonly metadata: Readonly<Record<string, string>>
  /** Keep the card for charges without the payer present. */
  readonly saveCard: boolean
  /** The provider's customer of this owner, if there is one already. */
  readonly customerId?: string
  readonly successUrl: string
  readonly cancelUrl: string
  /** How long the page can be paid on. The provider's own bounds apply (Stripe: 30 minutes to 24 hours). */
  readonly expiresAt: Instant
  /** The payer's language, as BCP 47, if known. */
  readonly locale?: string
}

/** What is needed to charge a saved card without its owner present. */
export interface ChargeRequest {
  readonly attemptId: AttemptId
  readonly paymentId: PaymentId
  readonly idempotencyKey: string
  readonly amount: Money
  readonly item: LineItem
  readonly purpose: Purpose
  readonly metadata: Readonly<Record<string, string>>
  readonly card: SavedCard
}

/** Which attempt to look for. With `providerId` it is asked for by name, without by our own id among recent ones. */
export interface AttemptQuery {
  readonly kind: ProviderAttemptKind
  readonly attemptId: AttemptId
  readonly providerId?: string
  readonly requestedAt: Instant
}

/** Which charge to look for: one of this payment, made for this customer, that none of the `known` attempts asked for. */
export interface ForgottenChargeQuery {
  readonly paymentId: PaymentId
  readonly customerId: string
  readonly known: readonly AttemptId[]
}

/** What is needed to give money back. */
export interface RefundRequest {
  readonly refundId: RefundId
  readonly paymentId: PaymentId
  /** Sent with every try, so that all tries together refund once. */
  readonly idempotencyKey: string
  readonly chargeId: string
  readonly amount: Money
  readonly reason: string
}

/** A card that its owner let us keep, as far as it may be shown to them. */
export interface PaymentMethod {
  /** The provider's id of it, as in {@link SavedCard.paymentMethodId}. */
  readonly id: string
  /** As the provider spells it, such as `visa`. */
  readonly brand: string
  readonly last4: string
  /** 1 to 12. */
  readonly expiryMonth: number
  /** Four digits. */
  readonly expiryYear: number
}

/**
 * Whoever takes the money.
 *
 * Nothing here throws for what a provider can do: every outcome is a {@link ProviderAnswer}. No call is made inside a
 * database transaction.
 */
export interface PaymentProvider {
  /** Opens a hosted page. The same key opens it once and answers the same page; a lost answer is `unknown`. */
  openSession(request: SessionRequest): Promise<ProviderAnswer<AttemptReport>>
  /** Charges a saved card. The same key charges once; a decline is a report, not an error. */
  chargeSavedCard(request: ChargeRequest): Promise<ProviderAnswer<AttemptReport>>
  /**
   * Makes sure that an attempt can no longer be paid, and answers what it is now: `expired`, or what it had become before.
   * Closing what is closed already is no error.
   */
  closeAttempt(attempt: {
    readonly kind: ProviderAttemptKind
    readonly providerId: string
  }): Promise<ProviderAnswer<AttemptReport>>
  /**
   * What an attempt is now. Never answers from memory: what it answers was true at the provider after it was asked. Of a page that is
   * open or has ended it tells the last try that was declined on it, under one name however often it is asked.
   */
  findAttempt(query: AttemptQuery): Promise<ProviderAnswer<AttemptReport>>
  /**
   * Money that came for a payment, or is on its way, though none of its `known` attempts asked for it: who did is forgotten
   * here, since the database was put back to an older state. `absent` when there is none. Never answers from memory.
   */
  findForgottenCharge(query: ForgottenChargeQuery): Promise<ProviderAnswer<AttemptReport>>
  /** Gives money back. The same key gives it back once. */
  refund(request: RefundRequest): Promise<ProviderAnswer<RefundReport>>
  /** What a refund is now; without `providerId` it is looked for among the refunds of its charge by our own id. */
  findRefund(query: {
    readonly refundId: RefundId
    readonly chargeId: string
    readonly providerId?: string
  }): Promise<ProviderAnswer<RefundReport>>
  /**
   * What has become of a charge: all its refunds and disputes, whole or not at all. `hasDisputes`: some are known already,
   * so that they have to be asked for whatever the charge itself says of them.
   */
  findCharge(query: { readonly chargeId: string; readonly hasDisputes: boolean }): Promise<ProviderAnswer<ChargeReport>>
  /**
   * The cards of a customer that can be charged without their owner present, whole or not at all, newest first. `absent` where
   * there is no such customer. Never answers from memory.
   */
  listPaymentMethods(query: { readonly customerId: string }): Promise<ProviderAnswer<readonly PaymentMethod[]>>
  /**
   * Makes sure that a card of a customer can be charged no more, and answers what it was. `absent` where the customer has no
   * such card, or has it no more; somebody else's is left alone.
   */
  detachPaymentMethod(method: SavedCard): Promise<ProviderAnswer<PaymentMethod>>
}
