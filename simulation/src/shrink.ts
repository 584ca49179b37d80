import { tolerantTape, type Choice } from './kernel/tape.ts'
import { runStory, type Run, type RunOptions } from './run.ts'
import type { Command } from './workload/command.ts'
import type { Profile, Story } from './workload/story.ts'

/** A story that still fails as it did, with less in it. */
export interface Shrunk {
  readonly story: Story
  readonly run: Run
  readonly tries: number
}

/**
 * Makes a failing story smaller: first what may go wrong in it, then its commands, then its decisions, each put back to the
 * benign one. What counts as the same failure is the same rule, in the same words but for the ids.
 */
export const shrink = async (
  failing: Story,
  first: Run,
  options: Omit<RunOptions, 'tape'>,
  mostTries = 300,
): Promise<Shrunk> => {
  const wanted = failureShape(first.failure)
  let best: { story: Story; choices: readonly Choice[]; run: Run } = {
    story: failing,
    choices: first.choices,
    run: first,
  }
  let tries = 0

  const attempt = async (story: Story, choices: readonly Choice[]): Promise<boolean> => {
    if (tries >= mostTries) return false
    tries += 1
    const run = await runStory(story, { ...options, tape: tolerantTape(choices) })
    if (failureShape(run.failure) !== wanted) return false
    best = { story, choices: run.choices, run }
    return true
  }

  if (!(await attempt(failing, first.choices))) return { story: failing, run: first, tries }
  for (const calmer of calmerProfiles)
    await attempt({ ...best.story, profile: { ...best.story.profile, ...calmer(best.story.profile) } }, best.choices)
  await leaveOut(
    () => best.story.commands,
    (commands) => attempt({ ...best.story, commands: keepTimes(best.story.commands, commands) }, best.choices),
  )
  await leaveOut(
    () => best.choices.filter(({ value }) => value !== 0),
    (kept) => {
      const keep = new Set(kept)
      const choices = best.choices.map((choice) => (keep.has(choice) ? choice : { ...choice, value: 0 }))
      return attempt(best.story, choices)
    },
  )
  await leaveOut(
    () => best.story.commands,
    (commands) => attempt({ ...best.story, commands: keepTimes(best.story.commands, commands) }, best.choices),
  )
  return { story: { ...best.story, choices: best.choices }, run: best.run, tries }
}

/** `A2: # counts for nothing`: a failure without the ids and numbers in it. */
export const failureShape = (failure: unknown): string => {
  if (failure === undefined) return ''
  const text = failure instanceof Error ? failure.message : 'something thrown that is no error'
  return text
    .replaceAll(/\b(?:pay|att|rf|int|res|evt|cs_test|cs_live|pi|re|ch|req)_[\w.]+/g, '#')
    .replaceAll(/\d+/g, '#')
    .slice(0, 120)
}

const calmerProfiles: readonly ((profile: Profile) => Partial<Profile>)[] = [
  () => ({ breaker: false }),
  () => ({ history: false }),
  () => ({ faultRate: 0 }),
  () => ({ doubleRate: 0 }),
  () => ({ wrongAmount: 'refund' }),
  () => ({ currency: 'MXN' }),
  () => ({ notifierFaultRate: 0 }),
  () => ({ livemode: false }),
  () => ({ crashRate: 0 }),
  () => ({ impatience: 0 }),
  () => ({ post: { loss: 1, twice: 0, delay: 0 } }),
  () => ({ post: { loss: 0, twice: 0, delay: 0 } }),
  ({ skewMs }) => ({ skewMs: skewMs.map(() => 0) }),
  () => ({ processes: 1 }),
  () => ({ statements: false }),
  () => ({ policy: 'oldest' }),
]

/** Takes away halves, then quarters, and so on down to single items, for as long as `works`. */
const leaveOut = async <T>(
  current: () => readonly T[],
  works: (kept: readonly T[]) => Promise<boolean>,
): Promise<void> => {
  for (let size = Math.ceil(current().length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let from = 0; from < current().length; ) {
      const items = current()
      const kept = [...items.slice(0, from), ...items.slice(from + size)]
      if (!(await works(kept))) from += size
    }
}

/** What is left happens when it happened before. */
const keepTimes = (before: readonly Command[], kept: readonly Command[]): readonly Command[] => {
  const result: Command[] = []
  let skippedMs = 0
  let next = 0
  for (const command of before) {
    if (command !== kept[next]) {
      skippedMs += command.afterMs
      continue
    }
    result.push(skippedMs === 0 ? command : { ...command, afterMs: command.afterMs + skippedMs })
    skippedMs = 0
    next += 1
  }
  return result
}
