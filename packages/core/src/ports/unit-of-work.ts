import type { Consultation } from '../consultation/consultation.ts'
import type { Coupon } from '../coupon/coupon.ts'
import type { Effect } from '../effect/effect.ts'
import type {
  ArticleId,
  AttemptId,
  ConsultationId,
  CouponCode,
  IntentId,
  OrderId,
  OwnerId,
  PaymentId,
  ReservationId,
  ResourceId,
} from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Currency } from '../kernel/money.ts'
import type { Order } from '../order/order.ts'
import type { PendingIntent } from '../pending-intent/pending-intent.ts'
import type { FailureCode } from '../payment/failure.ts'
import type { Payment } from '../payment/payment.ts'
import type { PaymentCase } from '../payment/payment-case.ts'
import type { Reservation, Slot } from '../reservation/reservation.ts'
import type { Stock } from '../stock/stock.ts'
import type { Task } from '../task/task.ts'
import type { Attention, TimelineEntry } from '../timeline/timeline.ts'
import type { Wallet, WalletEntry } from '../wallet/wallet.ts'
import type { ProviderEvent } from './provider-event.ts'
import type { Queue, Work } from './queue.ts'

/** One database, seen from the domain. */
export interface UnitOfWork {
  /**
   * Runs `work` in a transaction: commits when it resolves, rolls back when it throws.
   *
   * `work` may run more than once (serialization failures, deadlocks, version conflicts and a busy database are retried
   * whole), so it must touch nothing but `tx`. Calls to the outside world belong in the outbox. `tx` is over when `work` is;
   * using it later is a bug, and so is a transaction inside another.
   *
   * @throws {@link Contention} when every retry lost. Safe to try again.
   * @throws {@link StoreUnavailable} when the store went away. Safe to try again under the same idempotency key.
   */
  run<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
  /** As {@link run}, for work that only reads: it takes no locks, and sees one moment. Writing in it is a bug. */
  read<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
}

/** What can be read and written in one transaction. Everything is kept together, or nothing. */
export interface Transaction {
  readonly payments: PaymentStore
  readonly intents: IntentStore
  readonly reservations: ReservationStore
  readonly consultations: ConsultationStore
  readonly orders: OrderStore
  readonly stock: StockStore
  readonly coupons: CouponStore
  readonly wallets: WalletStore
  readonly customers: CustomerStore
  readonly timeline: Timeline
  readonly outbox: Queue<Effect>
  readonly inbox: Inbox
  readonly tasks: Queue<Task>
  readonly requests: RequestLog
  readonly attention: AttentionList
  readonly gauges: Gauges
}

/** Grows by one with every save; compared, never computed with. 0 stands for "not stored yet". */
export type Version = number

/** A stored thing and the version it had when it was read. */
export interface Versioned<Value> {
  readonly value: Value
  readonly version: Version
}

/** A payment as it is stored, with all its attempts and refunds. */
export interface StoredPayment extends Versioned<PaymentCase> {
  /** When it last changed: what its last save was told. */
  readonly updatedAt: Instant
}

/** Payments, each with its attempts and refunds. */
export interface PaymentStore {
  /**
   * The payment with all its attempts and refunds, or `undefined` when there is none. In `run` it is locked until the end
   * of the transaction: whoever else wants it waits.
   */
  find(id: PaymentId): Promise<StoredPayment | undefined>
  /**
   * Which payment an attempt belongs to, by our id, by the provider's of the attempt, or by that of the charge it brought:
   * in this order, the first that is known. Locks nothing.
   */
  findPaymentOf(by: {
    readonly attemptId?: AttemptId
    readonly providerId?: string
    readonly chargeId?: string
  }): Promise<{ readonly paymentId: PaymentId; readonly attemptId: AttemptId } | undefined>
  /** Which payment a refund belongs to, by our id or by the provider's. Through an index. Locks nothing. */
  findPaymentOfRefund(id: string): Promise<PaymentId | undefined>
  /**
   * Stores the case, as changed at `now`. Only rows that differ from what was read are written.
   *
   * @throws {@link VersionConflict} when the stored version is not `expected` (0 = not stored yet).
   * @throws when a second live attempt of the payment would be stored, when an attempt or refund that is stored is missing,
   * and when another attempt or refund has the same id of the provider's: bugs, whoever asks.
   */
  save(kase: PaymentCase, expected: Version, now: Instant): Promise<void>
  /** Attempts that may be alive at the provider and are due for a look, longest due first. Through an index. */
  listDueAttempts(
    now: Instant,
    limit: number,
  ): Promise<readonly { readonly paymentId: PaymentId; readonly attemptId: AttemptId }[]>
  /** Attempts whose charge is due for a look, longest due first. Through an index. */
  listDueCharges(
    now: Instant,
    limit: number,
  ): Promise<readonly { readonly paymentId: PaymentId; readonly attemptId: AttemptId }[]>
  /** Refunds that the provider has not settled and that are due for a look, longest due first. Through an index. */
  listDueRefunds(
    now: Instant,
    limit: number,
  ): Promise<readonly { readonly paymentId: PaymentId; readonly refundId: string }[]>
  /** Newest first, at most `limit`, older than the one with id `after`. */
  list(filter: PaymentFilter): Promise<readonly PaymentSummary[]>
  /** What there was of payments that were made due from `from` until just before `to`. Through an index. */
  stats(period: { readonly from: Instant; readonly to: Instant }): Promise<PaymentStats>
}

