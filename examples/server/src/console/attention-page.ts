import { html } from 'hono/html'
import type { Attention } from '@holdfast/core'
import { formatExactly } from '../language/format.ts'
import { buttonForm } from '../pages/forms.ts'
import type { Html, Notice, Page } from '../pages/layout.ts'
import type { SignedIn, Visitor } from '../pages/visitor.ts'
import { consolePage } from './console-frame.ts'
import { renderFacts } from './facts.ts'

/** What only a human can settle: what happened, and what to do about it. */
export const attentionPage = (
  visitor: Visitor,
  signedIn: SignedIn,
  items: readonly Attention[],
  notice: Notice | undefined,
): Page => {
  const { t } = visitor
  return consolePage(visitor, {
    part: 'attention',
    title: t.console.attention,
    notice,
    content: html`${items.length === 0 ? html`<p class="soft">${t.console.none}</p>` : ''}
<ul class="messages">${items.map((item) => renderItem(visitor, signedIn, item))}</ul>`,
  })
}

const renderItem = (visitor: Visitor, signedIn: SignedIn, { id, code, paymentId, at, data }: Attention): Html => {
  const { t, words, language } = visitor
  return html`<li class="card message">
<p class="soft">${formatExactly(language, at)}</p><h2>${code.replaceAll('_', ' ')}</h2><p>${words.attention[code]}</p>
${renderFacts(visitor, data, { currency: 'MXN' })}
<div class="row">${paymentId === undefined ? '' : html`<a class="button quiet" href="/console/payments/${paymentId}">${t.console.columns.payment}</a>`}
${buttonForm(signedIn, '/console/attention/resolve', t.console.resolve, { fields: { id } })}</div></li>`
}
