import { contentsOf, difference } from './compare.ts'
import { StandsStill, turnOfTheMachine } from './kernel/kernel.ts'
import { replayingTape, recordingTape, tolerantTape, type Choice, type Tape } from './kernel/tape.ts'
import type { Ledger } from '@holdfast/stripe-simulator'
import { checkAtRest } from './oracle/at-rest.ts'
import { readTimeline } from './oracle/edges.ts'
import { guardOutsideWorld } from './outside-world.ts'
import { checkPrices, countCurrencies } from './oracle/prices.ts'
import { isUndisturbed } from './oracle/sometimes.ts'
import { readStored } from './oracle/truth.ts'
import { Violation } from './oracle/violation.ts'
import { endOfEverything } from './system/catalogue.ts'
import type { DatabaseMaker } from './system/database.ts'
import type { Sabotage } from './system/process.ts'
import { countLeft } from './workload/browsers.ts'
import { checkRemoved } from './workload/card-acts.ts'
import { planComparing } from './workload/comparing.ts'
import { countGhosts } from './workload/ghosts.ts'
import { perform } from './workload/perform.ts'
import type { Story } from './workload/story.ts'
import { createWorld, type Script } from './world.ts'

/** How a run went. */
export interface Run {
  readonly failure: unknown
  readonly steps: number
  readonly virtualMs: number
  /** How long after everything was healed the last was put right, in virtual time; absent where it did not come that far. */
  readonly convergedMs?: number
  readonly hash: string
  readonly lines: readonly string[]
  readonly counts: ReadonlyMap<string, number>
  readonly choices: readonly Choice[]
  readonly commands: number
  /** How often a process could have been interrupted before everything was healed. */
  readonly gates: number
  /** How many calls were made to Stripe before that. */
  readonly calls: number
  /** Every row at the end, where that was asked for. */
  readonly contents: readonly string[]
}

/** How to run a story. */
export interface RunOptions {
  readonly databases: DatabaseMaker
  /** Run the story on these, too: it has to go the same way, and end with the same rows. */
  readonly against?: DatabaseMaker
  /** Decides instead of the story's own choices or its seed. */
  readonly tape?: Tape
  readonly sabotage?: Sabotage
  readonly keepLines?: number
  readonly script?: Script
  /** How many steps a run may take before it is held to go on for ever; 400,000 unless told. */
  readonly mostSteps?: number
  /** Also answer every row at the end. */
  readonly keepsContents?: boolean
  /** Shown the ground truth at the end. */
  readonly onEnd?: (ledger: Ledger) => void
}

/**
 * Runs a story to its end: first everything that happens in it, with everything that goes wrong; then, healed, until all
 * that was booked is long over. What must hold is checked all along, and what must have become of everything at the end.
 */
export const runStory = async (story: Story, options: RunOptions): Promise<Run> => {
  const { against, ...rest } = options
  if (against === undefined) return runOnce(story, options)
  const all = { ...rest, keepLines: Number.MAX_SAFE_INTEGER, keepsContents: true }
  const run = await runOnce(story, all)
  const other = await runOnce(story, { ...all, databases: against, tape: tolerantTape(run.choices) })
  const failure = run.failure ?? difference(run, other) ?? other.failure
  return { ...run, failure, lines: run.lines.slice(-(options.keepLines ?? 50)) }
}

const runOnce = async (story: Story, options: RunOptions): Promise<Run> => {
  // The one moment at which whoever started this is heard: a run itself does not look outside.
  await turnOfTheMachine()
  const tape = options.tape ?? (story.choices === undefined ? recordingTape(story.seed) : replayingTape(story.choices))
  const { databases, sabotage, keepLines, script, mostSteps } = options
  const world = createWorld({
    seed: story.seed,
    profile: story.profile,
    tape,
    database: await databases.open({
      isNew: story.commands.some((command) => command.do === 'fill_disk'),
      ...sabotage?.database,
    }),
    ...(sabotage === undefined ? {} : { sabotage }),
    ...(keepLines === undefined ? {} : { keepLines }),
    ...(script === undefined ? {} : { script }),
    ...(mostSteps === undefined ? {} : { mostSteps }),
  })
  const { kernel } = world
  const guard = guardOutsideWorld()
  const startedMs = kernel.now()
  let underWay = story.commands.length
  let delayMs = 1_000
  for (const [index, command] of story.commands.entries()) {
    delayMs += command.afterMs
    kernel.at(delayMs, `#${index} ${command.do}`, () => {
      void perform(world, command, index).finally(() => {
        underWay -= 1
        kernel.trace.write(`#${index} done`)
      })
    })
  }
  const patienceMs = kernel.now() + delayMs + 30 * 3_600_000
  let calls = 0
  let failure: unknown
  let contents: readonly string[] = []
  let convergedMs: number | undefined
  try {
    const failed = (): boolean => world.failure !== undefined
    await kernel.run(() => failed() || (underWay === 0 && world.isWhole()) || kernel.now() > patienceMs)
    calls = world.stripe.calls
    world.heal()
    const healedMs = kernel.now()
    const end = Math.max(endOfEverything, kernel.now() + quietMs)
    kernel.at(end - kernel.now() - 60_000, 'figures are read', () => void countGhosts(world, 0))
    const checkCompared = planComparing(world, story.seed, end - kernel.now() - 120_000)
    const ended = await kernel.run(() => failed() || kernel.now() > end)
    if (!failed() && ended === 'endless') world.fail(new Violation('A14', 'it goes on for ever'))
    if (!failed()) {
      await world.database.whole()
      convergedMs = world.watch.convergedMs
      world.watch.whole()
      countLeft(world)
      checkRemoved(world)
      countCurrencies(readStored(world.database), world.counts)
      const ledger = world.stripe.ledger()
      const { restocked } = world.watch
      checkAtRest(readStored(world.database), ledger, world.database, restocked, world.watch.secondPages(healedMs), {
        isUndisturbed: story.profile.impatience === 0 && isUndisturbed(world.counts),
        wrongAmount: story.profile.wrongAmount,
        policy: story.profile,
      })
      checkPrices(readStored(world.database), readTimeline(world.database))
      checkCompared()
    }
  } catch (error) {
    failure = error
  } finally {
    if (options.keepsContents === true) contents = contentsOf(world.database)
    options.onEnd?.(world.stripe.simulator.ledger())
    const closing = world.close()
    // Whoever does not answer would not answer this either.
    if (failure instanceof StandsStill) closing.catch(() => undefined)
    else await closing
    guard.lift()
  }
  return {
    failure: guard.breach ?? failure ?? world.failure,
    steps: kernel.steps,
    virtualMs: kernel.now() - startedMs,
    ...(convergedMs === undefined ? {} : { convergedMs }),
    hash: kernel.trace.hash(),
    lines: kernel.trace.lines.slice(-(keepLines ?? 50)),
    counts: world.counts.all,
    choices: tape.taken,
    commands: story.commands.length,
    gates: world.gates,
    calls,
    contents,
  }
}

// A charge is asked about at least this often while disputes are likely, and what is found then has its own consequences.
const quietMs = 2 * 7 * 86_400_000
