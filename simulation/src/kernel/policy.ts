import { below, happens, type Random } from './random.ts'

/** What is waiting to go on, oldest first. */
export interface Ready {
  readonly lane: string
  readonly process: number
}

/** Who goes on next, by index. It is asked only where a tape is being recorded. */
export type Policy = (ready: readonly Ready[], random: Random) => number

/** The ways in which a run can be scheduled. */
export const policyNames = ['uniform', 'oldest', 'newest', 'starve', 'burst', 'priorities'] as const
export type PolicyName = (typeof policyNames)[number]

/**
 * `uniform`: anybody. `oldest`: in turn. `newest`: whoever came last, so that old ones wait. `starve`: one process
 * hardly ever. `burst`: one process for a while, then another. `priorities`: by random priorities that change a few
 * times (probabilistic concurrency testing), which finds what takes one certain order of few steps.
 */
export const policyOf = (name: PolicyName): Policy => {
  switch (name) {
    case 'uniform':
      return (ready, random) => below(random, ready.length)
    case 'oldest':
      return () => 0
    case 'newest':
      return (ready, random) => (happens(random, 0.9) ? ready.length - 1 : below(random, ready.length))
    case 'starve':
      return (ready, random) => {
        const others = ready.flatMap(({ process }, index) => (process === 0 ? [] : [index]))
        return others.length === 0 || happens(random, 0.02)
          ? below(random, ready.length)
          : (others[below(random, others.length)] ?? 0)
      }
    case 'burst':
      return burst()
    case 'priorities':
      return priorities()
  }
}

const burst = (): Policy => {
  let last = -1
  return (ready, random) => {
    const same = ready.flatMap(({ process }, index) => (process === last ? [index] : []))
    const index =
      same.length > 0 && happens(random, 0.95) ? (same[below(random, same.length)] ?? 0) : below(random, ready.length)
    last = ready[index]?.process ?? -1
    return index
  }
}

const priorities = (): Policy => {
  const byLane = new Map<string, number>()
  return (ready, random) => {
    let best = 0
    let highest = -1
    for (const [index, { lane, process }] of ready.entries()) {
      const name = `${process} ${lane}`
      const priority = byLane.get(name) ?? random()
      byLane.set(name, priority)
      if (priority > highest) {
        best = index
        highest = priority
      }
    }
    const winner = ready[best]
    if (winner !== undefined && happens(random, 0.01)) byLane.set(`${winner.process} ${winner.lane}`, 0)
    return best
  }
}
