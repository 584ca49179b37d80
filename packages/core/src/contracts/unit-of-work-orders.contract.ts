import { expect } from 'vitest'
import { evolveOrder, type Order, type OrderEvent } from '../order/order.ts'
import { Contention, VersionConflict, type UnitOfWork } from '../ports/unit-of-work.ts'
import type { Held } from '../order/hold.ts'
import { promise, type ContractPromise } from './contract.ts'
import { articleId, at, couponCode, couponHold, everyOrder, orderId, ownerId, someOrder, stockHold } from './samples.ts'

/** What every store of orders promises. */
export const orderStorePromises: readonly ContractPromise<UnitOfWork>[] = [
  promise('reads back an order in every status, with all that is and was held for it', async (uow) => {
    for (const order of everyOrder()) await save(uow, order)
    for (const order of everyOrder())
      for (const found of [await find(uow, order.id), await uow.run((tx) => tx.orders.find(order.id))])
        expect(found).toEqual({ value: order, version: 1 })
    const all = await uow.read((tx) => tx.orders.list({ limit: 99 }))
    expect(all.toSorted(byId)).toEqual(everyOrder().toSorted(byId))
    expect(await find(uow, 'nobody')).toBeUndefined()
  }),
  promise('moves an order along every way it can go, and its holds with it', async (uow) => {
    for (const [index, way] of ways.entries()) {
      let order = someOrder(`o${index}`, { holds: [stockHold('mug', 2), stockHold('pot', 1), couponHold('SPRING')] })
      let version = 0
      await save(uow, order, version)
      for (const event of way) {
        order = evolveOrder(order, event)
        version += 1
        await save(uow, order, version)
        expect(await find(uow, order.id)).toEqual({ value: order, version: version + 1 })
      }
    }
  }),
  promise('shows a transaction the order as it has changed it itself, as often as it does', async (uow) => {
    const pending = someOrder('o')
    const cancelled = evolveOrder(pending, { type: 'cancelled', at: at(5), reason: 'expired' })
    const reinstated = evolveOrder(cancelled, { type: 'reinstated', at: at(6), took: [took] })
    await uow.run(async (tx) => {
      for (const [version, order] of [pending, cancelled, reinstated].entries()) {
        await tx.orders.save(order, version)
        expect(await tx.orders.find(order.id)).toEqual({ value: order, version: version + 1 })
        expect(await tx.orders.list({ limit: 9 })).toEqual([order])
      }
    })
    expect(await find(uow, 'o')).toEqual({ value: reinstated, version: 3 })
  }),
  promise('refuses a stale save of an order, and changes nothing then, its holds neither', async (uow) => {
    for (const version of [0, 1]) await save(uow, someOrder('o'), version)
    const other = evolveOrder(someOrder('o', { owner: ownerId('eve') }), { type: 'completed', at: at(5) })
    for (const stale of [0, 1, 3])
      await uow.run((tx) => expect(tx.orders.save(other, stale)).rejects.toBeInstanceOf(VersionConflict))
    expect(await find(uow, 'o')).toEqual({ value: someOrder('o'), version: 2 })
  }),
  promise('loses none of 20 concurrent changes to an order', async (uow) => {
    await save(uow, someOrder('o', { details: { lines: 0 } }))
    await Promise.all(
      Array.from({ length: 20 }, () =>
        uow.run(async (tx) => {
          const found = await tx.orders.find(orderId('o'))
          if (found === undefined) throw new Error('The order is gone.')
          const details = { lines: Number(found.value.details['lines']) + 1 }
          await tx.orders.save({ ...found.value, details }, found.version)
        }),
      ),
    )
    expect(await find(uow, 'o')).toEqual({ value: someOrder('o', { details: { lines: 20 } }), version: 21 })
  }),
  promise('lets no hold that is stored go missing or become another, and none that has ended change', async (uow) => {
    const [mug, coupon, pot] = [stockHold('mug', 2), couponHold('SPRING'), stockHold('pot', 1, 'released')]
    const holds = [mug, coupon, pot]
    await save(uow, someOrder('o', { holds }))
    const wrong = [
      [mug, coupon],
      [coupon, pot],
      [],
      [stockHold('mug', 3), coupon, pot],
      [stockHold('cup', 2), coupon, pot],
      [couponHold('mug'), coupon, pot],
      [mug, couponHold('SUMMER'), pot],
      [coupon, mug, pot],
      [mug, coupon, stockHold('pot', 1, 'consumed')],
      [mug, coupon, stockHold('pot', 1, 'held')],
    ]
    for (const changed of wrong) {
      const refused = save(uow, someOrder('o', { holds: changed }), 1)
      await expect(refused, JSON.stringify(changed)).rejects.toThrow()
      await expect(refused).rejects.not.toBeInstanceOf(Contention)
    }
    expect(await find(uow, 'o')).toEqual({ value: someOrder('o', { holds }), version: 1 })
  }),
  promise('keeps nothing of an order whose transaction failed, and nothing of its holds', async (uow) => {
    await save(uow, someOrder('old', { holds: [couponHold('SPRING')] }))
    const failing = uow.run(async (tx) => {
      await tx.orders.save(someOrder('new', { holds: [couponHold('SPRING')] }), 0)
      const found = await tx.orders.find(orderId('old'))
      if (found === undefined) throw new Error('The order is gone.')
      await tx.orders.save(evolveOrder(found.value, { type: 'cancelled', at: at(5), reason: 'expired' }), found.version)
      throw new RangeError('changed its mind')
    })
    await expect(failing).rejects.toThrow(RangeError)
    expect(await find(uow, 'new')).toBeUndefined()
    expect(await find(uow, 'old')).toEqual({ value: someOrder('old', { holds: [couponHold('SPRING')] }), version: 1 })
    expect(await uow.read((tx) => tx.coupons.countUses(couponCode('SPRING'), ownerId('ana')))).toBe(1)
  }),
  promise("lists everybody's, an owner's and a status's orders newest first, page by page", async (uow) => {
    const created = { a: 1, b: 3, c: 2, d: 2 }
    for (const [name, ms] of Object.entries(created)) await save(uow, someOrder(name, { createdAt: at(ms) }))
    const eve = { owner: ownerId('eve'), createdAt: at(2) }
    await save(uow, someOrder('eves', { ...eve, ...completed }))
    await save(uow, someOrder('eves-2', eve))
    expect(await everyId(uow)).toEqual(['b', 'eves-2', 'eves', 'd', 'c', 'a'])
    expect(await everyId(uow, { limit: 2, after: 'b' })).toEqual(['eves-2', 'eves'])
    expect(await everyId(uow, { owner: 'ana', limit: 2 })).toEqual(['b', 'd'])
    expect(await everyId(uow, { owner: 'ana', limit: 2, after: 'd' })).toEqual(['c', 'a'])
    expect(await everyId(uow, { status: 'pending', limit: 3 })).toEqual(['b', 'eves-2', 'd'])
    expect(await everyId(uow, { status: 'pending', limit: 9, after: 'eves' })).toEqual(['d', 'c', 'a'])
    expect(await everyId(uow, { owner: 'eve', status: 'completed' })).toEqual(['eves'])
    expect(await everyId(uow, { status: 'delivered' })).toEqual([])
    expect(await everyId(uow, { owner: 'nobody' })).toEqual([])
    expect(await everyId(uow, { after: 'nobody' })).toEqual([])
  }),
]

