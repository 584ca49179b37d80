import { html } from 'hono/html'
import type { TimelineEntry } from '@holdfast/core'
import { formatMoment } from '../language/format.ts'
import type { Html } from '../pages/layout.ts'
import type { Visitor } from '../pages/visitor.ts'
import { renderFacts } from './facts.ts'

/** A payment's story, line by line: when, what kind of thing, what, by whom, and what is known of it. */
export const renderStory = (visitor: Visitor, currency: string, story: readonly TimelineEntry[]): Html =>
  html`<ol class="story">${story.map((entry) => renderEntry(visitor, currency, entry))}</ol>`

const renderEntry = (
  { t, language }: Visitor,
  currency: string,
  { at, type, name, about, actor, data }: TimelineEntry,
): Html => {
  // The provider's names are its own: they are what somebody looks for in its dashboard.
  const title = type === 'event' ? name : name.replaceAll('_', ' ')
  return html`<li class="entry ${type}"><time datetime="${new Date(at).toISOString()}">${formatMoment(language, at)}</time>
<span class="entry-kind">${t.console.entry[type]}</span>
<div><p><strong>${title}</strong> <span class="soft">${about.type} <code>${about.id.slice(0, 10)}…</code>${actor === undefined ? '' : html` · ${actor}`}</span></p>
${renderFacts(language, data, { currency, except: (key, value) => key === 'at' && value === at })}</div></li>`
}
