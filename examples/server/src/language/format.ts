import { decimals, type Instant, type Money } from '@holdfast/core'
import { timeZone } from '../stays/nights.ts'
import type { Language } from './language.ts'

/** Spanish as it is written in Mexico; English in the order of day and month that cannot be misread. */
const locales: Readonly<Record<Language, string>> = { en: 'en-GB', es: 'es-MX' }

/** An amount as it is read: `MX$1,200.00` in English, `$1,200.00` in Spanish. */
export const formatMoney = (language: Language, { minorUnits, currency }: Money): string =>
  new Intl.NumberFormat(language === 'en' ? 'en-US' : locales.es, { style: 'currency', currency }).format(
    Number(minorUnits) / 10 ** decimals(currency),
  )

/** A day, given as `2026-06-01`: `Monday 1 June 2026`, or `1 Jun 2026` where there is little room. */
export const formatDay = (language: Language, day: string, style: 'long' | 'short' = 'long'): string =>
  new Intl.DateTimeFormat(locales[language], {
    timeZone: 'UTC',
    day: 'numeric',
    year: 'numeric',
    ...(style === 'long' ? { weekday: 'long', month: 'long' } : { month: 'short' }),
  }).format(new Date(`${day}T00:00:00Z`))

/** A moment by the clocks where the stays are: `1 Jun 2026, 15:00`. */
export const formatMoment = (language: Language, moment: Instant): string =>
  new Intl.DateTimeFormat(locales[language], {
    timeZone,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(moment)

/** A month's name, given as `2026-06`: `June 2026`. */
export const formatMonth = (language: Language, month: string): string =>
  capitalized(
    new Intl.DateTimeFormat(locales[language], { timeZone: 'UTC', month: 'long', year: 'numeric' }).format(
      new Date(`${month}-01T00:00:00Z`),
    ),
  )

/** The seven days of a week, from Monday, in two or three letters. */
export const weekdays = (language: Language): readonly string[] =>
  Array.from({ length: 7 }, (_, index) =>
    capitalized(
      new Intl.DateTimeFormat(locales[language], { timeZone: 'UTC', weekday: 'short' }).format(
        Date.UTC(2026, 5, 1 + index),
      ),
    ),
  )

// As headings: in running text Spanish writes months and days small.
const capitalized = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)
