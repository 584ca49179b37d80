import {
  currency,
  defaultSettings,
  money,
  ok,
  placeOrder,
  type Article,
  type ArticleId,
  type CouponTerms,
  type OwnerId,
  type PlaceOrder,
  type PlaceOrderOutcome,
  type ShopCatalogue,
} from '@holdfast/core'
import { samples } from '@holdfast/core/contracts'
import { randomIds, systemClock } from '@holdfast/core/system'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openTestDatabase, type DatabaseKind, type TestDatabase } from './databases.ts'

const { articleId, couponCode, someCoupon, someStock } = samples

/** Everything is sold, for 150 pesos. */
const catalogue: ShopCatalogue = {
  find: async (ids) =>
    ids.map((id: ArticleId): Article => ({ articleId: id, name: id, prices: [money(150_00, 'MXN')] })),
}

// Several processes of one host: each with its own pool, all on one database.
const processes = 3

describe.each<DatabaseKind>(['sqlite file', 'postgres'])(
  'buyers who really race on %s',
  { timeout: 60_000 },
  (kind) => {
    let database: TestDatabase
    let shops: readonly PlaceOrder[]
    beforeAll(async () => {
      database = await openTestDatabase(kind)
      shops = Array.from({ length: processes }, () =>
        placeOrder({
          // Nobody is in anybody's way who could not wait: one who was turned away once would say so.
          unitOfWork: database.another({ maxTries: 1 }).unitOfWork,
          clock: systemClock(),
          ids: randomIds(),
          fulfilmentKinds: [],
          listPaymentMethods: async () => ok([]),
          shopCatalogue: catalogue,
          settings: { ...defaultSettings, orderLimits: { MXN: { least: 0n, most: 1_000_000_00n } } },
          returnUrls: { of: () => ({ successUrl: 'https://host.example/ok', cancelUrl: 'https://host.example/no' }) },
        }),
      )
    })
    afterAll(() => database.close())
    beforeEach(() => database.empty())

    const stocked = (articles: Readonly<Record<string, number>>): Promise<void> =>
      database.unitOfWork.run(async (tx) => {
        for (const [article, onHand] of Object.entries(articles)) await tx.stock.save(someStock(article, { onHand }), 0)
      })
    const defined = (code: string, terms: Partial<CouponTerms>): Promise<void> =>
      database.unitOfWork.run((tx) => tx.coupons.save(someCoupon(code, terms), 0))

    /** What the buyer of this number wants, each in the process whose turn it is. */
    const buy = (
      buyers: number,
      wants: (n: number) => {
        readonly owner?: string
        readonly articles: Readonly<Record<string, number>>
        readonly coupon?: string
      },
    ): Promise<readonly PlaceOrderOutcome[]> =>
      Promise.all(
        Array.from({ length: buyers }, async (_, n) => {
          const place = shops[n % shops.length]
          if (place === undefined) throw new Error('No process.')
          const { owner = `buyer-${n}`, articles, coupon } = wants(n)
          const lines = Object.entries(articles).map(([article, quantity]) => ({ articleId: article, quantity }))
          return place({
            actor: { type: 'owner', id: owner as OwnerId },
            cart: { lines, currency: currency('MXN'), ...(coupon === undefined ? {} : { coupon }) },
          })
        }),
      )
    const stockOf = (article: string) => database.unitOfWork.read((tx) => tx.stock.find(articleId(article)))
    const couponOf = (code: string) => database.unitOfWork.read((tx) => tx.coupons.find(couponCode(code)))
    const placed = () => database.unitOfWork.read((tx) => tx.orders.list({ limit: 1_000 }))
    const codes = (outcomes: readonly PlaceOrderOutcome[]): readonly string[] => [
      ...new Set(outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.error.code]))),
    ]

    /** Whether the rows that count say what the rows of the holds add up to. */
    const audit = async (): Promise<void> => {
      const sums = async (column: string): Promise<ReadonlyMap<string, number>> => {
        const rows: readonly { readonly name: string; readonly held: number | string }[] = await database
          .knex('holdfast_order_holds')
          .where({ status: 'held' })
          .whereNotNull(column)
          .groupBy(column)
          .select({ name: column })
          .sum({ held: 'quantity' })
        return new Map(rows.map(({ name, held }) => [name, Number(held)]))
      }
      const counted = async (table: string, column: string): Promise<ReadonlyMap<string, number>> => {
        const rows: readonly { readonly name: string; readonly held: number | string }[] = await database
          .knex(table)
          .where('held', '>', 0)
          .select({ name: column, held: 'held' })
        return new Map(rows.map(({ name, held }) => [name, Number(held)]))
      }
      expect(await counted('holdfast_stock', 'article_id')).toEqual(await sums('article_id'))
      expect(await counted('holdfast_coupons', 'code')).toEqual(await sums('coupon_code'))
    }

    it('a hundred who want one of ten each: ten have it held, and ninety are told that there is none', async () => {
      await stocked({ mug: 10 })
      const outcomes = await buy(100, () => ({ articles: { mug: 1 } }))
      expect(outcomes.filter(({ ok }) => ok)).toHaveLength(10)
      expect(codes(outcomes)).toEqual(['out_of_stock'])
      expect(await stockOf('mug')).toMatchObject({ value: { onHand: 10, held: 10 } })
      const orders = await placed()
      expect(orders.map(({ holds }) => holds)).toEqual(Array(10).fill([samples.stockHold('mug', 1)]))
      await audit()
    })

    it('forty who want three of ten each: three have them, and one is left over', async () => {
      await stocked({ mug: 10 })
      const outcomes = await buy(40, () => ({ articles: { mug: 3 } }))
      expect(outcomes.filter(({ ok }) => ok)).toHaveLength(3)
      expect(await stockOf('mug')).toMatchObject({ value: { onHand: 10, held: 9 } })
      await audit()
    })

    it('thirty who use a coupon that can be used once: one holds it, and the goods of the others stay free', async () => {
      await stocked({ mug: 100 })
      await defined('SPRING', { limit: 1 })
      const outcomes = await buy(30, () => ({ articles: { mug: 1 }, coupon: 'spring' }))
      expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1)
      expect(codes(outcomes)).toEqual(['coupon_used_up'])
      expect(await couponOf('SPRING')).toMatchObject({ value: { used: 0, held: 1 } })
      expect(await stockOf('mug')).toMatchObject({ value: { held: 1 } })
      await audit()
    })

    it('one who sends twenty carts with a coupon that each can use twice: two have it', async () => {
      await stocked({ mug: 100 })
      await defined('SPRING', { limitPerOwner: 2 })
      const outcomes = await buy(20, () => ({ owner: 'ana', articles: { mug: 1 }, coupon: 'SPRING' }))
      expect(outcomes.filter(({ ok }) => ok)).toHaveLength(2)
      expect(codes(outcomes)).toEqual(['coupon_used_by_you'])
      await audit()
    })

    it('carts with the same articles in opposite order, again and again: none waits for another in a circle', async () => {
      const rounds = 20
      await stocked({ a: 10_000, b: 10_000, c: 10_000 })
      await defined('SPRING', {})
      for (let round = 0; round < rounds; round += 1) {
        const outcomes = await buy(6, (n) => ({
          articles: n % 2 === 0 ? { a: 1, b: 1, c: 1 } : { c: 1, b: 1, a: 1 },
          ...(n % 3 === 0 ? { coupon: 'SPRING' } : {}),
        }))
        expect(codes(outcomes)).toEqual([])
      }
      for (const article of ['a', 'b', 'c'])
        expect(await stockOf(article)).toMatchObject({ value: { held: 6 * rounds } })
      await audit()
    })

    it('a cart of which one article is gone: nothing of it is held', async () => {
      await stocked({ a: 5, b: 0, c: 5 })
      await defined('SPRING', {})
      const outcomes = await buy(6, () => ({ articles: { c: 1, b: 1, a: 1 }, coupon: 'SPRING' }))
      expect(codes(outcomes)).toEqual(['out_of_stock'])
      for (const article of ['a', 'c']) expect(await stockOf(article)).toMatchObject({ value: { held: 0 } })
      expect(await couponOf('SPRING')).toMatchObject({ value: { held: 0 } })
      expect(await placed()).toEqual([])
      await audit()
    })
  },
)
