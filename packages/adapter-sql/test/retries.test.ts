import { Contention, StoreUnavailable, type Instant, type Transaction } from '@holdfast/core'
import { samples } from '@holdfast/core/contracts'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { dialectOf } from '../src/dialect.ts'
import { CommitUnknown, openSql } from '../src/index.ts'
import { openTestDatabase, type TestDatabase } from './databases.ts'

const { at, intentId, openIntent } = samples

const bump = async (tx: Transaction, name: string): Promise<void> => {
  const found = await tx.intents.find(intentId(name))
  if (found === undefined) throw new Error(`There is no '${name}'.`)
  await tx.intents.save({ ...found.value, payload: Number(found.value.payload) + 1 }, found.version)
}

const makeTwo = async ({ empty, unitOfWork }: TestDatabase): Promise<void> => {
  await empty()
  for (const name of ['a', 'b']) await unitOfWork.run((tx) => tx.intents.save(openIntent(name, { payload: 0 }), 0))
}

const payloads = ({ unitOfWork }: TestDatabase) =>
  unitOfWork.read(async (tx) => [
    (await tx.intents.find(intentId('a')))?.value.payload,
    (await tx.intents.find(intentId('b')))?.value.payload,
  ])

describe('on Postgres', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await openTestDatabase('postgres')
  })
  afterAll(() => database.close())
  beforeEach(() => makeTwo(database))

  it('runs both of two again that lock each other out, until both are done', async () => {
    let runs = 0
    let arrived = 0
    let open = (): void => {}
    const bothHere = new Promise<void>((resolve) => {
      open = resolve
    })
    const take = (first: string, second: string) =>
      database.unitOfWork.run(async (tx) => {
        runs += 1
        await bump(tx, first)
        arrived += 1
        if (arrived === 2) open()
        await bothHere
        await bump(tx, second)
      })
    await Promise.all([take('a', 'b'), take('b', 'a')])
    // The server ends one of them, and may do so again when they meet again.
    expect(runs).toBeGreaterThanOrEqual(3)
    expect(await payloads(database)).toEqual([2, 2])
  })

  it('runs work again whose connection was lost before the commit', async () => {
    let runs = 0
    await database.unitOfWork.run(async (tx) => {
      runs += 1
      await bump(tx, 'a')
      if (runs === 1) await endEveryOtherConnection()
      await bump(tx, 'b')
    })
    expect(runs).toBe(2)
    expect(await payloads(database)).toEqual([1, 1])
  })

  it('gives up on a server that cuts every connection, with what it said', async () => {
    const { unitOfWork } = database.another({ maxReconnects: 3, sleep: async () => {} })
    let runs = 0
    const losing = unitOfWork.run(async (tx) => {
      runs += 1
      await bump(tx, 'a')
      await endEveryOtherConnection()
      await bump(tx, 'b')
    })
    // The server says that it ends the connection, or the socket is found broken first.
    await expect(losing).rejects.toBeInstanceOf(StoreUnavailable)
    await expect(losing).rejects.toThrow(/terminat|ECONNRESET|EPIPE|connection error/)
    // The server ends one of them, and may do so again when they meet again.
    expect(runs).toBeGreaterThanOrEqual(3)
    expect(await payloads(database)).toEqual([0, 0])
  })

  it.each(['EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', 'ENOTFOUND', 'EAI_AGAIN', '57P04', '57P05', '25P04'])(
    'takes a server that is not to be reached, or has ended the session, for lost (%s)',
    (code) => {
      const error = Object.assign(new Error('no'), { code })
      expect(dialectOf(database.knex).kindOf(error)).toBe('lost')
    },
  )

  it('tells whoever asks for a server that nobody knows that it is not there', async () => {
    const unknown = openSql({ kind: 'postgres', url: 'postgres://postgres@db.invalid/shop' }, { sleep: async () => {} })
    await expect(unknown.unitOfWork.run((tx) => bump(tx, 'a'))).rejects.toBeInstanceOf(StoreUnavailable)
    await unknown.close()
  })

  it('gives up at once where the server has no room, with what it said', async () => {
    await database.knex.raw(`
      CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$`)
    await database.knex.raw(
      'CREATE TRIGGER full_disk AFTER INSERT ON holdfast_customers FOR EACH ROW EXECUTE FUNCTION no_room()',
    )
    let runs = 0
    const storing = database.unitOfWork.run(async (tx) => {
      runs += 1
      await tx.customers.remember(openIntent('a').owner, 'cus_1')
    })
    await expect(storing).rejects.toBeInstanceOf(StoreUnavailable)
    await expect(storing).rejects.toThrow('No space left on device')
    expect(runs).toBe(1)
    await database.knex.raw('DROP TRIGGER full_disk ON holdfast_customers')
    expect(await payloads(database)).toEqual([0, 0])
  })

  it('does not run work again whose connection was lost during the commit', async () => {
    await database.knex.raw(`
      CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$`)
    await database.knex.raw(`
      CREATE CONSTRAINT TRIGGER cut_at_commit AFTER INSERT ON holdfast_customers
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cut()`)
    let runs = 0
    const cut = database.unitOfWork.run(async (tx) => {
      runs += 1
      await tx.customers.remember(openIntent('a').owner, 'cus_1')
    })
    await expect(cut).rejects.toBeInstanceOf(CommitUnknown)
    expect(runs).toBe(1)
    await database.knex.raw('DROP TRIGGER cut_at_commit ON holdfast_customers')
    expect(await payloads(database)).toEqual([0, 0])
  })

  // Short enough to wait for, and longer than a busy machine ever makes anybody stand still.
  const patientMs = 600

  it('ends a transaction that stands still, lets the next one go on, and does the work of the first again, once', async () => {
    const holder = database.another({ idleTransactionTimeoutMs: patientMs })
    let runs = 0
    await holder.unitOfWork.run(async (tx) => {
      runs += 1
      await bump(tx, 'a')
      // The other one wants the same row: it comes back when the server has taken it from us.
      if (runs === 1) await database.unitOfWork.run((other) => bump(other, 'a'))
    })
    expect(runs).toBe(2)
    expect(await payloads(database)).toEqual([2, 0])
  })

  it('does the work again, once, of a process that was stopped right before its commit', async () => {
    const holder = database.another({ idleTransactionTimeoutMs: patientMs })
    let runs = 0
    await holder.unitOfWork.run(async (tx) => {
      runs += 1
      await bump(tx, 'a')
      // Nothing of this process moves, as if it were paused; the commit is sent before it hears what has happened.
      if (runs === 1) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4 * patientMs)
    })
    expect(runs).toBe(2)
    expect(await payloads(database)).toEqual([1, 0])
  })

  it('tells whoever stands still every time of contention', async () => {
    const holder = database.another({ idleTransactionTimeoutMs: 50, maxTries: 2, sleep: async () => {} })
    const stopped = holder.unitOfWork.run(async (tx) => {
      await bump(tx, 'a')
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500)
    })
    await expect(stopped).rejects.toBeInstanceOf(Contention)
    expect(await payloads(database)).toEqual([0, 0])
  })

  it('tells whoever waits for a row for longer than a statement may take of contention', async () => {
    const { unitOfWork } = database.another({ statementTimeoutMs: 100 })
    await database.unitOfWork.run(async (tx) => {
      await bump(tx, 'a')
      await expect(unitOfWork.run((other) => bump(other, 'a'))).rejects.toBeInstanceOf(Contention)
    })
    expect(await payloads(database)).toEqual([1, 0])
  })

  it('says why a statement failed whose answer nobody waited for', async () => {
    const failing = database.unitOfWork.run(async (tx) => {
      const body = {
        type: 'look_up_attempt',
        paymentId: samples.paymentId('p'),
        attemptId: samples.attemptId('a'),
      } as const
      await tx.outbox.append([{ id: 'x', body, dueAt: Number.NaN as Instant }], at(0))
      await bump(tx, 'a')
    })
    await expect(failing).rejects.toThrow(/bigint: "NaN"/)
    expect(await payloads(database)).toEqual([0, 0])
  })

  const endEveryOtherConnection = async (): Promise<void> => {
    await database.knex.raw(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    )
  }
})

