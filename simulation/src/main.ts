import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { addUpExhausted, exhaustAll, printExhausted, type ExhaustReport } from './exhaust-all.ts'
import { usualDowns } from './exhaust.ts'
import { tolerantTape } from './kernel/tape.ts'
import { addUpHunts, huntMutants, printHunts, type HuntReport } from './mutants/hunt.ts'
import { exitCodeOf } from './oracle/violation.ts'
import { addUp, fullRun, missingSometimes, printReport, type Report } from './report.ts'
import { runStory, type Run } from './run.ts'
import { runSeeds } from './seeds.ts'
import { failureShape, shrink } from './shrink.ts'
import { readStory, writeStory } from './story-file.ts'
import { chooseDatabases, openDatabases } from './system/choose-database.ts'
import { isWorker, parseShare, runShares } from './workers.ts'
import { drawStory, profileNames, type ProfileName, type Story } from './workload/story.ts'

const usage = `npm run simulate -- [options]

  --seed 0x9f3a      run this seed
  --seeds N          run N seeds
  --minutes M        run seeds for M minutes
  --from N           begin with seed N; a random one otherwise
  --profile NAME     ${profileNames.join(', ')}; swarm otherwise
  --tape FILE        run a story from a file
  --exhaust          the golden flows, with a crash at every point and every fault at every call
  --pairs N          with --exhaust: also a second crash, in one of N pairs
  --mutants          every mistake made on purpose, in one story after another until it is noticed
  --db NAME          sqlite; postgres; or both: each seed on both, which has to go the same way. sqlite otherwise
  --gates NAME       how transactions meet. transaction: as SQLite has it. turns: one writer at a time, the same on
                     both databases. statement: a stop before every statement, on Postgres only.
                     transaction on sqlite, turns otherwise
  --workers N        in N processes at once; 1 otherwise
  --share I/N        only every Nth seed or point, beginning with the Ith, from 0
  --trace            print every step
  --strict           also fail on holes that are known
  --keep-going       do not stop at the first failure
  --no-shrink        do not make a failing story smaller

TEST_DATABASE_URL names a Postgres; without it, one is looked for or started. It gets a database that is dropped in the end.

Exit codes: 0 all well, 2 wrong options, 126 something was not met often enough, 127 crash, 128 no convergence, 129 wrong.`

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    minutes: { type: 'string' },
    from: { type: 'string' },
    profile: { type: 'string', default: 'swarm' },
    tape: { type: 'string' },
    exhaust: { type: 'boolean', default: false },
    pairs: { type: 'string', default: '0' },
    mutants: { type: 'boolean', default: false },
    db: { type: 'string', default: 'sqlite' },
    gates: { type: 'string' },
    workers: { type: 'string', default: '1' },
    share: { type: 'string', default: '0/1' },
    trace: { type: 'boolean', default: false },
    strict: { type: 'boolean', default: false },
    'keep-going': { type: 'boolean', default: false },
    'no-shrink': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const profile: ProfileName | undefined = profileNames.find((name) => name === values.profile)
const choice = chooseDatabases(values.db, values.gates)
const share = parseShare(values.share)
const workers = Number(values.workers)
const isCount = Number.isInteger(workers) && workers > 0
if (values.help || profile === undefined || choice === undefined || share === undefined || !isCount) {
  console.log(usage)
  process.exit(values.help ? 0 : 2)
}

const opened = await openDatabases(choice)
/** Leaves nothing behind. */
const leave = async (code: number): Promise<never> => {
  await opened.close()
  process.exit(code)
}
process.on('unhandledRejection', (error) => {
  console.error('CRASH', error)
  void leave(127)
})
process.once('SIGINT', () => void leave(130))
if (!isWorker()) console.log(`On ${opened.name}.`)
const { databases, against } = opened
const options = {
  databases,
  ...(against === undefined ? {} : { against }),
  isStrict: values.strict,
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
  const small = values['no-shrink'] ? undefined : await shrink(story, run, options)
  const shown = small?.run ?? run
  console.log(`\nFAIL ${run.failure instanceof Error ? run.failure.message : String(run.failure)}`)
  console.log(
    `seed=${seed} commit=${commit()} db=${values.db} gates=${choice.gates} steps=${shown.steps} (shrunk from ${run.steps})`,
  )
  if (run.failure instanceof Error && run.failure.cause !== undefined) console.log(run.failure.cause)
  for (const [index, command] of (small?.story ?? story).commands.entries())
    console.log(`  #${index} ${JSON.stringify(command)}`)
  for (const line of shown.lines) console.log(`  ${line}`)
  console.log(`npm run simulate -- --seed ${seed} --profile ${profile}${flags} --trace`)
  if (small !== undefined) {
    const path = join('failures', `${seed}.json`)
    writeStory(path, { failure: failureShape(small.run.failure), story: small.story })
    console.log(`npm run simulate -- --tape ${path}${flags} --trace`)
  }
  return exitCodeOf(run.failure)
}

if (values.tape !== undefined) {
  const { story, failure } = readStory(values.tape)
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

if (values.mutants) {
  const hunt = { first: values.from === undefined ? 0 : Number(values.from), times: 5, most: 400 }
  const report =
    workers > 1
      ? addUpHunts(await runShares<HuntReport>(process.argv.slice(2), { workers, keepGoing: true }))
      : await huntMutants(options, { ...hunt, share })
  if (isWorker()) handIn(report)
  else {
    printHunts(report, hunt)
    await leave(report.code)
  }
} else if (values.exhaust) {
  const report =
    workers > 1
      ? addUpExhausted(await runShares<ExhaustReport>(process.argv.slice(2), { workers, keepGoing: true }))
      : await exhaustAll(options, { downMs: usualDowns, faults: true, pairsEvery: Number(values.pairs), share })
  if (isWorker()) handIn(report)
  else {
    printExhausted(report, seconds())
    await leave(report.code)
  }
} else {
  const first = values.from === undefined ? startedAt % 2 ** 31 : Number(values.from)
  const isTimed = values.minutes !== undefined
  let isStopped = false
  process.on('message', () => {
    isStopped = true
  })
  const report =
    workers > 1
      ? addUp(
          await runShares<Report>([...process.argv.slice(2), '--from', String(first)], {
            workers,
            keepGoing: values['keep-going'],
          }),
        )
      : await runSeeds(
          {
            first,
            most: values.seeds === undefined ? (isTimed ? Infinity : 100) : Number(values.seeds),
            untilMs: isTimed ? startedAt + Number(values.minutes) * 60_000 : Infinity,
            profile,
            share,
            keepGoing: values['keep-going'],
            isStopped: () => isStopped,
            onFailure: tell,
          },
          options,
        )
  if (isWorker()) handIn(report)
  else {
    const isHeld = report.seeds >= fullRun && profile === 'swarm' && choice.gates === 'transaction'
    printReport(report, { seconds: seconds(), workers, isHeld })
    console.log(`npm run simulate -- --from ${first} --seeds ${report.seeds} --profile ${profile}${flags}`)
    await leave(report.code !== 0 ? report.code : isHeld && missingSometimes(report).length > 0 ? 126 : 0)
  }
}
