import { html } from 'hono/html'
import type { AmountFault, ArticleId, Money } from '@holdfast/core'
import { formatMoment, formatMoney, formatNumber } from '../../language/format.ts'
import { encodeCart, mostOfOne, type ShopCart } from '../../shop/cart.ts'
import type { LineFault, PricedCart, PricedCoupon, PricedLine } from '../../shop/price-cart.ts'
import { hiddenFields, tokenField } from '../forms.ts'
import { illustration } from '../illustrations.ts'
import type { Html, Notice, Page } from '../layout.ts'
import type { Visitor } from '../visitor.ts'
import { renderCardChoice, type CardOffer } from './saved-cards.ts'
import { renderCurrencies } from './shop-page.ts'

/** What the page of a cart shows. */
export interface CartView {
  readonly cart: ShopCart
  readonly priced: PricedCart
  /** The line whose quantity was asked to be what it cannot be. */
  readonly badQuantity: ArticleId | undefined
  /** Why it has just been refused as it was. */
  readonly refused: string | undefined
  /** What it can be paid with beside a new card. */
  readonly cards: readonly CardOffer[]
}

/** A cart: what is in it and what it comes to, with what is wrong where it is wrong, and the way to pay. */
export const cartPage = (visitor: Visitor, view: CartView): Page => {
  const { t } = visitor
  const { cart, priced } = view
  return {
    title: t.shop.cart.title,
    section: 'cart',
    notice: noticeOf(visitor, view),
    content:
      priced.lines.length === 0
        ? html`<h1>${t.shop.cart.title}</h1><div class="card lone"><p>${t.shop.cart.empty}</p><p><a class="button primary" href="/shop">${t.shop.cart.browse}</a></p></div>`
        : html`<h1>${t.shop.cart.title}</h1>
<div class="stay-book cart"><div><ul class="cart-lines">${priced.lines.map((line) => renderLine(visitor, view, line))}</ul>
${renderCurrencies(visitor, cart.currency, '/cart')}</div>
<div class="card price">${renderCoupon(visitor, cart, priced.coupon)}${renderSums(visitor, priced)}${renderCheckOut(visitor, view)}</div></div>`,
  }
}

const noticeOf = ({ t }: Visitor, { priced, refused }: CartView): Notice | undefined => {
  if (refused === undefined || priced.lines.length === 0) return undefined
  const ofCard: Readonly<Record<string, string>> = {
    payment_method_not_found: t.shop.cards.gone,
    payment_method_expired: t.shop.cards.hasExpired,
    provider_unavailable: t.shop.cards.away,
  }
  return {
    tone: 'bad',
    text: ofCard[refused] ?? (priced.canBeOrdered ? t.shop.cart.wasRefused : t.shop.cart.notNow),
  }
}

const renderLine = (visitor: Visitor, { badQuantity }: CartView, line: PricedLine): Html => {
  const { t, language, signedIn } = visitor
  const { articleId, article, quantity, unitPrice, total, fault } = line
  const name = article?.name[language] ?? articleId
  const problem =
    badQuantity === articleId
      ? t.shop.cart.faults.quantity(formatNumber(language, mostOfOne))
      : fault === undefined
        ? undefined
        : faultText(visitor, fault)
  return html`<li class="card cart-line ${problem === undefined ? '' : 'wrong'}" id="${articleId}">${article === undefined ? html`<span></span>` : illustration(article.slug)}
<div class="cart-what"><h2>${article === undefined ? name : html`<a href="/shop/${article.slug}">${name}</a>`}</h2>
<p class="soft">${unitPrice === undefined ? '' : t.shop.cart.each(formatMoney(language, unitPrice))}</p>
${problem === undefined ? '' : html`<p class="bad-text" role="alert" id="${articleId}-wrong">${problem}</p>`}
<div class="row"><form method="post" action="/cart/change" class="quantity">${tokenField(signedIn)}<input type="hidden" name="article" value="${articleId}">
<input name="quantity" inputmode="numeric" autocomplete="off" size="3" maxlength="6" value="${formatNumber(language, quantity)}" aria-label="${t.shop.cart.quantityOf(name)}" ${problem === undefined ? '' : html`aria-invalid="true" aria-describedby="${articleId}-wrong"`}><button class="button quiet">${t.shop.cart.change}</button></form>
<form method="post" action="/cart/remove">${tokenField(signedIn)}<input type="hidden" name="article" value="${articleId}"><button class="link" aria-label="${t.shop.cart.removeOf(name)}">${t.shop.cart.remove}</button></form></div></div>
<strong class="cart-sum">${total === undefined ? '' : formatMoney(language, total)}</strong></li>`
}

const faultText = ({ t }: Visitor, fault: LineFault): string => {
  const { faults } = t.shop.cart
  switch (fault.code) {
    case 'article_unknown':
      return faults.gone
    case 'article_not_in_currency':
      return faults.notInCurrency
    case 'out_of_stock':
      if (fault.shelf.left > 0) return faults.short(fault.shelf.left)
      return fault.shelf.held > 0 ? faults.held : faults.soldOut
  }
}

