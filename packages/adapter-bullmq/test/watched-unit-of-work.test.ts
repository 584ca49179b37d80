import { openSql, sqlOf } from '@holdfast/adapter-sql'
import { instant, VersionConflict, type Transaction, type UnitOfWork } from '@holdfast/core'
import { unitOfWorkContract } from '@holdfast/core/contracts'
import { memoryUnitOfWork } from '@holdfast/core/memory'
import { describe, expect, it } from 'vitest'
import { takeTurn } from '../src/turn.ts'
import { watchedUnitOfWork } from '../src/watched-unit-of-work.ts'
import { jobIdOf, type RowKey } from '../src/work-row.ts'
import { abandonTask, eventAbout, messageEffect } from './world.ts'

unitOfWorkContract({ name: 'watched memory', open: async () => watchedUnitOfWork(memoryUnitOfWork(), () => {}) })

const now = instant(1_000)
const message = (id: string) => ({ id: `send_message:${id}`, body: messageEffect(id), dueAt: now })

const watched = () => {
  const told: (readonly RowKey[])[] = []
  const inner = memoryUnitOfWork()
  return { told, inner, unitOfWork: watchedUnitOfWork(inner, (rows) => void told.push(rows)) }
}

describe('a watched unit of work', () => {
  it('tells after a commit which rows it has changed, and nothing of one that was rolled back', async () => {
    const { told, unitOfWork } = watched()
    await unitOfWork.run(async (tx) => {
      await tx.outbox.append([message('1'), message('2')], now)
      await tx.tasks.append([{ id: 'abandon_intent:int_1', body: abandonTask('1'), dueAt: now }], now)
      expect(told).toEqual([])
    })
    await expect(
      unitOfWork.run(async (tx) => {
        await tx.outbox.append([message('3')], now)
        throw new Error('Not so.')
      }),
    ).rejects.toThrow('Not so.')
    await unitOfWork.read((tx) => tx.outbox.list({ status: 'waiting', limit: 9 }))
    expect(told).toEqual([
      [
        { queue: 'outbox', id: 'send_message:1' },
        { queue: 'outbox', id: 'send_message:2' },
        { queue: 'tasks', id: 'abandon_intent:int_1' },
      ],
    ])
  })

  it('tells once of work that ran twice', async () => {
    const { told, unitOfWork } = watched()
    let runs = 0
    await unitOfWork.run(async (tx) => {
      runs += 1
      await tx.outbox.append([message(String(runs))], now)
      if (runs === 1) throw new VersionConflict('Again.')
    })
    expect(told).toEqual([[{ queue: 'outbox', id: 'send_message:2' }]])
  })

  it('goes through whatever decorates its transactions', async () => {
    const asked: string[] = []
    const inner = memoryUnitOfWork()
    const noting = (tx: Transaction): Transaction =>
      new Proxy(tx, {
        get(target, key) {
          asked.push(String(key))
          return Reflect.get(target, key) as unknown
        },
      })
    const decorated: UnitOfWork = { ...inner, run: (work) => inner.run((tx) => work(noting(tx))) }
    await watchedUnitOfWork(decorated, () => {}).run(async (tx) => {
      await tx.timeline.append([])
      await tx.outbox.append([message('1')], now)
    })
    expect(asked).toEqual(['timeline', 'outbox'])
  })

  it('tells nobody of work that its holder keeps for longer', async () => {
    const { told, inner, unitOfWork } = watched()
    await inner.run((tx) => tx.outbox.append([message('1')], now))
    await unitOfWork.run((tx) => tx.outbox.take('send_message:1', { now, leaseMs: 100 }))
    expect(await unitOfWork.run((tx) => tx.outbox.prolong('send_message:1', 1, instant(5_000)))).toBe(true)
    expect(told).toEqual([])
    expect(await inner.read((tx) => tx.outbox.find('send_message:1'))).toMatchObject({ leasedUntil: instant(5_000) })
  })

  it('tells of events that wait, and not of those that were applied or known', async () => {
    const { told, unitOfWork } = watched()
    const event = eventAbout('evt_1', { about: 'nothing' })
    for (const status of ['waiting', 'waiting'] as const)
      await unitOfWork.run((tx) => tx.inbox.record(event, { status, at: now }))
    await unitOfWork.run((tx) => tx.inbox.record({ ...event, id: 'evt_2' }, { status: 'done', at: now }))
    expect(told).toEqual([[{ queue: 'inbox', id: 'evt_1' }]])
  })

  it('gives whoever has a turn its row and no other, in its life and no later one', async () => {
    const { unitOfWork } = watched()
    await unitOfWork.run((tx) => tx.outbox.append([message('1'), message('2')], now))
    const leaseAll = () => unitOfWork.run((tx) => tx.outbox.lease({ now, limit: 9, leaseMs: 10 }))
    const taken: string[][] = []
    const look = async () => void taken.push((await leaseAll()).map(({ id }) => id))
    await takeTurn('outbox', { id: 'send_message:2', life: 1 }, look)
    await takeTurn('outbox', { id: 'send_message:2', life: 0 }, look)
    await takeTurn('outbox', { id: 'send_message:2', life: 0 }, look)
    await unitOfWork.run((tx) => tx.outbox.append([{ ...message('3'), dueAt: instant(1_001) }], now))
    await takeTurn('outbox', { id: 'send_message:3', life: 0 }, look)
    expect(taken).toEqual([[], ['send_message:2'], [], []])
    expect((await leaseAll()).map(({ id }) => id)).toEqual(['send_message:1'])
  })

  it('says how a turn ended, once that is committed, and does not say it twice', async () => {
    const { told, unitOfWork } = watched()
    await unitOfWork.run((tx) => tx.outbox.append([message('1')], now))
    const turn = { id: 'send_message:1', life: 0 }
    const postponed = await takeTurn('outbox', turn, () =>
      unitOfWork.run(async (tx) => {
        const [work] = await tx.outbox.lease({ now, limit: 1, leaseMs: 10 })
        await tx.outbox.postpone(work!.id, work!.lease, now, 'Not now.')
      }),
    )
    const done = await takeTurn('outbox', turn, () =>
      unitOfWork.run(async (tx) => {
        const [work] = await tx.outbox.lease({ now, limit: 1, leaseMs: 10 })
        await tx.outbox.finish(work!.id, work!.lease, { at: now, result: 'sent' })
      }),
    )
    expect([postponed, done]).toEqual([{ type: 'postponed' }, { type: 'done', result: 'sent' }])
    expect(told).toHaveLength(2)
  })

  it('hands on what an adapter keeps on its transactions, also to copies', async () => {
    const database = openSql({ kind: 'sqlite', filename: ':memory:' })
    await database.migrate()
    const unitOfWork = watchedUnitOfWork(database.unitOfWork, () => {})
    const one = (await unitOfWork.run((tx) => sqlOf({ ...tx }).run('SELECT 1 AS one'))).rows
    expect(one).toEqual([{ one: 1 }])
    await database.close()
  })
})

describe('the id of a job', () => {
  it('is another for another row and for another life, and has no colon', () => {
    const rows = ['a:b', 'a~b', 'a%7Eb', 'a%3Ab', 'a::b', 'a~:b'].flatMap((id) => [
      { id, lease: 0, tries: 0 },
      { id, lease: 3, tries: 2 },
      { id, lease: 2, tries: 0 },
    ])
    const ids = rows.map(jobIdOf)
    expect(new Set(ids).size).toBe(rows.length)
    expect(ids.filter((id) => id.includes(':'))).toEqual([])
    expect(jobIdOf({ id: 'send_refund:ref_1', lease: 3, tries: 2 })).toBe('send_refund~ref_1.1')
  })
})
