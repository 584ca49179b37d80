import { isSound, type Coupon, type CouponTerms } from '../coupon/coupon.ts'
import { err, ok, type Result } from '../kernel/result.ts'
import type { Actor } from './actor.ts'
import type { Dependencies } from './dependencies.ts'

/** What is asked of {@link defineCoupon}. */
export interface DefineCouponRequest {
  readonly actor: Exclude<Actor, { readonly type: 'owner' }>
  readonly terms: CouponTerms
}

/** What {@link defineCoupon} answers. */
export type DefineCouponOutcome = Result<
  Coupon,
  | { readonly code: 'coupon_not_sound'; readonly field: string }
  | { readonly code: 'coupon_used_more'; readonly used: number; readonly held: number }
>
/** The use case {@link defineCoupon}, wired. */
export type DefineCoupon = (request: DefineCouponRequest) => Promise<DefineCouponOutcome>

/**
 * Makes a coupon, or gives one other terms. What was used of it stays used, and orders that were placed keep the discount
 * that they have.
 *
 * Refuses, first match wins: `coupon_not_sound` (with the field at fault), `coupon_used_more` (its new limit is less than what
 * has been used and is held).
 */
export const defineCoupon =
  ({ unitOfWork }: Pick<Dependencies, 'unitOfWork'>): DefineCoupon =>
  async ({ terms }) => {
    const field = isSound(terms)
    if (field !== true) return err({ code: 'coupon_not_sound', field })
    return unitOfWork.run(async (tx): Promise<DefineCouponOutcome> => {
      const { value, version } = (await tx.coupons.find(terms.code)) ?? { value: { used: 0, held: 0 }, version: 0 }
      const { used, held } = value
      if (terms.limit !== undefined && terms.limit < used + held) return err({ code: 'coupon_used_more', used, held })
      const coupon = { ...terms, used, held }
      await tx.coupons.save(coupon, version)
      return ok(coupon)
    })
  }
