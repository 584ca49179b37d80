import { bug } from '../kernel/bug.ts'
import { VersionConflict, type StockStore, type Versioned } from '../ports/unit-of-work.ts'
import type { Stock } from '../stock/stock.ts'
import { byId, type MemoryTable } from './memory-table.ts'

/** Stock in memory. */
export const memoryStockStore = (stocks: MemoryTable<Versioned<Stock>>): StockStore => ({
  async find(id) {
    return stocks.get(id)
  },
  async list(filter) {
    return byId(stocks, ({ articleId }) => articleId, filter)
  },
  async save(stock, expected) {
    const { articleId, onHand, held } = stock
    const version = stocks.get(articleId)?.version ?? 0
    if (version !== expected)
      throw new VersionConflict(`The stock of '${articleId}' is at version ${version}, not ${expected}.`)
    if (held < 0 || onHand < held) bug(`Of '${articleId}', ${held} would be held of ${onHand}.`)
    stocks.set(articleId, { value: stock, version: expected + 1 })
  },
})
