import { html } from 'hono/html'
import { formatNumber } from '../../language/format.ts'
import { articleIdOf } from '../../shop/articles.ts'
import { quantityIn, type ShopCart } from '../../shop/cart.ts'
import { illustration } from '../illustrations.ts'
import { arrow, type Html, type Notice, type Page } from '../layout.ts'
import type { Visitor } from '../visitor.ts'
import { renderAdd, renderCurrencies, renderPrice, type ShownArticle } from './shop-page.ts'
import { stockBadge } from './stock-badge.ts'

/** How many can be put into the cart at once, where there are as many. */
const mostAtOnce = 10

/** One article: what it is, what it costs, and how much of it there is. */
export const articlePage = (
  visitor: Visitor,
  {
    shown,
    cart,
    notice,
  }: { readonly shown: ShownArticle; readonly cart: ShopCart; readonly notice: Notice | undefined },
): Page => {
  const { t, language, signedIn } = visitor
  const { article, shelf } = shown
  const path = `/shop/${article.slug}`
  const isHeld = shelf !== 'unlimited' && shelf.left === 0 && shelf.held > 0
  return {
    title: article.name[language],
    section: 'shop',
    notice,
    content: html`<p class="back"><a href="/shop">${arrow('back')} ${t.shop.back}</a></p>
<section class="stay-head">${illustration(article.slug)}<div><p class="place">${article.place[language]}</p><h1>${article.name[language]}</h1>
<p class="lead">${article.about[language]}</p>
<p class="tag"><strong>${renderPrice(visitor, article, cart.currency)}</strong> ${stockBadge(visitor, shelf)}</p>
${isHeld ? html`<p class="soft">${t.shop.allHeldHint}</p>` : ''}
${renderAdd(visitor, cart, shown, { back: path, choice: renderQuantity(visitor, shown) })}
${signedIn?.person.role === 'staff' ? html`<p class="soft">${t.shop.staff}</p>` : ''}
${quantityIn(cart, articleIdOf(article)) > 0 ? html`<p><a class="button primary" href="/cart">${t.shop.toCart}</a></p>` : ''}
${renderCurrencies(visitor, cart.currency, path)}</div></section>`,
  }
}

const renderQuantity = ({ t, language }: Visitor, { shelf }: ShownArticle): Html | string => {
  // Of a download one is enough, and of the last one too.
  const most = shelf === 'unlimited' ? 1 : Math.min(shelf.left, mostAtOnce)
  return most === 1
    ? ''
    : html`<label class="field">${t.shop.quantity}<select name="quantity">${Array.from({ length: most }, (_, index) => html`<option value="${index + 1}">${formatNumber(language, index + 1)}</option>`)}</select></label>`
}
