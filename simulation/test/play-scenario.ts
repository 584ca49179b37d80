import { tolerantTape } from '../src/kernel/tape.ts'
import type { Scenario } from '../src/mutants/mutant.ts'
import { runStory, type Run } from '../src/run.ts'
import type { DatabaseMaker } from '../src/system/database.ts'
import type { Sabotage } from '../src/system/process.ts'
import { goldenStory } from '../src/workload/golden.ts'
import type { Story } from '../src/workload/story.ts'
import type { Script } from '../src/world.ts'

/** Some mistakes make a system try for ever: that has shown by then. */
const mostSteps = 5_000

/** Plays the story of a mutant, with the mistake or without. */
export const playScenario = (
  scenario: Scenario,
  { databases, sabotage }: { databases: DatabaseMaker; sabotage: Sabotage },
): Promise<Run> => {
  const { flow, webhooks, breaker, policy = {}, pause } = scenario
  const isGolden = typeof flow === 'string'
  const golden = goldenStory(isGolden ? flow : 'deposit and balance', { webhooks, breaker: breaker === true, policy })
  const story = isGolden ? golden : { ...golden, commands: flow }
  return runStory(pause === undefined ? story : sharedByTwo(story), {
    databases,
    sabotage,
    mostSteps,
    tape: tolerantTape([]),
    script: scriptOf(scenario),
  })
}

const sharedByTwo = ({ profile, commands, ...story }: Story): Story => ({
  ...story,
  profile: { ...profile, processes: 2, statements: true, skewMs: [0, 0] },
  commands: commands.map((command, index) => ({ ...command, process: index % 2 })),
})

const scriptOf = ({ fault, isAway, crash, pause, notifier }: Scenario): Script => {
  const [kind, call, only] = fault ?? []
  const isCrash = onceAt(crash)
  const isPause = onceAt(pause)
  let calls = 0
  return {
    faultAt: (_call, { path, isList }) => {
      if (isAway && isList) return 'list_lag'
      if (only !== undefined && only !== path) return undefined
      calls += 1
      if (isAway && calls < (call ?? 0)) return 'timeout_before_effect'
      return calls === call ? kind : undefined
    },
    notifierAt: (count) => (count === 1 ? notifier : undefined),
    crashAt: (_gate, lane) => (isCrash(lane) ? 26 * 3_600_000 : undefined),
    standStillAt: (_gate, lane) => (isPause(lane) ? { ms: 15_000, isReplaced: false } : undefined),
  }
}

const onceAt = (place: Scenario['crash']): ((lane: string) => boolean) => {
  const [wanted, time] = typeof place === 'string' ? [place, 1] : (place ?? [])
  let comings = 0
  return (lane) => {
    if (lane !== wanted) return false
    comings += 1
    return comings === time
  }
}
