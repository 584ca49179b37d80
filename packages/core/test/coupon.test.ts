import { describe, expect, it } from 'vitest'
import { at } from '../src/contracts/samples.ts'
import {
  decideCoupon,
  discountOf,
  evolveCoupon,
  isSound,
  type Coupon,
  type CouponCommand,
  type CouponTerms,
} from '../src/coupon/coupon.ts'
import { accept } from '../src/kernel/decision.ts'
import type { CouponCode } from '../src/kernel/ids.ts'
import { money } from '../src/kernel/money.ts'

const terms: CouponTerms = { code: 'TEN' as CouponCode, discount: { type: 'percent', percent: 10 } }
const mxn = (minorUnits: number) => money(minorUnits, 'MXN')
const couponWith = (rest: Partial<Coupon>): Coupon => ({ ...terms, used: 0, held: 0, ...rest })
const hold = (rest: Partial<Extract<CouponCommand, { readonly type: 'hold' }>> = {}): CouponCommand => ({
  type: 'hold',
  at: at(100),
  subtotal: mxn(100_00),
  usesOfOwner: 0,
  ...rest,
})
/** What a command makes of a coupon: how often it is used then, and how often held; or why not. */
const after = (coupon: Coupon, command: CouponCommand) => {
  const decision = decideCoupon(coupon, command)
  if (!decision.ok) return decision.refusal
  const { used, held, ...kept } = decision.events.reduce(evolveCoupon, coupon)
  const { used: _used, held: _held, ...before } = coupon
  expect(kept).toStrictEqual(before)
  return [used, held]
}

describe('a coupon that somebody wants to use', () => {
  it('is held, once more each time, where it has no end', () => {
    expect(after(couponWith({}), hold())).toEqual([0, 1])
    expect(after(couponWith({ used: 1_000_000, held: 7 }), hold({ usesOfOwner: 99 }))).toEqual([1_000_000, 8])
    expect(decideCoupon(couponWith({}), hold())).toEqual(accept([{ type: 'held' }]))
  })

  it('is taken from the moment that it starts', () => {
    const coupon = couponWith({ startsAt: at(100) })
    expect(after(coupon, hold({ at: at(99) }))).toEqual({ code: 'coupon_not_started', startsAt: at(100) })
    expect(after(coupon, hold({ at: at(100) }))).toEqual([0, 1])
  })

  it('is taken until just before it ends', () => {
    const coupon = couponWith({ endsAt: at(100) })
    expect(after(coupon, hold({ at: at(99) }))).toEqual([0, 1])
    expect(after(coupon, hold({ at: at(100) }))).toEqual({ code: 'coupon_ended', endsAt: at(100) })
  })

  it('takes a sum off in its own currency only, a part in any', () => {
    const coupon = couponWith({ discount: { type: 'amount', amount: money(500, 'EUR') } })
    expect(after(coupon, hold())).toEqual({ code: 'coupon_not_for_currency' })
    expect(after(coupon, hold({ subtotal: money(100_00, 'EUR') }))).toEqual([0, 1])
    expect(after(couponWith({}), hold({ subtotal: money(100_00, 'EUR') }))).toEqual([0, 1])
  })

  it('wants so much in the cart, in that currency', () => {
    const coupon = couponWith({ minimum: mxn(100_00) })
    expect(after(coupon, hold({ subtotal: mxn(99_99) }))).toEqual({
      code: 'coupon_minimum_not_reached',
      minimum: mxn(100_00),
    })
    expect(after(coupon, hold({ subtotal: mxn(100_00) }))).toEqual([0, 1])
    expect(after(coupon, hold({ subtotal: money(500_00, 'EUR') }))).toEqual({ code: 'coupon_not_for_currency' })
  })

  it('can be had as often as its limit, what is held being counted', () => {
    const coupon = couponWith({ limit: 3 })
    expect(after({ ...coupon, used: 1, held: 1 }, hold())).toEqual([1, 2])
    for (const [used, held] of [
      [3, 0],
      [2, 1],
      [0, 3],
    ] as const)
      expect(after({ ...coupon, used, held }, hold())).toEqual({ code: 'coupon_used_up' })
  })

  it('can be had by one owner as often as their limit', () => {
    const coupon = couponWith({ limitPerOwner: 2, used: 50 })
    expect(after(coupon, hold({ usesOfOwner: 1 }))).toEqual([50, 1])
    expect(after(coupon, hold({ usesOfOwner: 2 }))).toEqual({ code: 'coupon_used_by_you' })
  })

  it('says the first of several reasons', () => {
    const all = couponWith({
      startsAt: at(200),
      endsAt: at(50),
      discount: { type: 'amount', amount: money(1, 'EUR') },
      minimum: mxn(200_00),
      limit: 1,
      limitPerOwner: 1,
      used: 1,
    })
    const codes: unknown[] = []
    let coupon: Coupon = all
    for (const mended of [
      { startsAt: at(0) },
      { endsAt: at(900) },
      { discount: terms.discount },
      { minimum: mxn(1) },
      { limit: 9 },
      { limitPerOwner: 9 },
    ]) {
      const refused = after(coupon, hold({ usesOfOwner: 1 }))
      codes.push('code' in refused ? refused.code : refused)
      coupon = { ...coupon, ...mended }
    }
    expect(codes).toEqual([
      'coupon_not_started',
      'coupon_ended',
      'coupon_not_for_currency',
      'coupon_minimum_not_reached',
      'coupon_used_up',
      'coupon_used_by_you',
    ])
    expect(after(coupon, hold({ usesOfOwner: 1 }))).toEqual([1, 1])
  })
})

