import { z } from 'zod'
import type { Catalogue } from './catalogue.ts'
import { english } from './english.ts'
import { persian } from './persian.ts'
import { spanish } from './spanish.ts'

/** The languages that this adapter speaks, as BCP 47 primary tags. */
export const languages = ['en', 'es', 'fa'] as const
export type Language = (typeof languages)[number]

/** The words of each language. */
export const catalogues: Readonly<Record<Language, Catalogue>> = { en: english, es: spanish, fa: persian }

/** What a schema says of a field that will not do, in each language. */
export const fieldMessages: Readonly<Record<Language, z.core.$ZodErrorMap>> = {
  en: z.locales.en().localeError,
  es: z.locales.es().localeError,
  fa: z.locales.fa().localeError,
}

/**
 * The language to answer in: the one we speak that the header wants most, `otherwise` where there is none.
 *
 * Regions are ignored, `es-MX` is Spanish. A weight of 0 is a no; what cannot be read is skipped.
 */
export const negotiateLanguage = (acceptLanguage: string | null, otherwise: Language): Language => {
  const wanted = (acceptLanguage ?? '')
    .slice(0, longestHeader)
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().toLowerCase().split(';')
      const weight = parameters.map((each) => /^\s*q=([\d.]+)\s*$/.exec(each)?.[1]).find((each) => each !== undefined)
      return { language: tag.trim().split('-')[0] ?? '', weight: weight === undefined ? 1 : Number(weight) }
    })
    .filter(({ weight }) => weight > 0)
    .toSorted((a, b) => b.weight - a.weight)
  for (const { language } of wanted) {
    const known = languages.find((each) => each === language)
    if (known !== undefined) return known
    if (language === '*') return otherwise
  }
  return otherwise
}

// Real headers are far shorter; this bounds the work for those that are not.
const longestHeader = 500
