/** An ISO 4217 code in capitals, such as `MXN`. */
export type Currency = string & { readonly __currency: never }

/**
 * Money in a currency's smallest unit: `{ minorUnits: 1000n, currency: 'EUR' }` is ten euros, and with `'JPY'` a thousand yen.
 *
 * Zero is allowed, negative is not: money going back is a refund, not a negative charge.
 */
export interface Money {
  readonly minorUnits: bigint
  readonly currency: Currency
}

/** How little and how much may be asked for at a time, by currency, in minor units. Currencies that are not here are not taken. */
export type AmountLimits = Readonly<Record<string, { readonly least: bigint; readonly most: bigint }>>

/** Currencies whose smallest unit is the unit itself. Source: Stripe's currency page, as of API 2026-10-28.endive. */
const zeroDecimal = new Set('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' '))
/** Currencies with three decimals. Stripe wants the last digit to be 0. */
const threeDecimal = new Set('BHD JOD KWD OMR TND'.split(' '))

/** Currencies that Stripe takes with two decimals, both of them 0. Source: its support page on special cases. */
const wholeUnitsOnly = new Set(['ISK', 'UGX'])

/** Brands a currency code, in any case. @throws RangeError for anything but three letters. */
export const currency = (code: string): Currency => {
  if (!/^[A-Za-z]{3}$/.test(code)) throw new RangeError(`A currency is three letters (ISO 4217), not '${code}'.`)
  return code.toUpperCase() as Currency
}

/** How many decimals an amount in this currency is written with: 0, 2 or 3. */
export const decimals = (code: Currency): 0 | 2 | 3 => (zeroDecimal.has(code) ? 0 : threeDecimal.has(code) ? 3 : 2)

/** The smallest sum that can be charged in this currency, in minor units: every other is a multiple of it. */
export const chargeableStep = (code: Currency): 1n | 10n | 100n =>
  threeDecimal.has(code) ? 10n : wholeUnitsOnly.has(code) ? 100n : 1n

/** The sum itself where it can be charged, else the next above it that can. */
export const upToChargeable = ({ minorUnits, currency }: Money): Money => {
  const step = chargeableStep(currency)
  return { minorUnits: ((minorUnits + step - 1n) / step) * step, currency }
}

/**
 * Makes money from minor units.
 *
 * @throws RangeError when `minorUnits` is negative, or a number that is not a safe integer.
 */
export const money = (minorUnits: bigint | number, code: string): Money => {
  if (typeof minorUnits === 'number' && !Number.isSafeInteger(minorUnits))
    throw new RangeError(`An amount is a whole number of minor units, not ${minorUnits}.`)
  const units = BigInt(minorUnits)
  if (units < 0n) throw new RangeError(`An amount is never negative: ${units}.`)
  return { minorUnits: units, currency: currency(code) }
}

/** True when both the amount and the currency are the same. */
export const sameMoney = (a: Money, b: Money): boolean => a.minorUnits === b.minorUnits && a.currency === b.currency

/** The amount as people write it, without the currency: `1000n` EUR is `10.00`, JPY `1000`, KWD `1.000`. */
export const decimalString = ({ minorUnits, currency }: Money): string => {
  const places = decimals(currency)
  if (places === 0) return minorUnits.toString()
  const digits = minorUnits.toString().padStart(places + 1, '0')
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`
}

/**
 * Reads an amount as people write it: `parseDecimal('10.5', 'EUR')` is 10.50 euros.
 *
 * Answers `undefined` for anything but digits with at most the currency's decimals: no sign, exponent, space or comma.
 */
export const parseDecimal = (text: string, code: string): Money | undefined => {
  const iso = currency(code)
  const places = decimals(iso)
  const match = /^(\d{1,15})(?:\.(\d{1,3}))?$/.exec(text)
  if (match === null) return undefined
  const [, whole = '', fraction = ''] = match
  if (fraction.length > places) return undefined
  return { minorUnits: BigInt(whole + fraction.padEnd(places, '0')), currency: iso }
}
