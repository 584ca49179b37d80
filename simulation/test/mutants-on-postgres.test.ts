import { afterAll, expect, inject, it } from 'vitest'
import { canBeMade, isNoticed } from '../src/mutants/mutant.ts'
import { mutants } from '../src/mutants/mutants.ts'
import { postgresDatabases } from '../src/system/postgres.ts'
import { playScenario } from './play-scenario.ts'

const databases = await postgresDatabases(inject('pgAdminUrl'), { gating: 'statement' })
afterAll(() => databases.dispose())

const made = mutants.filter((mutant) => mutant.needs === 'statements' && canBeMade(mutant, databases))

it.each(made)('notices $mistake', async (mutant) => {
  const { failure } = await playScenario(mutant.scenario, { databases, sabotage: mutant.sabotage() })
  expect(isNoticed(mutant, failure), String(failure)).toBe(true)
})

it.each(made)('notices nothing in the same story without the mistake: $name', async ({ scenario }) => {
  expect((await playScenario(scenario, { databases, sabotage: {} })).failure).toBeUndefined()
})

it('keeps every promise where a resource is not locked, since its table has room for each slot once', async () => {
  const mutant = mutants.find(({ name }) => name === 'resource_not_locked')
  if (mutant === undefined) throw new Error('There is no such mutant.')
  const { rewrite } = mutant.sabotage().database ?? {}
  const sabotage = { database: rewrite === undefined ? {} : { rewrite } }
  const { failure, counts } = await playScenario(mutant.scenario, { databases, sabotage })
  expect(failure).toBeUndefined()
  expect(counts.get('waited_for_lock')).toBeGreaterThan(0)
})
