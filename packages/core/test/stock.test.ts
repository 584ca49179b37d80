import { describe, expect, it } from 'vitest'
import { accept, reject } from '../src/kernel/decision.ts'
import type { ArticleId } from '../src/kernel/ids.ts'
import { available, decideStock, evolveStock, noStock, type Stock, type StockCommand } from '../src/stock/stock.ts'

const stockOf = (onHand: number, held: number): Stock => ({ articleId: 'mug' as ArticleId, onHand, held })
/** Ten on the shelf, four of them held. */
const mugs = stockOf(10, 4)
/** What a command makes of it: how many are there then, and how many of them are held; or why not. */
const after = (stock: Stock, command: StockCommand) => {
  const decision = decideStock(stock, command)
  if (!decision.ok) return decision.refusal
  expect(decision.events).toHaveLength(1)
  const { articleId, onHand, held } = decision.events.reduce(evolveStock, stock)
  expect(articleId).toBe('mug')
  return [onHand, held]
}

describe('a stock', () => {
  it('of which nobody has said how much there is has nothing', () => {
    expect(noStock('mug' as ArticleId)).toStrictEqual(stockOf(0, 0))
    expect(available(noStock('mug' as ArticleId))).toBe(0)
  })

  it('offers what is there and not held', () => {
    expect(available(mugs)).toBe(6)
  })

  it('holds as many as it offers, and not one more', () => {
    expect(after(mugs, { type: 'hold', quantity: 6 })).toEqual([10, 10])
    expect(after(mugs, { type: 'hold', quantity: 1 })).toEqual([10, 5])
    expect(after(mugs, { type: 'hold', quantity: 7 })).toEqual({ code: 'out_of_stock', available: 6 })
    expect(after(stockOf(4, 4), { type: 'hold', quantity: 1 })).toEqual({ code: 'out_of_stock', available: 0 })
  })

  it('gives back what is held, which stays on the shelf', () => {
    expect(after(mugs, { type: 'release', quantity: 4 })).toEqual([10, 0])
    expect(after(mugs, { type: 'release', quantity: 1 })).toEqual([10, 3])
    expect(after(mugs, { type: 'release', quantity: 5 })).toEqual({ code: 'not_held', held: 4 })
  })

  it('lets go of what is held, which leaves the shelf', () => {
    expect(after(mugs, { type: 'consume', quantity: 4 })).toEqual([6, 0])
    expect(after(mugs, { type: 'consume', quantity: 1 })).toEqual([9, 3])
    expect(after(mugs, { type: 'consume', quantity: 5 })).toEqual({ code: 'not_held', held: 4 })
  })

  it('takes back what had left', () => {
    expect(after(mugs, { type: 'take_back', quantity: 2 })).toEqual([12, 4])
  })

  it('is put right upwards without end, and downwards as far as what is held', () => {
    expect(after(mugs, { type: 'adjust', by: 5 })).toEqual([15, 4])
    expect(after(mugs, { type: 'adjust', by: 0 })).toEqual([10, 4])
    expect(after(mugs, { type: 'adjust', by: -6 })).toEqual([4, 4])
    expect(after(mugs, { type: 'adjust', by: -7 })).toEqual({ code: 'stock_held', onHand: 10, held: 4 })
    expect(after(stockOf(3, 0), { type: 'adjust', by: -4 })).toEqual({ code: 'stock_held', onHand: 3, held: 0 })
  })

  it('says in its facts how many', () => {
    expect(decideStock(mugs, { type: 'hold', quantity: 2 })).toEqual(accept([{ type: 'held', quantity: 2 }]))
    expect(decideStock(mugs, { type: 'release', quantity: 2 })).toEqual(accept([{ type: 'released', quantity: 2 }]))
    expect(decideStock(mugs, { type: 'consume', quantity: 2 })).toEqual(accept([{ type: 'consumed', quantity: 2 }]))
    expect(decideStock(mugs, { type: 'take_back', quantity: 2 })).toEqual(accept([{ type: 'returned', quantity: 2 }]))
    expect(decideStock(mugs, { type: 'adjust', by: -2 })).toEqual(accept([{ type: 'adjusted', by: -2 }]))
    expect(decideStock(mugs, { type: 'hold', quantity: 9 })).toEqual(reject({ code: 'out_of_stock', available: 6 }))
  })
})
