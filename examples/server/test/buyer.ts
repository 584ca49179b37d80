import { join } from 'node:path'
import Database from 'better-sqlite3'
import { z } from 'zod'
import { eventually } from './eventually.ts'
import { atPayment, type AtPayment } from './patient.ts'
import type { TestServer } from './running.ts'
import type { stripeAt } from './stripe-payer.ts'
import type { SeenPage, Visitor } from './visitor.ts'

/** What these stories buy, with what one of each costs in centavos. */
export const goods = {
  mug: { slug: 'taza-talavera', minor: 28_000, atFirst: 12 },
  pitcher: { slug: 'jarra-cobre', minor: 145_000, atFirst: 2 },
  rug: { slug: 'tapete-zapoteco', minor: 680_000, atFirst: 2 },
  jaguar: { slug: 'alebrije-jaguar', minor: 125_000, atFirst: 1 },
  pattern: { slug: 'patron-papel-picado', minor: 6_000 },
} as const

/** Puts so many of an article into the cart, and sees the page that says so. */
export const put = async (buyer: Visitor, slug: string, quantity = 1): Promise<SeenPage> =>
  buyer.submit(await buyer.get(`/shop/${slug}`), '/cart/add', { quantity: String(quantity) })

/** Types a coupon on the cart's page, and sees what is said about it. */
export const useCoupon = async (buyer: Visitor, coupon: string): Promise<SeenPage> =>
  buyer.submit(await buyer.get('/cart'), '/cart/coupon', { coupon })

/** Says how many of an article are wanted, as it is typed. */
export const changeTo = async (buyer: Visitor, slug: string, quantity: string): Promise<SeenPage> =>
  buyer.submit(await buyer.get('/cart'), '/cart/change', { article: slug, quantity })

/** Orders what is in the cart. */
export const order = async (buyer: Visitor): Promise<SeenPage> => buyer.submit(await buyer.get('/cart'), '/cart/order')

/** A buyer before the payment page, with the address of the order that it is for. */
export interface AtCheckout extends AtPayment {
  readonly orderPath: string
}

/** Orders what is in the cart and goes on to the payment page. */
export const toCheckout = async (buyer: Visitor): Promise<AtCheckout> => {
  const at = atPayment(await order(buyer))
  if (at.sessionId === '') throw new Error(`This is no payment page: ${at.page.path}: ${at.page.text}`)
  return { ...at, orderPath: await newestOrder(buyer) }
}

/** The address of a buyer's newest order. */
export const newestOrder = async (buyer: Visitor): Promise<string> =>
  /href="(\/orders\/ord_\w+)"/.exec((await buyer.get('/orders')).html)?.[1] ?? ''

/** Buys one article, with its money paid and its order completed. */
export const buy = async (
  buyer: Visitor,
  stripe: ReturnType<typeof stripeAt>,
  { slug, minor }: { readonly slug: string; readonly minor: number },
): Promise<AtCheckout> => {
  await put(buyer, slug)
  const at = await toCheckout(buyer)
  const status = await stripe.pay(at.sessionId, minor)
  if (status !== 200) throw new Error(`The order was not paid: ${status}.`)
  await eventually('the order to be paid', async () => (await buyer.get(at.orderPath)).text.includes('Thank you!'))
  return at
}

const shelf = z.object({ article_id: z.string(), on_hand: z.number(), held: z.number() })
const hold = z.object({
  order_id: z.string(),
  of: z.enum(['stock', 'coupon']),
  article_id: z.string().nullable(),
  coupon_code: z.string().nullable(),
  quantity: z.number(),
  status: z.enum(['held', 'consumed', 'released']),
})
const coupon = z.object({ code: z.string(), used: z.number(), held: z.number() })
const orderRow = z.object({ id: z.string(), status: z.string(), cancel_reason: z.string().nullable() })

/** The shop as the database has it. */
export interface ShopBooks {
  readonly shelves: readonly z.infer<typeof shelf>[]
  readonly holds: readonly z.infer<typeof hold>[]
  readonly coupons: readonly z.infer<typeof coupon>[]
  readonly orders: readonly z.infer<typeof orderRow>[]
}

/** Reads the shop's tables, whatever the pages say. */
export const readBooks = ({ folder }: Pick<TestServer, 'folder'>): ShopBooks => {
  const database = new Database(join(folder, '.data', 'holdfast.db'), { readonly: true })
  const rows = (table: string): unknown => database.prepare(`SELECT * FROM holdfast_${table}`).all()
  try {
    return {
      shelves: z.array(shelf).parse(rows('stock')),
      holds: z.array(hold).parse(rows('order_holds')),
      coupons: z.array(coupon).parse(rows('coupons')),
      orders: z.array(orderRow).parse(rows('orders')),
    }
  } finally {
    database.close()
  }
}

/** How much of an article there is, and how much of that is kept: `[on the shelf, kept]`. */
export const onShelf = (server: Pick<TestServer, 'folder'>, slug: string): readonly [number, number] => {
  const found = readBooks(server).shelves.find(({ article_id: id }) => id === slug)
  return [found?.on_hand ?? 0, found?.held ?? 0]
}

/** How often a coupon was used, and for how many unpaid orders it is kept: `[used, kept]`. */
export const usesOf = (server: Pick<TestServer, 'folder'>, code: string): readonly [number, number] => {
  const found = readBooks(server).coupons.find((each) => each.code === code)
  return [found?.used ?? 0, found?.held ?? 0]
}

/** What does not add up: counts that the holds do not account for, and holds that live on after their order. */
export const discrepancies = ({ shelves, holds, coupons, orders }: ShopBooks): readonly string[] => {
  const sum = (picked: readonly z.infer<typeof hold>[]): number =>
    picked.reduce((total, { quantity }) => total + quantity, 0)
  const held = holds.filter(({ status }) => status === 'held')
  const pending = new Set(orders.filter(({ status }) => status === 'pending').map(({ id }) => id))
  return [
    ...shelves
      .filter((each) => each.held !== sum(held.filter(({ article_id: id }) => id === each.article_id)))
      .map(({ article_id: id }) => `${id}: another number is kept than its holds say`),
    ...coupons
      .filter((each) => each.held !== sum(held.filter(({ coupon_code: code }) => code === each.code)))
      .map(({ code }) => `${code}: another number is kept than its holds say`),
    ...coupons
      .filter(
        (each) =>
          each.used !==
          holds.filter(({ coupon_code: code, status }) => code === each.code && status === 'consumed').length,
      )
      .map(({ code }) => `${code}: used another number of times than its holds say`),
    ...held.filter(({ order_id: id }) => !pending.has(id)).map(({ order_id: id }) => `${id} is over and keeps things`),
  ]
}
