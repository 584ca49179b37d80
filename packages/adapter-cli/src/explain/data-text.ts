import { instant, isoTime, money, type Json } from '@holdfast/core'
import { moneyText } from '../payments/standing.ts'

/** What is known beside an entry of a story, in one line: `expires at 2026-11-20T10:00:00.000Z, provider id cs_1`. */
export const dataText = (
  data: Readonly<Record<string, Json>>,
  {
    currency,
    at,
    said = {},
  }: {
    readonly currency: string
    /** The entry's own moment, which is not said twice. */
    readonly at: number
    /** What was said just before, which is not said twice either. */
    readonly said?: Readonly<Record<string, Json>>
  },
): string =>
  flat(data)
    .filter(([name, value]) => !(name === 'at' && value === at) && name !== 'url' && said[name] !== value)
    .map(([name, value]) => `${wordsOf(name)} ${valueText(name, value, currency)}`)
    .join(', ')

type Named = readonly [name: string, value: Json]

const flat = (data: Readonly<Record<string, Json>>, before = ''): readonly Named[] =>
  Object.entries(data).flatMap(([name, value]): readonly Named[] => {
    if (value === undefined || value === null || value === '') return []
    if (Array.isArray(value)) return value.length === 0 ? [] : [[before + name, value]]
    if (typeof value !== 'object') return [[before + name, value]]
    const part = value as Readonly<Record<string, Json>>
    return isMoney(part) ? [[before + name, part]] : flat(part, `${before}${name} `)
  })

const isMoney = (part: Json): part is { readonly minorUnits: bigint; readonly currency: string } =>
  typeof part === 'object' &&
  part !== null &&
  'minorUnits' in part &&
  typeof part.minorUnits === 'bigint' &&
  'currency' in part &&
  typeof part.currency === 'string'

const valueText = (name: string, value: Json, currency: string): string => {
  if (typeof value === 'bigint') return signedText(value, currency)
  if (/(^| )at$|[a-z]At$/.test(name) && typeof value === 'number' && Number.isSafeInteger(value))
    return isoTime(instant(value))
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value)
  return isMoney(value) ? signedText(value.minorUnits, value.currency) : jsonText(value)
}

// What leaves a wallet is below zero.
const signedText = (minorUnits: bigint, currency: string): string =>
  minorUnits < 0n ? `-${moneyText(money(-minorUnits, currency))}` : moneyText(money(minorUnits, currency))

const jsonText = (value: Json): string =>
  JSON.stringify(value, (_name, part: unknown) => (typeof part === 'bigint' ? part.toString() : part))

/** `expiresAt` → `expires at` */
const wordsOf = (name: string): string =>
  name
    .replace(/^minorUnits$/, 'amount')
    .replaceAll(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`)
    .replaceAll('_', ' ')

/** What is kept, as JSON that any reader takes: amounts too large for a number become text. */
export const plainJson = (value: Json): unknown => {
  if (typeof value === 'bigint') return value.toString()
  if (Array.isArray(value)) return value.map(plainJson)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value as Readonly<Record<string, Json>>).map(([name, part]) => [name, plainJson(part)]),
  )
}
