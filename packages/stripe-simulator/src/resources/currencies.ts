import { invalidParameter } from '../wire/stripe-error.ts'

/** Currencies whose amounts are whole units. Source: Stripe's page on currencies, read 2026-11-20. */
const zeroDecimal = new Set([
  'bif',
  'clp',
  'djf',
  'gnf',
  'jpy',
  'kmf',
  'krw',
  'mga',
  'pyg',
  'rwf',
  'vnd',
  'vuv',
  'xaf',
  'xof',
  'xpf',
])
const threeDecimal = new Set(['bhd', 'jod', 'kwd', 'omr', 'tnd'])
// Sent with two decimals that must be zero, although the currency has none.
const twoDecimalAlwaysZero = new Set(['isk', 'ugx'])

const others =
  'aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd cad cdf chf cny ' +
  'cop crc cve ' +
  'czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl htg huf idr ils inr jmd kes kgs khr ' +
  'kyd kzt lak ' +
  'lbp lkr lrd lsl mad mdl mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd pab pen pgk php ' +
  'pkr pln qar ' +
  'ron rsd rub sar sbd scr sek sgd shp sle sos srd std szl thb tjs top try ttd twd tzs uah usd uyu uzs wst ' +
  'xcd xcg yer ' +
  'zar zmw'
const supported = new Set([...zeroDecimal, ...threeDecimal, ...twoDecimalAlwaysZero, ...others.split(' ')])

// The smallest charge in the smallest unit, where Stripe states one. Judged in the charge's own currency.
const minimums: Readonly<Record<string, number>> = {
  usd: 50,
  eur: 50,
  aud: 50,
  brl: 50,
  cad: 50,
  chf: 50,
  cop: 50,
  idr: 50,
  ils: 50,
  inr: 50,
  nzd: 50,
  php: 50,
  rub: 50,
  sgd: 50,
  zar: 50,
  ars: 50,
  aed: 200,
  myr: 200,
  pln: 200,
  ron: 200,
  gbp: 30,
  czk: 1500,
  dkk: 250,
  hkd: 400,
  huf: 17500,
  jpy: 50,
  krw: 50,
  mxn: 1000,
  thb: 1000,
  nok: 300,
  sek: 300,
}
const longest: Readonly<Record<string, number>> = { inr: 9, cop: 10, idr: 12 }

/** True for a currency that Stripe charges in, in lower case. */
export const isSupportedCurrency = (currency: string): boolean => supported.has(currency)

/** How many of an amount's digits are decimals: 5000 is 50.00 in USD, 5000 in JPY and 5.000 in KWD. */
export const decimalsOf = (currency: string): 0 | 2 | 3 =>
  zeroDecimal.has(currency) ? 0 : threeDecimal.has(currency) ? 3 : 2

/**
 * The amount as Stripe writes it in messages: `$0.50` style for dollars, and the bare number with the code otherwise.
 */
export const formatAmount = (amount: number, currency: string): string => {
  const decimals = decimalsOf(currency)
  const digits = (amount / 10 ** decimals).toFixed(decimals)
  return `${symbols[currency] ?? ''}${digits}`
}

/** The smallest amount that can be charged; 1 where Stripe states none. */
export const minimumOf = (currency: string): number => minimums[currency] ?? 1

/**
 * Refuses an amount that cannot be charged, first match wins: decimals in a currency that has none
 * (`invalid_charge_amount_no_decimal_compatible`), a last digit in a three-decimal currency, too small
 * (`amount_too_small`), too large (`amount_too_large`).
 */
export const checkAmount = (amount: number, currency: string, param: string): void => {
  checkDecimals(amount, currency, param)
  if (amount < minimumOf(currency)) {
    throw invalidParameter(
      param,
      `Amount must be at least ${formatAmount(minimumOf(currency), currency)} ${currency}`,
      'amount_too_small',
    )
  }
  checkMaximum(amount, currency, param)
}

/** The part of {@link checkAmount} that also holds for the parts of a sum and for refunds. */
export const checkDecimals = (amount: number, currency: string, param: string): void => {
  if (twoDecimalAlwaysZero.has(currency) && amount % 100 !== 0) {
    throw invalidParameter(
      param,
      `Invalid amount: ${currency.toUpperCase()} amounts are given with two decimals, which must be 00.`,
      'invalid_charge_amount_no_decimal_compatible',
    )
  }
  if (threeDecimal.has(currency) && amount % 10 !== 0) {
    throw invalidParameter(param, `Invalid amount: the last digit of an amount in ${currency.toUpperCase()} must be 0.`)
  }
}

/** Refuses an amount with more digits than a charge may have. */
export const checkMaximum = (amount: number, currency: string, param: string): void => {
  const largest = 10 ** (longest[currency] ?? 8) - 1
  if (amount > largest) {
    throw invalidParameter(
      param,
      `Amount must be no more than ${formatAmount(largest, currency)} ${currency}`,
      'amount_too_large',
    )
  }
}

const symbols: Readonly<Record<string, string>> = {
  usd: '$',
  eur: '€',
  gbp: '£',
  jpy: '¥',
  mxn: '$',
  cop: '$',
  cad: '$',
  aud: '$',
}
