import { html } from 'hono/html'
import { instant, money, type Json } from '@holdfast/core'
import { formatChange, formatMoment, formatMoney } from '../language/format.ts'
import type { Language } from '../language/language.ts'
import type { Html } from '../pages/layout.ts'

/** Facts by name. What lies deeper is laid flat: a failure's code and detail are facts like any other. What is absent is none. */
export const renderFacts = (
  language: Language,
  data: Readonly<Record<string, Json>>,
  {
    currency,
    except = () => false,
  }: { readonly currency: string; readonly except?: (key: string, value: Json) => boolean },
): Html | string => {
  const facts = flat(data).filter(([key, value]) => !except(key, value))
  return facts.length === 0
    ? ''
    : html`<p class="facts">${facts.map(([key, value]) => html`<span><i>${key}</i> ${read(language, currency, key, value)}</span>`)}</p>`
}

const flat = (data: Readonly<Record<string, Json>>): readonly (readonly [string, Json])[] =>
  Object.entries(data).flatMap(([key, value]) =>
    value === undefined || value === null || value === ''
      ? []
      : typeof value === 'object' && !Array.isArray(value)
        ? flat(value as Readonly<Record<string, Json>>)
        : [[key, value] as const],
  )

/** Sums and moments in the reader's own way of writing; everything else as it is. */
const read = (language: Language, currency: string, key: string, value: Json): string => {
  if (/minorUnits|refunded|missing/.test(key) && (typeof value === 'bigint' || typeof value === 'number'))
    // What goes out of a wallet is negative in its facts.
    return value < 0
      ? formatChange(language, BigInt(value), money(0, currency))
      : formatMoney(language, money(value, currency))
  if (/(^at|At)$/.test(key) && typeof value === 'number') return formatMoment(language, instant(value))
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return String(value)
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? part.toString() : part))
}
