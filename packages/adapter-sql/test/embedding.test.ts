import type { Socket } from 'node:net'
import { Contention, StoreUnavailable } from '@holdfast/core'
import { samples } from '@holdfast/core/contracts'
import { createDatabase } from '@holdfast/pg-test'
import { Container } from 'inversify'
import createKnex from 'knex'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { CommitUnknown, openSql, sqlOf, sqlUnitOfWork, type SqlDatabase } from '../src/index.ts'
import { sqlModule } from '../src/inversify.ts'
import { endsOverStatements, refuseCrash, sqliteClient } from '../src/sqlite-client.ts'
import { openPool, openTestDatabase } from './databases.ts'

const { at, bareCase, paymentId, pendingPayment } = samples

const useIt = async ({ unitOfWork, migrate, ping }: SqlDatabase): Promise<void> => {
  await ping()
  await migrate()
  await Promise.all(
    Array.from({ length: 8 }, (_, n) =>
      unitOfWork.run((tx) => tx.payments.save(bareCase(pendingPayment(`p${n}`)), 0, at(0))),
    ),
  )
  expect(await unitOfWork.read((tx) => tx.payments.list({ limit: 99 }))).toHaveLength(8)
}

describe('on Postgres', () => {
  let url: string
  let drop: () => Promise<void>
  beforeAll(async () => {
    ;({ url, drop } = await createDatabase(inject('pgAdminUrl')))
  })
  afterAll(() => drop())

  it("uses the host's own pool, and leaves it open and whole", async () => {
    const { pool, end } = openPool({ connectionString: url, max: 2 })
    const database = openSql({ kind: 'pg-pool', pool })
    await useIt(database)
    await database.unitOfWork.run(async () => {
      expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    })
    await database.close()
    expect((await pool.query('SELECT count(*)::int AS n FROM holdfast_payments')).rows).toEqual([{ n: 8 }])
    expect(pool.idleCount).toBe(pool.totalCount)
    const client = await pool.connect()
    expect(client.listenerCount('error')).toBe(0)
    client.release()
    await end()
  })

  it('takes a pool whose connections send queries without waiting for answers', async () => {
    const { pool, end } = openPool({ connectionString: url, pipeline: true } as pg.PoolConfig)
    const database = openSql({ kind: 'pg-pool', pool })
    await database.knex('holdfast_payments').delete()
    await useIt(database)
    await database.close()
    expect((await pool.query('SELECT count(*)::int AS n FROM holdfast_payments')).rows).toEqual([{ n: 8 }])
    await end()
  })

  it("throws a connection of the host's pool away that broke, and no more", async () => {
    const { pool, end } = openPool({ connectionString: url, max: 2 })
    pool.on('error', () => {})
    const { unitOfWork, close } = openSql({ kind: 'pg-pool', pool })
    let runs = 0
    await unitOfWork.run(async (tx) => {
      runs += 1
      await tx.payments.find(paymentId('p0'))
      if (runs === 1)
        await pool.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
        )
      await tx.payments.find(paymentId('p1'))
    })
    expect(runs).toBe(2)
    await close()
    await end()
  })

  it("lets nothing of ours stand still on the host's own pool, and changes nothing for what is the host's", async () => {
    const { pool, end } = openPool({ connectionString: url, max: 1, idle_in_transaction_session_timeout: 77_000 })
    const limit = async (): Promise<unknown> =>
      (await pool.query('SHOW idle_in_transaction_session_timeout')).rows[0] as unknown
    const database = openSql({ kind: 'pg-pool', pool }, { idleTransactionTimeoutMs: 100 })
    const rival = openSql({ kind: 'postgres', url })
    const touch = async ({ unitOfWork }: SqlDatabase, meanwhile?: () => Promise<void>): Promise<void> =>
      unitOfWork.run(async (tx) => {
        const found = await tx.payments.find(paymentId('p0'))
        await meanwhile?.()
        if (found !== undefined) await tx.payments.save(found.value, found.version, at(0))
      })
    pool.on('error', () => {})
    let runs = 0
    await touch(database, async () => {
      runs += 1
      if (runs === 1) await touch(rival)
    })
    expect(runs).toBe(2)
    expect(await limit()).toEqual({ idle_in_transaction_session_timeout: '77s' })
    await rival.close()
    await database.close()
    await end()
  })

  it("tells of contention whoever waits for a row for longer than the host's pool lets a statement take", async () => {
    const { pool, end } = openPool({ connectionString: url, max: 1, statement_timeout: 100 })
    const database = openSql({ kind: 'pg-pool', pool })
    const holder = openSql({ kind: 'postgres', url })
    await holder.unitOfWork.run(async (tx) => {
      await tx.payments.find(paymentId('p0'))
      const waiting = database.unitOfWork.run((other) => other.payments.find(paymentId('p0')))
      await expect(waiting).rejects.toBeInstanceOf(Contention)
    })
    await holder.close()
    await database.close()
    await end()
  })

  describe.each([false, true])("on a pool of the host's (pipeline: %s)", (pipeline) => {
    const openOne = () => {
      const { pool, end } = openPool({ connectionString: url, max: 1, pipeline } as pg.PoolConfig)
      const database = openSql({ kind: 'pg-pool', pool }, { sleep: async () => {} })
      return { pool, database, end: () => database.close().then(end) }
    }

    it('goes on where the host has taken from a connection what it had prepared', async () => {
      const { pool, database, end } = openOne()
      const find = () => database.unitOfWork.run((tx) => tx.payments.find(paymentId('p0')))
      const found = await find()
      expect(found).toBeDefined()
      for (let n = 0; n < 3; n += 1) {
        await pool.query('DISCARD ALL')
        expect(await find()).toEqual(found)
        expect(await find()).toEqual(found)
      }
      await end()
    })

    it('keeps nothing of what was sent behind a statement that a connection had forgotten', async () => {
      const { pool, database, end } = openOne()
      await database.unitOfWork.run((tx) => tx.payments.find(paymentId('p0')))
      await pool.query('DISCARD ALL')
      const failing = database.unitOfWork.run(async (tx) => {
        await tx.customers.remember(samples.openIntent('a').owner, 'cus_behind')
        throw new Error('no')
      })
      await expect(failing).rejects.toThrow('no')
      expect((await pool.query("SELECT 1 FROM holdfast_customers WHERE customer_id = 'cus_behind'")).rows).toEqual([])
      await end()
    })

    it('goes on where a table has changed under what a connection had prepared', async () => {
      const { pool, database, end } = openOne()
      const find = () => database.unitOfWork.run((tx) => tx.payments.find(paymentId('p0')))
      await find()
      const type = async (name: string) => pool.query(`ALTER TABLE holdfast_payments ALTER version TYPE ${name}`)
      await type('numeric')
      expect(await find()).toBeDefined()
      await type('bigint')
      expect(await find()).toBeDefined()
      await end()
    })

    it("tries a statement of the host's once that asks for what nobody has prepared", async () => {
      const { database, end } = openOne()
      let runs = 0
      const asking = database.unitOfWork.run((tx) => {
        runs += 1
        return sqlOf(tx).run('EXECUTE nothing')
      })
      await expect(asking).rejects.toMatchObject({ code: '26000' })
      expect(runs).toBe(1)
      await end()
    })
  })

  it("tells of contention whoever waits for a connection for longer than the host's pool lets anybody wait", async () => {
    const { pool, end } = openPool({ connectionString: url, max: 1, connectionTimeoutMillis: 100 })
    const database = openSql({ kind: 'pg-pool', pool })
    const held = await pool.connect()
    await expect(database.unitOfWork.run((tx) => tx.payments.find(paymentId('p0')))).rejects.toBeInstanceOf(Contention)
    held.release()
    await database.close()
    await end()
  })

  it.each(['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN'])(
    'does not know what came of a commit during which the way to the server was lost (%s)',
    async (code) => {
      const { pool, end } = openPool({ connectionString: url, max: 1 })
      pool.on('error', () => {})
      let stream: Socket | undefined
      pool.on('acquire', (client) => {
        ;({ stream } = (client as unknown as { readonly connection: { readonly stream: Socket } }).connection)
      })
      const database = openSql({ kind: 'pg-pool', pool })
      const committing = database.unitOfWork.run(async (tx) => {
        await tx.payments.find(paymentId('p0'))
        // The commit reaches the server, and its answer never comes back.
        stream?.pause()
        setTimeout(() => stream?.destroy(Object.assign(new Error(`read ${code}`), { code })), 50)
      })
      await expect(committing).rejects.toBeInstanceOf(CommitUnknown)
      await database.close()
      await end()
    },
  )

  it("does not know what came of a commit whose answer the host's pool does not wait for, and tries nothing twice", async () => {
    const { pool, end } = openPool({ connectionString: url, max: 1, query_timeout: 200 })
    pool.on('error', () => {})
    const database = openSql({ kind: 'pg-pool', pool })
    const rival = openSql({ kind: 'postgres', url })
    const remember = ({ unitOfWork }: SqlDatabase, meanwhile?: () => Promise<void>): Promise<void> =>
      unitOfWork.run(async (tx) => {
        await tx.customers.find(samples.openIntent('a').owner)
        runs += 1
        // Nobody waits for its answer: it travels with the commit.
        await tx.customers.remember(samples.openIntent('a').owner, 'cus_1')
        await meanwhile?.()
      })
    let runs = 0
    await remember(rival)
    await rival.unitOfWork.run(async (tx) => {
      await sqlOf(tx).run('SELECT 1 FROM holdfast_customers FOR UPDATE')
      runs = 0
      await expect(remember(database)).rejects.toBeInstanceOf(CommitUnknown)
      expect(runs).toBe(1)
    })
    await rival.close()
    await database.close()
    await end()
  })

  it("leaves no timer behind on a host's pool that waits for answers for so long and no longer", async () => {
    const { pool, end } = openPool({ connectionString: url, max: 1, query_timeout: 60_000 })
    const database = openSql({ kind: 'pg-pool', pool })
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const find = () => database.unitOfWork.read((tx) => tx.payments.find(paymentId('p0')))
    await find()
    const before = timers()
    for (let n = 0; n < 20; n += 1) await find()
    expect(timers() - before).toBeLessThan(10)
    await database.close()
    await end()
  })

  it("outlives connections of the host's pool that break in every use of them", async () => {
    const { pool, end } = openPool({ connectionString: url, max: 1 })
    pool.on('error', () => {})
    let when: (cut: () => void) => void = setImmediate
    pool.on('acquire', (client) => {
      const { stream } = (client as unknown as { readonly connection: { readonly stream: Socket } }).connection
      when(() => stream.destroy())
    })
    const database = openSql({ kind: 'pg-pool', pool }, { maxReconnects: 1 })
    // While knex asks for the version, which it does until it knows it.
    await expect(database.ping()).rejects.toThrow(/terminated|not queryable/)
    when = () => {}
    await database.ping()
    // In a statement of knex's, and in one of ours.
    when = (cut) => void setTimeout(cut, 50)
    await expect(database.knex.raw('SELECT pg_sleep(5)')).rejects.toThrow(/terminated/)
    const losing = database.unitOfWork.run((tx) => sqlOf(tx).run('SELECT pg_sleep(5)'))
    await expect(losing).rejects.toBeInstanceOf(StoreUnavailable)
    when = () => {}
    await database.ping()
    await database.close()
    await end()
  })

  it("gives the host's pool back everything before it is closed, and takes no more", async () => {
    const { pool, end } = openPool({ connectionString: url })
    const database = openSql({ kind: 'pg-pool', pool })
    let goOn = (): void => {}
    const held = new Promise<void>((resolve) => {
      goOn = resolve
    })
    let begin = (): void => {}
    const begun = new Promise<void>((resolve) => {
      begin = resolve
    })
    const running = database.unitOfWork.run(async (tx) => {
      begin()
      await held
      return tx.payments.find(paymentId('p0'))
    })
    await begun
    let isClosed = false
    const closing = database.close().then(() => {
      isClosed = true
    })
    await pool.query('SELECT 1')
    expect(isClosed).toBe(false)
    await expect(database.ping()).rejects.toThrow('The database was closed here.')
    goOn()
    await running
    await closing
    expect(pool.idleCount).toBe(pool.totalCount)
    await end()
  })

  it('has closed every connection that was opened here once it is closed', async () => {
    const { pool, end } = openPool({ connectionString: url })
    const database = openSql({ kind: 'postgres', url })
    await database.knex('holdfast_payments').delete()
    await useIt(database)
    await database.close()
    const open = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'holdfast'"
    expect((await pool.query(open)).rows).toEqual([])
    await end()
  })

  it('says nothing when it connects that a pooler such as PgBouncer does not take', async () => {
    const { knex, close } = openSql({ kind: 'postgres', url })
    const connection = (await knex.client.acquireConnection()) as pg.Client & { getStartupConf(): object }
    // What PgBouncer takes by itself. It refuses whoever says more, as of a limit for statements.
    expect(Object.keys(connection.getStartupConf()).toSorted()).toEqual(['application_name', 'database', 'user'])
    await knex.client.releaseConnection(connection)
    await close()
  })

  it("uses the host's own knex, and leaves it open", async () => {
    const knex = createKnex({ client: 'pg', connection: url, pool: { min: 0, max: 2 } })
    const database = openSql({ kind: 'knex', knex })
    await database.knex('holdfast_payments').delete()
    await useIt(database)
    await database.close()
    expect(await knex('holdfast_payments')).toHaveLength(8)
    await knex.destroy()
  })
})

