import {
  amountFault,
  available,
  decideCoupon,
  defaultSettings,
  discountOf,
  readCouponCode,
  type AmountFault,
  type CouponCode,
  type CouponRefusal,
  type Currency,
  type Instant,
  type Money,
  type OwnerId,
  type Stock,
  type Transaction,
  type UnitOfWork,
} from '@holdfast/core'
import { findArticle, isSent, priceIn, type ShopArticle } from './articles.ts'
import type { CartLine, ShopCart } from './cart.ts'

/** How much of an article can be had now. `held`: of what cannot, how much may come back, since nobody has paid it yet. */
export type OnShelf = 'unlimited' | { readonly left: number; readonly held: number }

/** What is wrong with a line of a cart. */
export type LineFault =
  | { readonly code: 'article_unknown' }
  | { readonly code: 'article_not_in_currency' }
  | { readonly code: 'out_of_stock'; readonly shelf: Exclude<OnShelf, 'unlimited'> }

/** A line of a cart with what it comes to now. */
export interface PricedLine extends CartLine {
  /** Absent: it is not sold any more. */
  readonly article: ShopArticle | undefined
  readonly unitPrice: Money | undefined
  readonly total: Money | undefined
  readonly fault: LineFault | undefined
}

/** What a coupon takes off, or why it is not taken. */
export type PricedCoupon =
  | { readonly type: 'taken'; readonly code: CouponCode; readonly takesOff: Money }
  | { readonly type: 'refused'; readonly refusal: CouponRefusal | { readonly code: 'coupon_unknown' } }

/** A cart as it would be ordered at this moment. */
export interface PricedCart {
  readonly lines: readonly PricedLine[]
  readonly subtotal: Money
  readonly coupon: PricedCoupon | undefined
  readonly total: Money
  /** What is wrong with the sum. */
  readonly sumFault: AmountFault | undefined
  /** Whether something in it is to be sent by post. */
  readonly isSent: boolean
  /** Whether it can be ordered as it is, as far as can be told now: the order itself decides. */
  readonly canBeOrdered: boolean
}

/**
 * What a cart comes to, line by line, by the stocks and coupons of this moment. The same functions decide that will decide when
 * it is ordered; but nothing is held, so that somebody else may be faster.
 */
export const priceCart = (
  unitOfWork: Pick<UnitOfWork, 'read'>,
  cart: ShopCart,
  { owner, now }: { readonly owner: OwnerId | undefined; readonly now: Instant },
): Promise<PricedCart> =>
  unitOfWork.read(async (tx) => {
    const lines: PricedLine[] = []
    for (const line of cart.lines) lines.push(await priceLine(tx, line, cart.currency))
    const minorUnits = lines.reduce((sum, { total }) => sum + (total?.minorUnits ?? 0n), 0n)
    const subtotal: Money = { minorUnits, currency: cart.currency }
    const coupon = cart.coupon === '' ? undefined : await tryCoupon(tx, cart.coupon, { subtotal, owner, now })
    const off = coupon?.type === 'taken' ? coupon.takesOff.minorUnits : 0n
    const total: Money = { ...subtotal, minorUnits: minorUnits - off }
    const sumFault = lines.length === 0 ? undefined : amountFault(total, defaultSettings.orderLimits)
    return {
      lines,
      subtotal,
      coupon,
      total,
      sumFault,
      isSent: lines.some(({ article }) => article !== undefined && isSent(article)),
      canBeOrdered:
        lines.length > 0 &&
        lines.every(({ fault }) => fault === undefined) &&
        coupon?.type !== 'refused' &&
        sumFault === undefined,
    }
  })

const priceLine = async (tx: Transaction, line: CartLine, currency: Currency): Promise<PricedLine> => {
  const article = findArticle(line.articleId)
  const unitPrice = article === undefined ? undefined : priceIn(article, currency)
  const total = unitPrice && { ...unitPrice, minorUnits: unitPrice.minorUnits * BigInt(line.quantity) }
  const common = { ...line, article, unitPrice, total }
  if (article === undefined) return { ...common, fault: { code: 'article_unknown' } }
  if (unitPrice === undefined) return { ...common, fault: { code: 'article_not_in_currency' } }
  const shelf = shelfOf(article, (await tx.stock.find(line.articleId))?.value)
  const isShort = shelf !== 'unlimited' && shelf.left < line.quantity
  return { ...common, fault: isShort ? { code: 'out_of_stock', shelf } : undefined }
}

/** How much of an article there is, of what is stored about it. */
export const shelfOf = (article: ShopArticle, stock: Stock | undefined): OnShelf => {
  if (!isSent(article)) return 'unlimited'
  return stock === undefined ? { left: 0, held: 0 } : { left: available(stock), held: stock.held }
}

const tryCoupon = async (
  tx: Transaction,
  typed: string,
  { subtotal, owner, now }: { readonly subtotal: Money; readonly owner: OwnerId | undefined; readonly now: Instant },
): Promise<PricedCoupon> => {
  const code = readCouponCode(typed)
  const found = code === undefined ? undefined : await tx.coupons.find(code)
  if (code === undefined || found === undefined) return { type: 'refused', refusal: { code: 'coupon_unknown' } }
  const usesOfOwner = owner === undefined ? 0 : await tx.coupons.countUses(code, owner)
  const decision = decideCoupon(found.value, { type: 'hold', at: now, subtotal, usesOfOwner })
  return decision.ok
    ? { type: 'taken', code, takesOff: discountOf(found.value.discount, subtotal) }
    : { type: 'refused', refusal: decision.refusal }
}
