import type { ArticleId } from '../../kernel/ids.ts'
import { money } from '../../kernel/money.ts'
import type { Article, ShopCatalogue } from '../../ports/shop-catalogue.ts'

/** What a small pottery sells: mugs for pesos and euros, teapots, a pattern to download, and a loom that nobody can buy twice at once. */
export const articles: readonly Article[] = [
  { articleId: 'mug' as ArticleId, name: 'Mug', prices: [money(120_00n, 'MXN'), money(6_50n, 'EUR')] },
  { articleId: 'teapot' as ArticleId, name: 'Teapot', prices: [money(900_00n, 'MXN')] },
  { articleId: 'loom' as ArticleId, name: 'Loom', prices: [money(9_500_00n, 'MXN')] },
  { articleId: 'pattern' as ArticleId, name: 'Pattern', prices: [money(50_00n, 'MXN')], unlimited: true },
]

/** The pottery's list, the same for everybody. */
export const shopCatalogue: ShopCatalogue = {
  find: async (ids) => articles.filter(({ articleId }) => ids.includes(articleId)),
}
