import { hour, minute, second } from '@holdfast/core'
import { tolerantTape } from './kernel/tape.ts'
import { runStory, type Run, type RunOptions } from './run.ts'
import { isIn, type Share } from './workers.ts'
import { notifierFaults } from './system/notifier.ts'
import { faultsOf, type Asked } from './system/stripe.ts'
import type { Story } from './workload/story.ts'
import type { Script } from './world.ts'

/** Where trouble struck, in words: `crash at 17 (commit), down 1000 ms`. */
export interface Struck {
  readonly where: string
  readonly run: Run
}

/** What came of trouble at every point of a story. */
export interface Exhausted {
  /** How many points there are at which the process can end, how many calls to Stripe, and how many messages. */
  readonly gates: number
  readonly calls: number
  readonly messages: number
  /** How many runs had trouble in them. */
  readonly runs: number
  readonly failures: readonly Struck[]
}

/** What to try at every point. */
export interface Exhaustion {
  /** For how long a process that crashes is down: each of these is tried. */
  readonly downMs: readonly number[]
  /** For how long a process stands still while another takes its place: each of these is tried. */
  readonly stillMs: readonly number[]
  /** Every kind of fault at every call, and at every message. */
  readonly faults: boolean
  /** A second crash after the first, at points that differ in what has been kept by then, in every so manieth pair; 0: none. */
  readonly pairsEvery: number
  /** Which part of all this to do here. */
  readonly share: Share
}

/** At once, and after Stripe has forgotten every key. */
export const usualDowns: readonly number[] = [second, 26 * hour]

/** Until every lease has run out and somebody else has gone on, and until Stripe has forgotten every key as well. */
export const usualStills: readonly number[] = [5 * minute, 26 * hour]

/** Runs a story once for each point at which something can go wrong, with exactly that going wrong. */
export const exhaust = async (
  story: Story,
  options: Pick<RunOptions, 'databases' | 'sabotage'>,
  { downMs, stillMs, faults, pairsEvery, share }: Exhaustion,
): Promise<Exhausted> => {
  const failures: Struck[] = []
  let runs = 0
  const tell = async (where: string, script: Script): Promise<Run> => {
    const run = await runStory(story, { ...options, tape: tolerantTape([]), script })
    if (run.failure !== undefined) failures.push({ where, run })
    return run
  }
  const strike = async (where: string, script: Script): Promise<void> => {
    runs += 1
    await tell(where, script)
  }
  const undisturbed = noteGates()
  const asked: Asked[] = []
  let messages = 0
  const { gates, calls } = await tell('nowhere', {
    crashAt: undisturbed.note,
    faultAt: (_, call) => void asked.push(call),
    notifierAt: (count) => void (messages = count),
  })
  for (const still of stillMs)
    for (const { gate: at, lane } of undisturbed.gates)
      if (isIn(share, at))
        await strike(`stands still at ${at} (${lane}), for ${still} ms`, {
          standStillAt: (gate) => (gate === at ? { ms: still, isReplaced: true } : undefined),
        })
  for (const down of downMs)
    for (const { gate: at, lane, isDistinct } of undisturbed.gates) {
      if (!isIn(share, at)) continue
      const where = `crash at ${at} (${lane}), down ${down} ms`
      const disturbed = noteGates()
      await strike(where, {
        crashAt: (...point) => {
          disturbed.note(...point)
          return point[0] === at ? down : undefined
        },
      })
      if (pairsEvery === 0 || down !== downMs[0] || !isDistinct) continue
      for (const { gate: next, isDistinct: isOther } of disturbed.gates)
        if (next > at && isOther && (at * 31 + next) % pairsEvery === 0)
          await strike(`${where}, and at ${next}`, {
            crashAt: (gate) => (gate === at || gate === next ? down : undefined),
          })
    }
  if (faults) {
    for (const [before, call] of asked.entries()) {
      const at = before + 1
      for (const kind of isIn(share, at) ? faultsOf(call) : []) {
        await strike(`${kind} at call ${at}`, { faultAt: once(at, kind) })
        await strike(`${kind} from call ${at} on, five times`, {
          faultAt: (call) => (call >= at && call < at + 5 ? kind : undefined),
        })
      }
    }
    for (let at = 1; at <= messages; at += 1)
      for (const kind of isIn(share, at) ? notifierFaults : [])
        await strike(`${kind} at message ${at}`, { notifierAt: once(at, kind) })
  }
  return { gates, calls, messages, runs, failures }
}

/** A point at which a process can end. */
interface Point {
  readonly gate: number
  readonly lane: string
  /**
   * Whether anything has changed for good since the point before it. Where nothing has, a crash here and a crash there leave
   * the same behind: of such points one is enough for pairs.
   */
  readonly isDistinct: boolean
}

const noteGates = () => {
  const gates: Point[] = []
  let before = -1
  return {
    gates: gates as readonly Point[],
    note(gate: number, lane: string, changes: number): undefined {
      gates.push({ gate, lane, isDistinct: changes !== before })
      before = changes
    },
  }
}

const once =
  <Kind>(at: number, kind: Kind) =>
  (count: number): Kind | undefined =>
    count === at ? kind : undefined
