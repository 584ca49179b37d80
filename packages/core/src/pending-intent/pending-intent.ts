import { accept, reject, unchanged, type Decision } from '../kernel/decision.ts'
import type { IntentId, OwnerId, PaymentId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import { evolver, type Transitions } from '../kernel/machine.ts'
import type { Json } from '../kernel/json.ts'
import type { Money } from '../kernel/money.ts'
import type { LineItem, Purpose } from '../payment/payment.ts'
import type { RefundReason } from '../payment/refund.ts'
import type { Slot } from '../reservation/reservation.ts'

/** What something costs and what is due when, as the host's price rule said when the intent was opened. Kept as it was. */
export interface Quote {
  /** Due now. */
  readonly amount: Money
  readonly purpose: Purpose
  readonly item: LineItem
  /** Due later, from the card that is saved with the first payment. */
  readonly balance?: { readonly amount: Money; readonly dueAt: Instant; readonly item: LineItem }
  /** What is taken when it is paid. Absent for kinds that take no slot. */
  readonly slot?: Slot
  /**
   * How many can have the slot at the same time: whoever pays gets any unit that is free, and not the one that `slot` names.
   * Absent: that one, or none.
   */
  readonly capacity?: number
  /**
   * From then on nobody is sent to pay for it any more, nor is it paid from a wallet. A page that is open by then is not
   * closed, and what is paid on it counts as long as the kind can still make what it is for. Absent: until the intent expires.
   */
  readonly payableUntil?: Instant
  readonly details: Readonly<Record<string, Json>>
  /** What the kind's schema made of the payload. Absent for kinds that read it in their own way. */
  readonly parsed?: Json
}

interface Base {
  readonly id: IntentId
  /** What a browser holds instead of the intent: opaque, unguessable, good for this intent only. */
  readonly token: string
  /** The fulfilment kind that turns it into a record. */
  readonly kind: string
  readonly owner: OwnerId
  readonly payload: Json
  readonly quote: Quote
  readonly paymentId: PaymentId
  /** From then on it is abandoned by us, its open page expired first. */
  readonly expiresAt: Instant
  readonly createdAt: Instant
}

/** What somebody wants to buy, in each of its statuses with what is known then. */
export type PendingIntent =
  | (Base & { readonly status: 'open' })
  | (Base & { readonly status: 'paid'; readonly paidAt: Instant })
  | (Base & { readonly status: 'fulfilled'; readonly fulfilledAt: Instant; readonly record: RecordRef })
  | (Base & { readonly status: 'refunded'; readonly refundedAt: Instant; readonly reason: RefundReason })
  | (Base & { readonly status: 'abandoned'; readonly abandonedAt: Instant })

/** The record that an intent became. */
export interface RecordRef {
  readonly type: string
  readonly id: string
}

/** Until when somebody may be sent to pay for it: until it expires, or until its quote says where that is sooner. */
export const payableUntil = ({ expiresAt, quote }: Pick<PendingIntent, 'expiresAt' | 'quote'>): Instant =>
  quote.payableUntil !== undefined && quote.payableUntil < expiresAt ? quote.payableUntil : expiresAt

/** What can happen to an intent. */
export type IntentEvent =
  | { readonly type: 'paid'; readonly at: Instant }
  | { readonly type: 'fulfilled'; readonly at: Instant; readonly record: RecordRef }
  | { readonly type: 'refunded'; readonly at: Instant; readonly reason: RefundReason }
  | { readonly type: 'abandoned'; readonly at: Instant }

/** What can be put to an intent. */
export type IntentCommand =
  | { readonly type: 'note_paid'; readonly at: Instant }
  | { readonly type: 'fulfil'; readonly at: Instant; readonly record: RecordRef }
  | { readonly type: 'give_back'; readonly at: Instant; readonly reason: RefundReason }
  | { readonly type: 'abandon'; readonly at: Instant }

/** Why an intent will not do what it is asked. */
export type IntentRefusal =
  | { readonly code: 'intent_not_paid' }
  | { readonly code: 'intent_already_fulfilled' }
  | { readonly code: 'intent_already_paid' }
  | { readonly code: 'intent_refunded' }

/** status → event → status: all that may happen to an intent. */
export const intentTransitions = {
  open: { paid: 'paid', abandoned: 'abandoned' },
  paid: { fulfilled: 'fulfilled', refunded: 'refunded' },
  fulfilled: {},
  refunded: {},
  // Money may still come for it; where the host honours that, it is paid after all.
  abandoned: { paid: 'paid' },
} as const satisfies Transitions<PendingIntent['status'], IntentEvent['type']>

const base = ({ id, token, kind, owner, payload, quote, paymentId, expiresAt, createdAt }: PendingIntent): Base => ({
  id,
  token,
  kind,
  owner,
  payload,
  quote,
  paymentId,
  expiresAt,
  createdAt,
})

/** The intent after an event. @throws IllegalTransition for an event its table forbids. */
export const evolveIntent: (intent: PendingIntent, event: IntentEvent) => PendingIntent = evolver<
  PendingIntent,
  IntentEvent,
  typeof intentTransitions
>(intentTransitions, {
  paid: (intent, { at }) => ({ ...base(intent), status: 'paid', paidAt: at }),
  fulfilled: (intent, { at, record }) => ({ ...base(intent), status: 'fulfilled', fulfilledAt: at, record }),
  refunded: (intent, { at, reason }) => ({ ...base(intent), status: 'refunded', refundedAt: at, reason }),
  abandoned: (intent, { at }) => ({ ...base(intent), status: 'abandoned', abandonedAt: at }),
})

/** Decides what a command means for an intent as it stands. Total: every command in every status gets an answer. */
export const decideIntent = (
  intent: PendingIntent,
  command: IntentCommand,
): Decision<IntentEvent, never, IntentRefusal> => {
  const { status } = intent
  switch (command.type) {
    case 'note_paid':
      return status === 'open' || status === 'abandoned' ? accept([{ type: 'paid', at: command.at }]) : unchanged
    case 'fulfil':
      if (status === 'paid') return accept([{ type: 'fulfilled', at: command.at, record: command.record }])
      if (status === 'refunded') return reject({ code: 'intent_refunded' })
      if (status !== 'fulfilled') return reject({ code: 'intent_not_paid' })
      return intent.record.type === command.record.type && intent.record.id === command.record.id
        ? unchanged
        : reject({ code: 'intent_already_fulfilled' })
    case 'give_back':
      if (status === 'paid') return accept([{ type: 'refunded', at: command.at, reason: command.reason }])
      if (status === 'fulfilled') return reject({ code: 'intent_already_fulfilled' })
      return status === 'refunded' ? unchanged : reject({ code: 'intent_not_paid' })
    case 'abandon':
      if (status === 'open') return accept([{ type: 'abandoned', at: command.at }])
      return status === 'abandoned' ? unchanged : reject({ code: 'intent_already_paid' })
  }
}
