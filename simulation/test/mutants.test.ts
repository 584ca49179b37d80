import { afterAll, expect, it } from 'vitest'
import { canBeMade, isNoticed } from '../src/mutants/mutant.ts'
import { mutants } from '../src/mutants/mutants.ts'
import { sqliteDatabases } from '../src/system/database.ts'
import { playScenario } from './play-scenario.ts'

const databases = await sqliteDatabases()
afterAll(() => databases.dispose())

const made = mutants.filter((mutant) => canBeMade(mutant, databases))

it.each(made)('notices $mistake', async (mutant) => {
  const { failure } = await playScenario(mutant.scenario, { databases, sabotage: mutant.sabotage() })
  expect(isNoticed(mutant, failure), String(failure)).toBe(true)
})

it.each(made)('notices nothing in the same story without the mistake: $name', async ({ scenario }) => {
  expect((await playScenario(scenario, { databases, sabotage: {} })).failure).toBeUndefined()
})

it('keeps every promise where transactions begin as readers, since who comes too late runs all of its own again', async () => {
  const mutant = mutants.find(({ name }) => name === 'statement_retried')
  if (mutant === undefined) throw new Error('There is no such mutant.')
  const { rewrite } = mutant.sabotage().database ?? {}
  const sabotage = { database: rewrite === undefined ? {} : { rewrite } }
  const { failure, counts } = await playScenario(mutant.scenario, { databases, sabotage })
  expect(failure).toBeUndefined()
  expect(counts.get('busy_snapshot')).toBeGreaterThan(0)
})
