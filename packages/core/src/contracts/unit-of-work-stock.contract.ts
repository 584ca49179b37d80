import { expect } from 'vitest'
import { Contention, VersionConflict, type UnitOfWork } from '../ports/unit-of-work.ts'
import type { Stock } from '../stock/stock.ts'
import { promise, type ContractPromise } from './contract.ts'
import { articleId, someStock } from './samples.ts'

/** What every store of stock promises. */
export const stockStorePromises: readonly ContractPromise<UnitOfWork>[] = [
  promise('reads back how much there is of an article, up to the largest safe number', async (uow) => {
    const most = Number.MAX_SAFE_INTEGER
    const all = [
      someStock('all', { onHand: most, held: most }),
      someStock('none', { onHand: 0 }),
      someStock('some', { held: 3 }),
    ]
    for (const stock of all) await save(uow, stock)
    for (const stock of all)
      for (const found of [await find(uow, stock.articleId), await uow.run((tx) => tx.stock.find(stock.articleId))])
        expect(found).toEqual({ value: stock, version: 1 })
    expect(await uow.read((tx) => tx.stock.list({ limit: 9 }))).toEqual(all)
    expect(await find(uow, 'nothing')).toBeUndefined()
  }),
  promise('refuses a stale save of a stock, and changes nothing then', async (uow) => {
    for (const version of [0, 1]) await save(uow, someStock('mug', { held: version }), version)
    for (const stale of [0, 1, 3])
      await uow.run((tx) =>
        expect(tx.stock.save(someStock('mug', { onHand: 99 }), stale)).rejects.toBeInstanceOf(VersionConflict),
      )
    expect(await find(uow, 'mug')).toEqual({ value: someStock('mug', { held: 1 }), version: 2 })
  }),
  promise('holds no more than is on hand and no less than nothing, and changes nothing then', async (uow) => {
    await save(uow, someStock('mug', { held: 3 }))
    for (const change of [{ held: -1 }, { held: 11 }, { onHand: 2, held: 3 }, { onHand: -1, held: 0 }])
      for (const [article, version] of [
        ['mug', 1],
        ['pot', 0],
      ] as const) {
        const refused = save(uow, someStock(article, change), version)
        await expect(refused, JSON.stringify(change)).rejects.toThrow()
        await expect(refused).rejects.not.toBeInstanceOf(Contention)
      }
    expect(await find(uow, 'mug')).toEqual({ value: someStock('mug', { held: 3 }), version: 1 })
    expect(await find(uow, 'pot')).toBeUndefined()
    await save(uow, someStock('mug', { held: 10 }), 1)
    expect(await find(uow, 'mug')).toEqual({ value: someStock('mug', { held: 10 }), version: 2 })
  }),
  promise('lists stock by article, page by page', async (uow) => {
    for (const article of ['b', 'a', 'B', 'a.1', 'c']) await save(uow, someStock(article))
    const list = (limit: number, after?: string) =>
      uow.read(async (tx) => {
        const page = await tx.stock.list({ limit, ...(after === undefined ? {} : { after: articleId(after) }) })
        return page.map((stock) => String(stock.articleId))
      })
    expect(await list(9)).toEqual(['B', 'a', 'a.1', 'b', 'c'])
    expect(await list(2)).toEqual(['B', 'a'])
    expect(await list(2, 'a')).toEqual(['a.1', 'b'])
    expect(await list(2, 'b')).toEqual(['c'])
    expect(await list(2, 'c')).toEqual([])
    expect(await list(2, 'aa')).toEqual([])
  }),
  promise('lets 50 who want one each at once hold 10 of 10, and not one more', async (uow) => {
    await save(uow, someStock('mug'))
    const held = await Promise.all(
      Array.from({ length: 50 }, () =>
        uow.run(async (tx) => {
          const found = await tx.stock.find(articleId('mug'))
          if (found === undefined || found.value.held === found.value.onHand) return false
          await tx.stock.save({ ...found.value, held: found.value.held + 1 }, found.version)
          return true
        }),
      ),
    )
    expect(held.filter(Boolean)).toHaveLength(10)
    expect(await find(uow, 'mug')).toEqual({ value: someStock('mug', { held: 10 }), version: 11 })
  }),
  promise('lets 20 who bring one each at once all do so, also where nobody had said how much there is', async (uow) => {
    await Promise.all(
      Array.from({ length: 20 }, () =>
        uow.run(async (tx) => {
          const { value, version } = (await tx.stock.find(articleId('mug'))) ?? {
            value: someStock('mug', { onHand: 0 }),
            version: 0,
          }
          await tx.stock.save({ ...value, onHand: value.onHand + 1 }, version)
        }),
      ),
    )
    expect(await find(uow, 'mug')).toEqual({ value: someStock('mug', { onHand: 20 }), version: 20 })
  }),
]

const save = (uow: UnitOfWork, stock: Stock, expected = 0): Promise<void> =>
  uow.run((tx) => tx.stock.save(stock, expected))

const find = (uow: UnitOfWork, article: string) => uow.read((tx) => tx.stock.find(articleId(article)))
