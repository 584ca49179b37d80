import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { nameOfCode, nameOfLibrary } from './code.ts'
import { readCommandLine, usage } from './command-line.ts'
import { addUpExhausted, exhaustAll, printExhausted, type ExhaustReport } from './exhaust-all.ts'
import { usualDowns, usualStills } from './exhaust.ts'
import { StandsStill } from './kernel/kernel.ts'
import { tolerantTape } from './kernel/tape.ts'
import { addUpHunts, huntMutants, printHunts, type HuntReport } from './mutants/hunt.ts'
import { exitCodeOf } from './oracle/violation.ts'
import { addUp, fullRun, missingSometimes, printReport, wantedOf, type Report } from './report.ts'
import { runStory, type Run } from './run.ts'
import { runSeeds } from './seeds.ts'
import { failureShape, shrink } from './shrink.ts'
import { writeStory } from './story-file.ts'
import { openDatabases } from './system/choose-database.ts'
import { isWorker, runShares } from './workers.ts'
import { drawStory, type Story } from './workload/story.ts'

const command = readCommandLine(process.argv.slice(2))
if (command.type === 'mistake') {
  console.error(`${command.message}\n\n${usage}`)
  process.exit(2)
}
if (command.type === 'help') {
  console.log(usage)
  process.exit(0)
}
const { values, tape, profile, choice, share, flows, workers } = command

let close = async (): Promise<void> => undefined
/** Leaves nothing behind. */
const leave = async (code: number): Promise<never> => {
  const closing = close()
  // Once: what is thrown by that is one more crash.
  close = async () => undefined
  await closing
  process.exit(code)
}
const crash = (error: unknown): void => {
  console.error('CRASH', error)
  void leave(127)
}
process.on('unhandledRejection', crash)
// What is thrown in this file itself comes here, and would end with Node's own 1.
process.on('uncaughtException', crash)
const opened = await openDatabases(choice)
;({ close } = opened)
const stop = new AbortController()
const isOfSeeds = tape === undefined && values.seed === undefined && !values.mutants && !values.exhaust
// A run of seeds stops after the seed that it is at, and gives its sums. Whoever does not want to wait says so twice.
process.on('SIGINT', () => {
  if (!isOfSeeds || stop.signal.aborted) void leave(130)
  else if (!isWorker()) console.log('\nStopping after this seed. Once more: at once.')
  stop.abort()
})
// Now, and not in the end: somebody may have compiled something else by then.
const code = `code ${nameOfCode()} of library ${nameOfLibrary()}`
if (!isWorker()) console.log(`On ${opened.name}, Node ${process.version}, ${code}.`)
const { databases, against } = opened
const options = {
  databases,
  ...(against === undefined ? {} : { against }),
  keepLines: values.trace ? 1_000_000 : 60,
}
const flags = choice.flags
const commit = (): string => {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  } catch {
    return 'unknown'
  }
}

/** Says what failed and how to see it again. Answers the exit code. */
const tell = async (story: Story, run: Run): Promise<number> => {
  const { seed } = story
  // First of all: to make it smaller may take long, on a server most of all.
  console.log(`\nFAIL ${run.failure instanceof Error ? run.failure.message : String(run.failure)}`)
  console.log(`npm run simulate -- --seed ${seed} --profile ${profile}${flags} --trace`)
  // What stands still takes its time to, again and again.
  const isKept = values['no-shrink'] || run.failure instanceof StandsStill
  const small = isKept ? undefined : await shrink(story, run, options)
  const shown = small?.run ?? run
  console.log(
    `seed=${seed} commit=${commit()} db=${values.db} gates=${choice.gates} steps=${shown.steps} (shrunk from ${run.steps})`,
  )
  if (run.failure instanceof Error && run.failure.cause !== undefined) console.log(run.failure.cause)
  for (const [index, command] of (small?.story ?? story).commands.entries())
    console.log(`  #${index} ${JSON.stringify(command)}`)
  for (const line of shown.lines) console.log(`  ${line}`)
  if (small !== undefined) {
    const path = join('failures', `${seed}.json`)
    writeStory(path, { failure: failureShape(small.run.failure), story: small.story })
    console.log(`npm run simulate -- --tape ${path}${flags} --trace`)
  }
  return exitCodeOf(run.failure)
}

