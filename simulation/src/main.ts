import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { exhaust, usualDowns } from './exhaust.ts'
import { tolerantTape } from './kernel/tape.ts'
import { exitCodeOf } from './oracle/violation.ts'
import { fullRun, missingSometimes, printReport } from './report.ts'
import { runStory, type Run } from './run.ts'
import { failureShape, shrink } from './shrink.ts'
import { readStory, writeStory } from './story-file.ts'
import { chooseDatabases, openDatabases } from './system/choose-database.ts'
import { goldenFlows, goldenStory } from './workload/golden.ts'
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
  --db NAME          sqlite; postgres; or both: each seed on both, which has to go the same way. sqlite otherwise
  --gates NAME       how transactions meet. transaction: as SQLite has it. turns: one writer at a time, the same on
                     both databases. statement: a stop before every statement, on Postgres only.
                     transaction on sqlite, turns otherwise
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
    db: { type: 'string', default: 'sqlite' },
    gates: { type: 'string' },
    trace: { type: 'boolean', default: false },
    strict: { type: 'boolean', default: false },
    'keep-going': { type: 'boolean', default: false },
    'no-shrink': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const profile: ProfileName | undefined = profileNames.find((name) => name === values.profile)
const choice = chooseDatabases(values.db, values.gates)
if (values.help || profile === undefined || choice === undefined) {
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
console.log(`On ${opened.name}.`)
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

if (values.exhaust) {
  let worst = 0
  for (const name of Object.keys(goldenFlows))
    for (const webhooks of [true, false]) {
      const story = goldenStory(name, { webhooks })
      const exhaustion = { downMs: usualDowns, faults: true, pairsEvery: Number(values.pairs) }
      const { gates, calls, runs, failures } = await exhaust(story, options, exhaustion)
      const how = webhooks ? 'with webhooks' : 'by asking alone'
      console.log(`${name}, ${how}: ${gates} points, ${calls} calls, ${runs} runs, ${failures.length} failures`)
      for (const { where, run } of failures) console.log(`  ${where}: ${String(run.failure)}`)
      worst = Math.max(worst, ...failures.map(({ run }) => exitCodeOf(run.failure)))
    }
  await leave(worst)
}

const startedAt = Date.now()
const untilMs = values.minutes === undefined ? undefined : startedAt + Number(values.minutes) * 60_000
const most = values.seeds === undefined ? (untilMs === undefined ? 100 : Infinity) : Number(values.seeds)
const first = values.from === undefined ? startedAt % 2 ** 31 : Number(values.from)
const total = { seeds: 0, steps: 0, commands: 0, virtualMs: 0, counts: new Map<string, number>() }
const seen = new Map<string, string[]>()
let code = 0
for (; total.seeds < most && (untilMs === undefined || Date.now() < untilMs); ) {
  const story = drawStory(`0x${(first + total.seeds).toString(16)}`, profile)
  const run = await runStory(story, options)
  total.seeds += 1
  total.steps += run.steps
  total.commands += run.commands
  total.virtualMs += run.virtualMs
  for (const [what, times] of run.counts) total.counts.set(what, (total.counts.get(what) ?? 0) + times)
  if (run.failure === undefined) continue
  const shape = failureShape(run.failure)
  const before = seen.get(shape)
  seen.set(shape, [...(before ?? []), story.seed])
  if (before !== undefined) continue
  code = await tell(story, run)
  if (!values['keep-going']) break
}
printReport({ ...total, seconds: (Date.now() - startedAt) / 1_000 })
for (const [shape, seeds] of seen) console.log(`${seeds.length} × ${shape}: ${seeds.slice(0, 5).join(' ')}`)
const isComplete = total.seeds >= fullRun && profile === 'swarm' && choice.gates === 'transaction'
const missing = isComplete ? missingSometimes(total.counts) : []
for (const what of missing) console.log(`MISSED ${what}: ${total.counts.get(what) ?? 0} times`)
await leave(code !== 0 ? code : missing.length > 0 ? 126 : 0)
