import { parseArgs } from 'node:util'

/** The databases that can be measured. */
export type DatabaseName = 'sqlite' | 'postgres'

/** What can be measured. */
export type PartName = 'events' | 'checkout' | 'memory' | 'orders' | 'sweep' | 'tasks'

const partNames: readonly PartName[] = ['events', 'checkout', 'memory', 'orders', 'sweep', 'tasks']

/** What one run of the benchmarks does. */
export interface Options {
  readonly databases: readonly DatabaseName[]
  readonly parts: readonly PartName[]
  /** Only the lines whose name contains this. Absent: all. For profiles. */
  readonly lines?: string
  /** How long each line is measured, at each concurrency and in each part. */
  readonly seconds: number
  /** How many times each line takes its turn. */
  readonly rounds: number
  /** How much of what it does each line begins with, before anything is measured. */
  readonly warmUps: number
  /** How long the provider takes to answer while checkouts are measured, in milliseconds, one after the other. */
  readonly latenciesMs: readonly number[]
  /** How many webhooks the memory is measured after. */
  readonly memoryEvents: number
  /** How many payments the databases remember that are swept. */
  readonly payments: readonly number[]
  /** The Redis that tasks go through, where there is one. */
  readonly redis: string
  /** Where to write a profile of each turn. */
  readonly profile?: string
  /** A profile to put in words, instead of measuring anything. */
  readonly summarise?: string
  /** Where to write the figures. */
  readonly json?: string
  /** Where the SQLite files go while they are measured. It has to be a disk: in memory a commit costs nothing. */
  readonly directory: string
  /** Shows that everything still runs. Its figures mean nothing. */
  readonly quick: boolean
  /** Set in the process that measures its own memory: the line and the file it works on. */
  readonly memoryOf?: { readonly line: string; readonly filename: string }
}

const usage = `npm run bench -- [options]

  --db sqlite|postgres|all            default all
  --only PART[,PART]                  events, checkout, memory, orders, sweep, tasks; default all of them
  --lines TEXT                        only lines whose name contains TEXT, for profiles
  --seconds N                         per line, concurrency and part; default 6
  --rounds N                          turns that each line takes; default 9
  --memory-events N                   default 100000
  --payments N[,N]                    how many the swept databases remember; default 10000,100000,1000000
  --redis URL                         default TEST_REDIS_URL, else redis://127.0.0.1:6379; tasks do without where none answers
  --directory DIR                     where the SQLite files go meanwhile; default: the current directory
  --profile DIR                       write a profile of each turn of events there; slows everything down
  --summarise FILE                    says where the time of such a profile went, and measures nothing
  --json FILE                         write the figures there too
  --quick                             only shows that everything still runs, in seconds`

/** Reads the command line. @throws with the usage for what it does not know. */
export const readOptions = (args: readonly string[]): Options => {
  const { values } = parse(args)
  const quick = values.quick === true
  return {
    databases: values.db === 'all' ? ['sqlite', 'postgres'] : [oneOf(values.db, ['sqlite', 'postgres'])],
    parts: values.only.split(',').map((part) => oneOf(part, partNames)),
    ...(values.lines === undefined ? {} : { lines: values.lines }),
    seconds: positive('seconds', values.seconds ?? (quick ? '0.05' : '6')),
    rounds: positive('rounds', values.rounds ?? (quick ? '1' : '9')),
    // Until V8 has compiled what is worth it: on this library an event goes on getting cheaper for some four thousand.
    warmUps: quick ? 2 : 4_000,
    // Not at all, so that nothing hides behind it, and about as long as a fast network.
    latenciesMs: quick ? [0] : [0, 5],
    memoryEvents: positive('memory-events', values['memory-events'] ?? (quick ? '250' : '100000')),
    payments: manyOf(values.payments ?? (quick ? '1000,2000' : '10000,100000,1000000')),
    redis: values.redis ?? process.env['TEST_REDIS_URL'] ?? 'redis://127.0.0.1:6379',
    ...(values.profile === undefined ? {} : { profile: values.profile }),
    ...(values.summarise === undefined ? {} : { summarise: values.summarise }),
    ...(values.json === undefined ? {} : { json: values.json }),
    directory: values.directory,
    quick,
    ...memoryOf(values['memory-of'], values['memory-file']),
  }
}

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        db: { type: 'string', default: 'all' },
        only: { type: 'string', default: partNames.join(',') },
        lines: { type: 'string' },
        seconds: { type: 'string' },
        rounds: { type: 'string' },
        'memory-events': { type: 'string' },
        payments: { type: 'string' },
        redis: { type: 'string' },
        directory: { type: 'string', default: '.' },
        profile: { type: 'string' },
        summarise: { type: 'string' },
        json: { type: 'string' },
        quick: { type: 'boolean' },
        'memory-of': { type: 'string' },
        'memory-file': { type: 'string' },
      },
    })
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`, { cause: error })
  }
}

const memoryOf = (line: string | undefined, filename: string | undefined): Pick<Options, 'memoryOf'> =>
  line === undefined || filename === undefined ? {} : { memoryOf: { line, filename } }

const oneOf = <Name extends string>(given: string, known: readonly Name[]): Name =>
  known.find((name) => name === given) ?? refuse(`'${given}' is none of ${known.join(', ')}.`)

/** Sizes of a history, which has to have ten payments at least to have one that is due. */
const manyOf = (given: string): readonly number[] =>
  given.split(',').map((size) => {
    const payments = Number(size)
    return Number.isSafeInteger(payments) && payments >= 10
      ? payments
      : refuse(`--payments is whole numbers of 10 and more, not '${given}'.`)
  })

const positive = (name: string, given: string): number =>
  Number(given) > 0 ? Number(given) : refuse(`--${name} is a positive number, not '${given}'.`)

const refuse = (message: string): never => {
  throw new Error(`${message}\n\n${usage}`)
}
