import { describe, expect, it } from 'vitest'
import { ben, mxn, owner, staff, start, world, type World } from '../src/contracts/rules/world.ts'
import type { CouponCode, CouponTerms } from '../src/index.ts'
import { openShop, orderOf, paidOrder, place, uses } from './shopping.ts'

const ten: CouponTerms = { code: 'SUMMER' as CouponCode, discount: { type: 'percent', percent: 10 } }
const define = (w: World, terms: CouponTerms) => w.holdfast.defineCoupon({ actor: staff, terms })
const stored = (w: World) => w.unitOfWork.read((tx) => tx.coupons.find(ten.code))

describe('a coupon', () => {
  it('is made with its terms, and has not been used', async () => {
    const w = world()
    const terms: CouponTerms = {
      ...ten,
      limit: 5,
      limitPerOwner: 1,
      minimum: mxn(100_00n),
      startsAt: start,
      endsAt: (start + 1) as never,
    }
    expect(await define(w, terms)).toEqual({ ok: true, value: { ...terms, used: 0, held: 0 } })
    expect((await stored(w))?.value).toStrictEqual({ ...terms, used: 0, held: 0 })
  })

  it('is given other terms, whole, and keeps what was used of it and is held', async () => {
    const w = await openShop()
    await define(w, { ...ten, limit: 9, minimum: mxn(1n) })
    await paidOrder(w, [['mug', 1]], { coupon: 'SUMMER' })
    await place(w, [['mug', 1]], { coupon: 'SUMMER' })
    const terms: CouponTerms = { ...ten, discount: { type: 'amount', amount: mxn(5_00n) } }
    expect(await define(w, terms)).toEqual({ ok: true, value: { ...terms, used: 1, held: 1 } })
    expect((await stored(w))?.value).toStrictEqual({ ...terms, used: 1, held: 1 })
  })

  it('leaves orders that were placed the discount that they have', async () => {
    const w = await openShop()
    await define(w, ten)
    const { orderId, paymentId } = await place(w, [['mug', 1]], { coupon: 'SUMMER' })
    await define(w, { ...ten, discount: { type: 'percent', percent: 50 } })
    expect((await orderOf(w, orderId)).discount).toEqual({ code: 'SUMMER', amount: mxn(12_00n) })
    expect((await w.get(paymentId)).payment.amount).toEqual(mxn(108_00n))
    expect((await place(w, [['mug', 1]], { coupon: 'SUMMER', actor: ben })).total).toEqual(mxn(60_00n))
  })

  it('is not made with terms that nobody could keep', async () => {
    const w = world()
    expect(await define(w, { ...ten, limit: 0 })).toEqual({
      ok: false,
      error: { code: 'coupon_not_sound', field: 'limit' },
    })
    expect(await stored(w)).toBeUndefined()
  })

  it('has no limit below what is used and held of it', async () => {
    const w = await openShop()
    await define(w, ten)
    await paidOrder(w, [['mug', 1]], { coupon: 'SUMMER' })
    for (const name of ['b', 'c']) await place(w, [['mug', 1]], { coupon: 'SUMMER', actor: owner(name) })
    expect(await define(w, { ...ten, limit: 2 })).toEqual({
      ok: false,
      error: { code: 'coupon_used_more', used: 1, held: 2 },
    })
    expect((await stored(w))?.value).not.toHaveProperty('limit')
    expect(await define(w, { ...ten, limit: 3 })).toMatchObject({ ok: true, value: { limit: 3 } })
    expect(await uses(w, 'SUMMER')).toEqual({ used: 1, held: 2 })
    expect(await define(w, { ...ten, limit: 2, limitPerOwner: 0 })).toMatchObject({
      error: { code: 'coupon_not_sound', field: 'limitPerOwner' },
    })
  })
})
