import { instant, money, type CouponCode, type CouponTerms, type Holdfast, type UnitOfWork } from '@holdfast/core'
import { articleIdOf, articles } from './articles.ts'

/** The coupons that there are when the shop opens for the first time. */
export const firstCoupons: readonly CouponTerms[] = [
  // A tenth off, for everybody once.
  { code: 'HOLA10' as CouponCode, discount: { type: 'percent', percent: 10 }, limitPerOwner: 1 },
  // A quarter off, for three orders in all.
  { code: 'PRIMEROS3' as CouponCode, discount: { type: 'percent', percent: 25 }, limit: 3 },
  // A hundred pesos off, where there is enough in the cart.
  {
    code: 'CIEN' as CouponCode,
    discount: { type: 'amount', amount: money(100_00, 'MXN') },
    minimum: money(600_00, 'MXN'),
  },
  // Over for good, to see what is said then.
  {
    code: 'VERANO25' as CouponCode,
    discount: { type: 'percent', percent: 15 },
    startsAt: instant(Date.parse('2025-06-01T06:00:00Z')),
    endsAt: instant(Date.parse('2025-09-01T06:00:00Z')),
  },
]

/**
 * Fills the shelves and makes the coupons, at the first start of all. Later starts change nothing: what is known is left as it
 * is, and of several processes that start at once one puts the stock in, since all of them ask under the same keys.
 */
export const openShop = async ({
  holdfast,
  unitOfWork,
}: {
  readonly holdfast: Pick<Holdfast, 'adjustStock' | 'defineCoupon'>
  readonly unitOfWork: Pick<UnitOfWork, 'read'>
}): Promise<void> => {
  const actor = { type: 'system' } as const
  const missing = await unitOfWork.read(async (tx) => {
    const onShelf = new Set((await tx.stock.list({ limit: articles.length })).map(({ articleId }) => articleId))
    const known = new Set<string>()
    for (const { code } of firstCoupons) if ((await tx.coupons.find(code)) !== undefined) known.add(code)
    return {
      articles: articles.filter((article) => !onShelf.has(articleIdOf(article))),
      coupons: firstCoupons.filter(({ code }) => !known.has(code)),
    }
  })
  for (const article of missing.articles) {
    const { slug, firstStock: by } = article
    if (by === 'unlimited') continue
    await holdfast.adjustStock({ actor, articleId: articleIdOf(article), by, idempotencyKey: `first-stock:${slug}` })
  }
  for (const terms of missing.coupons) await holdfast.defineCoupon({ actor, terms })
}
