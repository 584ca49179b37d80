import type { Json } from '../kernel/json.ts'
import type { Currency, Money } from '../kernel/money.ts'

/** A part of the payload that will not do, as a path (`guests.0.name`; empty: the whole), and why. */
export interface PayloadFault {
  readonly field: string
  /** For people: in English from the built-in kinds, in whatever language the host wrote it from its own. */
  readonly message: string
  /** The same for programs, and for whoever words it in another language. Absent: there is nothing but the message. */
  readonly reason?: PayloadReason
}

/** Why a part of a payload will not do: a code that never changes, and the facts to word it with. */
export type PayloadReason = BuiltInPayloadReason | OwnPayloadReason

/**
 * The reasons of the built-in kinds and catalogues. A host's kind may give them too: they are worded in the reader's
 * language, whatever its message says.
 */
export type BuiltInPayloadReason =
  /** `shape` is what is wanted, as `{ resource_id, starts_at }`. */
  | { readonly code: 'not_an_object'; readonly shape: string }
  | { readonly code: 'not_an_id' }
  /** No moment in ISO 8601 that says how far it is from UTC. */
  | { readonly code: 'not_a_time' }
  | { readonly code: 'not_a_currency' }
  /** No text of digits with at most the currency's decimals. */
  | { readonly code: 'not_an_amount'; readonly currency: Currency }
  /** The schedule has no slot that begins just then. */
  | { readonly code: 'slot_not_offered' }
  | { readonly code: 'slot_begun' }
  /** It begins, but in less time than has to be left. */
  | { readonly code: 'slot_within_notice'; readonly noticeMinutes: number }
  | { readonly code: 'currency_not_taken'; readonly taken: readonly string[] }
  | { readonly code: 'amount_too_small'; readonly least: Money }
  | { readonly code: 'amount_too_large'; readonly most: Money }
  /** No multiple of the smallest sum that can be charged in its currency: of 0.010 KWD, say, or of a whole ISK. */
  | { readonly code: 'amount_not_a_multiple'; readonly step: Money }
  /** There is none, or it is somebody else's. */
  | { readonly code: 'intent_not_found' }
  /** It is paid, given up or too old, or nothing that a wallet pays. */
  | { readonly code: 'intent_not_payable' }
  /** No whole number of units, or not between 1 and `most`. */
  | { readonly code: 'not_a_quantity'; readonly most: number }
  | { readonly code: 'cart_empty' }
  | { readonly code: 'cart_too_long'; readonly most: number }
  /** There is none of that name, or it is not sold any more. */
  | { readonly code: 'article_unknown' }
  | { readonly code: 'article_not_in_currency'; readonly sold: readonly string[] }
  /** The wallet holds enough for it: nothing has to be paid in. */
  | { readonly code: 'wallet_suffices' }

/** A reason of a host's own kind. */
export interface OwnPayloadReason {
  /** With a colon in it, `stay:too_long`: no built-in reason has one, nor will any that is added. */
  readonly code: `${string}:${string}`
  /** Shown to whoever asked, as they are. */
  readonly facts?: Readonly<Record<string, Json>>
}
