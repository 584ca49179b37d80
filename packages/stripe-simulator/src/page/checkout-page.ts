import { html } from 'hono/html'
import type Stripe from 'stripe'
import type { CheckoutPlan } from '../engine/tables.ts'
import { decimalsOf } from '../resources/currencies.ts'
import { testCards, type TestCard } from '../resources/test-cards.ts'
import { renderPage, type Html } from './layout.ts'
import { titleOf } from './test-card-titles.ts'
import { texts, type Language } from './texts.ts'

/** What the payer typed, to be shown again after a refusal. */
export interface CardFields {
  readonly number: string
  readonly expiry: string
  readonly cvc: string
  readonly name: string
  readonly email: string
}

/** What a checkout page shows. */
export interface CheckoutView {
  readonly session: Stripe.Checkout.Session
  readonly plan: CheckoutPlan
  /** What is said about the product of a line item, beyond its name. */
  readonly describe: (item: Stripe.LineItem) => string | null
  readonly language: Language
  readonly fields: CardFields
  /** Why the last try failed, in the payer's language. */
  readonly problem: string | null
  readonly offersBank: boolean
}

/** A card filled in, for somebody who chose one of the test cards. */
export const fieldsOf = (card: TestCard | undefined): CardFields => ({
  number: card === undefined ? '' : spaced(card.number),
  expiry: card === undefined ? '' : '12/34',
  cvc: card === undefined ? '' : card.brand === 'amex' ? '1234' : '123',
  name: card === undefined ? '' : 'Test Payer',
  email: '',
})

/** The page on which an open session is paid. */
export const renderCheckout = (view: CheckoutView): Promise<string> => {
  const { session, language } = view
  const t = texts[language]
  return renderPage({
    language,
    title: session.mode === 'setup' ? t.setupTitle : t.pay,
    banner: t.testMode,
    content: html`${summary(view)}${payment(view)}`,
  })
}

/** A page of one heading and one sentence, with a way on where there is one. */
export const renderNotice = (notice: {
  readonly language: Language
  readonly title: string
  readonly hint: string
  readonly link: { readonly href: string; readonly label: string } | null
}): Promise<string> =>
  renderPage({
    language: notice.language,
    title: notice.title,
    banner: texts[notice.language].testMode,
    content: html`<section class="single"><h1>${notice.title}</h1><p class="soft">${notice.hint}</p>${
      notice.link === null ? '' : html`<a class="button" href="${notice.link.href}">${notice.link.label}</a>`
    }</section>`,
  })

/** The page that stands in for the card's bank. */
export const renderChallenge = (challenge: {
  readonly language: Language
  readonly action: string
  readonly amount: string
}): Promise<string> => {
  const t = texts[challenge.language]
  return renderPage({
    language: challenge.language,
    title: t.challengeTitle,
    banner: t.testMode,
    content: html`<section class="single"><h1>${t.challengeTitle}</h1>
<p class="amount">${challenge.amount}</p><p class="soft">${t.challengeHint}</p>
<form class="stack" method="post" action="${challenge.action}">
<button name="outcome" value="succeeded">${t.complete}</button>
<button class="quiet" name="outcome" value="failed">${t.fail}</button>
</form></section>`,
  })
}

/** An amount as it is written in `locale`. */
export const formatMoney = (amount: number | null, currency: string | null, locale: string): string =>
  amount === null || currency === null
    ? ''
    : new Intl.NumberFormat(locale, { style: 'currency', currency: currency.toUpperCase() }).format(
        amount / 10 ** decimalsOf(currency),
      )

/** How numbers are written on a session's page: as in its own locale, where the page speaks that language. */
export const numberLocale = ({ locale }: Stripe.Checkout.Session, language: Language): string =>
  locale?.startsWith(language) ? locale : language

const summary = ({ session, plan, describe, language }: CheckoutView): Html => {
  const t = texts[language]
  const locale = numberLocale(session, language)
  const total = formatMoney(session.amount_total, session.currency, locale)
  return html`<section>
<h1>${session.mode === 'setup' ? t.setupTitle : t.total}</h1>
${session.mode === 'setup' ? '' : html`<p class="amount">${total}</p>`}
<ul class="items">${plan.lineItems.map(
    (item) =>
      html`<li><div><div>${item.description ?? ''}</div>${
        describe(item) === null ? '' : html`<p class="soft">${describe(item)}</p>`
      }${
        (item.quantity ?? 1) > 1 ? html`<p class="soft">${t.quantity}: ${String(item.quantity)}</p>` : ''
      }</div><div>${formatMoney(item.amount_total, item.currency, locale)}</div></li>`,
  )}
${session.mode === 'setup' ? '' : html`<li class="sum"><span>${t.total}</span><span>${total}</span></li>`}</ul>
${session.cancel_url === null ? '' : html`<p><a href="${session.cancel_url}">← ${t.back}</a></p>`}
</section>`
}

const payment = (view: CheckoutView): Html => {
  const { session, language, fields, problem, offersBank } = view
  const t = texts[language]
  const action = `/c/pay/${session.id}`
  const label =
    session.mode === 'setup'
      ? t.save
      : `${t.pay} ${formatMoney(session.amount_total, session.currency, numberLocale(session, language))}`
  const expected = html`<input type="hidden" name="expected_amount" value="${String(session.amount_total ?? 0)}">`
  return html`<section id="payment">
${problem === null ? '' : html`<p class="alert" role="alert">${problem}</p>`}
<form method="post" action="${action}">
<fieldset><legend>${t.card}</legend>
${session.customer_email === null ? field('email', t.email, fields.email, 'email', 'email') : ''}
${field('number', t.number, fields.number, 'cc-number')}
<div class="pair">
${field('expiry', t.expiry, fields.expiry, 'cc-exp')}
${field('cvc', t.cvc, fields.cvc, 'cc-csc')}</div>
${field('name', t.name, fields.name, 'cc-name', 'text')}
${expected}
<button name="method" value="card">${label}</button>
</fieldset></form>
<details ${problem === null && fields.number === '' ? 'open' : ''}><summary>${t.testCards}</summary>
<p class="soft">${t.testCardsHint}</p>
<ul class="cards">${testCards.map((card) => testCardLink(card, action, language))}</ul></details>
${
  offersBank
    ? html`<details><summary>${t.bank}</summary><p class="soft">${t.bankHint}</p>
<form method="post" action="${action}"><fieldset>
<label class="choice"><input type="radio" name="bank" value="succeeded" checked>${t.bankSucceeds}</label>
<label class="choice"><input type="radio" name="bank" value="failed">${t.bankFails}</label>
${expected}
<button class="quiet" name="method" value="bank">${label}</button>
</fieldset></form></details>`
    : ''
}
</section>`
}

const field = (
  name: string,
  label: string,
  value: string,
  autocomplete: string,
  type: 'text' | 'email' | 'numeric' = 'numeric',
): Html =>
  html`<label>${label}
<input type="${type === 'numeric' ? 'text' : type}" ${type === 'numeric' ? 'inputmode=numeric' : ''}
 name="${name}" value="${value}" autocomplete="${autocomplete}"></label>`

const testCardLink = (card: TestCard, action: string, language: Language): Html =>
  html`<li><a href="${action}?card=${card.number}#payment">
<span>${titleOf(card, language)}</span> <code>${spaced(card.number)}</code></a></li>`

const spaced = (number: string): string => number.replaceAll(/(\d{4})(?=\d)/g, '$1 ')