describe('a coupon that was let go of', () => {
  it('is held again whatever has become of its terms, as long as it is not used up', () => {
    const coupon = couponWith({
      startsAt: at(200),
      endsAt: at(300),
      minimum: money(1, 'EUR'),
      limit: 2,
      limitPerOwner: 1,
    })
    expect(after(coupon, { type: 'hold_again', usesOfOwner: 0 })).toEqual([0, 1])
    expect(after({ ...coupon, used: 1, held: 1 }, { type: 'hold_again', usesOfOwner: 0 })).toEqual({
      code: 'coupon_used_up',
    })
    expect(after(coupon, { type: 'hold_again', usesOfOwner: 1 })).toEqual({ code: 'coupon_used_by_you' })
  })
})

describe('a coupon that is held', () => {
  it('is given back, or used, as often as it is held', () => {
    const coupon = couponWith({ used: 4, held: 1 })
    expect(after(coupon, { type: 'release' })).toEqual([4, 0])
    expect(after(coupon, { type: 'consume' })).toEqual([5, 0])
    expect(after({ ...coupon, held: 0 }, { type: 'release' })).toEqual({ code: 'coupon_not_held' })
    expect(after({ ...coupon, held: 0 }, { type: 'consume' })).toEqual({ code: 'coupon_not_held' })
  })

  it('is so whatever has become of its terms meanwhile', () => {
    const coupon = couponWith({ limit: 1, endsAt: at(0), held: 1 })
    expect(after(coupon, { type: 'consume' })).toEqual([1, 0])
    expect(after(coupon, { type: 'release' })).toEqual([0, 0])
  })
})

describe('the terms of a coupon', () => {
  it('are sound with every part that they can have', () => {
    expect(isSound(terms)).toBe(true)
    expect(
      isSound({
        ...terms,
        discount: { type: 'amount', amount: mxn(1) },
        limit: 1,
        limitPerOwner: 1,
        minimum: mxn(0),
        startsAt: at(1),
        endsAt: at(2),
      }),
    ).toBe(true)
  })

  it('take off from one to a hundred hundredths, or a sum above nothing', () => {
    for (const code of ['ten', ' TEN', 'T N', '']) expect(isSound({ ...terms, code: code as CouponCode })).toBe('code')
    for (const percent of [1, 99, 100]) expect(isSound({ ...terms, discount: { type: 'percent', percent } })).toBe(true)
    for (const percent of [0, -1, 101, 0.5, 12.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect([percent, isSound({ ...terms, discount: { type: 'percent', percent } })]).toEqual([percent, 'discount'])
    expect(isSound({ ...terms, discount: { type: 'amount', amount: mxn(101) } })).toBe(true)
    expect(isSound({ ...terms, discount: { type: 'amount', amount: mxn(0) } })).toBe('discount')
  })

  it('count in whole numbers from one', () => {
    for (const count of [0, -1, 1.5, Number.NaN, 2 ** 53]) {
      expect([count, isSound({ ...terms, limit: count })]).toEqual([count, 'limit'])
      expect([count, isSound({ ...terms, limitPerOwner: count })]).toEqual([count, 'limitPerOwner'])
    }
  })

  it('end after they start', () => {
    expect(isSound({ ...terms, startsAt: at(2), endsAt: at(2) })).toBe('endsAt')
    expect(isSound({ ...terms, startsAt: at(3), endsAt: at(2) })).toBe('endsAt')
    expect(isSound({ ...terms, endsAt: at(2) })).toBe(true)
    expect(isSound({ ...terms, startsAt: at(2) })).toBe(true)
  })

  it('name the first that is at fault', () => {
    const bad = { limit: 0, limitPerOwner: 0, startsAt: at(2), endsAt: at(1) }
    expect(isSound({ ...terms, ...bad, discount: { type: 'percent', percent: 0 } })).toBe('discount')
    expect(isSound({ ...terms, ...bad })).toBe('limit')
    expect(isSound({ ...terms, ...bad, limit: 1 })).toBe('limitPerOwner')
  })
})

describe('what a discount takes off', () => {
  const percent = (of: number, part: number, code = 'MXN') =>
    Number(discountOf({ type: 'percent', percent: part }, money(of, code)).minorUnits)
  const sum = (of: number, off: number, code = 'MXN') =>
    Number(discountOf({ type: 'amount', amount: money(off, code) }, money(of, code)).minorUnits)

  it('is so many hundredths, rounded down', () => {
    expect(percent(100_00, 10)).toBe(10_00)
    expect(percent(9_99, 10)).toBe(99)
    expect(percent(9, 10)).toBe(0)
    expect(percent(1_00, 100)).toBe(1_00)
  })

  it('is a sum, and never more than there is', () => {
    expect(sum(100_00, 30_00)).toBe(30_00)
    expect(sum(100_00, 100_00)).toBe(100_00)
    expect(sum(20_00, 30_00)).toBe(20_00)
  })

  it('is in the currency of what it is taken off', () => {
    expect(discountOf({ type: 'percent', percent: 50 }, money(10, 'EUR'))).toEqual(money(5, 'EUR'))
  })

  it('leaves what can be charged: without decimals, with three of which the last is 0, and in whole units', () => {
    expect(percent(1_999, 10, 'JPY')).toBe(199)
    expect(percent(12_340, 15, 'KWD')).toBe(1_850)
    expect(sum(12_340, 1_005, 'KWD')).toBe(1_000)
    expect(sum(990, 2_000, 'KWD')).toBe(990)
    expect(percent(99_900, 33, 'ISK')).toBe(32_900)
    expect(percent(99_900, 33, 'UGX')).toBe(32_900)
    expect(percent(99_900, 33, 'MXN')).toBe(32_967)
  })
})
