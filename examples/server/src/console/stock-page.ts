import { html } from 'hono/html'
import { available, noStock, type Stock } from '@holdfast/core'
import { hiddenFields } from '../pages/forms.ts'
import type { Html, Notice, Page } from '../pages/layout.ts'
import { stockBadge } from '../pages/shop/stock-badge.ts'
import type { SignedIn, Visitor } from '../pages/visitor.ts'
import { articleIdOf, articles, isSent, type ShopArticle } from '../shop/articles.ts'
import { shelfOf } from '../shop/price-cart.ts'
import { consolePage, table } from './console-frame.ts'

/** How much of each article there is, and how that is changed: by a difference, since orders go on meanwhile. */
export const stockPage = (
  visitor: Visitor,
  signedIn: SignedIn,
  { stocks, notice }: { readonly stocks: ReadonlyMap<string, Stock>; readonly notice: Notice | undefined },
): Page => {
  const { t } = visitor
  const { columns } = t.console
  return consolePage(visitor, {
    part: 'stock',
    title: t.console.stock,
    notice,
    content: table(
      [t.console.article, t.console.onHand, t.console.held, t.console.free, columns.status, t.console.adjust],
      articles.map((article) => row(visitor, signedIn, article, stocks.get(article.slug))),
      t.console.none,
    ),
  })
}

const row = (
  visitor: Visitor,
  signedIn: SignedIn,
  article: ShopArticle,
  known: Stock | undefined,
): readonly (Html | string)[] => {
  const { t, language } = visitor
  const stock = known ?? noStock(articleIdOf(article))
  const name = html`<strong>${article.name[language]}</strong><br><code class="long">${article.slug}</code>`
  const state = stockBadge(visitor, shelfOf(article, stock))
  if (!isSent(article)) return [name, '—', '—', '—', state, '']
  return [
    name,
    String(stock.onHand),
    String(stock.held),
    String(available(stock)),
    state,
    html`<form method="post" action="/console/stock/${article.slug}" class="quantity">${hiddenFields(signedIn)}<input name="by" inputmode="text" autocomplete="off" size="5" maxlength="7" required placeholder="+5" aria-label="${article.name[language]}: ${t.console.adjustBy}"><button class="button quiet">${t.console.adjust}</button></form>`,
  ]
}
