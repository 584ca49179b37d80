import net from 'node:net'
import { samples } from '@holdfast/core/contracts'
import { createDatabase } from '@holdfast/pg-test'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { CommitUnknown, openSql } from '../src/index.ts'
import { openTestDatabase, type TestDatabase } from './databases.ts'

const { at, bareCase, intentId, openIntent, paymentId, pendingPayment, someEvent } = samples

describe('SQLite on a disk that fails', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await openTestDatabase('sqlite file')
  })
  afterAll(() => database.close())
  beforeEach(() => database.empty())

  const pragma = (text: string) => database.knex.raw(`PRAGMA ${text}`)
  const save = (name: string, length = 0) =>
    database.unitOfWork.run(async (tx) => {
      await tx.payments.save(bareCase(pendingPayment(name)), 0, at(0))
      await tx.intents.save(openIntent(name, { payload: 'x'.repeat(length) }), 0)
    })
  const stored = (name: string) =>
    database.unitOfWork.read(async (tx) => [
      (await tx.payments.find(paymentId(name)))?.version,
      (await tx.intents.find(intentId(name)))?.version,
    ])

  it('keeps nothing of what does not fit, says so, and goes on when there is room again', async () => {
    await pragma('max_page_count = 1')
    // It is for whoever runs this to make room, and for whoever asked to come back: that is what they are told.
    await expect(save('large', 10_000_000)).rejects.toMatchObject({
      name: 'StoreUnavailable',
      cause: { code: 'SQLITE_FULL' },
    })
    expect(await stored('large')).toEqual([undefined, undefined])
    await pragma('max_page_count = 1000000')
    await save('large', 10_000)
    expect(await stored('large')).toEqual([1, 1])
  })

  it('tells everybody whose work is gone, of several that were to be committed together', async () => {
    await pragma('max_page_count = 1')
    const names = ['one', 'two', 'large', 'three']
    const outcomes = await Promise.allSettled(names.map((name) => save(name, name === 'large' ? 10_000_000 : 0)))
    await pragma('max_page_count = 1000000')
    for (const [n, name] of names.entries()) {
      const kept = outcomes[n]?.status === 'fulfilled'
      expect(await stored(name)).toEqual(kept ? [1, 1] : [undefined, undefined])
    }
    for (const outcome of outcomes.filter(({ status }) => status === 'rejected'))
      expect(outcome).toMatchObject({ reason: { name: 'StoreUnavailable' } })
    expect(outcomes[2]).toMatchObject({ status: 'rejected', reason: { cause: { code: 'SQLITE_FULL' } } })
  })

  it('keeps nothing where it may not write, says so, and goes on when it may', async () => {
    await pragma('query_only = ON')
    await expect(save('p')).rejects.toMatchObject({ code: 'SQLITE_READONLY' })
    await pragma('query_only = OFF')
    expect(await stored('p')).toEqual([undefined, undefined])
    await save('p')
    expect(await stored('p')).toEqual([1, 1])
  })

  it('takes back the part of one that threw, and keeps those committed with it', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) =>
        database.unitOfWork.run(async (tx) => {
          await tx.payments.save(bareCase(pendingPayment(`p${n}`)), 0, at(0))
          if (n % 3 === 0) throw new Error(`no ${n}`)
          return n
        }),
      ),
    )
    for (const [n, outcome] of outcomes.entries()) {
      expect(outcome.status).toBe(n % 3 === 0 ? 'rejected' : 'fulfilled')
      const found = await database.unitOfWork.read((tx) => tx.payments.find(paymentId(`p${n}`)))
      expect(found?.version).toBe(n % 3 === 0 ? undefined : 1)
    }
  })

  it('leaves the rest of the process its turn, however much is written and read', async () => {
    let turns = 0
    let stop = false
    const breathe = (): void => {
      turns += 1
      if (!stop) setImmediate(breathe)
    }
    breathe()
    for (let n = 0; n < 20; n += 1) {
      await save(`p${n}`)
      await stored(`p${n}`)
    }
    stop = true
    expect(turns).toBeGreaterThan(20)
  })
})

