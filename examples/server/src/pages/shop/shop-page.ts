import { html } from 'hono/html'
import type { Currency } from '@holdfast/core'
import { formatMoney } from '../../language/format.ts'
import { articleIdOf, priceIn, shopCurrencies, type ShopArticle } from '../../shop/articles.ts'
import { quantityIn, type ShopCart } from '../../shop/cart.ts'
import type { OnShelf } from '../../shop/price-cart.ts'
import { tokenField } from '../forms.ts'
import { illustration } from '../illustrations.ts'
import type { Html, Notice, Page } from '../layout.ts'
import type { Visitor } from '../visitor.ts'
import { canBeHad, stockBadge } from './stock-badge.ts'

/** An article, and how much of it there is. */
export interface ShownArticle {
  readonly article: ShopArticle
  readonly shelf: OnShelf
}

/** What the shop sells, with what can be had of it now. */
export const shopPage = (
  visitor: Visitor,
  {
    shown,
    cart,
    notice,
  }: { readonly shown: readonly ShownArticle[]; readonly cart: ShopCart; readonly notice: Notice | undefined },
): Page => {
  const { t } = visitor
  return {
    title: t.shop.title,
    section: 'shop',
    notice,
    content: html`<section class="hero"><h1>${t.shop.title}</h1><p>${t.shop.lead}</p></section>
${renderCurrencies(visitor, cart.currency, '/shop')}
<ul class="stays goods">${shown.map((each) => renderCard(visitor, cart, each))}</ul>`,
  }
}

const renderCard = (visitor: Visitor, cart: ShopCart, { article, shelf }: ShownArticle): Html => {
  const { t, language } = visitor
  const name = article.name[language]
  const path = `/shop/${article.slug}`
  return html`<li class="stay-card">
<a href="${path}" aria-label="${t.shop.see(name)}">${illustration(article.slug)}</a>
<div class="stay-text">
<p class="place">${article.place[language]}</p>
<h2><a href="${path}">${name}</a></h2>
<p class="stay-foot"><strong>${renderPrice(visitor, article, cart.currency)}</strong>${stockBadge(visitor, shelf)}</p>
${renderAdd(visitor, cart, { article, shelf }, { back: '/shop' })}
</div></li>`
}

/** What one of an article costs. */
export const renderPrice = ({ t, language }: Visitor, article: ShopArticle, currency: Currency): string => {
  const price = priceIn(article, currency)
  return price === undefined ? t.shop.cart.faults.notInCurrency : formatMoney(language, price)
}

/** Puts an article into the cart. Staff order nothing; what cannot be had is not offered. */
export const renderAdd = (
  visitor: Visitor,
  cart: ShopCart,
  { article, shelf }: ShownArticle,
  { back, choice = '' }: { readonly back: string; readonly choice?: Html | string },
): Html | string => {
  const { t, language, signedIn } = visitor
  if (signedIn?.person.role === 'staff' || !canBeHad(shelf)) return ''
  const inCart = quantityIn(cart, articleIdOf(article))
  return html`<form method="post" action="/cart/add" class="add">${tokenField(signedIn)}<input type="hidden" name="article" value="${article.slug}"><input type="hidden" name="back" value="${back}">
${choice}<button class="button quiet" aria-label="${t.shop.add}: ${article.name[language]}">${t.shop.add}</button>${inCart === 0 ? '' : html` <span class="soft">${t.shop.inCart(inCart)}</span>`}</form>`
}

/** The choice of the currency that prices are read and paid in. `back` is the page it is on. */
export const renderCurrencies = ({ t, signedIn }: Visitor, chosen: Currency, back: string): Html =>
  html`<form method="post" action="/cart/currency" class="currencies">${tokenField(signedIn)}<input type="hidden" name="back" value="${back}"><span class="soft">${t.shop.pricesIn}</span>${shopCurrencies.map(
    (each) =>
      html`<button class="chip" name="currency" value="${each}" ${each === chosen ? html`aria-pressed="true"` : html`aria-pressed="false"`}>${each}</button>`,
  )}</form>`
