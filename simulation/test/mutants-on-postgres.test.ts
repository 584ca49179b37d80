import { afterAll, expect, inject, it } from 'vitest'
import { harmless } from '../src/mutants/harmless.ts'
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

it.each(harmless.filter((each) => each.needs === 'statements'))(
  'keeps every promise where $mistake, since $since',
  async ({ scenario, sabotage, met }) => {
    const { failure, counts } = await playScenario(scenario, { databases, sabotage: sabotage() })
    expect(failure).toBeUndefined()
    expect(counts.get(met)).toBeGreaterThan(0)
  },
)
