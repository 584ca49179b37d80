import type { AttemptId, PaymentId, RefundId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Money } from '../kernel/money.ts'
import type { RefundState } from '../payment/refund.ts'
import type { Unrecognized } from './payment-provider.ts'

/** What was made from `from` until just before `to`, by the provider's own clock. */
export interface AuditPeriod {
  readonly from: Instant
  readonly to: Instant
}

/** Our ids on an object of the provider's. They say where to look and are believed of nothing: its account need not be ours alone. */
export interface AuditMarks {
  readonly attemptId: AttemptId
  readonly paymentId?: PaymentId
}

interface Audited {
  /** The provider's id of it. */
  readonly id: string
  /** When it was made, by the provider's clock. */
  readonly createdAt: Instant
  /** True for real money. */
  readonly livemode: boolean
}

interface Marked {
  /** Absent where another program made it, or somebody by hand. */
  readonly marks?: AuditMarks
}

/** A hosted page as the provider holds it. */
export interface AuditedSession extends Audited, Marked {
  /** `complete`: its payer is done with it. Whether the money has come is said by `paid`; else it may be on its way. */
  readonly status: 'open' | 'complete' | 'expired' | 'unrecognized'
  readonly paid: boolean
  /** What it asks for. Absent where it asks for nothing. */
  readonly amount?: Money
  readonly expiresAt: Instant
}

/** A charge as the provider holds it, known by what refunds refer to, as in {@link Charge.id}. */
export interface AuditedCharge extends Audited, Marked {
  /** True once the money has come. */
  readonly captured: boolean
  /** What came, where it has come; else what was asked for. */
  readonly amount: Money
  /** Minor units that went or are going back: what failed to is not among them. */
  readonly refunded: bigint
  /** True once its payer's bank has asked for it, or about it. */
  readonly disputed: boolean
  readonly customerId?: string
  readonly paymentMethodId?: string
}

/** A refund as the provider holds it. */
export interface AuditedRefund extends Audited {
  /** Our own id. Absent for one that somebody made at the provider. */
  readonly refundId?: RefundId
  /** The charge it gives back. Absent where that was made in a way that is never ours. */
  readonly chargeId?: string
  readonly amount: Money
  readonly state: RefundState | Unrecognized
}

/**
 * All that the provider holds, to be compared with what is known here.
 *
 * Each list is newest first, a page of it at a time, and a page is asked for when it is wanted. Nothing is changed by it, and
 * nothing is answered from memory. What is made while somebody reads may be in it or not.
 *
 * @throws {@link ListingInterrupted} from any page; where a host has a circuit breaker around it, also because nobody was asked.
 */
export interface ProviderAudit {
  sessions(period: AuditPeriod): AsyncIterable<readonly AuditedSession[]>
  charges(period: AuditPeriod): AsyncIterable<readonly AuditedCharge[]>
  refunds(period: AuditPeriod): AsyncIterable<readonly AuditedRefund[]>
}
