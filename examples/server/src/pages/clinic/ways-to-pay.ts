import { html } from 'hono/html'
import type { Money } from '@holdfast/core'
import { topUpLimits } from '../../clinic/clinic-kinds.ts'
import { formatMoney } from '../../language/format.ts'
import { buttonForm } from '../forms.ts'
import type { Html } from '../layout.ts'
import type { SignedIn, Visitor } from '../visitor.ts'

/** How something at the clinic is paid, as a form says it in its field `with`. */
export const waysToPay = ['card', 'wallet', 'top_up'] as const

/** One of {@link waysToPay}. */
export type WayToPay = (typeof waysToPay)[number]

/** Reads the way to pay that a form names; a form that names none pays by card. */
export const readWayToPay = (text: string | undefined): WayToPay => waysToPay.find((way) => way === text) ?? 'card'

/**
 * The choice between the card and the wallet. Where the wallet holds too little: the card for all of it, or for what is
 * missing. Each is a form that is sent to `action`.
 */
export const renderWaysToPay = (
  { t, language }: Visitor,
  signedIn: SignedIn,
  {
    amount,
    balance,
    action,
    fields = {},
  }: {
    readonly amount: Money
    readonly balance: Money
    readonly action: string
    readonly fields?: Readonly<Record<string, string>>
  },
): Html => {
  const shown = (sum: Money): string => formatMoney(language, sum)
  const button = (way: WayToPay, label: string, look: 'primary' | 'quiet'): Html =>
    buttonForm(signedIn, action, label, { look, fields: { ...fields, with: way } })
  const missing = missingFrom(balance, amount)
  return html`<ul class="ways">
<li><h3>${t.clinic.card}</h3>${button('card', t.clinic.payByCard(shown(amount)), 'primary')}</li>
<li><h3>${t.clinic.wallet}</h3>${
    missing === undefined
      ? html`<p class="soft">${t.clinic.inWallet(shown(balance))}</p>${button('wallet', t.clinic.payFromWallet(shown(amount)), 'quiet')}`
      : html`<p class="soft">${t.clinic.missing(shown(balance), shown({ ...amount, minorUnits: amount.minorUnits - balance.minorUnits }))}</p>
${button('top_up', t.clinic.topUpAndPay(shown(missing)), 'quiet')}<p class="soft">${t.clinic.topUpHint}</p>`
  }</li></ul>`
}

/** What would be paid in: what is missing, or the least that can be paid in at a time. Absent where there is enough. */
export const missingFrom = (balance: Money, amount: Money): Money | undefined => {
  const missing = amount.minorUnits - balance.minorUnits
  if (missing <= 0n) return undefined
  const least = topUpLimits[amount.currency]?.least ?? 0n
  return { ...amount, minorUnits: missing < least ? least : missing }
}
