import { html } from 'hono/html'
import type { Doctor } from '../clinic/doctors.ts'
import { formatMoment, formatMoney } from '../language/format.ts'
import type { SentMessage } from '../messages/guest-book.ts'
import type { Html, Page } from './layout.ts'
import type { Visitor } from './visitor.ts'

/** What a message is about. The name of a stay is empty where it is not known. */
export type MessageAbout =
  | { readonly type: 'stay'; readonly name: string }
  /** `hasTime`: an appointment; else a consultation, which is at no time. */
  | { readonly type: 'visit'; readonly doctor: Doctor; readonly hasTime: boolean }
  | { readonly type: 'order'; readonly id: string }
  | { readonly type: 'wallet' }

/** A message, with what has become of it since. */
export interface ShownMessage extends SentMessage {
  readonly about: MessageAbout
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

const body = ({ t, language }: Visitor, { message, about, link }: ShownMessage): Html => {
  const sum = 'amount' in message ? formatMoney(language, message.amount) : ''
  switch (message.template) {
    case 'confirmed':
      switch (about.type) {
        case 'stay':
          return html`<h2>${t.messages.confirmedTitle}</h2><p>${t.messages.confirmed(about.name, sum)}</p>
<p><a href="/bookings/${message.record.id}">${t.messages.seeBooking}</a></p>`
        case 'visit':
          return html`<h2>${t.messages.visitTitle}</h2><p>${t.messages.visit(about.doctor.name[language], sum)}</p>
<p><a href="/appointments">${t.messages.seeVisits}</a></p>`
        case 'order':
          return html`<h2>${t.shop.messages.confirmedTitle}</h2><p>${t.shop.messages.confirmed(sum)}</p>${orderLink(t, about.id)}`
        case 'wallet':
          return html`<h2>${t.messages.topUpTitle}</h2><p>${t.messages.topUp(sum)}</p>
<p><a href="/wallet">${t.messages.seeWallet}</a></p>`
      }
    case 'payment_link':
      return html`<h2>${t.messages.linkTitle}</h2><p>${t.messages.link(nameOf(about, language), sum)}</p>
<p>${
        link === 'open'
          ? html`<a class="button primary" href="${message.url}">${t.messages.linkText} · ${sum}</a>`
          : html`<a href="/bookings/${message.subject.id}">${t.messages.linkSince[link]}</a>`
      }</p>`
    case 'refunded_unavailable':
      if (about.type === 'order')
        return html`<h2>${t.shop.messages.goneTitle}</h2><p>${t.shop.messages.gone} ${message.destination === 'wallet' ? t.messages.toWallet(sum) : t.messages.toCard(sum)}</p>${orderLink(t, about.id)}`
      if (message.reason !== 'slot_taken')
        return html`<h2>${t.clinic.outcome.keptTitle}</h2><p>${t.clinic.outcome.gone} ${message.destination === 'wallet' ? t.messages.toWallet(sum) : t.messages.toCard(sum)}</p>${about.type === 'visit' && !about.hasTime ? '' : othersLink(t, message.paymentId)}`
      return about.type === 'stay'
        ? html`<h2>${t.messages.goneTitle}</h2><p>${t.messages.gone(about.name, sum)}</p>${othersLink(t, message.paymentId)}`
        : html`<h2>${t.messages.goneTitle}</h2><p>${t.messages.goneVisit(nameOf(about, language))} ${message.destination === 'wallet' ? t.messages.toWallet(sum) : t.messages.toCard(sum)}</p>${othersLink(t, message.paymentId)}`
    case 'refunded_surplus':
      return html`<h2>${t.messages.surplusTitle}</h2><p>${message.destination === 'wallet' ? t.messages.surplusToWallet(sum) : t.messages.surplus(sum)}</p>`
    case 'cancelled':
      return html`<h2>${t.messages.cancelledTitle}</h2><p>${about.type === 'order' ? t.shop.messages.cancelled : t.messages.cancelled(nameOf(about, language))}
${message.refunds.length === 0 ? t.messages.nothingBack : message.refunds.map(({ amount, destination }) => html`${t.messages[destination === 'wallet' ? 'backToWallet' : 'backToCard'](formatMoney(language, amount))} `)}</p>
${about.type === 'order' ? orderLink(t, about.id) : ''}`
    case 'kept_in_wallet':
      return html`<h2>${t.messages.keptTitle}</h2><p>${t.messages.kept(nameOf(about, language))}</p>
${about.type === 'visit' && about.hasTime ? othersLink(t, message.topUpId) : ''}<p><a href="/wallet">${t.messages.seeWallet}</a></p>`
  }
}

/** The outcome of a payment for something that was lost offers what is free instead. */
const othersLink = (t: Visitor['t'], paymentId: string): Html =>
  html`<p><a href="/payment/success?payment_id=${paymentId}">${t.messages.seeOthers}</a></p>`

const orderLink = (t: Visitor['t'], id: string): Html => html`<p><a href="/orders/${id}">${t.shop.outcome.see}</a></p>`

const nameOf = (about: MessageAbout, language: Visitor['language']): string => {
  switch (about.type) {
    case 'stay':
      return about.name
    case 'visit':
      return about.doctor.name[language]
    case 'order':
    case 'wallet':
      return ''
  }
}
