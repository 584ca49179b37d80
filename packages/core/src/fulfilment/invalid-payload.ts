import { maxIdLength } from '../kernel/ids.ts'
import { decimalString, type Money } from '../kernel/money.ts'
import { err } from '../kernel/result.ts'
import type { BuiltInPayloadReason, PayloadFault } from '../ports/payload-fault.ts'

/** What each built-in reason says to people, in one language. */
export type PayloadReasonTexts = {
  readonly [Code in BuiltInPayloadReason['code']]: (reason: Extract<BuiltInPayloadReason, { code: Code }>) => string
}

/** The built-in reasons in English: what stands in the `message` beside them. */
export const payloadReasonTexts: PayloadReasonTexts = {
  not_an_object: ({ shape }) => `An object ${shape}.`,
  not_an_id: () => `An id: 1 to ${maxIdLength} letters, digits or any of _ . : @ -.`,
  not_a_time: () => 'A time with its offset from UTC, written 2026-11-20T10:00:00-06:00.',
  not_a_currency: () => 'A currency is three letters, such as EUR.',
  not_an_amount: ({ currency }) =>
    `An amount in ${currency} is text such as ${decimalString({ minorUnits: 1250n, currency })}, with no more decimals.`,
  slot_not_offered: () => 'No appointment begins at this time.',
  slot_begun: () => 'This appointment has already begun.',
  slot_within_notice: ({ noticeMinutes }) =>
    `Appointments are booked at least ${noticeMinutes === 1 ? '1 minute' : `${noticeMinutes} minutes`} ahead.`,
  currency_not_taken: ({ taken }) => `This currency is not taken. Taken: ${taken.join(', ')}.`,
  amount_too_small: ({ least }) => `At least ${shown(least)} at a time.`,
  amount_too_large: ({ most }) => `At most ${shown(most)} at a time.`,
  amount_not_a_multiple: ({ step }) => `A multiple of ${shown(step)}: nothing in between can be charged.`,
  intent_not_found: () => 'There is no such purchase.',
  intent_not_payable: () => 'This purchase cannot be paid from a wallet any more.',
  not_a_quantity: ({ most }) => `A whole number from 1 to ${most}.`,
  cart_empty: () => 'There is nothing in the cart.',
  cart_too_long: ({ most }) => `A cart has at most ${most} lines.`,
  article_unknown: () => 'There is no such article.',
  article_not_in_currency: ({ sold }) => `This article is not sold in this currency. Sold in: ${sold.join(', ')}.`,
  wallet_suffices: () => 'The wallet holds enough for it: pay from the wallet.',
}

/** Refuses a part of a payload for a built-in reason, with what it says in English. `field` is as in {@link PayloadFault}. */
export const invalidPayload = <Field extends PayloadFault['field'], Reason extends BuiltInPayloadReason>(
  field: Field,
  reason: Reason,
) => err({ code: 'invalid_payload', field, message: textOf(reason), reason } as const)

const textOf = (reason: BuiltInPayloadReason): string =>
  // The function under a reason's code takes that reason: the compiler checks the map, and cannot follow its keys here.
  (payloadReasonTexts[reason.code] as (reason: BuiltInPayloadReason) => string)(reason)

const shown = (money: Money): string => `${decimalString(money)} ${money.currency}`
