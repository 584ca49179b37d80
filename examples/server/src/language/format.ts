import { decimals, type Instant, type Money } from '@holdfast/core'
import { timeZone } from '../stays/nights.ts'
import type { Language } from './language.ts'

/**
 * Spanish as it is written in Mexico; English in the order of day and month that cannot be misread; Persian with its own
 * digits and the calendar of the stays and the clinic.
 */
const locales: Readonly<Record<Language, string>> = { en: 'en-GB', es: 'es-MX', fa: 'fa-IR-u-ca-gregory' }
const moneyLocales: Readonly<Record<Exclude<Language, 'fa'>, string>> = { en: 'en-US', es: 'es-MX' }

/** An amount as it is read: `MX$1,200.00` in English, `$1,200.00` in Spanish, the number and then `پزو` in Persian. */
export const formatMoney = (language: Language, { minorUnits, currency }: Money): string =>
  formatAmount(language, minorUnits, currency, 'auto')

/** What a balance has changed by, with its sign; `change` is in minor units. */
export const formatChange = (language: Language, change: bigint, { currency }: Pick<Money, 'currency'>): string =>
  formatAmount(language, change, currency, 'always')

const formatAmount = (
  language: Language,
  minorUnits: bigint,
  currency: Money['currency'],
  signDisplay: 'auto' | 'always',
): string => {
  const amount = Number(minorUnits) / 10 ** decimals(currency)
  if (language !== 'fa')
    return new Intl.NumberFormat(moneyLocales[language], { style: 'currency', currency, signDisplay }).format(amount)
  // A sign of the currency among letters that run the other way is hard to read, and the currency's full name is long.
  const places = decimals(currency)
  const number = new Intl.NumberFormat(locales.fa, {
    minimumFractionDigits: places,
    maximumFractionDigits: places,
    signDisplay,
  }).format(amount)
  return `${number}\u00a0${persianCurrencies[currency] ?? currency}`
}

const persianCurrencies: Readonly<Record<string, string>> = { MXN: 'پزو', USD: 'دلار' }

/** A count, in the digits of the language. */
export const formatNumber = (language: Language, count: number): string =>
  new Intl.NumberFormat(locales[language], { useGrouping: false }).format(count)

/** A part of a whole, 0 to 1, in hundredths. */
export const formatPercent = (language: Language, part: number): string =>
  new Intl.NumberFormat(locales[language], { style: 'percent', maximumFractionDigits: 0 }).format(part)

/** A day, given as `2026-06-01`: `Monday 1 June 2026`, or `1 Jun 2026` where there is little room. */
export const formatDay = (language: Language, day: string, style: 'long' | 'short' = 'long'): string =>
  new Intl.DateTimeFormat(locales[language], {
    timeZone: 'UTC',
    day: 'numeric',
    year: 'numeric',
    ...(style === 'long' ? { weekday: 'long', month: 'long' } : { month: 'short' }),
  }).format(new Date(`${day}T00:00:00Z`))

/** A moment by the clocks where the stays are, or in another time zone: `1 Jun 2026, 15:00`. */
export const formatMoment = (language: Language, moment: Instant, there: string = timeZone): string =>
  new Intl.DateTimeFormat(locales[language], {
    timeZone: there,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(moment)

/** A moment to the second, with how far the clocks where the stays are differ from UTC: `1 Jun 2026, 15:00:07 GMT-6`. */
export const formatExactly = (language: Language, moment: Instant): string =>
  new Intl.DateTimeFormat(locales[language], {
    timeZone,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'shortOffset',
  }).format(moment)

/** The time of day that a clock there shows: `15:00`. */
export const formatTime = (language: Language, moment: Instant, there: string): string =>
  new Intl.DateTimeFormat(locales[language], {
    timeZone: there,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(moment)

/** A day as the head of a column, given as `2026-06-01`: `Mon 1 June`. */
export const formatDayOfWeek = (language: Language, day: string): string =>
  capitalized(
    new Intl.DateTimeFormat(locales[language], {
      timeZone: 'UTC',
      weekday: 'short',
      day: 'numeric',
      month: 'long',
    }).format(new Date(`${day}T00:00:00Z`)),
  )

/** A month's name, given as `2026-06`: `June 2026`. */
export const formatMonth = (language: Language, month: string): string =>
  capitalized(
    new Intl.DateTimeFormat(locales[language], { timeZone: 'UTC', month: 'long', year: 'numeric' }).format(
      new Date(`${month}-01T00:00:00Z`),
    ),
  )

/** The month in which a card ends, as it stands on the card: `12/2029`. */
export const formatExpiry = (language: Language, year: number, month: number): string =>
  new Intl.DateTimeFormat(locales[language], { timeZone: 'UTC', month: '2-digit', year: 'numeric' }).format(
    Date.UTC(year, month - 1),
  )

/** The seven days of a week, from Monday, in one to three letters. */
export const weekdays = (language: Language): readonly string[] =>
  Array.from({ length: 7 }, (_, index) =>
    capitalized(
      new Intl.DateTimeFormat(locales[language], {
        timeZone: 'UTC',
        // In Persian the short name is the whole name.
        weekday: language === 'fa' ? 'narrow' : 'short',
      }).format(Date.UTC(2026, 5, 1 + index)),
    ),
  )

// As headings: in running text Spanish writes months and days small.
const capitalized = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)
