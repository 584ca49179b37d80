import { sometimes, sometimesWithStatements } from './oracle/sometimes.ts'
import type { GatingName } from './system/database.ts'

/** What a run of many seeds did, all together. Plain data, so that it can be handed from process to process. */
export interface Report {
  readonly seeds: number
  readonly steps: number
  readonly commands: number
  readonly virtualMs: number
  /** How often it came across what, by name. */
  readonly counts: Readonly<Record<string, number>>
  /** How many runs had put everything right so many minutes of virtual time after they were healed. */
  readonly converged: Readonly<Record<string, number>>
  /** The seeds that failed, by what failed. */
  readonly failures: Readonly<Record<string, readonly string[]>>
  /** What to end the process with. */
  readonly code: number
}

/** How often each of what must be met has to be met in a run of {@link fullRun} seeds or more. */
export const oftenEnough = 100

/** From so many seeds on, a run is held to have met everything. */
export const fullRun = 10_000

/** Adds up what several processes did. */
export const addUp = (reports: readonly Report[]): Report => {
  const sum = (of: (report: Report) => number): number => reports.reduce((total, report) => total + of(report), 0)
  const sums = (of: (report: Report) => Report['counts']): Record<string, number> => {
    const all: Record<string, number> = {}
    for (const report of reports)
      for (const [what, times] of Object.entries(of(report))) all[what] = (all[what] ?? 0) + times
    return all
  }
  const failures: Record<string, readonly string[]> = {}
  for (const report of reports) {
    for (const [shape, seeds] of Object.entries(report.failures))
      failures[shape] = [...(failures[shape] ?? []), ...seeds]
  }
  return {
    seeds: sum(({ seeds }) => seeds),
    steps: sum(({ steps }) => steps),
    commands: sum(({ commands }) => commands),
    virtualMs: sum(({ virtualMs }) => virtualMs),
    counts: sums(({ counts }) => counts),
    converged: sums(({ converged }) => converged),
    failures,
    code: Math.max(...reports.map(({ code }) => code)),
  }
}

/** What runs are held to have come across: of a full disk and of writers who are turned away, Postgres knows nothing. */
export const wantedOf = (gates: GatingName): readonly string[] =>
  gates === 'statement' ? sometimesWithStatements : gates === 'transaction' ? sometimes : []

/** After how many minutes half of all runs had put everything right, and after how many the last had. */
export const convergence = ({
  converged,
}: Pick<Report, 'converged'>): { readonly median: number; readonly greatest: number } | undefined => {
  const minutes = Object.keys(converged)
    .map(Number)
    .toSorted((a, b) => a - b)
  const within = (most: number): number =>
    minutes.filter((each) => each <= most).reduce((sum, each) => sum + (converged[each] ?? 0), 0)
  const greatest = minutes.at(-1)
  const median = minutes.find((each) => within(each) * 2 >= within(greatest ?? 0))
  return median === undefined || greatest === undefined ? undefined : { median, greatest }
}

/** What a run should have come across, and did not often enough. */
export const missingSometimes = ({ counts }: Report, wanted: readonly string[] = sometimes): readonly string[] =>
  wanted.filter((what) => (counts[what] ?? 0) < oftenEnough)

/**
 * Prints how much was run and what it came across, the totals last. `held`: what it has to have come across often enough.
 */
export const printReport = (
  report: Report,
  { seconds, workers, held }: { readonly seconds: number; readonly workers: number; readonly held: readonly string[] },
): void => {
  const { seeds, steps, commands, virtualMs, counts, failures } = report
  const required = new Set<string>(sometimes)
  const rare = missingSometimes(report)
  const line = ([what, times]: readonly [string, number]): void => console.log(`  ${what} ${times}`)
  console.log(`\nSometimes, each at least ${oftenEnough} times in ${fullRun} seeds:`)
  sometimes.map((what) => [what, counts[what] ?? 0] as const).forEach(line)
  console.log('Also:')
  Object.entries(counts)
    .filter(([what]) => !required.has(what))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .forEach(line)
  for (const [shape, failed] of Object.entries(failures))
    console.log(`${failed.length} × ${shape}: ${failed.slice(0, 5).join(' ')}`)
  for (const what of missingSometimes(report, held)) console.log(`TOO RARE ${what}: ${counts[what] ?? 0} times`)
  const faults = Object.entries(counts).reduce((sum, [what, times]) => sum + (what.startsWith('fault:') ? times : 0), 0)
  const failed = Object.values(failures).reduce((sum, { length }) => sum + length, 0)
  console.log(
    [
      `seeds ${seeds}, failing ${failed}`,
      `commands ${commands}, steps ${steps}, faults ${faults}, crashes ${counts['crash'] ?? 0}`,
      convergenceIn(report),
      `virtual time ${Math.round(virtualMs / 86_400_000)} days (idle time is skipped)`,
      `sometimes ${sometimes.length - rare.length} of ${sometimes.length}, each ${oftenEnough} times or more` +
        (held.length > 0 ? '' : ` (asked of ${fullRun} seeds or more)`),
      `${seconds.toFixed(1)} s with ${workers} worker${workers === 1 ? '' : 's'}: ` +
        `${(seeds / seconds).toFixed(1)} seeds/s, ${Math.round(steps / seconds)} steps/s`,
    ].join('\n'),
  )
}

const convergenceIn = (report: Report): string => {
  const found = convergence(report)
  const inHours = (minutes: number): string => `${(minutes / 60).toFixed(1)} h`
  return found === undefined
    ? 'put right after healing: never'
    : `put right after healing: half within ${inHours(found.median)}, all within ${inHours(found.greatest)} of virtual time`
}
