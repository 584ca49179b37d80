import { randomIds } from '@holdfast/core/system'
import type { Knex } from 'knex'
import type { ShopLine } from '../lines/line.ts'
import { onShelf, shopCurrency, type FullCart, type Shop } from '../lines/shop.ts'
import type { Location } from '../scratch.ts'
import { readNumber } from './tables.ts'

/** The tables of a shop that somebody who writes it by hand would make, with everything on the shelf. */
export const createShopTables = async (knex: Knex, { kind }: Location, { articleIds }: Shop): Promise<void> => {
  const integer = kind === 'sqlite' ? 'integer' : 'bigint'
  const statements = [
    `CREATE TABLE stock (article_id text PRIMARY KEY, on_hand ${integer} NOT NULL CHECK (on_hand >= 0))`,
    `CREATE TABLE orders (
       id text PRIMARY KEY, owner text NOT NULL, status text NOT NULL, total_minor ${integer} NOT NULL,
       currency text NOT NULL, created_at ${integer} NOT NULL, expires_at ${integer} NOT NULL)`,
    'CREATE INDEX orders_by_owner ON orders (owner, created_at)',
    `CREATE INDEX orders_expiring ON orders (expires_at, id) WHERE status = 'pending'`,
    `CREATE TABLE order_lines (
       order_id text NOT NULL REFERENCES orders (id), position ${integer} NOT NULL, article_id text NOT NULL,
       name text NOT NULL, quantity ${integer} NOT NULL, unit_minor ${integer} NOT NULL, PRIMARY KEY (order_id, position))`,
    `CREATE TABLE payments (
       id text PRIMARY KEY, order_id text NOT NULL UNIQUE REFERENCES orders (id), amount_minor ${integer} NOT NULL,
       currency text NOT NULL, status text NOT NULL, created_at ${integer} NOT NULL)`,
    'CREATE INDEX payments_by_status ON payments (status, id)',
  ]
  for (const statement of statements) await knex.raw(statement)
  const stock = articleIds.map((articleId) => ({ article_id: articleId, on_hand: onShelf }))
  await knex.batchInsert('stock', stock, 50)
}

/** Where a floor keeps the pages of its payments: before the provider is asked, and with what it answered. */
export const createPageTable = async (knex: Knex, { kind }: Location): Promise<void> => {
  const integer = kind === 'sqlite' ? 'integer' : 'bigint'
  const statements = [
    `CREATE TABLE attempts (
       id text PRIMARY KEY, payment_id text NOT NULL REFERENCES payments (id), idempotency_key text NOT NULL UNIQUE,
       status text NOT NULL, session_id text UNIQUE, url text, expires_at ${integer}, requested_at ${integer} NOT NULL)`,
    `CREATE UNIQUE INDEX attempts_live ON attempts (payment_id) WHERE status IN ('requested', 'open')`,
  ]
  for (const statement of statements) await knex.raw(statement)
}

/** An order as a floor stores it. */
export const floorOrder = ({ owner, lines }: FullCart) => ({
  id: ids.next('order'),
  paymentId: ids.next('payment'),
  attemptId: ids.next('attempt'),
  owner,
  lines,
  totalMinor: lines.reduce((sum, { quantity, unitMinor }) => sum + quantity * unitMinor, 0),
  currency: shopCurrency,
  at: Date.now(),
  expiresAt: Date.now() + 3_600_000,
})

/** What {@link floorOrder} makes. */
export type FloorOrder = ReturnType<typeof floorOrder>

const ids = randomIds()

/** There is less of it than the cart wants: a floor does no more than notice. */
export const outOfStock = (articleId: string): never => {
  throw new Error(`There is not enough of '${articleId}'.`)
}

/** Orders that are before an open page, in a floor's tables. */
export const floorOrdersWithPage = `SELECT count(*) AS number FROM orders JOIN payments ON payments.order_id = orders.id
       JOIN attempts ON attempts.payment_id = payments.id
       WHERE orders.status = 'pending' AND payments.status = 'pending' AND amount_minor = total_minor AND attempts.status = 'open'`

/** What a floor's tables say of the orders that were placed. */
export const countingFloorOrders = (
  knex: Knex,
  { articleIds }: Shop,
  payable = `SELECT count(*) AS number FROM orders JOIN payments ON payments.order_id = orders.id
       WHERE orders.status = 'pending' AND payments.status = 'pending' AND amount_minor = total_minor`,
): Pick<ShopLine, 'countPayable' | 'countTaken'> => ({
  countPayable: () => readNumber(knex, payable),
  async countTaken() {
    const left = await readNumber(knex, 'SELECT sum(on_hand) AS number FROM stock')
    const sold = await readNumber(knex, 'SELECT sum(quantity) AS number FROM order_lines')
    const taken = articleIds.length * onShelf - left
    if (taken !== sold) throw new Error(`${taken} units have left the shelf, for orders of ${sold}.`)
    return taken
  },
})
