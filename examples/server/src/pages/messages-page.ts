import { html } from 'hono/html'
import { formatMoment, formatMoney } from '../language/format.ts'
import type { SentMessage } from '../messages/guest-book.ts'
import type { Html, Page } from './layout.ts'
import type { Visitor } from './visitor.ts'

/** A message, with what has become of it since. */
export interface ShownMessage extends SentMessage {
  /** The name of the stay that it is about; empty where that is not known. */
  readonly stay: string
  /** How it stands with the payment page that it names, if it names one. */
  readonly link: 'open' | 'paid' | 'cancelled' | 'over'
}

/** What a guest has been told. A message about money that is owed has one link: the page to pay it on. */
export const messagesPage = (visitor: Visitor, messages: readonly ShownMessage[]): Page => {
  const { t } = visitor
  return {
    title: t.messages.title,
    section: 'messages',
    content: html`<h1>${t.messages.title}</h1>
${messages.length === 0 ? html`<div class="card lone"><p>${t.messages.none}</p></div>` : ''}
<ul class="messages">${messages.map((each) => html`<li class="card message"><p class="soft">${formatMoment(visitor.language, each.sentAt)}</p>${body(visitor, each)}</li>`)}</ul>`,
  }
}

const body = ({ t, language }: Visitor, { message, stay, link }: ShownMessage): Html => {
  const sum = formatMoney(language, message.amount)
  switch (message.template) {
    case 'confirmed':
      return html`<h2>${t.messages.confirmedTitle}</h2><p>${t.messages.confirmed(stay, sum)}</p>
<p><a href="/bookings/${message.record.id}">${t.messages.seeBooking}</a></p>`
    case 'payment_link':
      return html`<h2>${t.messages.linkTitle}</h2><p>${t.messages.link(stay, sum)}</p>
<p>${
        link === 'open'
          ? html`<a class="button primary" href="${message.url}">${t.messages.linkText} · ${sum}</a>`
          : html`<a href="/bookings/${message.subject.id}">${t.messages.linkSince[link]}</a>`
      }</p>`
    case 'refunded_unavailable':
      return html`<h2>${t.messages.goneTitle}</h2><p>${t.messages.gone(stay, sum)}</p>`
    case 'refunded_surplus':
      return html`<h2>${t.messages.surplusTitle}</h2><p>${t.messages.surplus(sum)}</p>`
  }
}
