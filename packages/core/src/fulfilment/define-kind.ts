import type { OwnerId } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import type { Json } from '../kernel/json.ts'
import type { AmountLimits, Money } from '../kernel/money.ts'
import { ok, type Result } from '../kernel/result.ts'
import type { LineItem, Purpose } from '../payment/payment.ts'
import type { PendingIntent } from '../pending-intent/pending-intent.ts'
import type { Fulfilment, FulfilmentKind, QuoteRefusal } from '../ports/fulfilment.ts'
import type { Transaction } from '../ports/unit-of-work.ts'
import type { StandardSchema } from './standard-schema.ts'
import { readBy } from './typed-catalogue.ts'
import { typedKind, type Sendable, type TypedKind } from './typed-kind.ts'

/** What a price rule says. */
export interface Price<Details> {
  /** All of it is due at once. */
  readonly amount: Money
  readonly item: LineItem
  /** What the payment is listed under. Default: the kind's name. */
  readonly purpose?: Purpose
  /** What to remember until it is paid, and what messages may tell. `metadata` in it, of short texts, is shown to the provider. */
  readonly details: Details
}

/** What somebody wants, as it was when the intent was opened. */
export interface Wanted<Payload, Details> {
  readonly payload: Payload
  readonly details: Details
  readonly intent: PendingIntent
}

/** What somebody has paid for, and all that {@link FulfilmentKind.fulfil} is handed. */
export type PaidFor<Payload, Details> = Wanted<Payload, Details> & Parameters<FulfilmentKind['fulfil']>[0]

/** A kind of the host's, as {@link defineKind} takes it. What `price` makes of a payload, the functions behind it are handed. */
export interface KindDefinition<Payload extends Json, Details extends Readonly<Record<string, Json>>, Input = unknown> {
  /** What `openIntent` calls it by. It stands in the database: it is not renamed. */
  readonly name: string
  /** What may be asked for. What it makes of a payload is stored, and so has to be {@link Json}: a day as text, not as a `Date`. */
  readonly payload: StandardSchema<Payload, Input>
  /** See {@link FulfilmentKind.limits}. */
  readonly limits?: AmountLimits
  /** The price, always the server's; or why it cannot be had. Looks things up and changes nothing, see {@link FulfilmentKind.quote}. */
  price(
    payload: Payload,
    context: { readonly owner: OwnerId; readonly now: Instant },
  ): Result<Price<Details>, QuoteRefusal> | Promise<Result<Price<Details>, QuoteRefusal>>
  /** Asked before somebody is sent to pay, see {@link FulfilmentKind.available}. Absent: always. */
  available?(tx: Transaction, wanted: Wanted<Payload, Details>): boolean | Promise<boolean>
  /**
   * Makes the record, in the transaction that counts the money, or says that it cannot be had any more: then the money goes
   * back. See {@link FulfilmentKind.fulfil}.
   */
  fulfil(paid: PaidFor<Payload, Details>): Fulfilment | Promise<Fulfilment>
}

/**
 * A kind of the host's own, typed from what is sent (`request`) to what is made of it.
 *
 * What is sent is read by the schema once, when the intent is opened. What is wrong with it is refused as `invalid_payload`,
 * each issue by its field: `doctor_id`, `guests.0.name`, or empty for the whole.
 *
 * `available` and `fulfil` get what the schema made of it then, kept with the quote: it is not read again. By then there may
 * be money, and a schema that has become stricter meanwhile must not stand between it and what it was paid for. Whoever
 * changes a schema goes on reading what the old one let through for as long as such intents can still be paid.
 */
export const defineKind = <Payload extends Json, Details extends Readonly<Record<string, Json>>, Input>(
  definition: KindDefinition<Payload, Details, Input>,
): TypedKind<Sendable<Input>> => {
  const { name, payload: schema } = definition
  return typedKind({
    name,
    ...(definition.limits === undefined ? {} : { limits: definition.limits }),
    async quote(sent, context) {
      const read = await readBy(schema, sent)
      if (!read.ok) return read
      const priced = await definition.price(read.value, context)
      if (!priced.ok) return priced
      const { amount, item, purpose = name, details } = priced.value
      return ok({ amount, item, purpose, details, parsed: read.value })
    },
    ...(definition.available === undefined
      ? {}
      : { available: async (tx, intent) => definition.available?.(tx, wantedBy(intent)) ?? true }),
    fulfil: async (paid) => definition.fulfil({ ...paid, ...wantedBy<Payload, Details>(paid.intent) }),
  })
}

// What was stored was of these types when it was: nobody else writes it. An intent that was opened before its kind had a
// schema has nothing but what was sent.
const wantedBy = <Payload, Details>(intent: PendingIntent): Wanted<Payload, Details> => ({
  payload: (intent.quote.parsed === undefined ? intent.payload : intent.quote.parsed) as Payload,
  details: intent.quote.details as Details,
  intent,
})