/** Payments of a time, counted. */
export interface PaymentStats {
  /** By status and currency, in the order of their names. */
  readonly payments: readonly {
    readonly status: Payment['status']
    readonly currency: Currency
    readonly count: number
    /** Minor units of all of them. */
    readonly due: bigint
    /** Minor units of these that have gone back. */
    readonly refunded: bigint
  }[]
  /** Tries that brought nothing, by why, the most frequent first: attempts that were declined, and what pages declined while they were open. */
  readonly failures: readonly { readonly code: FailureCode; readonly count: number }[]
}

/** Which payments to list. */
export interface PaymentFilter {
  readonly owner?: OwnerId
  readonly status?: Payment['status']
  readonly limit: number
  readonly after?: PaymentId
}

/** One payment in a list. */
export interface PaymentSummary {
  readonly payment: Payment
  readonly updatedAt: Instant
}

/** Pending intents. */
export interface IntentStore {
  /** Locked in `run` until the end of the transaction. */
  find(id: IntentId): Promise<Versioned<PendingIntent> | undefined>
  /** The intent a browser's token stands for. Not locked. */
  findByToken(token: string): Promise<PendingIntent | undefined>
  /** The owner's intents that are still open, newest first, at most `limit`. Not locked. */
  listOpen(owner: OwnerId, limit: number): Promise<readonly PendingIntent[]>
  /**
   * Everybody's intents that are still open and were opened before a moment, oldest first, at most `limit`, after the one with
   * id `after`, which may have ended since. Through an index. Not locked.
   */
  listStale(createdBefore: Instant, limit: number, after?: IntentId): Promise<readonly PendingIntent[]>
  /** @throws {@link VersionConflict} as {@link PaymentStore.save}. @throws when another intent has its token: a bug. */
  save(intent: PendingIntent, expected: Version): Promise<void>
}

/** Reservations, and who holds what when. */
export interface ReservationStore {
  /** Locked in `run` until the end of the transaction. */
  find(id: ReservationId): Promise<Versioned<Reservation> | undefined>
  /** Newest first, at most `limit`. Without an owner: everybody's. Not locked. */
  list(filter: {
    readonly owner?: OwnerId
    readonly limit: number
    readonly after?: ReservationId
  }): Promise<readonly Reservation[]>
  /**
   * Reservations on every unit of a resource that hold any part of a stretch of time, earliest first. In `run` the resource
   * is locked until the end of the transaction, so that what was free stays free. Cancelled ones hold nothing.
   */
  listOverlapping(stretch: Omit<Slot, 'unit'>): Promise<readonly Reservation[]>
  /**
   * Those of one resource that hold any part of a stretch of time, earliest first, at most `limit`, after the one with id
   * `after`. Through an index. Locks nothing.
   */
  listHolding(filter: {
    readonly resourceId: ResourceId
    readonly from: Instant
    readonly to: Instant
    readonly limit: number
    readonly after?: ReservationId
  }): Promise<readonly Reservation[]>
  /**
   * @throws {@link VersionConflict} as {@link PaymentStore.save}, and also when another reservation holds the slot.
   * @throws when the slot ends before it has begun, and when its unit is below 0 or not below its capacity: bugs.
   */
  save(reservation: Reservation, expected: Version): Promise<void>
}