describe('on SQLite', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await openTestDatabase('sqlite file')
  })
  afterAll(() => database.close())
  beforeEach(() => makeTwo(database))

  it('waits for another process that holds the lock, outside SQLite', async () => {
    const holder = database.another()
    let waits = 0
    let release = (): void => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const { unitOfWork } = database.another({
      async sleep() {
        waits += 1
        if (waits === 3) release()
        await new Promise((resolve) => setTimeout(resolve, 10))
      },
    })
    let held = (): void => {}
    const isHeld = new Promise<void>((resolve) => {
      held = resolve
    })
    const holding = holder.unitOfWork.run(async (tx) => {
      await bump(tx, 'a')
      held()
      await released
    })
    await isHeld
    await unitOfWork.run((tx) => bump(tx, 'a'))
    await holding
    expect(waits).toBeGreaterThanOrEqual(3)
    expect(await payloads(database)).toEqual([2, 0])
  })

  it('gives up after a while on a lock that nobody lets go of, for everybody who waits', async () => {
    const holder = database.another()
    const { unitOfWork } = database.another({ busyTimeoutMs: 50, sleep: async () => {} })
    await holder.unitOfWork.run(async () => {
      const outcomes = await Promise.allSettled(['a', 'b', 'a'].map((name) => unitOfWork.run((tx) => bump(tx, name))))
      for (const outcome of outcomes)
        expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(Contention) as Contention })
      // Whoever only reads is in nobody's way.
      expect(await unitOfWork.read(async (tx) => (await tx.intents.find(intentId('a')))?.version)).toBe(1)
    })
    await unitOfWork.run((tx) => bump(tx, 'b'))
    expect(await payloads(database)).toEqual([0, 1])
  })
})
