import { faultKinds, type FaultKind } from '@holdfast/stripe-simulator'
import { tolerantTape } from './kernel/tape.ts'
import { runStory, type Run, type RunOptions } from './run.ts'
import { isIn, type Share } from './workers.ts'
import type { Story } from './workload/story.ts'
import type { Script } from './world.ts'

/** Where trouble struck, in words: `crash at 17 (commit), down 1000 ms`. */
export interface Struck {
  readonly where: string
  readonly run: Run
}

/** What came of trouble at every point of a story. */
export interface Exhausted {
  /** How many points there are at which the process can end, and how many calls to Stripe. */
  readonly gates: number
  readonly calls: number
  readonly runs: number
  readonly failures: readonly Struck[]
}

/** What to try at every point. */
export interface Exhaustion {
  /** For how long a process that crashes is down: each of these is tried. */
  readonly downMs: readonly number[]
  /** Every kind of fault at every call. */
  readonly faults: boolean
  /** A second crash at every point after the first, in every so manieth run; 0: none. */
  readonly pairsEvery: number
  /** Which part of all this to do here. */
  readonly share: Share
}

const hour = 3_600_000

/** At once, and after Stripe has forgotten every key. */
export const usualDowns: readonly number[] = [1_000, 26 * hour]

/** Runs a story once for each point at which something can go wrong, with exactly that going wrong. */
export const exhaust = async (
  story: Story,
  options: Pick<RunOptions, 'databases' | 'sabotage'>,
  { downMs, faults, pairsEvery, share }: Exhaustion,
): Promise<Exhausted> => {
  const failures: Struck[] = []
  let runs = 0
  const lanes: string[] = []
  const strike = async (where: string, script: Script): Promise<Run> => {
    runs += 1
    const run = await runStory(story, { ...options, tape: tolerantTape([]), script })
    if (run.failure !== undefined) failures.push({ where, run })
    return run
  }
  const { gates, calls } = await strike('nowhere', {
    crashAt: (gate, lane) => {
      lanes[gate] = lane
      return undefined
    },
  })
  for (const down of downMs)
    for (let at = 1; at <= gates; at += 1) {
      if (!isIn(share, at)) continue
      const where = `crash at ${at} (${lanes[at]}), down ${down} ms`
      const after = await strike(where, { crashAt: (gate) => (gate === at ? down : undefined) })
      if (pairsEvery > 0 && down === downMs[0])
        for (let second = at + 1; second <= after.gates; second += 1)
          if ((at * 31 + second) % pairsEvery === 0)
            await strike(`${where}, and at ${second}`, {
              crashAt: (gate) => (gate === at || gate === second ? down : undefined),
            })
    }
  if (faults)
    for (let at = 1; at <= calls; at += 1)
      for (const kind of isIn(share, at) ? faultKinds : []) {
        await strike(`${kind} at call ${at}`, { faultAt: once(at, kind) })
        await strike(`${kind} from call ${at} on, five times`, {
          faultAt: (call) => (call >= at && call < at + 5 ? kind : undefined),
        })
      }
  return { gates, calls, runs, failures }
}

const once =
  (at: number, kind: FaultKind) =>
  (call: number): FaultKind | undefined =>
    call === at ? kind : undefined
