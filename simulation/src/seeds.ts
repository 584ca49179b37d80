import { minute } from '@holdfast/core'
import type { Report } from './report.ts'
import { runStory, type Run, type RunOptions } from './run.ts'
import { failureShape } from './shrink.ts'
import { isIn, type Share } from './workers.ts'
import { drawStory, type ProfileName, type Story } from './workload/story.ts'

/** Which seeds to run, and for how long. */
export interface Campaign {
  /** The first seed, as a number; the others follow. */
  readonly first: number
  readonly most: number
  /** When to stop by the clock on the wall, in milliseconds. */
  readonly untilMs: number
  readonly profile: ProfileName
  readonly share: Share
  readonly keepGoing: boolean
  /** Asked before every seed. */
  readonly isStopped: () => boolean
  /** Told once a minute, of the wall's clock, how far it has come. */
  readonly onProgress: (seeds: number, failing: number) => void
  /** Told each kind of failure once. Answers the exit code for it. */
  readonly onFailure: (story: Story, run: Run) => Promise<number>
}

/** Runs one seed after the other. */
export const runSeeds = async (campaign: Campaign, options: RunOptions): Promise<Report> => {
  const { first, most, untilMs, profile, share, keepGoing, isStopped, onProgress, onFailure } = campaign
  const total = { seeds: 0, steps: 0, commands: 0, virtualMs: 0, code: 0 }
  const counts: Record<string, number> = {}
  const failures: Record<string, string[]> = {}
  const converged: Record<string, number> = {}
  let toldAtMs = Date.now()
  for (let count = 0; count < most && Date.now() < untilMs && !isStopped(); count += 1) {
    if (!isIn(share, count)) continue
    const story = drawStory(`0x${(first + count).toString(16)}`, profile)
    const run = await runStory(story, options)
    total.seeds += 1
    total.steps += run.steps
    total.commands += run.commands
    total.virtualMs += run.virtualMs
    if (run.convergedMs !== undefined) {
      const minutes = Math.ceil(run.convergedMs / minute)
      converged[minutes] = (converged[minutes] ?? 0) + 1
    }
    for (const [what, times] of run.counts) counts[what] = (counts[what] ?? 0) + times
    if (Date.now() - toldAtMs >= minute) {
      toldAtMs = Date.now()
      onProgress(total.seeds, Object.values(failures).flat().length)
    }
    if (run.failure === undefined) continue
    const shape = failureShape(run.failure)
    const known = (failures[shape] ??= [])
    known.push(story.seed)
    if (known.length > 1) continue
    total.code = Math.max(total.code, await onFailure(story, run))
    if (!keepGoing) break
  }
  return { ...total, counts, converged, failures }
}