describe.each(['sqlite file', 'postgres'] as const)('a failure with a NUL in what it says, on %s', (kind) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await openTestDatabase(kind)
  })
  afterAll(() => database.close())

  const said = 'Unexpected token \0 in JSON'
  const kept = 'Unexpected token \uFFFD in JSON'

  it('is kept with the event that could not be applied', async () => {
    const { unitOfWork } = database
    await unitOfWork.run((tx) => tx.inbox.record(someEvent('e'), { status: 'waiting', at: at(0), error: said }))
    expect(await unitOfWork.read((tx) => tx.inbox.find('e'))).toMatchObject({ status: 'waiting', lastError: kept })
  })

  it('is kept with work that is put off, and with work that is given up', async () => {
    const { unitOfWork } = database
    const until = { now: at(1), leaseMs: 10 }
    await unitOfWork.run(async (tx) => {
      const body = { type: 'abandon_intent', intentId: intentId('i') } as const
      await tx.tasks.append(
        ['late', 'dead'].map((id) => ({ id, body, dueAt: at(0) })),
        at(0),
      )
    })
    await unitOfWork.run(async (tx) => {
      const leases = await Promise.all(['late', 'dead'].map((id) => tx.tasks.take(id, until)))
      const [late = 0, dead = 0] = leases.map((leased) => leased?.lease)
      expect(await tx.tasks.postpone('late', late, at(50), said)).toBe(true)
      expect(await tx.tasks.bury('dead', dead, said, at(2))).toBe(true)
    })
    await unitOfWork.read(async (tx) => {
      expect(await tx.tasks.find('late')).toMatchObject({ status: 'waiting', lastError: kept })
      expect(await tx.tasks.find('dead')).toMatchObject({ status: 'dead', lastError: kept })
    })
  })

  it('is kept with the refund that failed over it', async () => {
    const { unitOfWork } = database
    const attempts = [samples.paidAttempt('p', 'p_a1')]
    const refunds = samples
      .everyRefund('p')
      .flatMap((refund) => (refund.status === 'failed' ? [{ ...refund, detail: said }] : []))
    await unitOfWork.run((tx) => tx.payments.save({ payment: pendingPayment('p'), attempts, refunds }, 0, at(0)))
    const found = await unitOfWork.read((tx) => tx.payments.find(paymentId('p')))
    expect(found?.value.refunds).toMatchObject([{ status: 'failed', detail: kept }])
  })

  it('is found by nobody where it stands in what is looked for', async () => {
    expect(await database.unitOfWork.read((tx) => tx.payments.find(paymentId('\0')))).toBeUndefined()
  })
})

describe('a Postgres whose machine is gone without a word', () => {
  // Short enough to wait for, and longer than a busy machine ever takes to answer.
  const answerTimeoutMs = 800

  /** A database behind a way of its own, with one connection to it. */
  const openBehindWay = async () => {
    const { url, drop } = await createDatabase(inject('pgAdminUrl'))
    const direct = openSql({ kind: 'postgres', url })
    await direct.migrate()
    await direct.close()
    const way = await openWay(url)
    const database = openSql({ kind: 'postgres', url: way.url, poolMax: 1 }, { answerTimeoutMs })
    return {
      ...database,
      vanish: way.vanish,
      async close() {
        await database.close()
        way.close()
        await drop()
      },
    }
  }

  it('is waited for once, and the one that has taken its place does the work', async () => {
    const { unitOfWork, vanish, close } = await openBehindWay()
    const find = () => unitOfWork.run((tx) => tx.payments.find(paymentId('p')))
    await find()
    vanish()
    const begun = Date.now()
    expect(await find()).toBeUndefined()
    expect(Date.now() - begun).toBeLessThan(2 * answerTimeoutMs)
    await close()
  })

  it('is not asked to take back what it was in the middle of, even where its silence was heard and passed over', async () => {
    const { unitOfWork, vanish, close } = await openBehindWay()
    let runs = 0
    const begun = Date.now()
    await unitOfWork.run(async (tx) => {
      await tx.payments.find(paymentId('p'))
      runs += 1
      if (runs === 1) vanish()
      await tx.payments.find(paymentId('q')).catch(() => {})
    })
    expect(runs).toBe(2)
    expect(Date.now() - begun).toBeLessThan(2 * answerTimeoutMs)
    await close()
  })

  it('leaves open what came of a commit, and nobody waits for it', async () => {
    const { unitOfWork, vanish, close } = await openBehindWay()
    const committing = unitOfWork.run(async (tx) => {
      await tx.payments.find(paymentId('p'))
      vanish()
    })
    await expect(committing).rejects.toBeInstanceOf(CommitUnknown)
    const begun = Date.now()
    expect(await unitOfWork.run((tx) => tx.payments.find(paymentId('p')))).toBeUndefined()
    expect(Date.now() - begun).toBeLessThan(answerTimeoutMs)
    await close()
  })

  it('is heard of on connections that nobody uses', async () => {
    const { knex, close } = await openBehindWay()
    const connection: unknown = await knex.client.acquireConnection()
    expect(connection).toMatchObject({ connection: { _keepAlive: true, _keepAliveInitialDelayMillis: 10_000 } })
    await knex.client.releaseConnection(connection)
    await close()
  })
})

/** Carries bytes to and fro. What is open when the machine vanishes carries none any more, and stays open. */
const openWay = async (url: string) => {
  const { hostname, port } = new URL(url)
  const ways: { readonly here: net.Socket; readonly there: net.Socket }[] = []
  const server = net.createServer((here) => {
    const there = net.connect(Number(port), hostname)
    for (const socket of [here, there]) socket.on('error', () => {})
    here.pipe(there).pipe(here)
    ways.push({ here, there })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const through = new URL(url)
  through.hostname = '127.0.0.1'
  through.port = String((server.address() as net.AddressInfo).port)
  return {
    url: through.href,
    vanish() {
      for (const { here, there } of ways.splice(0)) {
        here.unpipe(there)
        there.unpipe(here)
        here.resume()
        there.destroy()
      }
    },
    close: () => server.close(),
  }
}
