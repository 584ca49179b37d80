import { randomBytes } from 'node:crypto'
import { currency, money, type ArticleId, type Article, type CouponCode, type ShopCatalogue } from '@holdfast/core'

/** What one buyer wants, with the price that the server knows. Lines stand in the order of their articles. */
export interface FullCart {
  readonly owner: string
  readonly coupon: CouponCode
  readonly lines: readonly CartLine[]
}

/** Some units of one article. */
export interface CartLine {
  readonly articleId: ArticleId
  readonly name: string
  readonly quantity: number
  readonly unitMinor: number
}

/** A shop with more of everything than anybody will ever buy. */
export interface Shop {
  readonly catalogue: ShopCatalogue
  readonly articleIds: readonly ArticleId[]
  /** Each takes a tenth off, and can be used once by each buyer. */
  readonly coupons: readonly CouponCode[]
  /** The next cart, of a buyer whom nobody has seen before. */
  readonly nextCart: () => FullCart
}

/** How much there is of each article to begin with. */
export const onShelf = 1_000_000_000

/** The currency of all prices. */
export const shopCurrency = currency('MXN')

/** Carts of three articles out of so many, of one or two units each; with one article only, all carts are of that. */
export const openShop = (articles: number): Shop => {
  const stock = Array.from(
    { length: articles },
    (_, n): Article => ({
      articleId: `article-${String(n).padStart(3, '0')}` as ArticleId,
      name: `Article ${n}`,
      prices: [money(BigInt(priceOf(n)), shopCurrency)],
    }),
  )
  const draw = numbersBelow(articles)
  const known = new Map(stock.map((article) => [article.articleId, article]))
  const coupons = Array.from({ length: 100 }, (_, n) => `TENTH-${n}` as CouponCode)
  let carts = 0
  return {
    catalogue: { find: async (ids) => ids.flatMap((id) => known.get(id) ?? []) },
    articleIds: stock.map(({ articleId }) => articleId),
    coupons,
    nextCart() {
      carts += 1
      const wanted = new Set<number>()
      while (wanted.size < Math.min(linesEach, articles)) wanted.add(draw())
      return {
        owner: `own_${randomBytes(8).toString('hex')}`,
        coupon: coupons[carts % coupons.length] as CouponCode,
        lines: [...wanted]
          .toSorted((a, b) => a - b)
          .map((n) => ({
            articleId: stock[n]?.articleId as ArticleId,
            name: `Article ${n}`,
            quantity: 1 + (carts % 2),
            unitMinor: priceOf(n),
          })),
      }
    },
  }
}

const linesEach = 3

/** The same numbers in every run and for every line: as scattered as a linear congruence makes them. */
const numbersBelow = (end: number): (() => number) => {
  let state = 1
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state % end
  }
}

const priceOf = (article: number): number => 100_00 + 10_00 * article
