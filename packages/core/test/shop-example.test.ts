import { expect, it } from 'vitest'
import { ana, staff, world } from '../src/contracts/rules/world.ts'
import {
  currency,
  money,
  type Actor,
  type Article,
  type ArticleId,
  type Holdfast,
  type OwnerId,
  type ShopCatalogue,
} from '../src/index.ts'

// #region shop
const articles: readonly Article[] = [
  { articleId: 'mug' as ArticleId, name: 'Mug', prices: [money(280_00n, 'MXN'), money(16_00n, 'USD')] },
  { articleId: 'pattern' as ArticleId, name: 'Pattern', prices: [money(60_00n, 'MXN')], unlimited: true },
]

/** What is sold, and for how much: the host's part. How much of it there is, Holdfast knows. */
export const catalogue: ShopCatalogue = {
  find: async (ids) => articles.filter(({ articleId }) => ids.includes(articleId)),
}

export const stockUp = (holdfast: Holdfast, by: Exclude<Actor, { readonly type: 'owner' }>) =>
  holdfast.adjustStock({ actor: by, articleId: 'mug' as ArticleId, by: 12, idempotencyKey: 'delivery 7' })

/** From the cart to the page on which it is paid. */
export const checkOut = async (holdfast: Holdfast, buyer: OwnerId, key: string): Promise<string> => {
  const outcome = await holdfast.checkOut({
    actor: { type: 'owner', id: buyer },
    cart: { lines: [{ articleId: 'mug', quantity: 2 }], currency: currency('MXN') },
    idempotencyKey: key,
  })
  if (!outcome.ok) return `Not now: ${outcome.error.code}` // out_of_stock, with the line and what there is
  const { checkout, orderId } = outcome.value
  return checkout.type === 'open'
    ? checkout.checkoutUrl
    : `Order ${orderId} stands. Its page is being opened: ask again.`
}
// #endregion shop

it('sells what there is, and nothing beyond it', async () => {
  const w = world({ shopCatalogue: catalogue })
  expect(await checkOut(w.holdfast, ana.id, 'a')).toBe('Not now: out_of_stock')
  await stockUp(w.holdfast, staff)
  expect(await checkOut(w.holdfast, ana.id, 'b')).toMatch(/^https:/)
  await w.provider.payer.pay(w.provider.truth.attempts()[0]?.id ?? '')
  await w.deliver()
  const [order] = await w.unitOfWork.read((tx) => tx.orders.list({ limit: 1 }))
  expect(order).toMatchObject({ status: 'completed', total: money(560_00n, 'MXN') })
  const stock = await w.unitOfWork.read((tx) => tx.stock.find('mug' as ArticleId))
  expect(stock?.value).toEqual({ articleId: 'mug', onHand: 10, held: 0 })
})
