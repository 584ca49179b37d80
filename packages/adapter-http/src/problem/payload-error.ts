import {
  decimalString,
  type BuiltInPayloadReason,
  type Money,
  type PayloadFault,
  type PayloadReason,
} from '@holdfast/core'
import type { Catalogue } from '../language/catalogue.ts'
import { plainObject } from '../wire/parts.ts'
import type { FieldError } from './refusal.ts'

/**
 * A fault of a payload in the words of the wire. A built-in reason is worded in the reader's language; any other fault
 * says what its kind says. `placed`: where a client has to look for the field.
 */
export const payloadError = (
  { field, message, reason }: PayloadFault,
  words: Catalogue,
  placed: (field: string) => string = inPayload,
): FieldError => {
  const facts = reason === undefined ? {} : factsOf(reason)
  return {
    field: placed(field),
    code: reason?.code ?? 'invalid_payload',
    message: reason !== undefined && isBuiltIn(reason) ? textOf(reason, words) : message,
    ...(Object.keys(facts).length === 0 ? {} : { facts }),
  }
}

/** A field of the payload as a client has to look for it; the payload itself where a kind finds fault with the whole. */
export const inPayload = (field: string): string => (field === '' ? 'payload' : `payload.${field}`)

/** The same of a cart or an amount, which are in the body itself. */
export const inBody = (field: string): string => (field === '' ? 'body' : field)

// A refusal that was stored by a later version may have a reason that is not known here: its message has to do.
const isBuiltIn = (reason: PayloadReason): reason is BuiltInPayloadReason => Object.hasOwn(facts, reason.code)

const textOf = (reason: BuiltInPayloadReason, { payloadReasons }: Catalogue): string =>
  (payloadReasons[reason.code] as (reason: BuiltInPayloadReason) => string)(reason)

const factsOf = (reason: PayloadReason): Readonly<Record<string, unknown>> => {
  if (isBuiltIn(reason)) return (facts[reason.code] as (reason: BuiltInPayloadReason) => object)(reason) as never
  return reason.facts === undefined ? {} : plainObject(reason.facts)
}

const none = (): Readonly<Record<string, unknown>> => ({})
const limit = (name: string, money: Money) => ({ [name]: decimalString(money), currency: money.currency })

/** What each built-in reason says beside its code. */
const facts: {
  readonly [Code in BuiltInPayloadReason['code']]: (
    reason: Extract<BuiltInPayloadReason, { readonly code: Code }>,
  ) => Readonly<Record<string, unknown>>
} = {
  not_an_object: ({ shape }) => ({ shape }),
  not_an_id: none,
  not_a_time: none,
  not_a_currency: none,
  not_an_amount: ({ currency }) => ({ currency }),
  slot_not_offered: none,
  slot_begun: none,
  slot_within_notice: ({ noticeMinutes }) => ({ notice_minutes: noticeMinutes }),
  currency_not_taken: ({ taken }) => ({ taken }),
  amount_too_small: ({ least }) => limit('least', least),
  amount_too_large: ({ most }) => limit('most', most),
  amount_not_a_multiple: ({ step }) => limit('step', step),
  intent_not_found: none,
  intent_not_payable: none,
  not_a_quantity: ({ most }) => ({ most }),
  cart_empty: none,
  cart_too_long: ({ most }) => ({ most }),
  article_unknown: none,
  article_not_in_currency: ({ sold }) => ({ sold }),
  wallet_suffices: none,
}

/** The codes of the built-in reasons. */
export const payloadReasonCodes = Object.keys(facts) as readonly BuiltInPayloadReason['code'][]
