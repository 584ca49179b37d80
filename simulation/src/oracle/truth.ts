import type { Ledger } from '@holdfast/stripe-simulator'
import type { Readable } from '../system/database.ts'

/** What is stored, read by hand: nothing of what is under test is used to judge it. */
export interface Stored {
  readonly payments: readonly StoredPayment[]
  readonly attempts: readonly StoredAttempt[]
  readonly refunds: readonly StoredRefund[]
  readonly intents: readonly StoredIntent[]
  readonly reservations: readonly StoredReservation[]
  readonly consultations: readonly StoredConsultation[]
  readonly attention: readonly StoredAttention[]
  readonly orders: readonly StoredOrder[]
  readonly holds: readonly StoredHold[]
  readonly stock: readonly StoredStock[]
  readonly coupons: readonly StoredCoupon[]
  readonly wallets: readonly StoredWallet[]
  readonly ledger: readonly StoredLine[]
}

export interface StoredPayment {
  readonly id: string
  readonly purpose: string
  readonly owner: string
  readonly status: string
  readonly subject_type: string
  readonly subject_id: string
  readonly amount_minor: number
  readonly amount_currency: string
  /** Of one that is cancelled. */
  readonly cancel_reason: string | null
  readonly counted_attempt_id: string | null
  readonly refunded_minor: number | null
}

export interface StoredAttempt {
  readonly id: string
  readonly payment_id: string
  readonly kind: string
  readonly status: string
  /** 1 where its owner was not there to be sent to the page. */
  readonly announce: number
  readonly provider_id: string | null
  readonly charge_id: string | null
  readonly charge_minor: number | null
  readonly charge_currency: string | null
  /** What was asked for. */
  readonly amount_minor: number
  readonly amount_currency: string
  /** JSON, or nothing where there is none. */
  readonly disputes: string | null
  /** JSON, or nothing where there is none. */
  readonly declines: string | null
}

/** What was declined on the page of an attempt, as it is known here. */
export const declinesOf = ({ declines }: Pick<StoredAttempt, 'declines'>) =>
  JSON.parse(declines ?? '[]') as readonly { readonly id: string }[]

/** The disputes of what an attempt brought, as they are known here. */
export const disputesOf = ({ disputes }: Pick<StoredAttempt, 'disputes'>) =>
  JSON.parse(disputes ?? '[]') as readonly {
    readonly id: string
    readonly status: string
    readonly amount: { readonly minorUnits: { readonly $bigint: string }; readonly currency: string }
  }[]

export interface StoredRefund {
  readonly id: string
  readonly payment_id: string
  readonly attempt_id: string
  readonly amount_minor: number
  readonly amount_currency: string
  readonly destination: string
  readonly reason: string
  readonly status: string
  readonly provider_id: string | null
}

export interface StoredIntent {
  readonly id: string
  readonly token: string
  readonly owner: string
  readonly status: string
  readonly payment_id: string
  /** What it became. */
  readonly record_type: string | null
  readonly record_id: string | null
}

export interface StoredConsultation {
  readonly id: string
  readonly status: string
  readonly payment_id: string
}

export interface StoredReservation {
  readonly id: string
  readonly status: string
  readonly resource_id: string
  readonly unit: number
  readonly starts_at: number
  readonly ends_at: number
  readonly payment_id: string
  readonly balance_payment_id: string | null
}

export interface StoredAttention {
  readonly id: string
  readonly code: string
  readonly payment_id: string | null
  /** JSON. */
  readonly data: string
}

export interface StoredOrder {
  readonly id: string
  readonly owner: string
  readonly status: string
  readonly payment_id: string
  readonly total_minor: number
  readonly total_currency: string
  /** JSON. */
  readonly lines: string
  /** The code of the coupon that took something off. */
  readonly coupon: string | null
  readonly cancel_reason: string | null
}

/** Something that is or was held for an order: units of an article, or one use of a coupon. */
export interface StoredHold {
  readonly order_id: string
  readonly article_id: string | null
  readonly code: string | null
  readonly quantity: number
  readonly status: string
}

export interface StoredStock {
  readonly article_id: string
  readonly on_hand: number
  readonly held: number
}

export interface StoredCoupon {
  readonly code: string
  readonly most_uses: number | null
  readonly most_uses_per_owner: number | null
  readonly used: number
  readonly held: number
}

export interface StoredWallet {
  readonly owner: string
  readonly currency: string
  readonly balance_minor: number
}

/** One of the two lines of a transfer. */
export interface StoredLine {
  readonly transfer_id: string
  readonly account: string
  readonly owner: string
  readonly currency: string
  readonly position: number
  readonly type: string
  readonly change_minor: number
  readonly balance_minor: number | null
  readonly payment_id: string
  readonly at: number
}

