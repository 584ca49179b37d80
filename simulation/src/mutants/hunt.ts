import { Violation } from '../oracle/violation.ts'
import { canBeMade, isNoticed } from './mutant.ts'
import { runStory, type RunOptions } from '../run.ts'
import { isIn, type Share } from '../workers.ts'
import { drawStory } from '../workload/story.ts'
import { mutants } from './mutants.ts'

/** How many stories it took to notice one mistake. Plain data, as a whole {@link HuntReport} is. */
interface Hunted {
  readonly name: string
  readonly mistake: string
  /** For each hunt, the number of stories up to the one that noticed; null where none did. */
  readonly seeds: readonly (number | null)[]
  /** The promises that were seen to be broken, of those that have to notice. */
  readonly rules: readonly string[]
  /** Other promises that were seen to be broken before: they count for nothing. */
  readonly others: readonly string[]
}

/** What came of a hunt for every mistake made on purpose. */
export interface HuntReport {
  readonly hunted: readonly Hunted[]
  readonly code: number
}

/** How to hunt. */
export interface Hunt {
  readonly first: number
  /** How often each mistake is looked for, each time among other stories. */
  readonly times: number
  /** After how many stories a mistake is held to go unnoticed. */
  readonly most: number
  readonly share: Share
  /** Told of each when it is done. */
  readonly onHunted: (line: string) => void
}

// Some mistakes make a system try for ever: that has shown by then.
const mostSteps = 20_000

/**
 * Makes each mistake that can be made on these databases in one story after another, until a promise is broken that has to
 * notice it.
 */
export const huntMutants = async (
  options: Pick<RunOptions, 'databases'>,
  { first, times, most, share, onHunted }: Hunt,
): Promise<HuntReport> => {
  const hunted: Hunted[] = []
  for (const [index, mutant] of mutants.filter((each) => canBeMade(each, options.databases)).entries()) {
    if (!isIn(share, index)) continue
    const { name, mistake, sabotage } = mutant
    const seeds: (number | null)[] = []
    const rules = new Set<string>()
    const others = new Set<string>()
    for (let time = 0; time < times; time += 1) {
      let noticed: number | null = null
      for (let count = 1; count <= most && noticed === null; count += 1) {
        const story = drawStory(`0x${(first + time * most + count).toString(16)}`)
        const { failure } = await runStory(story, { ...options, sabotage: sabotage(), mostSteps })
        if (!(failure instanceof Violation)) continue
        if (isNoticed(mutant, failure)) noticed = count
        const seen = noticed === null ? others : rules
        seen.add(failure.rule)
      }
      seeds.push(noticed)
    }
    hunted.push({ name, mistake, seeds, rules: [...rules].toSorted(), others: [...others].toSorted() })
    onHunted(`${name}: ${seeds.map((count) => count ?? 'never').join(', ')}`)
  }
  return { hunted, code: hunted.every(({ seeds }) => seeds.every((count) => count !== null)) ? 0 : 129 }
}

/** Adds up the shares of several processes. */
export const addUpHunts = (reports: readonly HuntReport[]): HuntReport => ({
  hunted: reports.flatMap(({ hunted }) => hunted),
  code: Math.max(...reports.map(({ code }) => code)),
})

/** Prints a table for people and for Markdown. */
export const printHunts = ({ hunted }: HuntReport, { times, most }: Pick<Hunt, 'times' | 'most'>): void => {
  console.log(`| mistake | seeds until it is noticed (median of ${times}) | noticed by |\n|---|---|---|`)
  for (const { mistake, seeds, rules, others } of hunted.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const sorted = seeds.map((count) => count ?? Infinity).toSorted((a, b) => a - b)
    const median = sorted[Math.floor(sorted.length / 2)] ?? Infinity
    console.log(`| ${mistake} | ${median === Infinity ? `not in ${most}` : median} | ${rules.join(', ')} |`)
    if (others.length > 0) console.error(`${mistake}: before that, ${others.join(', ')}`)
  }
  const caught = hunted.filter(({ seeds }) => seeds.some((count) => count !== null)).length
  console.log(`${caught} of ${hunted.length} mistakes noticed`)
}
