import { VersionConflict, type ArticleId, type Stock, type StockStore } from '@holdfast/core'
import { count, text } from '../row.ts'
import type { Row, SqlSession } from '../session.ts'
import { statement } from '../statement.ts'
import { conditions } from './payment-lists.ts'

const select = 'SELECT article_id, version, on_hand, held FROM holdfast_stock'
const sql = {
  find: statement(`${select} WHERE article_id = ?`),
  findLocked: statement(`${select} WHERE article_id = ? {lock}`),
  insert: statement(
    `INSERT INTO holdfast_stock (article_id, version, on_hand, held) VALUES (?, ?, ?, ?)
     ON CONFLICT (article_id) DO NOTHING`,
  ),
  update: statement(
    'UPDATE holdfast_stock SET version = ?, on_hand = ?, held = ? WHERE article_id = ? AND version = ?',
  ),
}

/** Stock in SQL. That nothing is held which is not there is kept by the table itself. */
export const sqlStockStore = (session: SqlSession): StockStore => ({
  async find(id) {
    const [row] = await session.query(session.mode === 'write' ? sql.findLocked : sql.find, [id])
    return row && { value: readStock(row), version: count(row, 'version') }
  },
  async list({ limit, after }) {
    const { where, values } = conditions([
      ['article_id > (SELECT article_id FROM holdfast_stock WHERE article_id = ?)', after],
    ])
    const rows = await session.query(statement(`${select} ${where} ORDER BY article_id LIMIT ?`), [...values, limit])
    return rows.map(readStock)
  },
  async save({ articleId, onHand, held }, expected) {
    const { changes } =
      expected === 0
        ? await session.change(sql.insert, [articleId, 1, onHand, held])
        : await session.change(sql.update, [expected + 1, onHand, held, articleId, expected])
    if (changes !== 1) throw new VersionConflict(`The stock of '${articleId}' is not at version ${expected}.`)
  },
})

const readStock = (row: Row): Stock => ({
  articleId: text(row, 'article_id') as ArticleId,
  onHand: count(row, 'on_hand'),
  held: count(row, 'held'),
})
