import { available, type Stock } from '@holdfast/core'
import { z } from '@hono/zod-openapi'
import { id, nextCursor } from './parts.ts'

/** How much there is of an article. */
export const stockAnswer = z
  .object({
    article_id: id,
    on_hand: z.int().openapi({ description: 'Units on the shelf.' }),
    held: z.int().openapi({ description: 'Of these, kept for orders that can still be paid.' }),
    available: z.int().openapi({ description: 'What the next order can have.' }),
  })
  .openapi('Stock')

/** A page of stock. */
export const stocksAnswer = z.object({ stock: z.array(stockAnswer), next_cursor: nextCursor }).openapi('Stocks')

const mostAtOnce = 1_000_000

/** What staff send when there is more or less of an article than before. */
export const adjustmentBody = z
  .strictObject({
    by: z
      .int()
      .min(-mostAtOnce)
      .max(mostAtOnce)
      .openapi({ description: 'How many units more; below zero: fewer.', example: 5 }),
  })
  .openapi('StockAdjustment')

/** How much there is of an article. */
export const showStock = (stock: Stock): z.infer<typeof stockAnswer> => ({
  article_id: stock.articleId,
  on_hand: stock.onHand,
  held: stock.held,
  available: available(stock),
})
