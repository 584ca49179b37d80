import type { Json } from '../kernel/json.ts'
import type { OwnerId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import type { AmountLimits } from '../kernel/money.ts'
import type { Result } from '../kernel/result.ts'
import type { PendingIntent, Quote, RecordRef } from '../pending-intent/pending-intent.ts'
import type { CollectedPayment } from '../payment/payment.ts'
import type { RefundReason } from '../payment/refund.ts'
import type { Charge } from '../payment/attempt.ts'
import type { Transfer } from '../wallet/wallet.ts'
import type { Ids } from './ids.ts'
import type { PayloadFault } from './payload-fault.ts'
import type { Transaction } from './unit-of-work.ts'

/** Why something cannot be quoted. `field` names the part of the payload at fault; `also` what else is wrong with it. */
export type QuoteRefusal =
  | ({ readonly code: 'invalid_payload'; readonly also?: readonly PayloadFault[] } & PayloadFault)
  | { readonly code: 'unknown_resource'; readonly field: string }
  | { readonly code: 'slot_taken' }

/**
 * A kind of thing that can be bought: how it is priced, and how it comes to be once it is paid.
 *
 * Hosts register their own beside the built-in ones, best by `defineKind`, which types what a payload holds.
 */
export interface FulfilmentKind {
  readonly name: string
  /** What its intents may come to, when they are quoted and when staff change what is due. Absent: whatever can be charged. */
  readonly limits?: AmountLimits
  /**
   * Reads what a stranger sent and prices it. The price is always the server's: nothing in the payload is believed to be
   * one. May look things up, but runs outside any transaction and changes nothing.
   */
  quote(
    payload: Json,
    context: { readonly owner: OwnerId; readonly now: Instant },
  ): Promise<Result<Quote, QuoteRefusal>>
  /**
   * Whether it can still be had, asked before somebody is sent to pay. No promise: {@link fulfil} decides. Only reads.
   * Absent: always.
   */
  available?(tx: Transaction, intent: PendingIntent): Promise<boolean>
  /**
   * Makes the record, in the transaction that counts the money: both are kept or neither. It may run again after a
   * rollback, so it touches nothing but `tx`.
   */
  fulfil(paid: {
    readonly tx: Transaction
    readonly ids: Ids
    readonly intent: PendingIntent
    readonly payment: CollectedPayment
    readonly charge: Charge
    readonly now: Instant
  }): Promise<Fulfilment>
}

/**
 * `done`: the record exists; `transfers` are posted to wallets with it. `unavailable`: it cannot be had any more; the money goes
 * back, for this reason.
 */
export type Fulfilment =
  | { readonly type: 'done'; readonly record: RecordRef; readonly transfers?: readonly Transfer[] }
  | { readonly type: 'unavailable'; readonly reason: Extract<RefundReason, 'slot_taken' | 'unavailable'> }
