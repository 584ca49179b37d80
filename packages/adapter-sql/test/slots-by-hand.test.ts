import { samples } from '@holdfast/core/contracts'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { everyKind, openTestDatabase, type DatabaseKind, type TestDatabase } from './databases.ts'

const { at, cancelledReservation, paidReservation, slot } = samples

interface Change {
  readonly id: string
  readonly unit?: unknown
  readonly capacity?: unknown
  readonly starts_at?: unknown
  readonly ends_at?: unknown
  readonly resource_id?: unknown
  readonly status?: string
}

describe.each(everyKind)('slots that are typed by hand, on %s', (kind) => {
  let database: TestDatabase
  let template: object
  beforeAll(async () => {
    database = await openTestDatabase(kind)
  })
  afterAll(() => database.close())
  beforeEach(async () => {
    await database.empty()
    await database.unitOfWork.run(async (tx) => {
      await tx.reservations.save(paidReservation('held', slot('casa', 1, 10, 20)), 0)
      await tx.reservations.save(cancelledReservation('gone', slot('casa', 0, 10, 20)), 0)
    })
    template = (await rows().where({ id: 'held' }).first()) as object
  })

  const rows = (on: Pick<TestDatabase, 'knex'> = database) => on.knex('holdfast_reservations')
  const insert = (change: Change, on: Pick<TestDatabase, 'knex'> = database) => rows(on).insert(rowOf(change))
  const rowOf = (change: Change): Record<string, unknown> => ({ ...template, ...change })

  /** Pairs that hold one unit at one time, as the database itself sees them. */
  const doubles = async (): Promise<number> => {
    const counted = await database
      .knex('holdfast_reservations as a')
      .join('holdfast_reservations as b', (on) => {
        on.on('a.id', '<', 'b.id').andOn('a.resource_id', 'b.resource_id').andOn('a.unit', 'b.unit')
        on.andOn('a.starts_at', '<', 'b.ends_at').andOn('b.starts_at', '<', 'a.ends_at')
      })
      .whereNot('a.status', 'cancelled')
      .whereNot('b.status', 'cancelled')
      .count({ n: '*' })
    return Number(counted[0]?.['n'])
  }
  const holders = async (): Promise<readonly string[]> =>
    (await rows().whereNot('status', 'cancelled').orderBy('id').pluck('id')) as readonly string[]

  it('may take every other unit at the same time, and each of them once', async () => {
    for (const unit of [0, 2, 3]) await insert({ id: `free${unit}`, unit })
    for (const unit of [0, 1, 2, 3]) await expect(insert({ id: 'thief', unit })).rejects.toThrow()
    expect(await holders()).toEqual(['free0', 'free2', 'free3', 'held'])
  })

  it('cannot take a unit that there is none of: below 0, or not below what the row says there are', async () => {
    for (const [unit, capacity] of [
      [-1, null],
      [-1, 3],
      [7, 1],
      [2, 2],
      [3, 3],
      [0, 0],
    ])
      await expect(insert({ id: 'thief', unit, capacity })).rejects.toThrow(/constraint/i)
    await insert({ id: 'first', unit: 0, capacity: 3 })
    await insert({ id: 'last', unit: 2, capacity: 3 })
    for (const change of [{ unit: 3 }, { unit: -1 }, { capacity: 2 }])
      await expect(rows().where({ id: 'last' }).update(change)).rejects.toThrow(/constraint/i)
    expect(await holders()).toEqual(['first', 'held', 'last'])
  })

  it('cannot take one twice by another spelling of the same number', async () => {
    const spellings: readonly Omit<Change, 'id'>[] = [
      { unit: '1' },
      { unit: 1.0 },
      { starts_at: String(at(15)) },
      { ends_at: `${at(99)}` },
      { unit: ' 1' },
      { unit: '01' },
    ]
    for (const change of spellings) {
      await expect(insert({ id: 'thief', ...change })).rejects.toThrow()
      expect(await holders()).toEqual(['held'])
    }
  })

  it('cannot take one twice in one statement', async () => {
    const two = [rowOf({ id: 'one', unit: 5 }), rowOf({ id: 'two', unit: 5, starts_at: at(19), ends_at: at(30) })]
    await expect(rows().insert(two)).rejects.toThrow()
    await insert({ id: 'two', unit: 5 })
    await expect(rows().update({ unit: 7 })).rejects.toThrow()
    await expect(rows().update({ status: 'paid', unit: 1, cancelled_at: null, cancelled_by: null })).rejects.toThrow()
    expect(await holders()).toEqual(['held', 'two'])
  })

  it('cannot take one twice by asking for conflicts to be passed over', async () => {
    const names = Object.keys(template)
    const typed = (verb: string, end = '') =>
      database.knex.raw(
        `${verb} INTO holdfast_reservations (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')}) ${end}`,
        names.map((name) => rowOf({ id: 'thief' })[name]) as never,
      )
    const ways =
      kind === 'postgres'
        ? [() => typed('INSERT', 'ON CONFLICT DO NOTHING'), () => typed('INSERT', 'ON CONFLICT (id) DO NOTHING')]
        : [
            () => typed('INSERT OR IGNORE'),
            () => typed('INSERT OR REPLACE'),
            () => typed('REPLACE'),
            () => typed('INSERT OR FAIL'),
            () => typed('INSERT', 'ON CONFLICT DO NOTHING'),
            () => database.knex.raw("UPDATE OR REPLACE holdfast_reservations SET status = 'paid', unit = 1"),
            () => database.knex.raw("UPDATE OR IGNORE holdfast_reservations SET status = 'paid', unit = 1"),
          ]
    for (const way of ways) {
      // Some are refused, and some do nothing: both are right.
      await Promise.allSettled([way()])
      expect(await doubles()).toBe(0)
      expect(await holders()).toEqual(['held'])
    }
  })

  it('cannot take one twice by any sequence of insertions, moves, cancellations and their undoing', async () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd')
    const unit = fc.constantFrom(0, 1)
    const place = fc
      .tuple(unit, fc.integer({ min: 0, max: 8 }), fc.integer({ min: 1, max: 6 }))
      .map(([on, from, length]) => ({ unit: on, starts_at: at(from), ends_at: at(from + length) }))
    const status = fc.constantFrom('paid', 'confirmed', 'cancelled')
    const act = fc.oneof(
      fc.tuple(id, place, status).map(
        ([name, where, as]) =>
          () =>
            insert({ id: name, ...where, status: as }),
      ),
      fc.tuple(id, place).map(
        ([name, where]) =>
          () =>
            rows().where({ id: name }).update(where),
      ),
      fc.tuple(id, status).map(
        ([name, as]) =>
          () =>
            rows().where({ id: name }).update({ status: as }),
      ),
      fc.tuple(id, id).map(
        ([name, other]) =>
          () =>
            rows().where({ id: name }).update({ id: other }),
      ),
      unit.map((on) => () => rows().update({ unit: on })),
      id.map((name) => () => rows().where({ id: name }).delete()),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 4, maxLength: 15 }), async (acts) => {
        await rows().delete()
        for (const doIt of acts) {
          await Promise.allSettled([doIt()])
          expect(await doubles()).toBe(0)
        }
      }),
      { numRuns: Number(process.env['HOLDFAST_PROPERTY_RUNS'] ?? 40) },
    )
  }, 60_000)
})

