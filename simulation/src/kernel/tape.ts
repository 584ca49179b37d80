import { below, happens, randomFrom, type Random } from './random.ts'

/** One decision: what it was about, and what came out. */
export interface Choice {
  readonly label: string
  /** 0 is always the benign one: no fault, no delay, the oldest first. */
  readonly value: number
}

/** Everything that is left to chance in a run, in order. The same tape makes the same run. */
export interface Tape {
  /**
   * A number from 0 up to and without `bound`. With a `bound` of 1 nothing is drawn. `pick` replaces the even
   * distribution where a tape is being recorded.
   */
  choose(bound: number, label: string, pick?: (random: Random) => number): number
  /** True with this probability. Nothing is drawn where it is 0. */
  chance(probability: number, label: string): boolean
  /** What was decided so far. */
  readonly taken: readonly Choice[]
}

/** Thrown when a run asks for something else than the run that was recorded: chance has slipped in from outside. */
export class NotDeterministic extends Error {
  override readonly name = 'NotDeterministic'
}

/**
 * A tape that decides by a seed and keeps what it decided. Each label has a sequence of its own, so that a run with
 * something left out decides everything else much as before.
 */
export const recordingTape = (seed: string): Tape => {
  const randoms = new Map<string, Random>()
  return tape((bound, label, pick) => {
    const random = randoms.get(label) ?? randomFrom(`${seed}/${label}`)
    randoms.set(label, random)
    return pick === undefined ? below(random, bound) : pick(random)
  })
}

/** A tape that decides as before, and takes nothing else: every decision must be about the same. */
export const replayingTape = (recorded: readonly Choice[]): Tape => {
  let next = 0
  return tape((bound, label) => {
    const choice = recorded[next]
    next += 1
    if (choice === undefined) return 0
    if (choice.label !== label || choice.value >= bound)
      throw new NotDeterministic(
        `Decision ${next} was '${choice.label}' (${choice.value}), and is '${label}' (of ${bound}) now.`,
      )
    return choice.value
  })
}

/**
 * A tape that decides by what was recorded, label by label, as far as that makes sense, and benignly after that: for making
 * runs smaller, and for running them again when the code has changed.
 */
export const tolerantTape = (recorded: readonly Choice[]): Tape => {
  const byLabel = new Map<string, number[]>()
  for (const { label, value } of recorded) {
    const values = byLabel.get(label) ?? []
    values.push(value)
    byLabel.set(label, values)
  }
  const next = new Map<string, number>()
  return tape((bound, label) => {
    const index = next.get(label) ?? 0
    next.set(label, index + 1)
    const value = byLabel.get(label)?.[index] ?? 0
    return value < bound ? value : 0
  })
}

const tape = (decide: (bound: number, label: string, pick?: (random: Random) => number) => number): Tape => {
  const taken: Choice[] = []
  const choose: Tape['choose'] = (bound, label, pick) => {
    if (bound <= 1) return 0
    const value = decide(bound, label, pick)
    taken.push({ label, value })
    return value
  }
  return {
    choose,
    chance: (probability, label) =>
      probability > 0 && choose(2, label, (random) => (happens(random, probability) ? 1 : 0)) === 1,
    taken,
  }
}
