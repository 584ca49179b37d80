import { money, type AmountLimits, type Money } from '@holdfast/core'

/** The currencies in which there are prices: with two decimals, with none, and with three of which the last is always 0. */
export const currencies = ['MXN', 'JPY', 'KWD'] as const
export type CurrencyName = (typeof currencies)[number]

/** What is sold for a price of its own. */
export type Priced = 'night' | 'appointment' | 'consultation' | 'mug' | 'vase' | 'print'

/** In minor units. Three tenths of a night and a tenth off are no even sums in all of them. */
const prices: Readonly<Record<CurrencyName, Readonly<Record<Priced | 'change' | 'unit', bigint>>>> = {
  MXN: {
    night: 1000_00n,
    appointment: 400_00n,
    consultation: 250_00n,
    mug: 150_00n,
    vase: 400_00n,
    print: 90_00n,
    change: 111_00n,
    unit: 1_00n,
  },
  JPY: {
    night: 15_555n,
    appointment: 6_001n,
    consultation: 3_333n,
    mug: 2_222n,
    vase: 5_000n,
    print: 1_234n,
    change: 1_777n,
    unit: 16n,
  },
  KWD: {
    night: 100_550n,
    appointment: 40_010n,
    consultation: 25_370n,
    mug: 7_550n,
    vase: 20_000n,
    print: 4_990n,
    change: 11_170n,
    unit: 101n,
  },
}

/** What something costs. */
export const priceOf = (what: Priced, currency: CurrencyName): Money => money(prices[currency][what], currency)

/** What staff change a price to: so many of a sum that nothing else costs. */
export const changedPrice = (times: number, currency: CurrencyName): Money =>
  money(prices[currency].change * BigInt(times), currency)

/** What somebody pays into a wallet: about a thousandth of a night for each unit, and never less for a thousand than a night. */
export const paidIn = (units: number, currency: CurrencyName): Money =>
  money(prices[currency].unit * BigInt(units), currency)

/** A part of a sum, rounded down to what can be charged. */
export const partOf = (minorUnits: bigint, [parts, of]: readonly [number, number], currency: string): bigint => {
  const part = (minorUnits * BigInt(parts)) / BigInt(of)
  return part - (part % stepOf(currency))
}

/** Stripe wants every sum to be a multiple of so many minor units. */
export const stepOf = (currency: string): bigint => (currency === 'KWD' ? 10n : 1n)

/** The currency in which a host does business beside its own. */
export const besides = (currency: CurrencyName): CurrencyName =>
  currencies[(currencies.indexOf(currency) + 1) % currencies.length] ?? 'MXN'

/** What can be paid in or ordered at a time. */
export const limits: AmountLimits = {
  MXN: { least: 10_00n, most: 10_000_00n },
  JPY: { least: 100n, most: 1_000_000n },
  KWD: { least: 1_000n, most: 1_000_000n },
}
