import { readCouponCode, type Coupon, type Discount } from '@holdfast/core'
import { z } from '@hono/zod-openapi'
import { amount, askedAmount, askedTime, currency, moneyFields, nextCursor, time, timeOrNull } from './parts.ts'

const mostUses = 1_000_000_000

/** The terms of a coupon, as staff send them. */
export const couponBody = z
  .strictObject({
    code: z
      .string()
      .refine((text) => readCouponCode(text) !== undefined)
      .openapi({ description: 'Kept in capitals. A code that there is gets these terms.', example: 'SUMMER-10' }),
    discount: z
      .discriminatedUnion('type', [
        z.strictObject({ type: z.literal('percent'), percent: z.int().min(1).max(100) }),
        z.strictObject({ type: z.literal('amount'), amount: askedAmount, currency }),
      ])
      .openapi({ example: { type: 'percent', percent: 10 } }),
    limit: z
      .int()
      .min(1)
      .max(mostUses)
      .optional()
      .openapi({ description: 'How often it can be used in all.', example: 100 }),
    limit_per_owner: z
      .int()
      .min(1)
      .max(mostUses)
      .optional()
      .openapi({ description: 'How often one owner can use it.', example: 1 }),
    minimum: z
      .strictObject({ amount: askedAmount, currency })
      .optional()
      .openapi({
        description: 'What has to be in the cart before it counts.',
        example: { amount: '50.00', currency: 'MXN' },
      }),
    starts_at: askedTime.optional(),
    ends_at: askedTime.optional().openapi({ example: '2027-09-01T00:00:00Z' }),
  })
  .openapi('CouponTerms')

/** A coupon, and how often it was used. */
export const couponAnswer = z
  .object({
    code: z.string(),
    discount: z.discriminatedUnion('type', [
      z.object({ type: z.literal('percent'), percent: z.int() }),
      z.object({ type: z.literal('amount'), amount, currency }),
    ]),
    limit: z.int().nullable(),
    limit_per_owner: z.int().nullable(),
    minimum: z.object({ amount, currency }).nullable(),
    starts_at: time.nullable(),
    ends_at: time.nullable(),
    used: z.int().openapi({ description: 'Uses that were paid for.' }),
    held: z.int().openapi({ description: 'Uses that are kept for orders which can still be paid.' }),
  })
  .openapi('Coupon')

/** A page of coupons. */
export const couponsAnswer = z.object({ coupons: z.array(couponAnswer), next_cursor: nextCursor }).openapi('Coupons')

/** A coupon. */
export const showCoupon = (coupon: Coupon): z.infer<typeof couponAnswer> => ({
  code: coupon.code,
  discount: showDiscount(coupon.discount),
  limit: coupon.limit ?? null,
  limit_per_owner: coupon.limitPerOwner ?? null,
  minimum: coupon.minimum === undefined ? null : moneyFields(coupon.minimum),
  starts_at: timeOrNull(coupon.startsAt),
  ends_at: timeOrNull(coupon.endsAt),
  used: coupon.used,
  held: coupon.held,
})

const showDiscount = (discount: Discount): z.infer<typeof couponAnswer>['discount'] =>
  discount.type === 'percent' ? discount : { type: 'amount', ...moneyFields(discount.amount) }
