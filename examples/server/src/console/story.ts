import { html } from 'hono/html'
import { isoTime, type TimelineEntry } from '@holdfast/core'
import { formatExactly } from '../language/format.ts'
import type { Html } from '../pages/layout.ts'
import type { Visitor } from '../pages/visitor.ts'
import { shortId } from './console-frame.ts'
import { renderFacts } from './facts.ts'

/** A payment's story, line by line: when, what kind of thing, what, by whom, and what is known of it. */
export const renderStory = (visitor: Visitor, currency: string, story: readonly TimelineEntry[]): Html =>
  html`<ol class="story">${story.map((entry) => renderEntry(visitor, currency, entry))}</ol>`

const renderEntry = (
  visitor: Visitor,
  currency: string,
  { at, type, name, about, actor, data }: TimelineEntry,
): Html => {
  const { t, language } = visitor
  // The provider's names are its own: they are what somebody looks for in its dashboard.
  const title = type === 'event' ? name : name.replaceAll('_', ' ')
  return html`<li class="entry ${type}"><time datetime="${isoTime(at)}" title="${isoTime(at)}">${formatExactly(language, at)}</time>
<span class="entry-kind">${t.console.entry[type]}</span>
<div><p><strong>${title}</strong> <span class="soft">${about.type} ${cutId(about)}${actor === undefined ? '' : html` · ${actor}`}</span></p>
${renderFacts(visitor, data, { currency, except: (key, value) => key === 'at' && value === at })}</div></li>`
}

/** What an entry is about: its whole id for whoever points at it or copies it, and the way to it where it has a page. */
const cutId = ({ type, id }: TimelineEntry['about']): Html => {
  const page = pages[type]
  return page === undefined ? shortId(id) : html`<a href="${page}/${id}">${shortId(id)}</a>`
}

const pages: Readonly<Record<string, string>> = { payment: '/console/payments', order: '/console/orders' }