if (tape !== undefined) {
  const { story, failure } = tape
  const run = await runStory(story, { ...options, tape: tolerantTape(story.choices ?? []) })
  for (const line of run.lines) console.log(line)
  console.log(run.failure === undefined ? `All well. It once was: ${failure}` : run.failure)
  await leave(run.failure === undefined ? 0 : exitCodeOf(run.failure))
}
if (values.seed !== undefined) {
  const story = drawStory(values.seed, profile)
  const run = await runStory(story, options)
  if (values.trace) for (const line of run.lines) console.log(line)
  console.log(`hash=${run.hash} steps=${run.steps}`)
  await leave(run.failure === undefined ? 0 : await tell(story, run))
}

const startedAt = Date.now()
const seconds = (): number => (Date.now() - startedAt) / 1_000
/** Ends a worker when its report is on its way. */
const handIn = (report: { readonly code: number }): void => {
  process.send?.(report, () => void leave(report.code))
}

/** A sign of life of a run that takes long: what this process has done of it so far. */
const tellProgress = (seeds: number, failing: number): void => {
  const whose = share.of === 1 ? '' : `share ${share.index} of ${share.of}: `
  console.error(`${whose}${seeds} seeds, ${failing} failing, after ${Math.round(seconds() / 60)} minutes`)
}

/** What every worker reports. */
const inShares = async <Report extends { readonly code: number }>(
  args: readonly string[],
  keepGoing: boolean,
): Promise<readonly Report[]> => {
  try {
    return await runShares<Report>([...process.argv.slice(2), ...args], { workers, keepGoing, stop: stop.signal })
  } catch (error) {
    console.error('CRASH', error)
    return leave(127)
  }
}

if (values.mutants) {
  const hunt = { first: values.from === undefined ? 0 : Number(values.from), times: 3, most: 3_000 }
  const report =
    workers > 1
      ? addUpHunts(await inShares<HuntReport>([], true))
      : await huntMutants(options, { ...hunt, share, onHunted: console.error })
  if (isWorker()) handIn(report)
  else {
    printHunts(report, hunt)
    await leave(report.code)
  }
} else if (values.exhaust) {
  const report =
    workers > 1
      ? addUpExhausted(await inShares<ExhaustReport>([], true))
      : await exhaustAll(
          options,
          flows,
          { downMs: usualDowns, stillMs: usualStills, faults: true, pairsEvery: Number(values.pairs), share },
          console.error,
        )
  if (isWorker()) handIn(report)
  else {
    printExhausted(report, seconds())
    await leave(report.code)
  }
} else {
  const first = values.from === undefined ? startedAt % 2 ** 31 : Number(values.from)
  const isTimed = values.minutes !== undefined
  if (!isWorker()) console.log(`Seeds from ${first} on, profile ${profile}.`)
  process.on('message', () => stop.abort())
  const report =
    workers > 1
      ? addUp(await inShares<Report>(['--from', String(first)], values['keep-going']))
      : await runSeeds(
          {
            first,
            most: values.seeds === undefined ? (isTimed ? Infinity : 100) : Number(values.seeds),
            untilMs: isTimed ? startedAt + Number(values.minutes) * 60_000 : Infinity,
            profile,
            share,
            keepGoing: values['keep-going'],
            onProgress: tellProgress,
            isStopped: () => stop.signal.aborted,
            onFailure: tell,
          },
          options,
        )
  if (isWorker()) handIn(report)
  else {
    const held = report.seeds >= fullRun && profile === 'swarm' ? wantedOf(choice.gates) : []
    printReport(report, { seconds: seconds(), workers, held })
    console.log(`${code}: npm run simulate -- --from ${first} --seeds ${report.seeds} --profile ${profile}${flags}`)
    await leave(
      report.code !== 0 ? report.code : missingSometimes(report, held).length > 0 ? 126 : stop.signal.aborted ? 130 : 0,
    )
  }
}
