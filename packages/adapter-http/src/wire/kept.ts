import { decimalString, instant, isoTime, type Currency, type Json, type Money, type PaymentCase } from '@holdfast/core'
import { free, plain } from './parts.ts'

/** What {@link showKept} answers. `about`: what it is that is kept there. */
export const keptData = (about: string) =>
  free.openapi({
    description:
      `${about} Names in snake_case, instants in ISO 8601, sums as decimal strings with their \`currency\`, ids as they are. ` +
      'What the host itself has put there, its `details`, is as the host wrote it.',
  })

/**
 * What machines keep, as it stands on the wire: names in snake_case, instants in ISO 8601, sums as decimal strings with their
 * currency beside them.
 *
 * `currency`: of a sum that is kept without its own. Where that is not known either, a sum stays in minor units, as a text under
 * its own name.
 */
export const showKept = (
  data: Readonly<Record<string, Json>>,
  currency?: Currency,
): Readonly<Record<string, unknown>> => {
  const own = typeof data['currency'] === 'string' ? (data['currency'] as Currency) : undefined
  const code = own ?? currency
  const shown: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(data))
    if (typeof value === 'bigint' && code !== undefined)
      Object.assign(shown, { [sumName(name)]: signedDecimal(value, code) }, own === undefined ? { currency: code } : {})
    else if (name === 'amount' && own === undefined && isMoney(value)) Object.assign(shown, showKept({ ...value }))
    else shown[snakeCase(name)] = showValue(name, value, currency)
  return shown
}

/** As {@link showKept}, for what need not be an object. */
export const showKeptValue = (value: Json): unknown => showValue('', value, undefined)

/**
 * The currency of the sums that are kept with news of this case: of the attempt, refund or charge that they are about, else of the
 * payment.
 */
export const currencyOf = (
  { payment, attempts, refunds }: PaymentCase,
  data: Readonly<Record<string, Json>>,
  about?: { readonly type: string; readonly id: string },
): Currency => {
  const named = (type: string): Json => (about?.type === type ? about.id : data[`${type}Id`])
  const of =
    attempts.find(({ id }) => id === named('attempt')) ??
    refunds.find(({ id }) => id === named('refund')) ??
    attempts
      .map((each) => ('charge' in each ? each.charge : undefined))
      .find((each) => each?.id === data['chargeId']) ??
    payment
  return of.amount.currency
}

const showValue = (name: string, value: Json, currency: Currency | undefined): unknown => {
  if (name === 'details') return plain(value)
  if (typeof value === 'number' && isMomentName(name) && Number.isSafeInteger(value)) return isoTime(instant(value))
  if (typeof value === 'string' && isSumName(name)) return showSumText(value)
  if (isList(value)) return value.map((part) => showValue('', part, currency))
  if (typeof value !== 'object' || value === null) return plain(value)
  return showKept(value, currency)
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value)

const isMoney = (value: Json): value is { readonly minorUnits: bigint; readonly currency: Currency } =>
  typeof value === 'object' &&
  value !== null &&
  !isList(value) &&
  typeof value['minorUnits'] === 'bigint' &&
  typeof value['currency'] === 'string'

/** `at`, `expiresAt`, `eventsUntil`. */
const isMomentName = (name: string): boolean => /^(?:at|until)$|[a-z](?:At|Until)$/.test(name)

/** Of a sum that is not the one asked for: what was expected and what is reported, as `24300 MXN` in minor units. */
const isSumName = (name: string): boolean => name === 'expected' || name === 'reported'

const showSumText = (text: string): unknown => {
  const [, minorUnits, currency] = /^(\d+) ([A-Z]{3})$/.exec(text) ?? []
  return minorUnits === undefined ? text : showKept({ minorUnits: BigInt(minorUnits), currency })
}

const sumName = (name: string): string => (name === 'minorUnits' ? 'amount' : snakeCase(name))

/** `eventsUntil` → `events_until` */
const snakeCase = (name: string): string =>
  name.replaceAll(/([a-z0-9])([A-Z])/g, (_, before: string, after: string) => `${before}_${after.toLowerCase()}`)

/** A sum, below zero where money went out. */
const signedDecimal = (minorUnits: bigint, currency: Money['currency']): string =>
  minorUnits < 0n ? `-${decimalString({ minorUnits: -minorUnits, currency })}` : decimalString({ minorUnits, currency })
