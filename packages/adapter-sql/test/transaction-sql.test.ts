import type { Transaction } from '@holdfast/core'
import { samples } from '@holdfast/core/contracts'
import { memoryUnitOfWork } from '@holdfast/core/memory'
import { createDatabase } from '@holdfast/pg-test'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { ConstraintViolation, openSql, sqlOf, type SqlDatabase, type SqlValue } from '../src/index.ts'
import { everyKind, openPool, openTestDatabase, type TestDatabase } from './databases.ts'

const { at, bareCase, pendingPayment } = samples

const insert = 'INSERT INTO parcels (id, weight) VALUES (?, ?)'
const put = (tx: Transaction, id: string | null, weight = 1) => sqlOf(tx).run(insert, [id, weight])
const save = (tx: Transaction, name: string) => tx.payments.save(bareCase(pendingPayment(name)), 0, at(0))

/** What went wrong, of something that has to. */
const failureOf = async (doing: Promise<unknown>): Promise<unknown> => {
  try {
    await doing
  } catch (error) {
    return error
  }
  throw new Error('Nothing went wrong.')
}

const makeTables = async ({ knex }: SqlDatabase): Promise<void> => {
  await knex.raw('CREATE TABLE shelves (id text PRIMARY KEY)')
  await knex.raw(
    `CREATE TABLE parcels (id text NOT NULL PRIMARY KEY, weight integer CONSTRAINT heavy CHECK (weight > 0),
       shelf text REFERENCES shelves (id), later text REFERENCES shelves (id) DEFERRABLE INITIALLY DEFERRED)`,
  )
}

const ids = async ({ knex }: SqlDatabase) => (await knex('parcels').orderBy('id')).map(({ id }: { id: string }) => id)
const paid = ({ unitOfWork }: SqlDatabase) =>
  unitOfWork.read(async (tx) => (await tx.payments.list({ limit: 99 })).map(({ payment }) => payment.id).toSorted())

