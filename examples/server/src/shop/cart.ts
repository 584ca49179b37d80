import { parseId, type ArticleId, type Currency } from '@holdfast/core'
import { shopCurrencies } from './articles.ts'

/** So many of one article. */
export interface CartLine {
  readonly articleId: ArticleId
  /** A whole number, 1 to {@link mostOfOne}. */
  readonly quantity: number
}

/** What somebody has chosen. It is theirs to change: prices and stocks are looked up whenever it is read. */
export interface ShopCart {
  /** Each article once. */
  readonly lines: readonly CartLine[]
  readonly currency: Currency
  /** As it was typed, in capitals. Empty: none. */
  readonly coupon: string
}

/** How many of one article a cart takes. */
export const mostOfOne = 99

// A cookie holds four thousand characters: these are at most half of them.
const mostLines = 20
const longestCoupon = 40

/** A cart with nothing in it. */
export const emptyCart: ShopCart = { lines: [], currency: shopCurrencies[0], coupon: '' }

/** How many things are in a cart. */
export const countThings = ({ lines }: ShopCart): number => lines.reduce((sum, { quantity }) => sum + quantity, 0)

/** How many of an article are in a cart. */
export const quantityIn = ({ lines }: ShopCart, articleId: ArticleId): number =>
  lines.find((line) => line.articleId === articleId)?.quantity ?? 0

/** The cart with so many of an article, whatever it had of it before; with 0 it has none. More than it takes is as much as it takes. */
export const withQuantity = (cart: ShopCart, articleId: ArticleId, quantity: number): ShopCart => {
  const line = { articleId, quantity: Math.min(quantity, mostOfOne) }
  const isIn = cart.lines.some((each) => each.articleId === articleId)
  const lines = isIn ? cart.lines.map((each) => (each.articleId === articleId ? line : each)) : [...cart.lines, line]
  return { ...cart, lines: lines.filter((each) => each.quantity > 0).slice(0, mostLines) }
}

/** The cart with another coupon, as it is typed; with an empty one it has none. */
export const withCoupon = (cart: ShopCart, typed: string): ShopCart => ({
  ...cart,
  // By characters: half of one could not be written down again.
  coupon: Array.from(typed.trim().toUpperCase()).slice(0, longestCoupon).join(''),
})

/** The currency that a text names, if the shop can be paid in it. */
export const parseShopCurrency = (text: string | undefined): Currency | undefined =>
  shopCurrencies.find((each) => each === text)

/** A cart as one text: for a cookie, and for the form that orders it. */
export const encodeCart = ({ lines, currency, coupon }: ShopCart): string =>
  [currency, encodeURIComponent(coupon), ...lines.map(({ articleId, quantity }) => `${articleId}*${quantity}`)].join(
    ',',
  )

/** Reads what {@link encodeCart} wrote; `undefined` for anything else. */
export const decodeCart = (text: string): ShopCart | undefined => {
  const [code, typed = '', ...parts] = text.split(',')
  const currency = parseShopCurrency(code)
  const coupon = decoded(typed)
  if (currency === undefined || coupon === undefined || parts.length > mostLines) return undefined
  let cart: ShopCart = withCoupon({ ...emptyCart, currency }, coupon)
  for (const part of parts) {
    const [, id = '', count = ''] = /^([^*]+)\*([1-9]\d?)$/.exec(part) ?? []
    const articleId = parseId<'article'>(id)
    if (articleId === undefined || quantityIn(cart, articleId) > 0) return undefined
    cart = withQuantity(cart, articleId, Number(count))
  }
  return cart
}

const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
