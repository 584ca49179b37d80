import { afterAll, expect, it } from 'vitest'
import { mutants } from '../src/mutants.ts'
import { Violation } from '../src/oracle/violation.ts'
import { runStory } from '../src/run.ts'
import { sqliteDatabases } from '../src/system/database.ts'
import { drawStory } from '../src/workload/story.ts'

const databases = await sqliteDatabases()
afterAll(() => databases.dispose())

/** How many other stories may be needed where the seed that is written down no longer notices. */
const otherSeeds = 150

/** Some mistakes make a system try for ever: that has shown by then. */
const mostSteps = 25_000

it.each(mutants)('notices $mistake', { timeout: 180_000 }, async ({ seed, sabotage, noticedBy }) => {
  const seeds = [seed, ...Array.from({ length: otherSeeds }, (_, index) => `m${index}`)]
  for (const each of seeds) {
    const { failure } = await runStory(drawStory(each), { databases, sabotage: sabotage(), mostSteps })
    if (failure === undefined) continue
    expect(failure).toBeInstanceOf(Violation)
    expect(noticedBy).toContain((failure as Violation).rule)
    return
  }
  expect.unreachable('No story noticed.')
})
