import { AsyncLocalStorage } from 'node:async_hooks'
import { openSql, sqlOf, type SqlDatabase } from '@holdfast/adapter-sql'
import { StoreUnavailable, VersionConflict, type PaymentId, type TimelineEntry, type Transaction } from '@holdfast/core'
import { samples } from '@holdfast/core/contracts'
import { memoryUnitOfWork } from '@holdfast/core/memory'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { observeCommits, type Commit } from '../src/index.ts'
import { everyKind, openTestDatabase } from './databases.ts'

const { at, bareCase, pendingPayment } = samples

const fact = (name: string): TimelineEntry => ({
  paymentId: 'pay_1' as PaymentId,
  at: at(0),
  type: 'fact',
  about: { type: 'payment', id: 'pay_1' },
  name,
  data: {},
})
const append = (tx: Transaction, ...names: readonly string[]) => tx.timeline.append(names.map(fact))

/** A unit of work whose commits are heard. */
const hearing = (unitOfWork = memoryUnitOfWork()) => {
  const heard: Commit[] = []
  const observed = observeCommits(unitOfWork, (commit) => void heard.push(commit))
  return { observed, names: () => heard.map(({ entries }) => entries.map(({ name }) => name)), heard }
}

describe('a commit', () => {
  it('is told of once, with all that was written and in its order', async () => {
    const { observed, names, heard } = hearing()
    const kase = bareCase(pendingPayment('p'))
    const answer = await observed.run(async (tx) => {
      await append(tx, 'one', 'two')
      await tx.payments.save(kase, 0, at(0))
      await append(tx, 'three')
      return 'answer'
    })
    expect(answer).toBe('answer')
    expect(names()).toEqual([['one', 'two', 'three']])
    expect([...(heard[0]?.cases.values() ?? [])]).toEqual([kase])
  })

  it.each<[how: string, copy: (tx: Transaction) => Transaction]>([
    ['spread', (tx) => ({ ...tx })],
    [
      'by the descriptions of its properties',
      (tx) => Object.create(null, Object.getOwnPropertyDescriptors(tx)) as Transaction,
    ],
    ['by inheritance', (tx) => Object.create(tx) as Transaction],
  ])('is told of through a copy of the transaction as well, %s', async (_how, copy) => {
    const { observed, names } = hearing()
    await observed.run((tx) => append(copy(tx), 'one'))
    expect(names()).toEqual([['one']])
  })

  it('is told of when it is done, and before whoever asked goes on', async () => {
    const order: string[] = []
    const observed = observeCommits(
      memoryUnitOfWork({ beforeCommit: () => void order.push('not yet'), afterCommit: () => void order.push('kept') }),
      () => order.push('told'),
    )
    await observed.run((tx) => append(tx, 'one')).then(() => order.push('gone on'))
    expect(order).toEqual(['not yet', 'kept', 'told', 'gone on'])
  })

  it('that kept nothing worth telling is not told of, nor is a read', async () => {
    const { observed, heard } = hearing()
    await observed.run(async (tx) => tx.payments.list({ limit: 1 }))
    await observed.read(async (tx) => tx.timeline.list('pay_1' as PaymentId, 1))
    expect(heard).toEqual([])
  })

  it('tells of nothing that was rolled back', async () => {
    const { observed, heard } = hearing()
    const failing = observed.run(async (tx) => {
      await append(tx, 'one')
      throw new Error('boom')
    })
    await expect(failing).rejects.toThrow('boom')
    expect(heard).toEqual([])
  })

  it('tells of the try that won, and of none that lost', async () => {
    const { observed, names } = hearing()
    let tries = 0
    await observed.run(async (tx) => {
      tries += 1
      await append(tx, `try ${tries}`)
      if (tries < 3) throw new VersionConflict('Somebody was faster.')
    })
    expect(names()).toEqual([['try 3']])
  })

  it('of which nobody heard how it ended is not told of', async () => {
    const { observed, heard } = hearing(
      memoryUnitOfWork({
        afterCommit: () => {
          throw new StoreUnavailable('Gone.')
        },
      }),
    )
    await expect(observed.run((tx) => append(tx, 'one'))).rejects.toThrow(StoreUnavailable)
    expect(heard).toEqual([])
  })

  it('stands, whatever the listener throws, and the process is warned', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const observed = observeCommits(memoryUnitOfWork(), () => {
      throw new Error('No memory left for this.')
    })
    await observed.run((tx) => append(tx, 'one'))
    expect(await observed.read((tx) => tx.timeline.list('pay_1' as PaymentId, 9))).toHaveLength(1)
    expect(warned.mock.calls.map(([warning]) => String(warning))).toEqual(['Error: No memory left for this.'])
    warned.mockRestore()
  })

  it('tells what became of tasks, and of none whose lease was lost', async () => {
    const { observed, heard } = hearing()
    const work = { id: 'sweep', body: { type: 'sweep' as const }, dueAt: at(0) }
    await observed.run((tx) => tx.tasks.append([work], at(0)))
    const [leased] = await observed.run((tx) => tx.tasks.lease({ now: at(0), limit: 1, leaseMs: 1_000 }))
    const lease = leased?.lease ?? 0
    // To keep it for longer is no move.
    expect(await observed.run((tx) => tx.tasks.prolong('sweep', lease, at(2_000)))).toBe(true)
    await observed.run((tx) => tx.tasks.postpone('sweep', lease, at(0), 'Away.'))
    expect(await observed.run((tx) => tx.tasks.finish('sweep', lease, { at: at(1) }))).toBe(false)
    const taken = await observed.run((tx) => tx.tasks.take('sweep', { now: at(1), leaseMs: 1_000 }))
    await observed.run((tx) => tx.tasks.finish('sweep', taken?.lease ?? 0, { at: at(2), result: { asked: 1 } }))
    expect(heard.flatMap(({ tasks }) => tasks)).toEqual([
      { type: 'taken', id: 'sweep', lease },
      { type: 'postponed', id: 'sweep', lease },
      { type: 'taken', id: 'sweep', lease: lease + 1 },
      { type: 'finished', id: 'sweep', lease: lease + 1, at: at(2), result: { asked: 1 } },
    ])
  })
})

