import { html } from 'hono/html'
import { instant, money, type Json, type TimelineEntry } from '@holdfast/core'
import { formatMoment, formatMoney } from '../language/format.ts'
import type { Html } from '../pages/layout.ts'
import type { Visitor } from '../pages/visitor.ts'

/** A payment's story, line by line: when, what kind of thing, what, by whom, and what is known of it. */
export const renderStory = (visitor: Visitor, currency: string, story: readonly TimelineEntry[]): Html =>
  html`<ol class="story">${story.map((entry) => renderEntry(visitor, currency, entry))}</ol>`

const renderEntry = (
  { t, language }: Visitor,
  currency: string,
  { at, type, name, about, actor, data }: TimelineEntry,
): Html => {
  const facts = factsIn(data).filter(([key, value]) => key !== 'at' || value !== at)
  return html`<li class="entry ${type}"><time datetime="${new Date(at).toISOString()}">${formatMoment(language, at)}</time>
<span class="entry-kind">${t.console.entry[type]}</span>
<div><p><strong>${name.replaceAll('_', ' ')}</strong> <span class="soft">${about.type} <code>${about.id.slice(0, 10)}…</code>${actor === undefined ? '' : html` · ${actor}`}</span></p>
${facts.length === 0 ? '' : html`<p class="facts">${facts.map(([key, value]) => html`<span><i>${key}</i> ${read(language, currency, key, value)}</span>`)}</p>`}</div></li>`
}

/** What is known, flat: a failure's code and detail are facts like any other. What is absent is none. */
const factsIn = (data: Readonly<Record<string, Json>>): readonly (readonly [string, Json])[] =>
  Object.entries(data).flatMap(([key, value]) =>
    value === undefined || value === null || value === ''
      ? []
      : typeof value === 'object' && !Array.isArray(value)
        ? factsIn(value as Readonly<Record<string, Json>>)
        : [[key, value] as const],
  )

/** Sums and moments in the reader's own way of writing; everything else as it is. */
const read = (language: Visitor['language'], currency: string, key: string, value: Json): string => {
  if (/minorUnits|refunded/.test(key) && (typeof value === 'bigint' || typeof value === 'number'))
    return formatMoney(language, money(value, currency))
  if (/(^at|At)$/.test(key) && typeof value === 'number') return formatMoment(language, instant(value))
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return String(value)
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? part.toString() : part))
}
