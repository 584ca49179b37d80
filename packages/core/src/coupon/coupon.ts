import { accept, reject, type Decision } from '../kernel/decision.ts'
import { parseId, type CouponCode } from '../kernel/ids.ts'
import type { Instant } from '../kernel/instant.ts'
import { chargeableStep, type Money } from '../kernel/money.ts'

/** What a coupon takes off: so many hundredths of the price, 1 to 100, or a sum. */
export type Discount =
  | { readonly type: 'percent'; readonly percent: number }
  | { readonly type: 'amount'; readonly amount: Money }

/** A discount that can be had so often and no more. */
export interface Coupon {
  readonly code: CouponCode
  readonly discount: Discount
  /** How often it can be used in all. Absent: without end. */
  readonly limit?: number
  /** How often one owner can use it. Absent: without end. */
  readonly limitPerOwner?: number
  /** What has to be in the cart before it counts, in that currency. */
  readonly minimum?: Money
  readonly startsAt?: Instant
  /** From then on it is not taken any more. */
  readonly endsAt?: Instant
  /** Uses that were paid for. */
  readonly used: number
  /** Uses that are kept for orders which can still be paid. */
  readonly held: number
}

/** The terms of a coupon: all of it but what has been used. */
export type CouponTerms = Omit<Coupon, 'used' | 'held'>

/** A coupon's code as somebody types it; `undefined` where none can look like it. */
export const readCouponCode = (typed: string): CouponCode | undefined => parseId<'coupon'>(typed.trim().toUpperCase())

/** True for terms that can be kept; else the first field that cannot. */
export const isSound = ({
  code,
  discount,
  limit,
  limitPerOwner,
  startsAt,
  endsAt,
}: CouponTerms): true | keyof CouponTerms => {
  const isCount = (value: number | undefined): boolean =>
    value === undefined || (Number.isSafeInteger(value) && value > 0)
  if (readCouponCode(code) !== code) return 'code'
  const off = discount.type === 'percent' ? discount.percent : Number(discount.amount.minorUnits)
  if (!isCount(off) || (discount.type === 'percent' && off > 100)) return 'discount'
  if (!isCount(limit)) return 'limit'
  if (!isCount(limitPerOwner)) return 'limitPerOwner'
  return startsAt !== undefined && endsAt !== undefined && endsAt <= startsAt ? 'endsAt' : true
}

/** What can happen to a coupon. */
export type CouponEvent = { readonly type: 'held' } | { readonly type: 'released' } | { readonly type: 'consumed' }

/**
 * What can be put to a coupon. `usesOfOwner` counts what the owner has used and what is held for them. `hold_again`: it was held once,
 * and let go of; it counts as it did then, whatever its terms are now, as long as it is not used up.
 */
export type CouponCommand =
  | { readonly type: 'hold'; readonly at: Instant; readonly subtotal: Money; readonly usesOfOwner: number }
  | { readonly type: 'hold_again'; readonly usesOfOwner: number }
  | { readonly type: 'release' }
  | { readonly type: 'consume' }

/** Why a coupon is not taken, however seldom it was used. */
export type CouponTermsRefusal =
  | { readonly code: 'coupon_not_started'; readonly startsAt: Instant }
  | { readonly code: 'coupon_ended'; readonly endsAt: Instant }
  | { readonly code: 'coupon_not_for_currency' }
  | { readonly code: 'coupon_minimum_not_reached'; readonly minimum: Money }

/** Why a coupon is not taken. */
export type CouponRefusal =
  | CouponTermsRefusal
  | { readonly code: 'coupon_used_up' }
  | { readonly code: 'coupon_used_by_you' }
  | { readonly code: 'coupon_not_held' }

/** The coupon after an event. */
export const evolveCoupon = (coupon: Coupon, event: CouponEvent): Coupon => {
  const { used, held } = coupon
  switch (event.type) {
    case 'held':
      return { ...coupon, held: held + 1 }
    case 'released':
      return { ...coupon, held: held - 1 }
    case 'consumed':
      return { ...coupon, held: held - 1, used: used + 1 }
  }
}

/** Decides what a command means for a coupon as it stands. No answer lets it be used more often than its limit. */
export const decideCoupon = (coupon: Coupon, command: CouponCommand): Decision<CouponEvent, never, CouponRefusal> => {
  switch (command.type) {
    case 'hold':
      return checkCouponTerms(coupon, command) ?? decideToHold(coupon, command)
    case 'hold_again':
      return decideToHold(coupon, command)
    case 'release':
      return coupon.held > 0 ? accept([{ type: 'released' }]) : reject({ code: 'coupon_not_held' })
    case 'consume':
      return coupon.held > 0 ? accept([{ type: 'consumed' }]) : reject({ code: 'coupon_not_held' })
  }
}

/** Why a coupon's terms do not let it be taken for a cart that comes to so much; `undefined` where they do. */
export const checkCouponTerms = (
  { discount, startsAt, endsAt, minimum }: CouponTerms,
  { at, subtotal }: { readonly at: Instant; readonly subtotal: Money },
): { readonly ok: false; readonly refusal: CouponTermsRefusal } | undefined => {
  if (startsAt !== undefined && at < startsAt) return reject({ code: 'coupon_not_started', startsAt })
  if (endsAt !== undefined && at >= endsAt) return reject({ code: 'coupon_ended', endsAt })
  if (discount.type === 'amount' && discount.amount.currency !== subtotal.currency)
    return reject({ code: 'coupon_not_for_currency' })
  if (minimum !== undefined && minimum.currency !== subtotal.currency)
    return reject({ code: 'coupon_not_for_currency' })
  return minimum !== undefined && subtotal.minorUnits < minimum.minorUnits
    ? reject({ code: 'coupon_minimum_not_reached', minimum })
    : undefined
}

const decideToHold = (
  { limit, limitPerOwner, used, held }: Coupon,
  { usesOfOwner }: { readonly usesOfOwner: number },
): Decision<CouponEvent, never, CouponRefusal> => {
  if (limit !== undefined && used + held >= limit) return reject({ code: 'coupon_used_up' })
  if (limitPerOwner !== undefined && usesOfOwner >= limitPerOwner) return reject({ code: 'coupon_used_by_you' })
  return accept([{ type: 'held' }])
}

/**
 * What a discount takes off a sum: never more than it, and rounded down to what can be charged in the currency, so that what is
 * left can be.
 */
export const discountOf = (discount: Discount, { minorUnits, currency }: Money): Money => {
  const wanted =
    discount.type === 'percent' ? (minorUnits * BigInt(discount.percent)) / 100n : discount.amount.minorUnits
  const step = chargeableStep(currency)
  const most = wanted < minorUnits ? wanted : minorUnits
  return { minorUnits: most - (most % step), currency }
}