describe.each([...everyKind, 'pool with pipeline'] as const)("statements of the host's, on %s", (kind) => {
  let database: TestDatabase | (SqlDatabase & Pick<TestDatabase, 'empty'>)
  beforeAll(async () => {
    database = kind === 'pool with pipeline' ? await openPipeline() : await openTestDatabase(kind)
    await makeTables(database)
  })
  afterAll(() => database.close())
  beforeEach(async () => {
    await database.empty()
    await database.knex('parcels').delete()
  })

  it('are kept with everything else, and see it', async () => {
    await database.unitOfWork.run(async (tx) => {
      await save(tx, 'p')
      expect(await put(tx, 'a')).toEqual({ rows: [], changes: 1 })
      const { rows } = await sqlOf(tx).run('SELECT id FROM holdfast_payments')
      expect(rows).toEqual([{ id: 'p' }])
    })
    expect([await ids(database), await paid(database)]).toEqual([['a'], ['p']])
  })

  it('are taken back with everything else', async () => {
    const failing = database.unitOfWork.run(async (tx) => {
      await put(tx, 'a')
      await save(tx, 'p')
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect([await ids(database), await paid(database)]).toEqual([[], []])
  })

  it('may be built by knex, and answer what was written', async () => {
    const { knex } = database
    await database.unitOfWork.run(async (tx) => {
      const sql = sqlOf(tx)
      const made = await sql.run(
        knex('parcels')
          .insert([
            { id: 'a', weight: 1 },
            { id: 'b', weight: 2 },
          ])
          .returning('id'),
      )
      expect(made).toEqual({ rows: [{ id: 'a' }, { id: 'b' }], changes: 2 })
      expect((await sql.run(knex('parcels').where({ id: 'b' }).update({ weight: 5 }))).changes).toBe(1)
      const found = await sql.run(knex('parcels').select('weight').whereIn('id', ['a', 'b']).orderBy('id'))
      expect(found.rows).toEqual([{ weight: 1 }, { weight: 5 }])
      expect((await sql.run(knex.raw(`SELECT ? AS a, '\\?' AS b`, ['x']))).rows).toEqual([{ a: 'x', b: '?' }])
    })
  })

  it('take values and answer them as the driver does', async () => {
    const moment = new Date('2027-01-02T03:04:05.006Z')
    const values: readonly SqlValue[] = ['t', 7, 8n, true, moment, null]
    const types =
      database.knex.client.dialect === 'postgresql'
        ? ['text', 'int', 'bigint', 'boolean', 'timestamptz', 'text']
        : ['text', 'integer', 'integer', 'integer', 'integer', 'text']
    const columns = types.map((type, n) => `CAST(? AS ${type}) AS v${n}`).join(', ')
    const { rows } = await database.unitOfWork.read((tx) => sqlOf(tx).run(`SELECT ${columns}`, values))
    const made = Object.values(rows[0] ?? {})
    expect(made).toEqual(
      database.knex.client.dialect === 'postgresql'
        ? ['t', 7, '8', true, moment, null]
        : ['t', 7, 8, 1, moment.valueOf(), null],
    )
  })

  it('that would break a constraint say which, and leave everything else as it is', async () => {
    const isPostgres = database.knex.client.dialect === 'postgresql'
    await database.unitOfWork.run(async (tx) => {
      await put(tx, 'a')
      await save(tx, 'p')
      const violated = async (id: string | null, weight: number, shelf: string | null = null) => {
        const doing = sqlOf(tx).run('INSERT INTO parcels (id, weight, shelf) VALUES (?, ?, ?)', [id, weight, shelf])
        const error = await failureOf(doing)
        return error instanceof ConstraintViolation ? [error.type, error.constraint] : error
      }
      expect(await violated('a', 1)).toEqual(['unique', isPostgres ? 'parcels_pkey' : 'parcels.id'])
      expect(await violated('b', 0)).toEqual(['check', 'heavy'])
      expect(await violated(null, 1)).toEqual(['not_null', 'parcels.id'])
      expect(await violated('b', 1, 'none')).toEqual(['foreign_key', isPostgres ? 'parcels_shelf_fkey' : undefined])
      await put(tx, 'c')
      await save(tx, 'q')
    })
    expect([await ids(database), await paid(database)]).toEqual([
      ['a', 'c'],
      ['p', 'q'],
    ])
  })

  it('that would break a constraint take nothing with them that was asked for at the same time', async () => {
    await database.unitOfWork.run(async (tx) => {
      await put(tx, 'a')
      const doing = [put(tx, 'a'), save(tx, 'p'), put(tx, 'b'), put(tx, 'b'), save(tx, 'q'), put(tx, 'c')]
      const outcomes = await Promise.allSettled(doing)
      expect(outcomes.map(({ status }) => status)).toEqual([
        'rejected',
        'fulfilled',
        'fulfilled',
        'rejected',
        'fulfilled',
        'fulfilled',
      ])
    })
    expect([await ids(database), await paid(database)]).toEqual([
      ['a', 'b', 'c'],
      ['p', 'q'],
    ])
  })

  it('that nobody waited for are kept all the same', async () => {
    await database.unitOfWork.run(async (tx) => {
      void put(tx, 'a')
      void put(tx, 'b')
      await save(tx, 'p')
      void put(tx, 'c')
      void put(tx, 'd')
    })
    expect([await ids(database), await paid(database)]).toEqual([['a', 'b', 'c', 'd'], ['p']])
  })

  it('that break a constraint which nobody minds take their transaction back, and none beside it', async () => {
    await database.unitOfWork.run((tx) => put(tx, 'a'))
    const outcomes = await Promise.allSettled(
      ['b', 'a', 'c'].map((id) =>
        database.unitOfWork.run(async (tx) => {
          await save(tx, id)
          await put(tx, id)
        }),
      ),
    )
    expect(outcomes).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { name: 'ConstraintViolation', type: 'unique' } },
      { status: 'fulfilled' },
    ])
    expect([await ids(database), await paid(database)]).toEqual([
      ['a', 'b', 'c'],
      ['b', 'c'],
    ])
  })

  it('that break a constraint which is looked at last take their transaction back, and none beside it', async () => {
    const outcomes = await Promise.allSettled(
      ['a', 'b', 'c'].map((id) =>
        database.unitOfWork.run(async (tx) => {
          await save(tx, id)
          await sqlOf(tx).run('INSERT INTO parcels (id, later) VALUES (?, ?)', [id, id === 'b' ? 'none' : null])
        }),
      ),
    )
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect([await ids(database), await paid(database)]).toEqual([
      ['a', 'c'],
      ['a', 'c'],
    ])
  })

  it('that are wrong fail the transaction, even where the host goes on, and none beside it', async () => {
    const outcomes = await Promise.allSettled(
      ['a', 'b', 'c'].map((id) =>
        database.unitOfWork.run(async (tx) => {
          await put(tx, id)
          if (id === 'b') await failureOf(sqlOf(tx).run('INSERT INTO nowhere (id) VALUES (?)', [id]))
        }),
      ),
    )
    expect(outcomes[1]).toMatchObject({ status: 'rejected', reason: { message: expect.stringMatching(/nowhere/) } })
    expect(await ids(database)).toEqual(['a', 'c'])
  })

  it('change nothing in a transaction that only reads', async () => {
    await expect(database.unitOfWork.read((tx) => put(tx, 'a'))).rejects.toThrow(/only/)
    const { rows } = await database.unitOfWork.read((tx) => sqlOf(tx).run('SELECT count(*) AS n FROM parcels'))
    expect(Number(rows[0]?.['n'])).toBe(0)
  })

  it('neither begin nor end a transaction', async () => {
    const { unitOfWork } = database
    const words = [
      'COMMIT',
      ' rollback',
      '-- now\nBEGIN',
      '/* a */ SAVEPOINT x',
      'INSERT OR ROLLBACK INTO parcels (id) VALUES (1)',
    ]
    for (const text of words)
      await expect(unitOfWork.run((tx) => sqlOf(tx).run(text))).rejects.toThrow(
        /begins and ends its transactions itself/,
      )
    expect(await unitOfWork.run((tx) => sqlOf(tx).run('SELECT 1 AS commit_it'))).toMatchObject({ changes: 1 })
  })

  it('say which value is none that can be stored', async () => {
    const { knex, unitOfWork } = database
    const build = (weight: unknown) =>
      unitOfWork.run((tx) => sqlOf(tx).run(knex.raw('SELECT ?, ?', ['a', weight as string])))
    await expect(build({ kg: 1 })).rejects.toThrow('Value 2 of the statement is a structure')
    await expect(build(undefined)).rejects.toThrow(/undefined/i)
    await expect(unitOfWork.run((tx) => sqlOf(tx).run('SELECT ?', []))).rejects.toThrow(/Expected 0 bindings, saw 1/)
  })

  it('are refused once the transaction is over', async () => {
    const [tx, sql] = await database.unitOfWork.run(async (mine) => [mine, sqlOf(mine)] as const)
    expect(() => sqlOf(tx)).toThrow(/This transaction is over. Call sqlOf\(tx\) in the function that is handed the tx/)
    await expect(sql.run(insert, ['a', 1])).rejects.toThrow(/This transaction is over/)
    let failed: Transaction | undefined
    await failureOf(
      database.unitOfWork.run(async (mine) => {
        failed = mine
        throw new Error('no')
      }),
    )
    expect(() => sqlOf(failed as Transaction)).toThrow(/This transaction is over/)
    expect(await ids(database)).toEqual([])
  })

  it('run in a copy of a transaction as in itself', async () => {
    await database.unitOfWork.run(async (tx) => {
      await put({ ...tx, payments: { ...tx.payments } }, 'a')
    })
    expect(await ids(database)).toEqual(['a'])
  })
})

