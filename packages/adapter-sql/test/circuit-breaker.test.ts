import { freshCircuitBreaker, instant } from '@holdfast/core'
import { circuitBreakerStatesContract } from '@holdfast/core/contracts'
import { memoryUnitOfWork } from '@holdfast/core/memory'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sqlCircuitBreakerStates } from '../src/index.ts'
import { everyKind, openTestDatabase, type TestDatabase } from './databases.ts'

for (const kind of everyKind) {
  let database: Promise<TestDatabase> | undefined
  circuitBreakerStatesContract({
    name: `sql on ${kind}`,
    open: async () => {
      database ??= openTestDatabase(kind)
      const { unitOfWork, knex } = await database
      await knex('holdfast_circuit_breakers').delete()
      return sqlCircuitBreakerStates(unitOfWork)
    },
    close: async () => (await database)?.close(),
  })
}

describe.each(['sqlite file', 'postgres'] as const)('circuit breakers on %s', (kind) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await openTestDatabase(kind)
  })
  afterAll(() => database.close())

  it('are shared by processes that each have a pool of their own', async () => {
    const others = Array.from({ length: 3 }, () => sqlCircuitBreakerStates(database.another().unitOfWork))
    await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        others[n % others.length]?.change('shared', (breaker) =>
          breaker.status === 'closed' ? { status: 'closed', outages: breaker.outages + 1 } : breaker,
        ),
      ),
    )
    expect(await sqlCircuitBreakerStates(database.unitOfWork).read('shared')).toEqual({ status: 'closed', outages: 12 })
  })

  it('make no row for one that nobody has changed', async () => {
    const states = sqlCircuitBreakerStates(database.unitOfWork)
    expect(await states.read('idle')).toEqual(freshCircuitBreaker)
    await states.change('idle', (breaker) => breaker)
    expect(await database.knex('holdfast_circuit_breakers').where({ id: 'idle' })).toEqual([])
  })

  it.each([
    ['closed, of which it is not known how many outages there were', { status: 'closed', outages: null }],
    ['open, of which it is not known since when', { status: 'open', outages: null, probe_at: 2 }],
    ['half open without a probe', { status: 'half_open', outages: null, since: 1 }],
    ['open with a probe', { status: 'open', outages: null, since: 1, probe_at: 2, probe_id: 'p', probe_until: 3 }],
    ['in a status that nobody knows', { status: 'ajar', outages: 0 }],
    ['with less than no outages', { status: 'closed', outages: -1 }],
  ])('cannot be %s, whoever writes it', async (_name, row) => {
    await expect(database.knex('holdfast_circuit_breakers').insert({ id: 'odd', ...row })).rejects.toThrow(
      /constraint/i,
    )
  })

  it('keep to the changes that were kept: one whose work fails leaves none', async () => {
    const states = sqlCircuitBreakerStates(database.unitOfWork)
    const open = { status: 'open', since: instant(1), probeAt: instant(2) } as const
    await states.change('kept', () => open)
    await expect(states.change('kept', () => ({ ...open, since: null as never }))).rejects.toThrow(/constraint/i)
    expect(await states.read('kept')).toEqual(open)
  })
})

it('take no unit of work but one on a database', async () => {
  await expect(sqlCircuitBreakerStates(memoryUnitOfWork()).read('a')).rejects.toThrow('adapter-sql')
})
