import { expect } from 'vitest'
import type { UnitOfWork } from '../ports/unit-of-work.ts'
import { promise, type ContractPromise } from './contract.ts'
import { asHolderOf, leaseMs, outbox, taskOf, tasks, type QueueUnderTest } from './queue-under-test.ts'
import { at } from './samples.ts'

const appendPromises = ({ name, of, body, add }: QueueUnderTest): readonly ContractPromise<UnitOfWork>[] => {
  const find = (uow: UnitOfWork, id: string) => uow.read((tx) => of(tx).find(id))
  const append = (uow: UnitOfWork, id: string, dueMs: number, nowMs: number) =>
    uow.run((tx) => add(tx, id, at(dueMs), at(nowMs)))
  const take = (uow: UnitOfWork, id: string, ms: number) => uow.run((tx) => of(tx).take(id, { now: at(ms), leaseMs }))
  const finish = (uow: UnitOfWork, id: string, lease: number, ms: number) =>
    uow.run((tx) => of(tx).finish(id, lease, { at: at(ms), result: 'x' }))
  const bury = (uow: UnitOfWork, id: string, lease: number, ms: number) =>
    uow.run((tx) => of(tx).bury(id, lease, 'no use', at(ms)))
  const ends = {
    done: finish,
    dead: bury,
  }
  /** What is remembered of a run that ended so, at this time. */
  const remembered = (end: string, ms: number) => (end === 'done' ? { lastRun: { endedAt: at(ms), result: 'x' } } : {})
  const asHolder = asHolderOf(of)

  return [
    promise(`${name}: keeps waiting work that is appended again, due no later than now asked`, async (uow) => {
      await append(uow, 'a', 50, 0)
      await append(uow, 'a', 70, 1)
      const waiting = { id: 'a', body: body('a'), status: 'waiting', tries: 0, lease: 0, createdAt: at(0) }
      expect(await find(uow, 'a')).toEqual({ ...waiting, dueAt: at(50) })
      await append(uow, 'a', 20, 2)
      expect(await find(uow, 'a')).toEqual({ ...waiting, dueAt: at(20) })
    }),
    promise(`${name}: keeps the lease on work that is appended again, and remembers that it was`, async (uow) => {
      await append(uow, 'a', 50, 0)
      await take(uow, 'a', 1)
      await append(uow, 'a', 70, 2)
      const held = {
        id: 'a',
        body: body('a'),
        status: 'waiting',
        tries: 1,
        lease: 1,
        leasedUntil: at(101),
        createdAt: at(0),
      }
      expect(await find(uow, 'a')).toEqual({ ...held, dueAt: at(50), againAt: at(70) })
      await append(uow, 'a', 20, 3)
      expect(await find(uow, 'a')).toEqual({ ...held, dueAt: at(20), againAt: at(20) })
      await append(uow, 'a', 30, 4)
      expect(await find(uow, 'a')).toEqual({ ...held, dueAt: at(20), againAt: at(20) })
    }),
    promise(`${name}: remembers what was asked for of work that its holder keeps for longer`, async (uow) => {
      await append(uow, 'a', 0, 0)
      await take(uow, 'a', 0)
      await append(uow, 'a', 50, 2)
      expect(await uow.run((tx) => of(tx).prolong('a', 1, at(300)))).toBe(true)
      expect(await find(uow, 'a')).toMatchObject({ leasedUntil: at(300), againAt: at(50) })
      expect(await finish(uow, 'a', 1, 250)).toBe(true)
      expect(await find(uow, 'a')).toMatchObject({ status: 'waiting', dueAt: at(50) })
    }),
    promise(`${name}: makes done and dead work wait again when it is appended again`, async (uow) => {
      for (const [end, ended] of Object.entries(ends)) {
        await append(uow, end, 0, 0)
        await take(uow, end, 0)
        await ended(uow, end, 1, 1)
        await append(uow, end, 90, 80)
        expect(await find(uow, end)).toEqual({
          id: end,
          body: body(end),
          status: 'waiting',
          dueAt: at(90),
          tries: 0,
          lease: 1,
          createdAt: at(80),
          ...remembered(end, 1),
        })
      }
    }),
    promise(`${name}: tells a holder from before work was done or dead that it has lost its lease`, async (uow) => {
      for (const [end, ended] of Object.entries(ends)) {
        await append(uow, end, 0, 0)
        await take(uow, end, 0)
        await take(uow, end, 100)
        await ended(uow, end, 2, 101)
        await append(uow, end, 110, 110)
        expect(await take(uow, end, 110)).toEqual({ id: end, body: body(end), tries: 1, lease: 3 })
        for (const former of [1, 2]) expect(await asHolder(uow, end, former, 111)).toEqual([false, false, false, false])
        expect(await finish(uow, end, 3, 112)).toBe(true)
      }
    }),
    promise(`${name}: makes work that was appended while held wait again once it is done or given up`, async (uow) => {
      for (const [end, ended] of Object.entries(ends)) {
        await append(uow, end, 0, 0)
        await take(uow, end, 0)
        await append(uow, end, 50, 2)
        expect(await ended(uow, end, 1, 10)).toBe(true)
        expect(await find(uow, end)).toEqual({
          id: end,
          body: body(end),
          status: 'waiting',
          dueAt: at(50),
          tries: 0,
          lease: 1,
          createdAt: at(10),
          ...remembered(end, 10),
        })
        expect(await asHolder(uow, end, 1, 11)).toEqual([false, false, false, false])
        expect(await take(uow, end, 50)).toMatchObject({ tries: 1, lease: 2 })
        expect(await finish(uow, end, 2, 51)).toBe(true)
        expect(await find(uow, end)).toMatchObject({ status: 'done' })
      }
    }),
    promise(
      `${name}: keeps the last result of work that is planned again in the commit that finishes it`,
      async (uow) => {
        await append(uow, 'a', 0, 0)
        await take(uow, 'a', 0)
        await uow.run(async (tx) => {
          await of(tx).finish('a', 1, { at: at(10), result: { seen: [3n] } })
          await add(tx, 'a', at(90), at(10))
        })
        const again = {
          id: 'a',
          body: body('a'),
          status: 'waiting',
          dueAt: at(90),
          tries: 0,
          lease: 1,
          createdAt: at(10),
        }
        expect(await find(uow, 'a')).toEqual({ ...again, lastRun: { endedAt: at(10), result: { seen: [3n] } } })
      },
    ),
    promise(
      `${name}: keeps the last result until the next one, whatever happens to the work meanwhile`,
      async (uow) => {
        const lastRun = { endedAt: at(1), result: 'x' }
        await append(uow, 'a', 0, 0)
        await take(uow, 'a', 0)
        await finish(uow, 'a', 1, 1)
        expect((await find(uow, 'a'))?.lastRun).toBeUndefined()
        await append(uow, 'a', 10, 10)
        await append(uow, 'a', 5, 11)
        await take(uow, 'a', 20)
        await uow.run((tx) => of(tx).postpone('a', 2, at(30), 'away'))
        expect(await find(uow, 'a')).toMatchObject({ status: 'waiting', lastError: 'away', lastRun })
        await take(uow, 'a', 30)
        await bury(uow, 'a', 3, 40)
        expect(await find(uow, 'a')).toMatchObject({ status: 'dead', finishedAt: at(40), lastRun })
        await uow.run((tx) => of(tx).revive('a', at(50)))
        expect(await find(uow, 'a')).toMatchObject({ status: 'waiting', lastRun })
        await take(uow, 'a', 50)
        await append(uow, 'a', 60, 55)
        await bury(uow, 'a', 4, 60)
        expect(await find(uow, 'a')).toMatchObject({ status: 'waiting', dueAt: at(60), lastRun })
        await take(uow, 'a', 60)
        await bury(uow, 'a', 5, 70)
        await append(uow, 'a', 80, 80)
        expect(await find(uow, 'a')).toMatchObject({ status: 'waiting', lastRun })
        await take(uow, 'a', 80)
        await uow.run((tx) => of(tx).finish('a', 6, { at: at(90) }))
        const done = await find(uow, 'a')
        expect([done?.status, done?.result, done?.lastRun]).toEqual(['done', undefined, undefined])
        await append(uow, 'a', 99, 99)
        expect((await find(uow, 'a'))?.lastRun).toEqual({ endedAt: at(90) })
      },
    ),
    promise(`${name}: makes it wait again for a holder who is late, too`, async (uow) => {
      await append(uow, 'a', 0, 0)
      await take(uow, 'a', 0)
      await append(uow, 'a', 150, 150)
      expect(await finish(uow, 'a', 1, 160)).toBe(true)
      expect(await find(uow, 'a')).toMatchObject({ status: 'waiting', dueAt: at(150) })
    }),
    promise(`${name}: postpones work to no later than was asked while it was held`, async (uow) => {
      const postpone = (id: string, ms: number) => uow.run((tx) => of(tx).postpone(id, 1, at(ms), 'away'))
      for (const id of ['a', 'b']) {
        await append(uow, id, 0, 0)
        await take(uow, id, 0)
        await append(uow, id, 50, 2)
      }
      await postpone('a', 90)
      await postpone('b', 20)
      const waiting = { status: 'waiting', tries: 1, lease: 1, createdAt: at(0), lastError: 'away' }
      expect(await find(uow, 'a')).toEqual({ ...waiting, id: 'a', body: body('a'), dueAt: at(50) })
      expect(await find(uow, 'b')).toEqual({ ...waiting, id: 'b', body: body('b'), dueAt: at(20) })
    }),
    promise(`${name}: is done when whoever took it has come since it was appended`, async (uow) => {
      await append(uow, 'a', 0, 0)
      await take(uow, 'a', 0)
      await append(uow, 'a', 5, 2)
      expect((await uow.run((tx) => of(tx).lease({ now: at(100), limit: 9, leaseMs })))[0]).toMatchObject({ lease: 2 })
      expect((await find(uow, 'a'))?.againAt).toBeUndefined()
      await append(uow, 'a', 5, 102)
      await take(uow, 'a', 200)
      expect(await finish(uow, 'a', 3, 201)).toBe(true)
      expect(await find(uow, 'a')).toMatchObject({ status: 'done' })
    }),
    promise(`${name}: appends one piece once, however often and however many do at once`, async (uow) => {
      await uow.run(async (tx) => {
        await add(tx, 'a', at(5), at(0))
        await add(tx, 'a', at(5), at(0))
      })
      await Promise.all(Array.from({ length: 10 }, (_, n) => append(uow, 'b', 9 - n, 0)))
      const waiting = await uow.read((tx) => of(tx).list({ status: 'waiting', limit: 9 }))
      expect(waiting.map(({ id, dueAt }) => [id, dueAt])).toEqual([
        ['b', at(0)],
        ['a', at(5)],
      ])
    }),
    promise(`${name}: loses no wish of many who append what somebody is just finishing`, async (uow) => {
      await append(uow, 'a', 0, 0)
      await take(uow, 'a', 0)
      await Promise.all([
        ...Array.from({ length: 5 }, (_, n) => append(uow, 'a', 60 - n, 2)),
        finish(uow, 'a', 1, 3),
        ...Array.from({ length: 5 }, (_, n) => append(uow, 'a', 55 - n, 2)),
      ])
      expect(await find(uow, 'a')).toMatchObject({ status: 'waiting', dueAt: at(51), tries: 0, lease: 1 })
    }),
  ]
}

/** What the outbox and the task queue promise of what is put in them. */
export const appendingContract: readonly ContractPromise<UnitOfWork>[] = [
  ...[outbox, tasks].flatMap(appendPromises),
  promise('outbox and tasks: append several pieces at once, the same one twice among them', async (uow) => {
    const pieces = ['a', 'b', 'a', 'c'].map((id, n) => ({ id, body: taskOf(id), dueAt: at(9 - n) }))
    await uow.run((tx) => tx.tasks.append(pieces, at(0)))
    await uow.run((tx) => tx.tasks.append([], at(0)))
    const waiting = await uow.read((tx) => tx.tasks.list({ status: 'waiting', limit: 9 }))
    expect(waiting.map(({ id, dueAt }) => [id, dueAt])).toEqual([
      ['c', at(6)],
      ['a', at(7)],
      ['b', at(8)],
    ])
  }),
]