it('are refused in a transaction of another adapter, with what to do', async () => {
  const foreign = memoryUnitOfWork().run(async (tx) => sqlOf(tx))
  await expect(foreign).rejects.toThrow(/sqlOf takes the tx .* of @holdfast\/adapter-sql .* filename: ':memory:'/)
})

it("on SQLite, a table of the host's that takes everything back takes back one transaction", async () => {
  const database = await openTestDatabase('sqlite memory')
  await database.knex.raw('CREATE TABLE parcels (id text PRIMARY KEY ON CONFLICT ROLLBACK, weight integer)')
  const outcomes = await Promise.allSettled(
    ['a', 'b', 'b', 'c'].map((id, n) =>
      database.unitOfWork.run(async (tx) => {
        await save(tx, `p${n}`)
        await put(tx, id).catch(() => {})
      }),
    ),
  )
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
  expect([await ids(database), await paid(database)]).toEqual([
    ['a', 'b', 'c'],
    ['p0', 'p1', 'p3'],
  ])
  await database.close()
})

describe('on Postgres', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await openTestDatabase('postgres')
    await makeTables(database)
  })
  afterAll(() => database.close())

  it('answers a text with no statement in it with nothing, and goes on', async () => {
    await database.unitOfWork.run(async (tx) => {
      expect(await sqlOf(tx).run('-- nothing to do')).toEqual({ rows: [], changes: 0 })
      expect(await sqlOf(tx).run('SELECT 1 AS one')).toEqual({ rows: [{ one: 1 }], changes: 1 })
    })
  })

  it.each(['COPY parcels FROM STDIN', "COPY (VALUES ('a'), ('b')) TO STDOUT"])(
    'says that it does not copy, and goes on with the next transaction: %s',
    async (text) => {
      let runs = 0
      const copying = database.unitOfWork.run(async (tx) => {
        runs += 1
        await put(tx, 'copied')
        await sqlOf(tx).run(text)
      })
      await expect(copying).rejects.toThrow('COPY from or to a client is not supported here')
      expect(runs).toBe(1)
      expect(await ids(database)).not.toContain('copied')
    },
  )

  it("answers with what a host's reader of a type throws, and goes on with the next transaction", async () => {
    const isSafe = (text: string): number => {
      if (!Number.isSafeInteger(Number(text))) throw new RangeError(`${text} is too large.`)
      return Number(text)
    }
    const types = { getTypeParser: () => isSafe }
    const { url, drop } = await createDatabase(inject('pgAdminUrl'))
    const { pool, end } = openPool({ connectionString: url, max: 1, types } as unknown as pg.PoolConfig)
    const { unitOfWork, close } = openSql({ kind: 'pg-pool', pool })
    const read = (text: string) => unitOfWork.run((tx) => sqlOf(tx).run(`SELECT ${text}::bigint AS n`))
    await expect(read('9007199254740993')).rejects.toThrow('9007199254740993 is too large.')
    expect(await read('12')).toMatchObject({ rows: [{ n: 12 }] })
    await close()
    await end()
    await drop()
  })

  it('takes a statement that lacks a value for a mistake, and not for a lost connection', async () => {
    let runs = 0
    const failing = database.unitOfWork.run((tx) => {
      runs += 1
      return sqlOf(tx).run('SELECT $1::text')
    })
    await expect(failing).rejects.toMatchObject({ code: '08P01', severity: 'ERROR' })
    expect(runs).toBe(1)
  })

  it("does not take for the host's a constraint that something of ours would break", async () => {
    let heard: unknown
    const failing = database.unitOfWork.run(async (tx) => {
      for (const name of ['p', 'q']) {
        // The same attempt twice: written without waiting for an answer, and sent with what comes next.
        const attempts = [samples.requestedAttempt(name, 'a')]
        await tx.payments.save({ ...bareCase(pendingPayment(name)), attempts }, 0, at(0))
      }
      heard = await failureOf(put(tx, 'a'))
    })
    await expect(failing).rejects.toThrow(/holdfast_attempts_pkey/)
    expect(heard).not.toBeInstanceOf(ConstraintViolation)
    expect([await ids(database), await paid(database)]).toEqual([[], []])
  })

  it('runs the whole transaction again over a conflict in a statement of the host', async () => {
    await database.unitOfWork.run(async (tx) => {
      await put(tx, 'a')
      await put(tx, 'b')
    })
    let runs = 0
    let arrived = 0
    let meet = (): void => {}
    const bothHere = new Promise<void>((resolve) => {
      meet = resolve
    })
    const add = (tx: Transaction, id: string) =>
      sqlOf(tx).run('UPDATE parcels SET weight = weight + 1 WHERE id = ?', [id])
    const both = (first: string, second: string) =>
      database.unitOfWork.run(async (tx) => {
        runs += 1
        await add(tx, first)
        arrived += 1
        if (arrived === 2) meet()
        await bothHere
        // A host that minds nothing does not get away with it.
        await add(tx, second).catch(() => {})
      })
    await Promise.all([both('a', 'b'), both('b', 'a')])
    expect(runs).toBeGreaterThanOrEqual(3)
    expect(await database.knex('parcels').orderBy('id').select('weight')).toEqual([{ weight: 3 }, { weight: 3 }])
  })
})

const openPipeline = async (): Promise<SqlDatabase & Pick<TestDatabase, 'empty'>> => {
  const { url, drop } = await createDatabase(inject('pgAdminUrl'))
  const { pool, end } = openPool({ connectionString: url, pipeline: true } as pg.PoolConfig)
  const database = openSql({ kind: 'pg-pool', pool })
  await database.migrate()
  return {
    ...database,
    empty: async () => void (await database.knex('holdfast_payments').delete()),
    async close() {
      await database.close()
      await end()
      await drop()
    },
  }
}
