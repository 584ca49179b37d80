import { afterAll, expect, it } from 'vitest'
import { harmless } from '../src/mutants/harmless.ts'
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

it.each(harmless.filter((each) => canBeMade(each, databases)))(
  'keeps every promise where $mistake, since $since',
  async ({ scenario, sabotage, met }) => {
    const { failure, counts } = await playScenario(scenario, { databases, sabotage: sabotage() })
    expect(failure).toBeUndefined()
    expect(counts.get(met)).toBeGreaterThan(0)
  },
)

it('takes something unforeseen for notice only where that is what stops the mistake, and the same is made without it, too', () => {
  for (const { name, noticedBy, stoppedBy } of mutants) {
    expect(noticedBy.includes('A13'), name).toBe(stoppedBy !== undefined)
    if (stoppedBy !== undefined) expect(mutants.map((each) => each.name)).toContain(`${name}_unstopped`)
  }
})
