import { html } from 'hono/html'
import { instant, money, type Json } from '@holdfast/core'
import { formatChange, formatExactly, formatMoney } from '../language/format.ts'
import type { Html } from '../pages/layout.ts'
import type { Visitor } from '../pages/visitor.ts'

/** Facts by name. What lies deeper is laid flat: a failure's code and detail are facts like any other. What is absent is none. */
export const renderFacts = (
  visitor: Visitor,
  data: Readonly<Record<string, Json>>,
  {
    currency,
    except = () => false,
  }: { readonly currency: string; readonly except?: (key: string, value: Json) => boolean },
): Html | string => {
  const facts = flat(data, currency).filter(({ key, value }) => !except(key, value))
  return facts.length === 0
    ? ''
    : html`<p class="facts">${facts.map((fact) => html`<span><i>${nameOf(visitor, fact.key)}</i> ${read(visitor, fact)}</span>`)}</p>`
}

/** What is known of one thing. `currency` is that of a sum. */
interface Fact {
  readonly key: string
  readonly value: Json
  readonly currency: string
}

const flat = (data: Readonly<Record<string, Json>>, currency: string): readonly Fact[] =>
  Object.entries(data).flatMap(([key, value]): readonly Fact[] => {
    if (value === undefined || value === null || value === '') return []
    if (typeof value !== 'object' || Array.isArray(value)) return [{ key, value, currency }]
    const part = value as Readonly<Record<string, Json>>
    const { minorUnits, currency: own } = part
    return typeof minorUnits === 'bigint' && typeof own === 'string'
      ? [{ key, value: minorUnits, currency: own }]
      : flat(part, currency)
  })

/** What a fact is called: in words where it has some, else in those that its name is made of. */
const nameOf = ({ t }: Visitor, key: string): string => {
  const names: Readonly<Record<string, string>> = t.console.facts
  return (
    names[key] ??
    key
      .replaceAll(/([a-z])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`)
      .replaceAll('_', ' ')
  )
}

/** Sums and moments in the reader's own way of writing; everything else as it is. */
const read = ({ language }: Visitor, { key, value, currency }: Fact): string => {
  if (typeof value === 'bigint' || (/minorUnits|refunded|missing/.test(key) && typeof value === 'number'))
    // What goes out of a wallet is negative in its facts.
    return value < 0
      ? formatChange(language, BigInt(value), money(0, currency))
      : formatMoney(language, money(value, currency))
  if (/(^at|At)$/.test(key) && typeof value === 'number') return formatExactly(language, instant(value))
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value)
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? part.toString() : part))
}
