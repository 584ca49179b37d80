import { afterAll, expect, it } from 'vitest'
import { tolerantTape } from '../src/kernel/tape.ts'
import type { Mutant } from '../src/mutants/mutant.ts'
import { mutants } from '../src/mutants/mutants.ts'
import { Violation } from '../src/oracle/violation.ts'
import { runStory } from '../src/run.ts'
import type { Sabotage } from '../src/system/process.ts'
import { sqliteDatabases } from '../src/system/database.ts'
import { goldenStory } from '../src/workload/golden.ts'

const databases = await sqliteDatabases()
afterAll(() => databases.dispose())

/** Some mistakes make a system try for ever: that has shown by then. */
const mostSteps = 5_000

const run = ({ flow, webhooks, breaker, fault, isAway, crash, notifier }: Mutant['scenario'], sabotage: Sabotage) => {
  const [kind, call, only] = fault ?? []
  let calls = 0
  let hasCrashed = false
  return runStory(goldenStory(flow, { webhooks, breaker: breaker === true }), {
    databases,
    sabotage,
    mostSteps,
    tape: tolerantTape([]),
    script: {
      faultAt: (_call, { path, isList }) => {
        if (isAway && isList) return 'list_lag'
        if (only !== undefined && only !== path) return undefined
        calls += 1
        if (isAway && calls < (call ?? 0)) return 'timeout_before_effect'
        return calls === call ? kind : undefined
      },
      notifierAt: (count) => (count === 1 ? notifier : undefined),
      crashAt: (_gate, lane) => {
        if (hasCrashed || lane !== crash) return undefined
        hasCrashed = true
        return 26 * 3_600_000
      },
    },
  })
}

it.each(mutants)('notices $mistake', async ({ scenario, sabotage, noticedBy }) => {
  const { failure } = await run(scenario, sabotage())
  expect(failure).toBeInstanceOf(Violation)
  expect(noticedBy).toContain((failure as Violation).rule)
})

it.each(mutants)('notices nothing in the same story without the mistake: $name', async ({ scenario }) => {
  expect((await run(scenario, {})).failure).toBeUndefined()
})
