import type { CouponTerms } from '../../coupon/coupon.ts'
import type { ArticleId, CouponCode } from '../../kernel/ids.ts'
import type { AdjustStockOutcome } from '../../use-cases/adjust-stock.ts'
import { Crash } from './crashing.ts'
import { mxn, staff, type World } from './world.ts'

/** What is on the shelves of the pottery when it opens. */
export const firstDelivery: readonly (readonly [article: ArticleId, units: number])[] = [
  ['mug' as ArticleId, 10],
  ['teapot' as ArticleId, 2],
  ['loom' as ArticleId, 1],
]

/** A tenth off for everybody, and fifty pesos off for three people, once each. */
export const coupons: readonly CouponTerms[] = [
  { code: 'TEN' as CouponCode, discount: { type: 'percent', percent: 10 } },
  {
    code: 'WELCOME' as CouponCode,
    discount: { type: 'amount', amount: mxn(50_00n) },
    limit: 3,
    limitPerOwner: 1,
  },
]

/** Opens the pottery of a world: its coupons, and its first delivery on the shelves. Opened before, it stays as it is. */
export const shop = async (w: World): Promise<World> => {
  if (firstDelivery.every(([articleId]) => w.put.has(articleId))) return w
  for (const terms of coupons) await w.holdfast.defineCoupon({ actor: staff, terms })
  for (const [articleId, units] of firstDelivery)
    if (!w.put.has(articleId)) await restock(w, articleId, units, `first ${articleId}`)
  return w
}

/** Puts units of an article on the shelf, or takes some off; under a key, and noted in {@link World.put}. */
export const restock = async (
  w: World,
  articleId: ArticleId,
  by: number,
  idempotencyKey: string,
): Promise<AdjustStockOutcome> => {
  const ask = (): Promise<AdjustStockOutcome> => w.holdfast.adjustStock({ actor: staff, articleId, by, idempotencyKey })
  // Where a process ends in the middle, the next one hears under the same key what was kept.
  const outcome = await ask().catch((error: unknown) => {
    if (error instanceof Crash) return ask()
    throw error
  })
  if (outcome.ok) w.put.set(articleId, (w.put.get(articleId) ?? 0) + by)
  return outcome
}
