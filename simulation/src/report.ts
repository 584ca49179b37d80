import { sometimes } from './oracle/sometimes.ts'

/** What a run of many seeds did, all together. */
export interface Totals {
  readonly seeds: number
  readonly steps: number
  readonly commands: number
  readonly virtualMs: number
  readonly seconds: number
  readonly counts: ReadonlyMap<string, number>
}

/** How often each of what must be met has to be met in a run of {@link fullRun} seeds or more. */
const oftenEnough = 100

/** From so many seeds on, a run is held to have met everything. */
export const fullRun = 5_000

/** What a run should have come across, and did not often enough. */
export const missingSometimes = (counts: ReadonlyMap<string, number>): readonly string[] =>
  sometimes.filter((what) => (counts.get(what) ?? 0) < oftenEnough)

/** Prints how much was run, and what it came across. */
export const printReport = ({ seeds, steps, commands, virtualMs, seconds, counts }: Totals): void => {
  const faults = sum(counts, 'fault:')
  const days = virtualMs / 86_400_000
  console.log(
    `\n${seeds} seeds, ${commands} commands, ${steps} steps, ${faults} faults, ${counts.get('crash') ?? 0} crashes, ` +
      `${Math.round(days)} virtual days (idle time is skipped) in ${Math.round(seconds)} s: ` +
      `${(seeds / seconds).toFixed(1)} seeds/s, ${Math.round(steps / seconds)} steps/s`,
  )
  for (const [what, times] of [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1))) console.log(`  ${what} ${times}`)
}

const sum = (counts: ReadonlyMap<string, number>, prefix: string): number =>
  [...counts].reduce((total, [what, times]) => total + (what.startsWith(prefix) ? times : 0), 0)
