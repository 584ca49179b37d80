import { english, type Texts } from './english.ts'
import { persian } from './persian.ts'
import { spanish } from './spanish.ts'

/** The languages that every page is written in. */
export const languages = ['en', 'es', 'fa'] as const

/** One of {@link languages}. */
export type Language = (typeof languages)[number]

/** Everything that is read on a page, in one language. */
export const textsIn: Readonly<Record<Language, Texts>> = { en: english, es: spanish, fa: persian }

/** Which way each language is written. */
export const directions: Readonly<Record<Language, 'ltr' | 'rtl'>> = { en: 'ltr', es: 'ltr', fa: 'rtl' }

/** Reads a language that was chosen or remembered: `undefined` for anything that is none of ours. */
export const parseLanguage = (text: string | undefined): Language | undefined =>
  languages.find((language) => language === text)

/**
 * The language to answer in: the one that was chosen before, else the first of the browser's wishes that there is, else
 * English.
 */
export const chooseLanguage = (chosen: string | undefined, acceptLanguage: string | undefined): Language =>
  parseLanguage(chosen) ?? wishes(acceptLanguage ?? '').find((wish) => wish !== undefined) ?? 'en'

/** The wishes of an Accept-Language header, dearest first. Those that nobody here speaks are `undefined`. */
const wishes = (header: string): readonly (Language | undefined)[] =>
  header
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().split(';')
      const quality = parameters.map((text) => /^\s*q=([\d.]+)\s*$/.exec(text)?.[1]).find((text) => text !== undefined)
      return { language: parseLanguage(tag.toLowerCase().split('-')[0]), weight: Number(quality ?? 1) }
    })
    .filter(({ weight }) => weight > 0)
    .sort((left, right) => right.weight - left.weight)
    .map(({ language }) => language)
