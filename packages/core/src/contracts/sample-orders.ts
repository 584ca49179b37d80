import type { Coupon } from '../coupon/coupon.ts'
import type { ArticleId, CouponCode, OrderId } from '../kernel/ids.ts'
import { money } from '../kernel/money.ts'
import type { Order } from '../order/order.ts'
import type { Hold } from '../order/hold.ts'
import type { Stock } from '../stock/stock.ts'
import { at, beyondDoubles, mostIn64Bits, ownerId, paymentId } from './sample-names.ts'

/** Takes this text for the id of an order. */
export const orderId = (text: string): OrderId => text as OrderId
/** Takes this text for the id of an article. */
export const articleId = (text: string): ArticleId => text as ArticleId
/** Takes this text for the code of a coupon. */
export const couponCode = (text: string): CouponCode => text as CouponCode

/** Units of an article, held for an order or not any more. */
export const stockHold = (article: string, quantity: number, status: Hold['status'] = 'held'): Hold => ({
  of: 'stock',
  articleId: articleId(article),
  quantity,
  status,
})

/** One use of a coupon, held for an order or not any more. */
export const couponHold = (code: string, status: Hold['status'] = 'held'): Hold => ({
  of: 'coupon',
  code: couponCode(code),
  status,
})

const orderBase = (id: string) =>
  ({
    id: orderId(id),
    owner: ownerId('ana'),
    lines: [
      { articleId: articleId('mug'), name: 'Taza «Ñandú»', quantity: 2, unitPrice: money(150_00, 'MXN') },
      { articleId: articleId('song'), name: 'A song', quantity: 1, unitPrice: money(9_00, 'MXN'), unlimited: true },
    ],
    total: money(309_00, 'MXN'),
    paymentId: paymentId(`pay_${id}`),
    holds: [stockHold('mug', 2)],
    expiresAt: at(3_600_000),
    details: { street: 'Calle 1, nº 2', paid: beyondDoubles },
    createdAt: at(0),
  }) as const

/** An order that can be paid, and holds two mugs; `change` may make it any other. */
export const someOrder = (id: string, change: object = {}): Order =>
  ({ ...orderBase(id), status: 'pending', ...change }) as Order

const most = Number.MAX_SAFE_INTEGER

/** An order in every status, with every optional field present in one and absent in another. */
export const everyOrder = (): readonly Order[] => {
  const completed = { holds: [stockHold('mug', 2, 'consumed')], completedAt: at(5) }
  const cheaper = {
    discount: { code: couponCode('SPRING'), amount: money(beyondDoubles, 'EUR') },
    total: money(mostIn64Bits, 'EUR'),
  }
  return [
    { ...orderBase('ord_pending'), status: 'pending' },
    {
      ...orderBase('ord_cheaper'),
      ...cheaper,
      holds: [stockHold('mug', most), stockHold('pot', 1), couponHold('SPRING')],
      status: 'pending',
    },
    { ...orderBase('ord_completed'), ...completed, status: 'completed' },
    {
      ...orderBase('ord_songs'),
      lines: orderBase('ord_songs').lines.slice(1),
      holds: [],
      details: {},
      status: 'completed',
      completedAt: at(5),
    },
    {
      ...orderBase('ord_shipped'),
      ...completed,
      ...cheaper,
      holds: [...completed.holds, couponHold('SPRING', 'consumed')],
      status: 'shipped',
      shippedAt: at(6),
      tracking: 'MX 123/4',
    },
    { ...orderBase('ord_carried'), ...completed, status: 'shipped', shippedAt: at(6) },
    { ...orderBase('ord_delivered'), ...completed, status: 'delivered', shippedAt: at(6), deliveredAt: at(7) },
    {
      ...orderBase('ord_followed'),
      ...completed,
      status: 'delivered',
      shippedAt: at(6),
      tracking: '',
      deliveredAt: at(7),
    },
    ...(['requested', 'expired', 'payment_failed'] as const).map((reason): Order => {
      const holds = [stockHold('mug', 2, 'released')]
      return { ...orderBase(`ord_${reason}`), holds, status: 'cancelled', cancelledAt: at(8), reason }
    }),
    { ...orderBase('ord_recalled'), ...completed, status: 'cancelled', cancelledAt: at(8), reason: 'recalled' },
    {
      ...orderBase('ord_reinstated'),
      holds: [stockHold('mug', 2, 'released'), stockHold('mug', 2, 'consumed')],
      status: 'completed',
      completedAt: at(9),
    },
  ]
}

/** An order of this owner with one hold of a coupon, in the status of an order whose hold is in that status. */
export const orderWithCoupon = (id: string, owner: string, code: string, hold: Hold['status']): Order => {
  const change = { owner: ownerId(owner), holds: [couponHold(code, hold)] }
  switch (hold) {
    case 'held':
      return someOrder(id, change)
    case 'consumed':
      return someOrder(id, { ...change, status: 'completed', completedAt: at(5) })
    case 'released':
      return someOrder(id, { ...change, status: 'cancelled', cancelledAt: at(5), reason: 'expired' })
  }
}

/** Ten of an article, of which nobody holds any; `change` may make it any other. */
export const someStock = (article: string, change: Partial<Stock> = {}): Stock => ({
  articleId: articleId(article),
  onHand: 10,
  held: 0,
  ...change,
})

/** A coupon of ten in a hundred that anybody can use for ever; `change` may make it any other. */
export const someCoupon = (code: string, change: Partial<Coupon> = {}): Coupon => ({
  code: couponCode(code),
  discount: { type: 'percent', percent: 10 },
  used: 0,
  held: 0,
  ...change,
})

/** Coupons with every optional field present in one and absent in another. */
export const everyCoupon = (): readonly Coupon[] => [
  someCoupon('FOR-EVER'),
  someCoupon('SPRING', {
    discount: { type: 'amount', amount: money(beyondDoubles, 'EUR') },
    limit: 5,
    limitPerOwner: 1,
    minimum: money(mostIn64Bits, 'EUR'),
    startsAt: at(1),
    endsAt: at(2),
    used: 3,
    held: 2,
  }),
  someCoupon('FREE', { discount: { type: 'percent', percent: 100 }, minimum: money(0, 'JPY'), startsAt: at(0) }),
  someCoupon('ENDLESS', { limit: most, limitPerOwner: most, endsAt: at(0), used: most - 1, held: 1 }),
]
