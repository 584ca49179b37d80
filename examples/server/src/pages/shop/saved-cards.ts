import { html } from 'hono/html'
import { hour, parseId, type PaymentMethod } from '@holdfast/core'
import { formatExpiry } from '../../language/format.ts'
import type { Desk } from '../desk.ts'
import type { Fields } from '../forms.ts'
import type { Html } from '../layout.ts'
import type { SignedIn, Visitor } from '../visitor.ts'

/** A card that somebody has let Stripe keep, as they are offered it. */
export interface CardOffer extends PaymentMethod {
  /** Shown, so that nobody looks for it, but not to be chosen. */
  readonly isExpired: boolean
}

/** The saved cards of whoever is signed in. While Stripe does not tell them, there is only the new card. */
export const readCardOffers = async (
  { holdfast, clock }: Pick<Desk, 'holdfast' | 'clock'>,
  signedIn: SignedIn | undefined,
): Promise<readonly CardOffer[]> => {
  if (signedIn?.actor.type !== 'owner') return []
  const listed = await holdfast.listPaymentMethods({ actor: signedIn.actor })
  const now = clock.now()
  return listed.ok ? listed.value.map((card) => ({ ...card, isExpired: endOf(card) <= now })) : []
}

/** The card that a form names in its field `card`. Absent: a new one. */
export const chosenCard = ({ card = '' }: Fields): string | undefined => parseId<'payment_method'>(card)

/** The choice between a new card and the saved ones, for the form of an order; nothing where there are none. */
export const renderCardChoice = ({ t, language }: Visitor, offers: readonly CardOffer[]): Html | string =>
  offers.length === 0
    ? ''
    : html`<fieldset class="cards"><legend>${t.shop.cards.legend}</legend>
<label class="card-choice"><input type="radio" name="card" value="" checked><span>${t.shop.cards.new}</span></label>
${offers.map(({ id, brand, last4, expiryMonth, expiryYear, isExpired }) => {
  const expiry = formatExpiry(language, expiryYear, expiryMonth)
  return html`<label class="card-choice ${isExpired ? 'expired' : ''}"><input type="radio" name="card" value="${id}" ${isExpired ? html`disabled` : ''}><span><bdi dir="ltr">${nameOf(brand)} •••• ${last4}</bdi>
<span class="soft">${isExpired ? t.shop.cards.expired(expiry) : t.shop.cards.goodUntil(expiry)}</span></span></label>`
})}<p class="soft">${t.shop.cards.atOnce}</p></fieldset>`

/** A card is good until its month has ended everywhere on earth, which it does last twelve hours behind UTC. */
const endOf = ({ expiryYear, expiryMonth }: PaymentMethod): number => Date.UTC(expiryYear, expiryMonth) + 12 * hour

const nameOf = (brand: string): string => brandNames[brand] ?? brand.slice(0, 1).toUpperCase() + brand.slice(1)

const brandNames: Readonly<Record<string, string>> = {
  amex: 'American Express',
  diners: 'Diners Club',
  jcb: 'JCB',
  unionpay: 'UnionPay',
}
