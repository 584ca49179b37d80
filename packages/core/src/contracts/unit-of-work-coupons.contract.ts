import { expect } from 'vitest'
import type { Coupon } from '../coupon/coupon.ts'
import { Contention, VersionConflict, type UnitOfWork } from '../ports/unit-of-work.ts'
import { promise, type ContractPromise } from './contract.ts'
import {
  couponCode,
  couponHold,
  everyCoupon,
  orderWithCoupon,
  ownerId,
  someCoupon,
  someOrder,
  stockHold,
} from './samples.ts'

/** What every store of coupons promises. */
export const couponStorePromises: readonly ContractPromise<UnitOfWork>[] = [
  promise('reads back a coupon with all of its terms and with none, amounts beyond 2^53 included', async (uow) => {
    for (const coupon of everyCoupon()) await save(uow, coupon)
    for (const coupon of everyCoupon())
      for (const found of [await find(uow, coupon.code), await uow.run((tx) => tx.coupons.find(coupon.code))])
        expect(found).toEqual({ value: coupon, version: 1 })
    expect(await find(uow, 'NOTHING')).toBeUndefined()
  }),
  promise('gives one coupon any terms after any others', async (uow) => {
    let version = 0
    for (const coupon of [...everyCoupon(), ...everyCoupon().toReversed()]) {
      const same = { ...coupon, code: couponCode('SPRING') }
      await save(uow, same, version)
      version += 1
      expect(await find(uow, 'SPRING')).toEqual({ value: same, version })
    }
  }),
  promise('refuses a stale save of a coupon, and changes nothing then', async (uow) => {
    for (const version of [0, 1]) await save(uow, someCoupon('SPRING', { held: version }), version)
    for (const stale of [0, 1, 3])
      await uow.run((tx) =>
        expect(tx.coupons.save(someCoupon('SPRING', { used: 99 }), stale)).rejects.toBeInstanceOf(VersionConflict),
      )
    expect(await find(uow, 'SPRING')).toEqual({ value: someCoupon('SPRING', { held: 1 }), version: 2 })
  }),
  promise('lets no coupon be used more often than its limit, nor held less than never', async (uow) => {
    await save(uow, someCoupon('SPRING', { limit: 3, used: 1, held: 1 }))
    const wrong: readonly Partial<Coupon>[] = [
      { limit: 3, used: 4 },
      { limit: 3, held: 4 },
      { limit: 3, used: 2, held: 2 },
      { limit: 1, used: 1, held: 1 },
      { limit: 3, held: -1 },
      { held: -1 },
    ]
    for (const change of wrong)
      for (const [code, version] of [
        ['SPRING', 1],
        ['SUMMER', 0],
      ] as const) {
        const refused = save(uow, someCoupon(code, change), version)
        await expect(refused, JSON.stringify(change)).rejects.toThrow()
        await expect(refused).rejects.not.toBeInstanceOf(Contention)
      }
    expect(await find(uow, 'SPRING')).toEqual({
      value: someCoupon('SPRING', { limit: 3, used: 1, held: 1 }),
      version: 1,
    })
    expect(await find(uow, 'SUMMER')).toBeUndefined()
    const usedUp = someCoupon('SPRING', { limit: 3, used: 1, held: 2 })
    await save(uow, usedUp, 1)
    expect(await find(uow, 'SPRING')).toEqual({ value: usedUp, version: 2 })
  }),
  promise('lists coupons by code, page by page', async (uow) => {
    for (const code of ['B', 'A', 'A.1', 'C', 'AA']) await save(uow, someCoupon(code))
    const list = (limit: number, after?: string) =>
      uow.read(async (tx) => {
        const page = await tx.coupons.list({ limit, ...(after === undefined ? {} : { after: couponCode(after) }) })
        return page.map(({ code }) => String(code))
      })
    expect(await list(9)).toEqual(['A', 'A.1', 'AA', 'B', 'C'])
    expect(await list(2)).toEqual(['A', 'A.1'])
    expect(await list(2, 'A.1')).toEqual(['AA', 'B'])
    expect(await list(2, 'B')).toEqual(['C'])
    expect(await list(2, 'C')).toEqual([])
    expect(await list(2, 'AB')).toEqual([])
  }),
  promise('counts the orders of an owner that have used a coupon or hold it, and no others', async (uow) => {
    const orders = [
      orderWithCoupon('held', 'ana', 'SPRING', 'held'),
      orderWithCoupon('used', 'ana', 'SPRING', 'consumed'),
      orderWithCoupon('given-back', 'ana', 'SPRING', 'released'),
      orderWithCoupon('other-coupon', 'ana', 'SUMMER', 'held'),
      orderWithCoupon('other-owner', 'eve', 'SPRING', 'consumed'),
      someOrder('goods', { holds: [stockHold('SPRING', 7)] }),
      someOrder('no-coupon', { holds: [] }),
    ]
    for (const order of orders) await uow.run((tx) => tx.orders.save(order, 0))
    const uses = (code: string, owner: string) =>
      uow.read((tx) => tx.coupons.countUses(couponCode(code), ownerId(owner)))
    expect(await uses('SPRING', 'ana')).toBe(2)
    expect(await uses('SUMMER', 'ana')).toBe(1)
    expect(await uses('SPRING', 'eve')).toBe(1)
    expect(await uses('SUMMER', 'eve')).toBe(0)
    expect(await uses('AUTUMN', 'ana')).toBe(0)
    await uow.run(async (tx) => {
      await tx.orders.save(orderWithCoupon('held', 'ana', 'SPRING', 'released'), 1)
      await tx.orders.save(someOrder('more', { holds: [stockHold('mug', 1), couponHold('SUMMER')] }), 0)
      expect(await tx.coupons.countUses(couponCode('SPRING'), ownerId('ana'))).toBe(1)
      expect(await tx.coupons.countUses(couponCode('SUMMER'), ownerId('ana'))).toBe(2)
    })
  }),
  promise('lets one of 30 who want a coupon at once hold it, where it can be used once', async (uow) => {
    await save(uow, someCoupon('SPRING', { limit: 1 }))
    const held = await Promise.all(
      Array.from({ length: 30 }, () =>
        uow.run(async (tx) => {
          const found = await tx.coupons.find(couponCode('SPRING'))
          if (found === undefined || found.value.held > 0) return false
          await tx.coupons.save({ ...found.value, held: 1 }, found.version)
          return true
        }),
      ),
    )
    expect(held.filter(Boolean)).toHaveLength(1)
    expect(await find(uow, 'SPRING')).toEqual({ value: someCoupon('SPRING', { limit: 1, held: 1 }), version: 2 })
  }),
  promise('lets an owner who asks 20 times at once use a coupon twice, where an owner can do so', async (uow) => {
    await save(uow, someCoupon('SPRING', { limitPerOwner: 2 }))
    const held = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        uow.run(async (tx) => {
          const found = await tx.coupons.find(couponCode('SPRING'))
          if (found === undefined) throw new Error('The coupon is gone.')
          if ((await tx.coupons.countUses(couponCode('SPRING'), ownerId('ana'))) === 2) return false
          await tx.orders.save(orderWithCoupon(`o${index}`, 'ana', 'SPRING', 'held'), 0)
          await tx.coupons.save({ ...found.value, held: found.value.held + 1 }, found.version)
          return true
        }),
      ),
    )
    expect(held.filter(Boolean)).toHaveLength(2)
  }),
]

const save = (uow: UnitOfWork, coupon: Coupon, expected = 0): Promise<void> =>
  uow.run((tx) => tx.coupons.save(coupon, expected))

const find = (uow: UnitOfWork, code: string) => uow.read((tx) => tx.coupons.find(couponCode(code)))
