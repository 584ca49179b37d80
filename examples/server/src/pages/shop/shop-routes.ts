import type { Hono } from 'hono'
import { articleIdOf, articles, findArticle } from '../../shop/articles.ts'
import { shelfOf } from '../../shop/price-cart.ts'
import type { Ask, Desk, Env } from '../desk.ts'
import type { Notice } from '../layout.ts'
import { notFoundPage } from '../problem-page.ts'
import { articlePage } from './article-page.ts'
import { shopPage } from './shop-page.ts'

/** What the shop sells: for anybody to look at. */
export const shopRoutes = (app: Hono<Env>, desk: Desk): void => {
  const { show, unitOfWork, carts } = desk

  app.get('/shop', async (c) => {
    const stocks = await unitOfWork.read((tx) => tx.stock.list({ limit: 500 }))
    const byArticle = new Map<string, (typeof stocks)[number]>(stocks.map((stock) => [stock.articleId, stock]))
    const shown = articles.map((article) => ({ article, shelf: shelfOf(article, byArticle.get(article.slug)) }))
    return show(c, shopPage(c.get('visitor'), { shown, cart: await carts.read(c.req.raw), notice: noticeOf(c) }))
  })

  app.get('/shop/:slug', async (c) => {
    const visitor = c.get('visitor')
    const article = findArticle(c.req.param('slug'))
    if (article === undefined) return show(c, notFoundPage(visitor), 404)
    const stock = await unitOfWork.read((tx) => tx.stock.find(articleIdOf(article)))
    const shown = { article, shelf: shelfOf(article, stock?.value) }
    return show(c, articlePage(visitor, { shown, cart: await carts.read(c.req.raw), notice: noticeOf(c) }))
  })
}

const noticeOf = (c: Ask): Notice | undefined => {
  const { t, language } = c.get('visitor')
  const added = findArticle(c.req.query('added') ?? '')
  return added === undefined ? undefined : { tone: 'good', text: t.shop.added(added.name[language]) }
}
