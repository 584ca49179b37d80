import { html } from 'hono/html'
import { decimalString, type Money, type PendingIntent, type WalletEntry } from '@holdfast/core'
import { clinicCurrency, topUpChoices, topUpLimits } from '../../clinic/clinic-kinds.ts'
import { formatChange, formatMoment, formatMoney } from '../../language/format.ts'
import { buttonForm, hiddenFields } from '../forms.ts'
import { arrow, type Html, type Notice, type Page } from '../layout.ts'
import type { SignedIn, Visitor } from '../visitor.ts'

/** An entry of the statement, with what it paid for. */
export interface ListedEntry {
  readonly entry: WalletEntry
  readonly about: string
}

/** What the page of the wallet shows. */
export interface WalletView {
  readonly balance: Money
  /** Newest first. */
  readonly entries: readonly ListedEntry[]
  readonly unpaid: readonly PendingIntent[]
  /** The position before which older entries are found, if there are any. */
  readonly olderThan: number | undefined
  readonly isNewest: boolean
  readonly notice: Notice | undefined
  /** What was typed as an amount and will not do, and why. */
  readonly wrong: { readonly typed: string; readonly why: string } | undefined
}

/** The smallest and the largest sum that can be paid in at a time. */
export const shownLimits = (language: Visitor['language']): readonly [least: string, most: string] => {
  const { least, most } = topUpLimits[clinicCurrency] ?? { least: 0n, most: 0n }
  const shown = (minorUnits: bigint): string => formatMoney(language, { minorUnits, currency: clinicCurrency })
  return [shown(least), shown(most)]
}

/** What is in somebody's wallet, how to put more in, and every movement of it. */
export const walletPage = (visitor: Visitor, signedIn: SignedIn, view: WalletView): Page => {
  const { t, language } = visitor
  return {
    title: t.clinic.money.title,
    section: 'wallet',
    notice: view.notice,
    content: html`<h1>${t.clinic.money.title}</h1>
<div class="columns wallet"><div><section class="card holds"><p class="soft">${t.clinic.money.holds}</p><p class="sum">${formatMoney(language, view.balance)}</p></section>
${view.unpaid.map((intent) => renderUnpaid(visitor, signedIn, intent))}
<section class="card"><h2>${t.clinic.money.topUp}</h2><p class="soft">${t.clinic.money.topUpHint}</p>${renderTopUp(visitor, signedIn, view)}</section></div>
<section class="card"><h2>${t.clinic.money.statement}</h2>${renderStatement(visitor, view)}</section></div>`,
  }
}

const renderUnpaid = ({ t, language }: Visitor, signedIn: SignedIn, { quote, paymentId }: PendingIntent): Html =>
  html`<section class="card unpaid"><p>${t.clinic.money.waiting(formatMoney(language, quote.amount))}</p><div class="row">
${buttonForm(signedIn, `/payments/${paymentId}/pay`, t.bookings.goOn)}
${buttonForm(signedIn, `/payments/${paymentId}/abandon`, t.outcome.abandon, { look: 'quiet' })}</div></section>`

const renderTopUp = ({ t, language }: Visitor, signedIn: SignedIn, { wrong }: WalletView): Html => {
  const [least, most] = shownLimits(language)
  return html`<div class="row amounts">${topUpChoices.map((minorUnits) => {
    const amount = { minorUnits, currency: clinicCurrency }
    return buttonForm(signedIn, '/wallet/top-up', t.clinic.money.topUpBy(formatMoney(language, amount)), {
      look: 'quiet',
      fields: { amount: decimalString(amount) },
    })
  })}</div>
<form method="post" action="/wallet/top-up">${hiddenFields(signedIn)}<label class="field">${t.clinic.money.other(clinicCurrency)}
<input id="amount" name="amount" inputmode="decimal" autocomplete="off" dir="ltr" maxlength="40" required ${wrong === undefined ? '' : html`value="${wrong.typed}" aria-invalid="true" aria-describedby="amount-wrong"`}></label>
${wrong === undefined ? '' : html`<p class="bad-text" id="amount-wrong" role="alert">${wrong.why}</p>`}<p class="soft">${t.clinic.money.limits(least, most)}</p>
<button class="button primary">${t.clinic.money.topUp}</button></form>`
}

const renderStatement = (visitor: Visitor, { entries, olderThan, isNewest }: WalletView): Html => {
  const { t } = visitor
  if (entries.length === 0) return html`<p class="soft">${t.clinic.money.empty}</p>`
  return html`<ol class="statement">${entries.map((each) => renderEntry(visitor, each))}</ol>
${isNewest && olderThan === undefined ? '' : renderPager(visitor, olderThan, isNewest)}`
}

const renderPager = ({ t }: Visitor, olderThan: number | undefined, isNewest: boolean): Html =>
  html`<p class="pager">${isNewest ? '' : html`<a href="/wallet">${t.clinic.money.newest}</a>`}
${olderThan === undefined ? '' : html`<a href="/wallet?before=${olderThan}">${t.clinic.money.older} ${arrow('on')}</a>`}</p>`

const renderEntry = ({ t, words, language }: Visitor, { entry, about }: ListedEntry): Html => {
  const { type, change, balance, currency, at } = entry
  return html`<li><div><strong>${words.walletEntry[type]}</strong>${about === '' ? '' : html` · ${about}`}<br><span class="soft">${formatMoment(language, at)}</span></div>
<div class="${change < 0n ? 'out' : 'in'}"><strong>${formatChange(language, change, { currency })}</strong><br><span class="soft">${t.clinic.money.balance} ${formatMoney(language, { minorUnits: balance, currency })}</span></div></li>`
}
