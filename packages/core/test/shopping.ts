import { articles } from '../src/contracts/rules/articles.ts'
import { shop } from '../src/contracts/rules/shop.ts'
import { ana, mxn, world, type World, type WorldOptions } from '../src/contracts/rules/world.ts'
import type {
  Actor,
  ArticleId,
  Cart,
  Coupon,
  CouponCode,
  Order,
  OrderId,
  PaymentId,
  PlacedOrder,
  Stock,
} from '../src/index.ts'

type Owner = Extract<Actor, { readonly type: 'owner' }>
/** Articles of the pottery, and how many of each. */
type Lines = readonly (readonly [article: string, quantity: number])[]

/** A world whose pottery is open. */
export const openShop = (options: WorldOptions = {}): Promise<World> => shop(world(options))

/** A cart to be paid in pesos. */
export const cartOf = (lines: Lines, rest: Partial<Cart> = {}): Cart => ({
  lines: lines.map(([articleId, quantity]) => ({ articleId, quantity })),
  currency: mxn(0n).currency,
  ...rest,
})

/** Places an order. @throws where it is refused. */
export const place = async (
  w: World,
  lines: Lines,
  { actor = ana, ...rest }: Partial<Cart> & { readonly actor?: Owner } = {},
): Promise<PlacedOrder> => {
  const placed = await w.holdfast.placeOrder({ actor, cart: cartOf(lines, rest) })
  if (!placed.ok) throw new Error(placed.error.code)
  return placed.value
}

/** The page on which a payment can be paid. @throws where none is opened. */
export const pageFor = async (w: World, paymentId: PaymentId, actor: Actor = ana): Promise<string> => {
  const checkout = await w.holdfast.startCheckout({ actor, paymentId })
  if (!checkout.ok || checkout.value.type !== 'open') throw new Error('No page was opened.')
  return checkout.value.sessionId
}

/** Places an order, opens its page, and says what its ids are. */
export const ordered = async (w: World, lines: Lines = [['mug', 2]], rest: Parameters<typeof place>[2] = {}) => {
  const placed = await place(w, lines, rest)
  return { ...placed, sessionId: await pageFor(w, placed.paymentId, rest.actor) }
}

/** An order that is paid, and of which that is known. */
export const paidOrder = async (w: World, lines: Lines = [['mug', 2]], rest: Parameters<typeof place>[2] = {}) => {
  const made = await ordered(w, lines, rest)
  await w.provider.payer.pay(made.sessionId)
  await w.deliver()
  return made
}

/** An order as it is stored. */
export const orderOf = async (w: World, id: OrderId): Promise<Order> => {
  const found = await w.unitOfWork.read((tx) => tx.orders.find(id))
  if (found === undefined) throw new Error(`No order ${id}.`)
  return found.value
}

/** How an order stands: its status, and what became of what it holds. */
export const standing = async (w: World, id: OrderId) => {
  const { status, holds } = await orderOf(w, id)
  return [status, ...holds.map((hold) => hold.status)].join(' ')
}

/** How many of an article are on the shelf, and how many of these are held. */
export const shelf = async (w: World, article: string): Promise<Pick<Stock, 'onHand' | 'held'>> => {
  const found = await w.unitOfWork.read((tx) => tx.stock.find(article as ArticleId))
  const { onHand, held } = found?.value ?? { onHand: 0, held: 0 }
  return { onHand, held }
}

/** How often a coupon is used, and how often it is held. */
export const uses = async (w: World, code: string): Promise<Pick<Coupon, 'used' | 'held'>> => {
  const found = await w.unitOfWork.read((tx) => tx.coupons.find(code as CouponCode))
  if (found === undefined) throw new Error(`No coupon ${code}.`)
  const { used, held } = found.value
  return { used, held }
}

/** What owners were told, and about what: the messages in order, by name. */
export const told = ({ notifier }: World) => notifier.sent.map(({ template }) => template)

/** A catalogue of these articles only, beside those of the pottery. */
export const alsoSelling = (...more: readonly (typeof articles)[number][]) => ({
  find: async (ids: readonly ArticleId[]) => [...articles, ...more].filter(({ articleId }) => ids.includes(articleId)),
})