/** Consultations that were paid for. */
export interface ConsultationStore {
  /** Locked in `run` until the end of the transaction. */
  find(id: ConsultationId): Promise<Versioned<Consultation> | undefined>
  /** Newest first, at most `limit`, older than the one with id `after`. Without an owner and a resource: everybody's. Not locked. */
  list(filter: {
    readonly owner?: OwnerId
    readonly resourceId?: ResourceId
    readonly limit: number
    readonly after?: ConsultationId
  }): Promise<readonly Consultation[]>
  /** @throws {@link VersionConflict} as {@link PaymentStore.save}. @throws when another consultation is of its intent: a bug. */
  save(consultation: Consultation, expected: Version): Promise<void>
}

/** Orders of goods, each with what is held for it. */
export interface OrderStore {
  /** Locked in `run` until the end of the transaction. */
  find(id: OrderId): Promise<Versioned<Order> | undefined>
  /** Newest first, at most `limit`, older than the one with id `after`. Without an owner and a status: everybody's, and all. Not locked. */
  list(filter: {
    readonly owner?: OwnerId
    readonly status?: Order['status']
    readonly limit: number
    readonly after?: OrderId
  }): Promise<readonly Order[]>
  /** @throws {@link VersionConflict} as {@link PaymentStore.save}. @throws when a hold that is stored is missing or is another
   * one, or one that has ended would change: bugs. */
  save(order: Order, expected: Version): Promise<void>
}

/** How much of each article there is. */
export interface StockStore {
  /** `undefined` where nobody has said how much there is. Locked in `run` until the end of the transaction: whoever else wants it waits. */
  find(id: ArticleId): Promise<Versioned<Stock> | undefined>
  /** By article, at most `limit`, after the one with id `after`. Not locked. */
  list(filter: { readonly limit: number; readonly after?: ArticleId }): Promise<readonly Stock[]>
  /** @throws {@link VersionConflict} as {@link PaymentStore.save}. @throws when less is on hand than is held, or less than nothing is held: bugs. */
  save(stock: Stock, expected: Version): Promise<void>
}

/** Coupons, and how often each was used. */
export interface CouponStore {
  /** Locked in `run` until the end of the transaction: whoever else wants it waits. */
  find(code: CouponCode): Promise<Versioned<Coupon> | undefined>
  /** By code, at most `limit`, after the one with code `after`. Not locked. */
  list(filter: { readonly limit: number; readonly after?: CouponCode }): Promise<readonly Coupon[]>
  /** How many orders of an owner have used a coupon or hold it. Through an index. */
  countUses(code: CouponCode, owner: OwnerId): Promise<number>
  /** @throws {@link VersionConflict} as {@link PaymentStore.save}. @throws when it was used more often than its limit, or is held less than never: bugs. */
  save(coupon: Coupon, expected: Version): Promise<void>
}

/** Wallets, with every movement into and out of them: a ledger with two lines for each, which add up to nothing. */
export interface WalletStore {
  /**
   * The wallet, with the position of its newest entry as its version; `undefined` while it has none. In `run` it is locked until
   * the end of the transaction: whoever else wants it waits.
   */
  find(owner: OwnerId, currency: Currency): Promise<Versioned<Wallet> | undefined>
  /** All wallets of an owner, by currency. Locks nothing. */
  listOf(owner: OwnerId): Promise<readonly Wallet[]>
  /** Every entry that a payment has called for, oldest first. Through an index; locks nothing. */
  listEntriesOf(paymentId: PaymentId): Promise<readonly WalletEntry[]>
  /** A wallet's entries, newest first, at most `limit`, older than the one at position `before`. Locks nothing. */
  listEntries(filter: {
    readonly owner: OwnerId
    readonly currency: Currency
    readonly limit: number
    readonly before?: number
  }): Promise<readonly WalletEntry[]>
  /**
   * Adds an entry, with its other side, and makes its balance the wallet's.
   *
   * @throws {@link VersionConflict} when the newest entry is not at `expected` (0: there is none yet).
   * @throws when an entry of this id is there already, when its position does not follow, when its balance is not the one before
   * it and its change together, and when it is below zero: bugs, whoever asks.
   */
  post(entry: WalletEntry, expected: Version): Promise<void>
}

