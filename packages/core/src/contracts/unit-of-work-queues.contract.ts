import { expect } from 'vitest'
import type { UnitOfWork } from '../ports/unit-of-work.ts'
import { promise, type ContractPromise } from './contract.ts'
import { asHolderOf, inbox, leaseMs, outbox, tasks, type QueueUnderTest } from './queue-under-test.ts'
import { at } from './samples.ts'

const queuePromises = ({ name, of, body, add }: QueueUnderTest): readonly ContractPromise<UnitOfWork>[] => {
  const addAll = (uow: UnitOfWork, due: Readonly<Record<string, number>>): Promise<void> =>
    uow.run(async (tx) => {
      for (const [id, ms] of Object.entries(due)) await add(tx, id, at(ms), at(0))
    })
  const lease = (uow: UnitOfWork, ms: number, limit = 9) =>
    uow.run((tx) => of(tx).lease({ now: at(ms), limit, leaseMs }))
  const find = (uow: UnitOfWork, id: string) => uow.read((tx) => of(tx).find(id))
  const asHolder = asHolderOf(of)

  return [
    promise(`${name}: leases what is due and nobody holds, longest due first, by id among equals`, async (uow) => {
      await addAll(uow, { d: 6, c: 5, b: 1, a: 5 })
      expect(await lease(uow, 0)).toEqual([])
      expect(await lease(uow, 5, 2)).toEqual([
        { id: 'b', body: body('b'), tries: 1, lease: 1 },
        { id: 'a', body: body('a'), tries: 1, lease: 1 },
      ])
      expect((await lease(uow, 5)).map(({ id }) => id)).toEqual(['c'])
      expect(await lease(uow, 5)).toEqual([])
      expect(await find(uow, 'a')).toEqual({
        id: 'a',
        body: body('a'),
        status: 'waiting',
        dueAt: at(5),
        tries: 1,
        lease: 1,
        leasedUntil: at(105),
        createdAt: at(0),
      })
    }),
    promise(`${name}: leases again what its holder let run out, not before`, async (uow) => {
      await addAll(uow, { a: 0 })
      await lease(uow, 0)
      expect(await lease(uow, 99)).toEqual([])
      expect(await lease(uow, 100)).toEqual([{ id: 'a', body: body('a'), tries: 2, lease: 2 }])
    }),
    promise(`${name}: gives each piece to one of many who ask at once`, async (uow) => {
      await addAll(uow, Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`w${n}`, n % 3])))
      const taken = (await Promise.all(Array.from({ length: 10 }, () => lease(uow, 9, 5)))).flat()
      expect(new Set(taken.map(({ id }) => id)).size).toBe(taken.length)
      expect(taken.every(({ tries, lease: number }) => tries === 1 && number === 1)).toBe(true)
      const left = await lease(uow, 9, 99)
      expect(taken.length + left.length).toBe(40)
    }),
    promise(`${name}: takes one piece, due or not, unless it is done, dead or held`, async (uow) => {
      await addAll(uow, { a: 1_000, dead: 0, done: 0 })
      const take = (id: string, ms: number) => uow.run((tx) => of(tx).take(id, { now: at(ms), leaseMs }))
      expect(await take('a', 0)).toEqual({ id: 'a', body: body('a'), tries: 1, lease: 1 })
      expect(await take('a', 99)).toBeUndefined()
      expect(await take('a', 100)).toEqual({ id: 'a', body: body('a'), tries: 2, lease: 2 })
      await uow.run(async (tx) => {
        for (const id of ['dead', 'done']) await of(tx).take(id, { now: at(0), leaseMs })
        await of(tx).bury('dead', 1, 'no use', at(1))
        await of(tx).finish('done', 1, { at: at(1) })
      })
      expect(await take('dead', 500)).toBeUndefined()
      expect(await take('done', 500)).toBeUndefined()
      expect(await take('nobody', 500)).toBeUndefined()
      expect(await Promise.all([take('a', 900), take('a', 900)])).toContain(undefined)
    }),
    promise(`${name}: finishes work with its result, and leases it no more`, async (uow) => {
      await addAll(uow, { a: 0, b: 0 })
      await lease(uow, 0)
      const result = { made: ['x', 12n] }
      expect(await uow.run((tx) => of(tx).finish('a', 1, { at: at(3), result }))).toBe(true)
      expect(await uow.run((tx) => of(tx).finish('b', 1, { at: at(4) }))).toBe(true)
      expect(await find(uow, 'a')).toEqual({
        id: 'a',
        body: body('a'),
        status: 'done',
        dueAt: at(0),
        tries: 1,
        lease: 1,
        createdAt: at(0),
        finishedAt: at(3),
        result,
      })
      expect((await find(uow, 'b'))?.result).toBeUndefined()
      expect(await lease(uow, 9_999)).toEqual([])
    }),
    promise(`${name}: tells a holder that it has lost its lease, and lets it change nothing`, async (uow) => {
      await addAll(uow, { a: 0 })
      const asStale = (number: number) => asHolder(uow, 'a', number, 1)
      expect(await asStale(0)).toEqual([false, false, false, false])
      await lease(uow, 0)
      await lease(uow, 100)
      expect(await asStale(1)).toEqual([false, false, false, false])
      expect(await asStale(3)).toEqual([false, false, false, false])
      expect(await find(uow, 'a')).toMatchObject({ status: 'waiting', lease: 2, dueAt: at(0), leasedUntil: at(200) })
      expect(await uow.run((tx) => of(tx).finish('a', 2, { at: at(150) }))).toBe(true)
      expect(await asStale(2)).toEqual([false, false, false, false])
      expect(await find(uow, 'a')).toMatchObject({ status: 'done', finishedAt: at(150) })
      expect(await uow.run((tx) => of(tx).finish('nobody', 1, { at: at(1) }))).toBe(false)
    }),
    promise(`${name}: lets a holder finish late, as long as nobody else has taken the work`, async (uow) => {
      await addAll(uow, { a: 0 })
      await lease(uow, 0)
      expect(await uow.run((tx) => of(tx).finish('a', 1, { at: at(5_000) }))).toBe(true)
    }),
    promise(`${name}: has its holder keep work for longer, due as it was`, async (uow) => {
      await addAll(uow, { a: 0, b: 0 })
      await lease(uow, 0, 1)
      expect(await uow.run((tx) => of(tx).prolong('a', 1, at(150)))).toBe(true)
      expect(await find(uow, 'a')).toEqual({
        id: 'a',
        body: body('a'),
        status: 'waiting',
        dueAt: at(0),
        tries: 1,
        lease: 1,
        leasedUntil: at(150),
        createdAt: at(0),
      })
      expect((await find(uow, 'b'))?.leasedUntil).toBeUndefined()
      expect((await lease(uow, 149)).map(({ id }) => id)).toEqual(['b'])
      expect(await lease(uow, 150, 1)).toEqual([{ id: 'a', body: body('a'), tries: 2, lease: 2 }])
    }),
    promise(`${name}: has a holder keep work late, as long as nobody else has taken it`, async (uow) => {
      await addAll(uow, { a: 0 })
      await lease(uow, 0)
      expect(await uow.run((tx) => of(tx).prolong('a', 1, at(600)))).toBe(true)
      expect(await lease(uow, 500)).toEqual([])
      expect(await uow.run((tx) => of(tx).postpone('a', 1, at(50), 'away'))).toBe(true)
      expect(await uow.run((tx) => of(tx).prolong('a', 1, at(700)))).toBe(false)
      expect(await lease(uow, 50)).toEqual([{ id: 'a', body: body('a'), tries: 2, lease: 2 }])
    }),
    promise(`${name}: lets one of a holder who is late and another have work, not both`, async (uow) => {
      await addAll(uow, { a: 0 })
      await lease(uow, 0)
      const [isKept, taken] = await Promise.all([
        uow.run((tx) => of(tx).prolong('a', 1, at(9_999))),
        uow.run((tx) => of(tx).take('a', { now: at(100), leaseMs })),
      ])
      expect(isKept).toBe(taken === undefined)
    }),
    promise(`${name}: gives postponed work back, due later and held by nobody`, async (uow) => {
      await addAll(uow, { a: 0 })
      await lease(uow, 0)
      expect(await uow.run((tx) => of(tx).postpone('a', 1, at(50), 'away'))).toBe(true)
      expect(await find(uow, 'a')).toEqual({
        id: 'a',
        body: body('a'),
        status: 'waiting',
        dueAt: at(50),
        tries: 1,
        lease: 1,
        createdAt: at(0),
        lastError: 'away',
      })
      expect(await uow.run((tx) => of(tx).finish('a', 1, { at: at(1) }))).toBe(false)
      expect(await lease(uow, 49)).toEqual([])
      expect(await lease(uow, 50)).toEqual([{ id: 'a', body: body('a'), tries: 2, lease: 2 }])
    }),
    promise(`${name}: buries work until it is revived, with its tries forgotten`, async (uow) => {
      await addAll(uow, { a: 0, b: 0 })
      await lease(uow, 0)
      expect(await uow.run((tx) => of(tx).bury('a', 1, 'no use', at(2)))).toBe(true)
      expect(await find(uow, 'a')).toEqual({
        id: 'a',
        body: body('a'),
        status: 'dead',
        dueAt: at(0),
        tries: 1,
        lease: 1,
        createdAt: at(0),
        finishedAt: at(2),
        lastError: 'no use',
      })
      expect((await lease(uow, 9_999)).map(({ id }) => id)).toEqual(['b'])
      expect(await uow.run((tx) => of(tx).revive('a', at(70)))).toBe(true)
      expect(await find(uow, 'a')).toMatchObject({ status: 'waiting', dueAt: at(70), tries: 0, lastError: 'no use' })
      expect((await find(uow, 'a'))?.finishedAt).toBeUndefined()
      for (const id of ['a', 'b', 'nobody']) expect(await uow.run((tx) => of(tx).revive(id, at(0)))).toBe(false)
      expect(await lease(uow, 70)).toEqual([{ id: 'a', body: body('a'), tries: 1, lease: 2 }])
      expect(await asHolder(uow, 'a', 1, 71)).toEqual([false, false, false, false])
    }),
    promise(`${name}: lists work by status, longest due first, page by page`, async (uow) => {
      await addAll(uow, { d: 6, c: 5, b: 1, a: 5, x: 0 })
      await lease(uow, 0, 1)
      await uow.run((tx) => of(tx).bury('x', 1, 'no use', at(1)))
      const ids = (status: 'waiting' | 'done' | 'dead', limit: number, after?: string) =>
        uow.read(async (tx) => {
          const found = await of(tx).list({ status, limit, ...(after === undefined ? {} : { after }) })
          return found.map(({ id }) => id)
        })
      expect(await ids('waiting', 9)).toEqual(['b', 'a', 'c', 'd'])
      expect(await ids('waiting', 2)).toEqual(['b', 'a'])
      expect(await ids('waiting', 2, 'a')).toEqual(['c', 'd'])
      expect(await ids('waiting', 2, 'd')).toEqual([])
      expect(await ids('waiting', 2, 'nobody')).toEqual([])
      expect(await ids('dead', 9)).toEqual(['x'])
      expect(await ids('done', 9)).toEqual([])
    }),
    promise(`${name}: says how much waits, and since when the longest due has been due`, async (uow) => {
      const depth = (ms: number) => uow.read((tx) => of(tx).depth(at(ms)))
      expect(await depth(0)).toEqual({ waiting: 0, dead: 0 })
      await addAll(uow, { a: 10, b: 20, x: 0, y: 0 })
      await lease(uow, 0)
      await uow.run((tx) => of(tx).bury('x', 1, 'no use', at(1)))
      await uow.run((tx) => of(tx).finish('y', 1, { at: at(1) }))
      expect(await depth(9)).toEqual({ waiting: 2, dead: 1 })
      expect(await depth(15)).toEqual({ waiting: 2, dead: 1, oldestDueAt: at(10) })
    }),
  ]
}

/** What the outbox, the inbox and the task queue promise, each by itself. */
export const queueContract: readonly ContractPromise<UnitOfWork>[] = [
  ...[outbox, inbox, tasks].flatMap(queuePromises),
  promise('each queue keeps its own work, whatever the ids', async (uow) => {
    await uow.run(async (tx) => {
      for (const queue of [outbox, inbox, tasks]) await queue.add(tx, 'same', at(0), at(0))
    })
    for (const queue of [outbox, inbox, tasks])
      expect(await uow.run((tx) => queue.of(tx).lease({ now: at(0), limit: 9, leaseMs }))).toEqual([
        { id: 'same', body: queue.body('same'), tries: 1, lease: 1 },
      ])
  }),
]