describe.each(everyKind)('a transaction that is watched, on %s', (kind) => {
  let database: SqlDatabase | undefined
  const open = async () => (database = await openTestDatabase(kind))
  afterEach(async () => {
    await database?.close()
    database = undefined
  })

  it("runs a host's own statements, also of a copy of it", async () => {
    const { unitOfWork, knex } = await open()
    await knex.raw('CREATE TABLE seats (id text PRIMARY KEY)')
    const { observed, names } = hearing(unitOfWork)
    await observed.run(async (tx) => {
      await sqlOf(tx).run('INSERT INTO seats (id) VALUES (?)', ['a'])
      const copy = { ...tx, payments: tx.payments }
      await sqlOf(copy).run('INSERT INTO seats (id) VALUES (?)', ['b'])
      await append(copy, 'seated')
    })
    expect(await knex('seats').orderBy('id')).toEqual([{ id: 'a' }, { id: 'b' }])
    expect(names()).toEqual([['seated']])
  })

  it('runs and tells where its caller is, however many commit together', async () => {
    const { unitOfWork } = await open()
    const place = new AsyncLocalStorage<number>()
    const told: (readonly [string | undefined, number | undefined])[] = []
    const observed = observeCommits(unitOfWork, ({ entries }) => void told.push([entries[0]?.name, place.getStore()]))
    const ran = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        place.run(n, () =>
          observed.run(async (tx) => {
            await append(tx, String(n))
            return place.getStore()
          }),
        ),
      ),
    )
    expect(ran).toEqual(Array.from({ length: 40 }, (_, n) => n))
    expect(told.toSorted(([, a = 0], [, b = 0]) => a - b)).toEqual(Array.from({ length: 40 }, (_, n) => [String(n), n]))
  })
})

it('is what it was for whoever closes the database', async () => {
  const database = openSql({ kind: 'sqlite', filename: ':memory:' })
  await database.migrate()
  await database.close()
  await expect(hearing(database.unitOfWork).observed.run((tx) => append(tx, 'one'))).rejects.toThrow()
})

it.each([
  ['frozen', (tx: Transaction) => Object.freeze({ ...tx })],
  [
    'of a class with secrets of its own',
    (tx: Transaction) =>
      new (class {
        readonly #tx = tx
        get timeline() {
          return this.#tx.timeline
        }
        get payments() {
          return this.#tx.payments
        }
      })() as unknown as Transaction,
  ],
])('watches a transaction that is %s', async (_what, remade) => {
  const memory = memoryUnitOfWork()
  const { observed, names } = hearing({
    run: (work) => memory.run((tx) => work(remade(tx))),
    read: (work) => memory.read(work),
  })
  await observed.run(async (tx) => {
    await append(tx, 'one')
    await tx.payments.list({ limit: 1 })
  })
  expect(names()).toEqual([['one']])
})
