import { hour, ok, type PaymentMethod } from '@holdfast/core'
import { clockOfCache, paymentMethodCacheContract } from '@holdfast/core/contracts'
import { memoryUnitOfWork } from '@holdfast/core/memory'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sqlPaymentMethodCache } from '../src/index.ts'
import { everyKind, openTestDatabase, type TestDatabase } from './databases.ts'

const lists = 'holdfast_payment_method_lists'

for (const kind of everyKind) {
  let database: Promise<TestDatabase> | undefined
  paymentMethodCacheContract({
    name: `sql on ${kind}`,
    open: async () => {
      database ??= openTestDatabase(kind)
      const { unitOfWork, knex } = await database
      await knex(lists).delete()
      const clock = clockOfCache()
      return { cache: sqlPaymentMethodCache(unitOfWork, { clock }), clock }
    },
    close: async () => (await database)?.close(),
  })
}

const card = (id: string): PaymentMethod => ({ id, brand: 'visa', last4: '4242', expiryMonth: 1, expiryYear: 2030 })

describe.each(['sqlite file', 'postgres'] as const)('lists of saved cards on %s', (kind) => {
  let database: TestDatabase
  const clock = clockOfCache()
  beforeAll(async () => {
    database = await openTestDatabase(kind)
  })
  afterAll(() => database.close())
  const process = (keepMs?: number) =>
    sqlPaymentMethodCache(database.another().unitOfWork, { clock, ...(keepMs === undefined ? {} : { keepMs }) })
  const fetching = (id: string) => async () => ok([card(id)])

  it('are shared by processes that each have a pool of their own: what one of them drops, the others have no more', async () => {
    const [web, worker] = [process(), process()]
    expect(await web.read('ana', fetching('pm_1'))).toEqual(ok([card('pm_1')]))
    expect(await worker.read('ana', fetching('pm_2'))).toEqual(ok([card('pm_1')]))
    await worker.drop('ana')
    expect(await web.read('ana', fetching('pm_3'))).toEqual(ok([card('pm_3')]))
    expect(await worker.read('ana', fetching('pm_4'))).toEqual(ok([card('pm_3')]))
  })

  it('are not kept, nor joined by whoever comes later, where another process has dropped them while they were fetched', async () => {
    const [web, worker] = [process(), process()]
    let answer: (id: string) => void = () => {}
    const slow = new Promise<string>((resolve) => {
      answer = resolve
    })
    let begin: () => void = () => {}
    const asked = new Promise<void>((resolve) => {
      begin = resolve
    })
    const before = web.read('ben', async () => {
      begin()
      return ok([card(await slow)])
    })
    await asked
    await worker.drop('ben')
    expect(await web.read('ben', fetching('new'))).toEqual(ok([card('new')]))
    answer('old')
    expect(await before).toEqual(ok([card('old')]))
    expect(await worker.read('ben', fetching('none'))).toEqual(ok([card('new')]))
  })

  it('hold what a list shows and nothing else, and go once they are too old to be read', async () => {
    await database.knex(lists).delete()
    const cache = process(1_000)
    for (let n = 0; n < 12; n += 1) await cache.read(`gone_${n}`, fetching('pm_1'))
    expect(JSON.parse(String((await database.knex(lists).first())?.methods))).toEqual([card('pm_1')])
    await clock.advance(hour)
    await cache.read('here', fetching('pm_2'))
    expect(await database.knex(lists).where('kept_until', '<=', clock.now())).toHaveLength(2)
    await cache.read('there', fetching('pm_3'))
    expect((await database.knex(lists).select('id').orderBy('id')).map(({ id }) => id)).toEqual(['here', 'there'])
  })
})

it('take no unit of work but one on a database', async () => {
  const cache = sqlPaymentMethodCache(memoryUnitOfWork(), { clock: clockOfCache() })
  await expect(cache.read('a', async () => ok([]))).rejects.toThrow('adapter-sql')
})