const took: Held = { of: 'stock', articleId: articleId('mug'), quantity: 2 }

const ways: readonly (readonly OrderEvent[])[] = [
  [
    { type: 'completed', at: at(5) },
    { type: 'shipped', at: at(6), tracking: 'MX 123' },
    { type: 'delivered', at: at(7) },
  ],
  [
    { type: 'completed', at: at(5) },
    { type: 'shipped', at: at(6) },
    { type: 'delivered', at: at(7) },
  ],
  [
    { type: 'completed', at: at(5) },
    { type: 'recalled', at: at(6) },
  ],
  [
    { type: 'cancelled', at: at(5), reason: 'expired' },
    { type: 'reinstated', at: at(6), took: [took] },
    { type: 'recalled', at: at(7) },
  ],
]

const completed = { holds: [stockHold('mug', 2, 'consumed')], status: 'completed', completedAt: at(9) }

const byId = (a: Order, b: Order): number => (a.id < b.id ? -1 : 1)

const save = (uow: UnitOfWork, order: Order, expected = 0): Promise<void> =>
  uow.run((tx) => tx.orders.save(order, expected))

const find = (uow: UnitOfWork, id: string) => uow.read((tx) => tx.orders.find(orderId(id)))

interface Which {
  readonly owner?: string
  readonly status?: Order['status']
  readonly limit?: number
  readonly after?: string
}

const everyId = (uow: UnitOfWork, which: Which = {}): Promise<readonly string[]> =>
  uow.read(async (tx) => {
    const found = await tx.orders.list({
      limit: which.limit ?? 99,
      ...(which.owner === undefined ? {} : { owner: ownerId(which.owner) }),
      ...(which.status === undefined ? {} : { status: which.status }),
      ...(which.after === undefined ? {} : { after: orderId(which.after) }),
    })
    return found.map(({ id }) => String(id))
  })
