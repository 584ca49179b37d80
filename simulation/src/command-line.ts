import { parseArgs } from 'node:util'
import { readStory, type StoryFile } from './story-file.ts'
import { chooseDatabases } from './system/choose-database.ts'
import { parseShare } from './workers.ts'
import { goldenFlows } from './workload/golden.ts'
import { profileNames } from './workload/story.ts'

/** What `--help` says. */
export const usage = `npm run simulate -- [options]

  --seed 0x9f3a      run this seed
  --seeds N          run N seeds
  --minutes M        run seeds for M minutes
  --from N           begin with seed N; a random one otherwise
  --profile NAME     ${profileNames.join(', ')}; swarm otherwise
  --tape FILE        run a story from a file
  --exhaust          the golden flows, with a process that ends, or stands still, at every point, and every fault at every
                     call and at every message
  --flow TEXT        with --exhaust: only those whose name has this in it
  --pairs N          with --exhaust: also a second crash, in one of N pairs
  --mutants          every mistake made on purpose, in one story after another until it is noticed
  --db NAME          sqlite; postgres; or both: each seed on both, which has to go the same way. sqlite otherwise
  --gates NAME       how transactions meet. transaction: as SQLite has it. turns: one writer at a time, the same on
                     both databases. statement: a stop before every statement, on Postgres only.
                     transaction on sqlite, turns otherwise
  --workers N        in N processes at once; 1 otherwise
  --share I/N        only every Nth seed or point, beginning with the Ith, from 0
  --trace            print every step
  --keep-going       do not stop at the first failure
  --no-shrink        do not make a failing story smaller

TEST_DATABASE_URL names a Postgres; without it, one is looked for or started. It gets a database that is dropped in the end.

Exit codes: 0 all well, 2 wrong options, 126 something was not met often enough, 127 crash, 128 no convergence, 129 wrong,
130 stopped by Ctrl-C, which a run of seeds answers with the sums of what it has done.`

/** Reads a command line. A mistake in it is a sentence that names the option. */
export const readCommandLine = (args: readonly string[]) => {
  const values = parse(args)
  if (typeof values === 'string') return { type: 'mistake', message: values } as const
  const profile = profileNames.find((name) => name === values.profile)
  if (profile === undefined) return mistake('profile', `one of ${profileNames.join(', ')}`, values.profile)
  const choice = chooseDatabases(values.db, values.gates)
  if (choice === undefined)
    return mistake('db and --gates', 'a pair that goes together', `${values.db}, ${values.gates ?? 'none'}`)
  const share = parseShare(values.share)
  if (share === undefined) return mistake('share', 'I/N, with I below N', values.share)
  for (const name of ['seeds', 'workers'] as const)
    if (values[name] !== undefined && !/^0*[1-9]\d*$/.test(values[name]))
      return mistake(name, 'a whole number above 0', values[name])
  for (const name of ['from', 'pairs'] as const)
    if (values[name] !== undefined && !/^\d+$/.test(values[name])) return mistake(name, 'a whole number', values[name])
  if (values.minutes !== undefined && !/^\d*\.?\d+$/.test(values.minutes))
    return mistake('minutes', 'a number', values.minutes)
  const { flow = '' } = values
  if (values.flow !== undefined && !values.exhaust)
    return { type: 'mistake', message: '--flow goes with --exhaust only.' } as const
  const flows = Object.keys(goldenFlows).filter((name) => name.includes(flow))
  if (flows.length === 0) return mistake('flow', 'a part of the name of a golden flow', flow)
  const tape = values.tape === undefined ? undefined : readTape(values.tape)
  if (typeof tape === 'string') return { type: 'mistake', message: tape } as const
  return {
    type: values.help ? 'help' : 'run',
    values,
    tape,
    profile,
    choice,
    share,
    flows,
    workers: Number(values.workers),
  } as const
}

const mistake = (name: string, wanted: string, given: string) =>
  ({ type: 'mistake', message: `--${name} takes ${wanted}, not "${given}".` }) as const

/** A story, or a sentence that says why there is none. */
const readTape = (path: string): StoryFile | string => {
  try {
    return readStory(path)
  } catch (error) {
    return `--tape takes a file with a story, as those in tapes/; "${path}" is none: ${error instanceof Error ? error.message : String(error)}`
  }
}

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seed: { type: 'string' },
        seeds: { type: 'string' },
        minutes: { type: 'string' },
        from: { type: 'string' },
        profile: { type: 'string', default: 'swarm' },
        tape: { type: 'string' },
        exhaust: { type: 'boolean', default: false },
        flow: { type: 'string' },
        pairs: { type: 'string', default: '0' },
        mutants: { type: 'boolean', default: false },
        db: { type: 'string', default: 'sqlite' },
        gates: { type: 'string' },
        workers: { type: 'string', default: '1' },
        share: { type: 'string', default: '0/1' },
        trace: { type: 'boolean', default: false },
        'keep-going': { type: 'boolean', default: false },
        'no-shrink': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
