import type { ArticleId } from '../kernel/ids.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import { decideStock, evolveStock, noStock, type Stock, type StockRefusal } from '../stock/stock.ts'
import type { Actor } from './actor.ts'
import type { Dependencies } from './dependencies.ts'
import { claimKey, settleKey, type KeyReused } from './request-key.ts'

/** What is asked of {@link adjustStock}. */
export interface AdjustStockRequest {
  readonly actor: Exclude<Actor, { readonly type: 'owner' }>
  readonly articleId: ArticleId
  /** How many units there are more than before, or fewer: a whole number, negative for fewer. */
  readonly by: number
  readonly idempotencyKey?: string
}

/** What {@link adjustStock} answers. */
export type AdjustStockOutcome = Result<
  Stock,
  KeyReused | { readonly code: 'not_a_quantity' } | Extract<StockRefusal, { readonly code: 'stock_held' }>
>
/** The use case {@link adjustStock}, wired. */
export type AdjustStock = (request: AdjustStockRequest) => Promise<AdjustStockOutcome>

/**
 * Changes how much of an article there is: what a delivery brought, or what a count found missing. By a difference and not to
 * a number, since orders go on meanwhile. Under a key it is done once.
 *
 * Refuses, first match wins: `not_a_quantity`, `idempotency_key_reused`, `not_a_quantity` (more than can be counted would be
 * there), `stock_held` (less would be left than is promised to
 * orders that can still be paid).
 */
export const adjustStock =
  ({ unitOfWork, clock }: Pick<Dependencies, 'unitOfWork' | 'clock'>): AdjustStock =>
  async (request) => {
    const { articleId, by } = request
    if (!Number.isSafeInteger(by)) return err({ code: 'not_a_quantity' })
    return unitOfWork.run(async (tx): Promise<AdjustStockOutcome> => {
      const asked = { useCase: 'adjust_stock', articleId, by }
      const claim = await claimKey<AdjustStockOutcome>(tx, request, asked, clock.now())
      if (claim.type === 'reused') return err({ code: 'idempotency_key_reused' })
      if (claim.type === 'settled') return claim.outcome
      const { value, version } = (await tx.stock.find(articleId)) ?? { value: noStock(articleId), version: 0 }
      if (!Number.isSafeInteger(value.onHand + by)) return settleKey(tx, request, err({ code: 'not_a_quantity' }))
      const decision = decideStock(value, { type: 'adjust', by })
      if (!decision.ok)
        return settleKey(tx, request, err(decision.refusal as Extract<StockRefusal, { code: 'stock_held' }>))
      const stock = decision.events.reduce(evolveStock, value)
      await tx.stock.save(stock, version)
      return settleKey(tx, request, ok(stock))
    })
  }