describe.each<DatabaseKind>(['sqlite file', 'postgres'])('hands that type at the same time, on %s', (kind) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await openTestDatabase(kind)
  })
  afterAll(() => database.close())

  it('have each unit once, whoever is faster', async () => {
    await database.unitOfWork.run((tx) => tx.reservations.save(paidReservation('held', slot('casa', 0, 100, 110)), 0))
    const template = (await database.knex('holdfast_reservations').first()) as object
    const hands = [database, database.another(), database.another(), database.another()]
    const outcomes = await Promise.allSettled(
      Array.from({ length: 32 }, async (_, n) => {
        const { knex } = hands[n % hands.length] ?? database
        const change = { id: `r${n}`, unit: n % 3, starts_at: at(10 + (n % 5)), ends_at: at(20) }
        await knex('holdfast_reservations').insert({ ...template, ...change })
        return change.unit
      }),
    )
    const taken = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    expect(taken.toSorted()).toEqual([0, 1, 2])
    const kept = await database.knex('holdfast_reservations').where('starts_at', '<', at(20)).pluck('unit')
    expect(kept.map(Number).toSorted()).toEqual([0, 1, 2])
  })

  it('that do not commit keep nothing, and whoever waits for them has it', async () => {
    await database.empty()
    await database.unitOfWork.run((tx) => tx.reservations.save(paidReservation('held', slot('casa', 0, 100, 110)), 0))
    const first = (await database.knex('holdfast_reservations').first()) as object
    const change = (id: string) => ({ ...first, id, starts_at: at(10), ends_at: at(20) })
    const typing = await database.another().knex.transaction()
    await typing('holdfast_reservations').insert(change('undone'))
    const waiting = database.unitOfWork.run((tx) =>
      tx.reservations.save(paidReservation('second', slot('casa', 0, 15, 25)), 0),
    )
    await typing.rollback()
    await waiting
    expect(await database.knex('holdfast_reservations').orderBy('id').pluck('id')).toEqual(['held', 'second'])
  })
})