/** Everything that is stored now. */
export const readStored = (database: Readable): Stored => ({
  payments: database.query<StoredPayment>(
    `SELECT id, purpose, owner, status, subject_type, subject_id, amount_minor, amount_currency,
       cancel_reason, counted_attempt_id, refunded_minor
     FROM holdfast_payments ORDER BY created_at, id`,
  ),
  attempts: database.query<StoredAttempt>(
    `SELECT id, payment_id, kind, status, announce, provider_id, charge_id, charge_minor, charge_currency,
       amount_minor, amount_currency, disputes, declines
     FROM holdfast_attempts ORDER BY requested_at, id`,
  ),
  refunds: database.query<StoredRefund>(
    `SELECT id, payment_id, attempt_id, amount_minor, amount_currency, destination, reason, status, provider_id
     FROM holdfast_refunds ORDER BY requested_at, id`,
  ),
  intents: database.query(
    `SELECT id, token, owner, status, payment_id, record_type, record_id FROM holdfast_intents ORDER BY created_at, id`,
  ),
  reservations: database.query<StoredReservation>(
    `SELECT id, status, resource_id, unit, starts_at, ends_at, payment_id, balance_payment_id FROM holdfast_reservations
     ORDER BY created_at, id`,
  ),
  consultations: database.query('SELECT id, status, payment_id FROM holdfast_consultations ORDER BY created_at, id'),
  attention: database.query('SELECT id, code, payment_id, data FROM holdfast_attention ORDER BY at, id'),
  orders: database.query(
    `SELECT id, owner, status, payment_id, total_minor, total_currency, lines, json_extract(discount, '$.code') AS coupon, cancel_reason
     FROM holdfast_orders ORDER BY created_at, id`,
  ),
  holds: database.query(
    `SELECT order_id, article_id, coupon_code AS code, quantity, status FROM holdfast_order_holds
     ORDER BY order_id, position`,
  ),
  stock: database.query('SELECT article_id, on_hand, held FROM holdfast_stock ORDER BY article_id'),
  coupons: database.query(
    `SELECT code, use_limit AS most_uses, use_limit_per_owner AS most_uses_per_owner, used, held FROM holdfast_coupons
     ORDER BY code`,
  ),
  wallets: database.query('SELECT owner, currency, balance_minor FROM holdfast_wallets ORDER BY owner, currency'),
  ledger: database.query(
    `SELECT transfer_id, account, owner, currency, position, type, change_minor, balance_minor, payment_id, at
     FROM holdfast_ledger ORDER BY owner, currency, position, account`,
  ),
})

/** A charge that Stripe captured, with the money of it that went back for good or is on its way. */
export interface TrueCharge {
  readonly intentId: string
  readonly attemptId: string | undefined
  readonly paymentId: string | undefined
  readonly amount: number
  readonly currency: string
  readonly livemode: boolean
  readonly disputes: readonly TrueDispute[]
  /** True once a bank has asked for the money back, however that ended. */
  readonly disputed: boolean
  readonly refunds: readonly TrueRefund[]
  /** Minor units of `refunds` that did not fail. */
  readonly back: number
  /** Minor units that banks have taken for good. */
  readonly lost: number
}

export interface TrueDispute {
  readonly id: string
  readonly standing: 'open' | 'won' | 'lost'
  readonly amount: number
  readonly currency: string
}

export interface TrueRefund {
  readonly id: string
  /** Ours, where our mark is on it. */
  readonly refundId: string | undefined
  readonly amount: number
  readonly currency: string
  readonly status: string | null
}

/** Every captured charge at Stripe. */
export const readCharges = ({ objects, derived }: Ledger): readonly TrueCharge[] =>
  derived.payment_intents
    .filter(({ captured }) => captured > 0)
    .map(({ id, captured, currency, metadata }): TrueCharge => {
      const charge = objects.charge.find((each) => each.payment_intent === id && each.captured)
      const refunds = objects.refund
        .filter((refund) => refund.payment_intent === id)
        .map(
          (refund): TrueRefund => ({
            id: refund.id,
            refundId: refund.metadata?.['refund_id'],
            amount: refund.amount,
            currency: refund.currency.toUpperCase(),
            status: refund.status,
          }),
        )
      const disputes = objects.dispute
        .filter((dispute) => dispute.payment_intent === id && !isInquiry(dispute.status))
        .map(
          (dispute): TrueDispute => ({
            id: dispute.id,
            standing: standings.get(dispute.status) ?? 'open',
            amount: dispute.amount,
            currency: dispute.currency.toUpperCase(),
          }),
        )
      return {
        intentId: id,
        attemptId: metadata['attempt_id'],
        paymentId: metadata['payment_id'],
        amount: captured,
        currency: currency.toUpperCase(),
        livemode: charge?.livemode ?? false,
        disputes,
        disputed: charge?.disputed ?? false,
        refunds,
        back: refunds.filter(hasGone).reduce((sum, { amount }) => sum + amount, 0),
        lost: disputes.filter(({ standing }) => standing === 'lost').reduce((sum, { amount }) => sum + amount, 0),
      }
    })

/** One that is closed in any way but lost leaves the money where it is. */
const standings = new Map<string, TrueDispute['standing']>([
  ['won', 'won'],
  ['warning_closed', 'won'],
  ['prevented', 'won'],
  ['lost', 'lost'],
])

const isInquiry = (status: string): boolean => status === 'warning_needs_response' || status === 'warning_under_review'

/** True for a refund that the bank has not sent back. */
export const hasGone = ({ status }: Pick<TrueRefund, 'status'>): boolean => status !== 'failed' && status !== 'canceled'

/** Whether this piece of work was ever put into the outbox, whatever has become of it. */
export const wasOwed = (database: Readable, effectId: string): boolean =>
  database.query('SELECT id FROM holdfast_outbox WHERE id = ?', effectId).length > 0