/** Which customer of the provider's an owner is. */
export interface CustomerStore {
  find(owner: OwnerId): Promise<string | undefined>
  /**
   * Keeps the first one that was remembered for an owner, so that two at once come to the same. `insteadOf`: one that the provider no
   * longer has; where that is the owner's, this one takes its place.
   */
  remember(owner: OwnerId, customerId: string, insteadOf?: string): Promise<void>
}

/** The stories of payments. */
export interface Timeline {
  append(entries: readonly TimelineEntry[]): Promise<void>
  /** The payment's story, oldest first, in the order it was written. */
  list(paymentId: PaymentId, limit: number): Promise<readonly TimelineEntry[]>
}

/** Events received. One that was taken in before is not taken in again, however often it comes. */
export interface Inbox extends Omit<Queue<ProviderEvent>, 'append'> {
  /** `done`: applied in this very transaction. `waiting`: to be applied by the runner from `dueAt` on. */
  record(
    event: ProviderEvent,
    as: {
      readonly status: 'done' | 'waiting'
      readonly at: Instant
      readonly dueAt?: Instant
      readonly error?: string
    },
  ): Promise<'fresh' | 'known'>
  listRecent(limit: number): Promise<readonly Work<ProviderEvent>[]>
}

/** What became of a key that was claimed. */
export type Claim<Outcome> =
  /** Nobody used this key, or somebody did for the same request and was not heard of since: do the work, then settle. */
  | { readonly type: 'fresh' }
  | { readonly type: 'settled'; readonly outcome: Outcome }
  /** The same key for another request. */
  | { readonly type: 'reused' }

/** Requests by the key their sender gave them: the same key gets the same answer, refusals included. */
export interface RequestLog {
  claim<Outcome>(key: string, fingerprint: string, now: Instant): Promise<Claim<Outcome>>
  /** Stores what every later claim of `key` is answered with, and answers what that is: the first to settle wins. */
  settle<Outcome>(key: string, outcome: Outcome): Promise<Outcome>
}

/** What needs a human. */
export interface AttentionList {
  /** Lists it, unless it was raised before. */
  raise(items: readonly Attention[]): Promise<void>
  /** Unresolved, newest first, at most `limit`. */
  list(limit: number): Promise<readonly Attention[]>
  /** False when there is nothing unresolved of this id. */
  resolve(id: string, by: string, at: Instant): Promise<boolean>
}

/** How things stand now, counted and not assumed. */
export interface GaugeReading {
  /**
   * Payments that somebody wanted to pay and could not: those whose last attempt failed, and those that wait to be paid and have
   * somebody declined on the page of their newest attempt.
   */
  readonly failedPayments: number
  /**
   * Tries beyond the first, over all payments that can still be paid. An attempt is one try, however it goes; on a page that has declined
   * somebody, each decline is one, and so is what was tried last where that was not declined on the page.
   */
  readonly retries: number
  /** Intents that wait for their payment. */
  readonly openIntents: number
  /**
   * Records that should not exist: reservations and consultations without a succeeded charge of their payment's amount and currency, orders
   * that count as paid without one, and intents that are fulfilled without one. 0, or something is wrong.
   */
  readonly ghostRecords: number
}

/** For those who watch over it. */
export interface Gauges {
  /**
   * Counts. What can still be paid is found through indexes. For ghost records every record there is gets looked at: whether one
   * is a ghost is said by rows of other tables, by whichever of them changed last, and a record that nobody looks at proves nothing.
   */
  read(): Promise<GaugeReading>
}

/** Somebody else changed it since it was read. The unit of work retries; nobody else catches it. */
export class VersionConflict extends Error {
  override readonly name = 'VersionConflict'
}

/** Every retry lost to other writers. Nothing was done; the same request may be made again. */
export class Contention extends Error {
  override readonly name = 'Contention'
}

/**
 * The store cannot be reached, went away in the middle, or has no room. If a commit was under way, all of it was kept or nothing:
 * whoever asks again under the same idempotency key finds out.
 */
export class StoreUnavailable extends Error {
  override readonly name: string = 'StoreUnavailable'
}