describe('on SQLite', () => {
  it("uses the host's own knex with one connection, in turn with the host", async () => {
    const knex = createKnex({ client: sqliteClient(), connection: ':memory:', useNullAsDefault: true })
    await knex.schema.createTable('orders', (table) => table.text('id').primary())
    const database = openSql({ kind: 'knex', knex })
    await Promise.all([
      useIt(database),
      ...Array.from({ length: 8 }, (_, n) => knex.transaction((trx) => trx('orders').insert({ id: `o${n}` }))),
    ])
    await database.close()
    expect(await knex('orders')).toHaveLength(8)
    expect(await knex('holdfast_payments')).toHaveLength(8)
    await knex.destroy()
  })

  it("takes the lock at the start of the host's transactions, on a knex that was opened here", async () => {
    const database = await openTestDatabase('sqlite file')
    const { unitOfWork } = database.another({ busyTimeoutMs: 0 })
    await database.knex.transaction(async (trx) => {
      await trx('holdfast_payments').select()
      const rival = unitOfWork.run((tx) => tx.payments.save(bareCase(pendingPayment('p')), 0, at(0)))
      await expect(rival).rejects.toBeInstanceOf(Contention)
      await trx('holdfast_payments').delete()
    })
    await database.close()
  })

  it('is set to lose nothing that was committed', async () => {
    const { knex, close } = openSql({ kind: 'sqlite', filename: ':memory:' })
    const setting = async (name: string) => Object.values((await knex.raw(`PRAGMA ${name}`))[0])[0]
    expect([await setting('synchronous'), await setting('foreign_keys')]).toEqual([2, 1])
    expect(await setting('busy_timeout')).toBeLessThan(100)
    await close()
  })

  it('stops where loading the driver would end the process', () => {
    expect(() => refuseCrash('13.2.0', 9)).toThrow(/Node 22/)
    expect(() => refuseCrash('13.2.0', 10)).not.toThrow()
    expect(() => refuseCrash('12.11.1', 9)).not.toThrow()
  })

  it('knows where a statement that is collected would end the process', () => {
    expect(endsOverStatements('12.11.1', '24.21.0')).toBe(true)
    expect(endsOverStatements('12.11.1', '22.23.3')).toBe(false)
    expect(endsOverStatements('13.2.0', '24.21.0')).toBe(false)
  })
})

it('refuses a database that it does not speak to', () => {
  const knex = createKnex({ client: 'mysql2' })
  expect(() => sqlUnitOfWork(knex)).toThrow(/Postgres through 'pg' and to SQLite through 'better-sqlite3'/)
})

it("refuses a transaction of knex's: it begins its own", async () => {
  const { knex, close } = openSql({ kind: 'sqlite', filename: ':memory:' })
  await knex.transaction(async (trx) => {
    expect(() => sqlUnitOfWork(trx)).toThrow(/begins its transactions itself/)
  })
  await close()
})

it('is bound in a container by name, once, and closed with it', async () => {
  const container = new Container()
  container.load(sqlModule({ kind: 'sqlite', filename: ':memory:' }))
  const database = container.get<SqlDatabase>('sqlDatabase')
  await useIt(database)
  expect(container.get('unitOfWork')).toBe(database.unitOfWork)
  await container.unbindAllAsync()
  await expect(database.ping()).rejects.toThrow()
})