const renderCoupon = (visitor: Visitor, { coupon }: ShopCart, priced: PricedCoupon | undefined): Html => {
  const { t, language, signedIn } = visitor
  const isWrong = priced?.type === 'refused'
  return html`<form method="post" action="/cart/coupon" id="coupon">${tokenField(signedIn)}<label class="field">${t.shop.cart.coupon}
<input name="coupon" autocomplete="off" autocapitalize="characters" spellcheck="false" dir="ltr" maxlength="40" value="${coupon}" ${isWrong ? html`aria-invalid="true" aria-describedby="coupon-wrong"` : ''}></label>
${
  priced === undefined
    ? html`<p class="soft">${t.shop.cart.couponHint}</p>`
    : priced.type === 'taken'
      ? html`<p class="good-text" role="status">${t.shop.cart.takesOff(priced.code, formatMoney(language, priced.takesOff))}</p>`
      : html`<p class="bad-text" role="alert" id="coupon-wrong">${couponFaultText(visitor, priced.refusal)}</p>`
}
<div class="row"><button class="button quiet">${t.shop.cart.useCoupon}</button>${
    coupon === ''
      ? ''
      : html`<button class="link" name="remove" value="1" formnovalidate>${t.shop.cart.removeCoupon}</button>`
  }</div></form>`
}

/** Why a coupon is not taken, for whoever typed it. */
const couponFaultText = (
  { t, language }: Visitor,
  refusal: Extract<PricedCoupon, { readonly type: 'refused' }>['refusal'],
): string => {
  const { couponFaults } = t.shop.cart
  switch (refusal.code) {
    case 'coupon_unknown':
    case 'coupon_not_held':
      return couponFaults.unknown
    case 'coupon_not_started':
      return couponFaults.notStarted(formatMoment(language, refusal.startsAt))
    case 'coupon_ended':
      return couponFaults.ended(formatMoment(language, refusal.endsAt))
    case 'coupon_not_for_currency':
      return couponFaults.currency
    case 'coupon_minimum_not_reached':
      return couponFaults.minimum(formatMoney(language, refusal.minimum))
    case 'coupon_used_up':
      return couponFaults.usedUp
    case 'coupon_used_by_you':
      return couponFaults.usedByYou
  }
}

const renderSums = (visitor: Visitor, { subtotal, coupon, total, sumFault }: PricedCart): Html => {
  const { t, language } = visitor
  const shown = (amount: Money): string => formatMoney(language, amount)
  return html`<dl class="sums"><div><dt>${t.shop.cart.subtotal}</dt><dd>${shown(subtotal)}</dd></div>
${coupon?.type === 'taken' ? html`<div><dt>${t.shop.cart.discount(coupon.code)}</dt><dd>−${shown(coupon.takesOff)}</dd></div>` : ''}
<div class="now"><dt>${t.shop.cart.total}</dt><dd>${shown(total)}</dd></div></dl>
${sumFault === undefined ? '' : html`<p class="bad-text" role="alert">${describeSumFault(visitor, sumFault)}</p>`}`
}

const describeSumFault = ({ t, words, language }: Visitor, fault: AmountFault): string => {
  const { faults } = t.shop.cart
  switch (fault.code) {
    case 'currency_not_taken':
      return faults.notInCurrency
    case 'amount_too_small':
      return faults.tooSmall(formatMoney(language, fault.least))
    case 'amount_too_large':
      return faults.tooLarge(formatMoney(language, fault.most))
    case 'amount_not_a_multiple':
      return words.payloadReasons.amount_not_a_multiple(fault)
  }
}

const renderCheckOut = (visitor: Visitor, { cart, priced, cards }: CartView): Html => {
  const { t, language, signedIn } = visitor
  const { canBeOrdered, total, isSent } = priced
  if (signedIn === undefined)
    return html`<p><a class="button primary" href="/sign-in?next=${encodeURIComponent('/cart')}">${t.shop.cart.signIn}</a></p>`
  if (signedIn.person.role === 'staff') return html`<p class="soft">${t.shop.staff}</p>`
  if (!canBeOrdered) return html`<p class="bad-text">${t.shop.cart.mend}</p>`
  const { address } = signedIn.person
  // The form carries what was on the page: what is ordered is what was read, whatever became of the cart in another window.
  return html`${
    isSent && address !== undefined
      ? html`<p><span class="soft">${t.shop.cart.goesTo}</span><br><bdi>${address}</bdi></p>`
      : html`<p class="soft">${t.shop.cart.nothingToSend}</p>`
  }
<p class="soft">${t.shop.cart.keeps}</p>
<form method="post" action="/cart/order">${hiddenFields(signedIn)}<input type="hidden" name="cart" value="${encodeCart(cart)}">${renderCardChoice(visitor, cards)}<button class="button primary">${t.shop.cart.checkOut(formatMoney(language, total))}</button></form>`
}
