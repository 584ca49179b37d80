import { accept, reject, type Decision } from '../kernel/decision.ts'
import type { ArticleId } from '../kernel/ids.ts'

/** How much of an article there is. What is held is on the shelf still, and promised to somebody. */
export interface Stock {
  readonly articleId: ArticleId
  /** Units on the shelf, never negative. */
  readonly onHand: number
  /** Units of these that are kept for orders which can still be paid; at most {@link onHand}. */
  readonly held: number
}

/** What can happen to a stock. */
export type StockEvent =
  | { readonly type: 'held'; readonly quantity: number }
  | { readonly type: 'released'; readonly quantity: number }
  | { readonly type: 'consumed'; readonly quantity: number }
  | { readonly type: 'returned'; readonly quantity: number }
  | { readonly type: 'adjusted'; readonly by: number }

/**
 * What can be put to a stock. `hold`, `release` and `consume` follow an order's holds; `take_back` is what comes back of an
 * order that was paid; `adjust` is what a delivery brought, or what a count found missing.
 */
export type StockCommand =
  | { readonly type: 'hold'; readonly quantity: number }
  | { readonly type: 'release'; readonly quantity: number }
  | { readonly type: 'consume'; readonly quantity: number }
  | { readonly type: 'take_back'; readonly quantity: number }
  | { readonly type: 'adjust'; readonly by: number }

/** Why a stock will not do what it is asked. */
export type StockRefusal =
  /** There is less than that which nobody holds. */
  | { readonly code: 'out_of_stock'; readonly available: number }
  /** There is less than that held: what is promised is not taken from under it. */
  | { readonly code: 'not_held'; readonly held: number }
  | { readonly code: 'stock_held'; readonly onHand: number; readonly held: number }

/** An article of which nobody has said yet how much there is. */
export const noStock = (articleId: ArticleId): Stock => ({ articleId, onHand: 0, held: 0 })

/** How many units can be held by the next who asks. */
export const available = ({ onHand, held }: Stock): number => onHand - held

/** The stock after an event. */
export const evolveStock = (stock: Stock, event: StockEvent): Stock => {
  const { onHand, held } = stock
  switch (event.type) {
    case 'held':
      return { ...stock, held: held + event.quantity }
    case 'released':
      return { ...stock, held: held - event.quantity }
    case 'consumed':
      return { ...stock, onHand: onHand - event.quantity, held: held - event.quantity }
    case 'returned':
      return { ...stock, onHand: onHand + event.quantity }
    case 'adjusted':
      return { ...stock, onHand: onHand + event.by }
  }
}

/** Decides what a command means for a stock as it stands. No answer leaves less than nothing on the shelf, or less than is held. */
export const decideStock = (stock: Stock, command: StockCommand): Decision<StockEvent, never, StockRefusal> => {
  const { onHand, held } = stock
  switch (command.type) {
    case 'hold':
      return command.quantity <= available(stock)
        ? accept([{ type: 'held', quantity: command.quantity }])
        : reject({ code: 'out_of_stock', available: available(stock) })
    case 'release':
      return command.quantity <= held
        ? accept([{ type: 'released', quantity: command.quantity }])
        : reject({ code: 'not_held', held })
    case 'consume':
      return command.quantity <= held
        ? accept([{ type: 'consumed', quantity: command.quantity }])
        : reject({ code: 'not_held', held })
    case 'take_back':
      return accept([{ type: 'returned', quantity: command.quantity }])
    case 'adjust':
      return onHand + command.by >= held
        ? accept([{ type: 'adjusted', by: command.by }])
        : reject({ code: 'stock_held', onHand, held })
  }
}
