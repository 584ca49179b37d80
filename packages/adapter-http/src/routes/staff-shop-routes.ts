import {
  bug,
  err,
  ok,
  parseDecimal,
  readCouponCode,
  type ArticleId,
  type CouponCode,
  type CouponTerms,
  type Discount,
  type Money,
  type Result,
} from '@holdfast/core'
import { z } from '@hono/zod-openapi'
import type { Catalogue } from '../language/catalogue.ts'
import type { RefusalWith } from '../problem/refusal.ts'
import { tooManyDecimals } from '../problem/too-many-decimals.ts'
import { answerOnce } from '../serving/answer-once.ts'
import { couponAnswer, couponBody, couponsAnswer, showCoupon } from '../wire/coupon.ts'
import { momentOf, pageOf, paging } from '../wire/parts.ts'
import { adjustmentBody, showStock, stockAnswer, stocksAnswer } from '../wire/stock.ts'
import { refused, reply, route } from './route.ts'

const tag = 'Staff'

const listStock = route({
  name: 'list_stock',
  method: 'get',
  path: '/staff/stock',
  tag,
  summary: 'How much there is of each article, and how much of it is kept for orders.',
  who: 'staff',
  query: z.strictObject(paging),
  answers: { 200: stocksAnswer },
  refusals: [],
  handle: async ({ query: { limit, after } }, { unitOfWork }) => {
    const found = await unitOfWork.read((tx) =>
      tx.stock.list({ limit: limit + 1, ...(after === undefined ? {} : { after: after as ArticleId }) }),
    )
    const { rows, next_cursor } = pageOf(found, limit, ({ articleId }) => articleId)
    return reply(200, { stock: rows.map(showStock), next_cursor })
  },
})

const adjustStock = route({
  name: 'adjust_stock',
  method: 'post',
  path: '/staff/stock/{id}/adjust',
  tag,
  summary: 'Changes how much there is of an article: by what a delivery brought, or a count found missing.',
  who: 'staff',
  id: 'article',
  body: adjustmentBody,
  keyed: true,
  answers: { 200: stockAnswer },
  refusals: ['article_not_found', 'not_a_quantity', 'idempotency_key_reused', 'stock_held'],
  handle: async ({ actor, id: articleId, body: { by }, keyed }, { holdfast }) => {
    const outcome = await holdfast.adjustStock({ actor, articleId, by, ...keyed })
    return outcome.ok ? reply(200, showStock(outcome.value)) : refused(outcome.error)
  },
})

const listCoupons = route({
  name: 'list_coupons',
  method: 'get',
  path: '/staff/coupons',
  tag,
  summary: 'The coupons there are, by code, and how often each was used.',
  who: 'staff',
  query: z.strictObject(paging),
  answers: { 200: couponsAnswer },
  refusals: [],
  handle: async ({ query: { limit, after } }, { unitOfWork }) => {
    const found = await unitOfWork.read((tx) =>
      tx.coupons.list({ limit: limit + 1, ...(after === undefined ? {} : { after: after as CouponCode }) }),
    )
    const { rows, next_cursor } = pageOf(found, limit, ({ code }) => code)
    return reply(200, { coupons: rows.map(showCoupon), next_cursor })
  },
})

const defineCoupon = route({
  name: 'define_coupon',
  method: 'post',
  path: '/staff/coupons',
  tag,
  summary: 'Makes a coupon, or gives one other terms. What was used of it stays used.',
  who: 'staff',
  body: couponBody,
  keyed: true,
  answers: { 200: couponAnswer },
  refusals: ['idempotency_key_reused', 'coupon_not_sound', 'coupon_used_more', 'invalid_request'],
  handle: async ({ actor, body, keyed, words }, services) => {
    const terms = termsOf(body, words)
    if (!terms.ok) return refused(terms.error)
    const asked = { useCase: 'define_coupon', terms: terms.value }
    const outcome = await answerOnce(services, { actor, ...keyed }, asked, () =>
      services.holdfast.defineCoupon({ actor, terms: terms.value }),
    )
    return outcome.ok ? reply(200, showCoupon(outcome.value)) : refused(outcome.error)
  },
})

/** What a shop has to sell, and what it takes off. */
export const staffShopRoutes = [listStock, adjustStock, listCoupons, defineCoupon] as const

type Sent = z.output<typeof couponBody>
type NotRead = RefusalWith<'invalid_request'>

const termsOf = (sent: Sent, words: Catalogue): Result<CouponTerms, NotRead> => {
  const { limit, limit_per_owner, starts_at, ends_at } = sent
  const discount = discountOf(sent.discount, words)
  if (!discount.ok) return discount
  const minimum = sent.minimum === undefined ? ok(undefined) : moneyOf('minimum.amount', sent.minimum, words)
  if (!minimum.ok) return minimum
  return ok({
    code: readCouponCode(sent.code) ?? bug('The schema lets nothing through that is no code.'),
    discount: discount.value,
    ...(limit === undefined ? {} : { limit }),
    ...(limit_per_owner === undefined ? {} : { limitPerOwner: limit_per_owner }),
    ...(minimum.value === undefined ? {} : { minimum: minimum.value }),
    ...(starts_at === undefined ? {} : { startsAt: momentOf(starts_at) }),
    ...(ends_at === undefined ? {} : { endsAt: momentOf(ends_at) }),
  })
}

const discountOf = (sent: Sent['discount'], words: Catalogue): Result<Discount, NotRead> => {
  if (sent.type === 'percent') return ok(sent)
  const amount = moneyOf('discount.amount', sent, words)
  return amount.ok ? ok({ type: 'amount', amount: amount.value }) : amount
}

const moneyOf = (
  field: string,
  { amount, currency }: { readonly amount: string; readonly currency: string },
  words: Catalogue,
): Result<Money, NotRead> => {
  const money = parseDecimal(amount, currency)
  return money === undefined ? err(tooManyDecimals(field, currency, words)) : ok(money)
}
