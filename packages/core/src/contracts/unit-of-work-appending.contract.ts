import { expect } from 'vitest'
import type { Instant } from '../kernel/instant.ts'
import type { UnitOfWork } from '../ports/unit-of-work.ts'
import { promise, type ContractPromise } from './contract.ts'
import { effectOf, leaseMs, outbox, taskOf, tasks, type QueueUnderTest } from './queue-under-test.ts'
import { at } from './samples.ts'

const appendPromises = ({ name, of, body, add }: QueueUnderTest): readonly ContractPromise<UnitOfWork>[] => {
  const find = (uow: UnitOfWork, id: string) => uow.read((tx) => of(tx).find(id))
  return [
    promise(`${name}: keeps waiting work that is appended again, due no later than now asked`, async (uow) => {
      await uow.run((tx) => add(tx, 'a', at(50), at(0)))
      await uow.run((tx) => of(tx).take('a', { now: at(1), leaseMs }))
      await uow.run((tx) => add(tx, 'a', at(70), at(2)))
      const held = { id: 'a', body: body('a'), status: 'waiting', tries: 1, leasedUntil: at(101), createdAt: at(0) }
      expect(await find(uow, 'a')).toEqual({ ...held, dueAt: at(50) })
      await uow.run((tx) => add(tx, 'a', at(20), at(3)))
      expect(await find(uow, 'a')).toEqual({ ...held, dueAt: at(20) })
    }),
    promise(`${name}: makes done and dead work wait again when it is appended again`, async (uow) => {
      for (const end of ['done', 'dead'] as const) {
        await uow.run((tx) => add(tx, end, at(0), at(0)))
        await uow.run(async (tx) => {
          await of(tx).take(end, { now: at(0), leaseMs })
          if (end === 'done') await of(tx).finish(end, 1, { at: at(1), result: 'x' })
          else await of(tx).bury(end, 1, 'no use', at(1))
          await add(tx, end, at(90), at(80))
        })
        expect(await find(uow, end)).toEqual({
          id: end,
          body: body(end),
          status: 'waiting',
          dueAt: at(90),
          tries: 0,
          createdAt: at(80),
        })
      }
    }),
    promise(`${name}: appends one piece once, however often and however many do at once`, async (uow) => {
      await uow.run(async (tx) => {
        await add(tx, 'a', at(5), at(0))
        await add(tx, 'a', at(5), at(0))
      })
      await Promise.all(Array.from({ length: 10 }, (_, n) => uow.run((tx) => add(tx, 'b', at(9 - n), at(0)))))
      const waiting = await uow.read((tx) => of(tx).list({ status: 'waiting', limit: 9 }))
      expect(waiting.map(({ id, dueAt }) => [id, dueAt])).toEqual([
        ['b', at(0)],
        ['a', at(5)],
      ])
    }),
  ]
}

/** What the outbox and the task queue promise of what is put in them. */
export const appendingContract: readonly ContractPromise<UnitOfWork>[] = [
  ...[outbox, tasks].flatMap(appendPromises),
  promise('outbox: stores work as taken for whoever performs it right after the commit', async (uow) => {
    const append = (now: Instant) =>
      uow.run((tx) => tx.outbox.append([{ id: 'a', body: effectOf('a'), dueAt: now, leaseMs }], now))
    await append(at(0))
    expect(await uow.read((tx) => tx.outbox.find('a'))).toMatchObject({ tries: 1, leasedUntil: at(100) })
    expect(await uow.run((tx) => tx.outbox.lease({ now: at(99), limit: 9, leaseMs }))).toEqual([])
    expect(await uow.run((tx) => tx.outbox.finish('a', 1, { at: at(5) }))).toBe(true)
    await append(at(200))
    expect(await uow.read((tx) => tx.outbox.find('a'))).toMatchObject({
      status: 'waiting',
      tries: 1,
      leasedUntil: at(300),
    })
  }),
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
