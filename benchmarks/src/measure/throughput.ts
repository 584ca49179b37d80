import { drive } from './drive.ts'
import { unwatched, type Watch } from './profiler.ts'
import { takeTurns } from './take-turns.ts'

/** One way to do the same thing over and over, measured beside others. */
export interface ThroughputLine {
  /** Makes what so many will need, long before they are done. Not measured. */
  provide(count: number): Promise<void>
  /** Readies the next so many, and answers what does them, so many at once: that alone is measured. */
  ready(count: number, concurrency: number): Promise<() => Promise<void>>
  /** Rows written so far, on a database that counts them. */
  countWrites?(): Promise<number>
  /** @throws unless the database agrees that so many were done. */
  check(done: number): Promise<void>
  close(): Promise<void>
}

/** What one line reached at one concurrency. */
export interface ThroughputFigures {
  readonly line: string
  readonly concurrency: number
  /** How many were done per second in each round, in the order of the rounds. */
  readonly perSecond: readonly number[]
  /** Processor time of this process for each, in microseconds: it hardly knows what else the machine does. */
  readonly cpuUs: readonly number[]
  /** Rows written for each, indexes aside, on a database that counts them. */
  readonly rowsEach?: number
}

/** How many are under way at once, deliveries and orders alike. */
export const concurrencies = [1, 8, 32] as const

/** How long is measured, and what comes before. */
export interface ThroughputOptions {
  readonly concurrencies: readonly number[]
  readonly seconds: number
  readonly rounds: number
  readonly warmUps: number
  /** Looks at each turn, at this concurrency. Absent: nobody does. */
  readonly watch?: (concurrency: number) => Watch
}

/** Lets the lines take turns at each concurrency, asks each database whether it was all done, and closes them. */
export const measureThroughput = async (
  lines: readonly { readonly name: string; readonly line: ThroughputLine }[],
  options: ThroughputOptions,
): Promise<readonly ThroughputFigures[]> => {
  try {
    return await measureOpen(lines, options)
  } finally {
    for (const { line } of lines) await line.close()
  }
}

const measureOpen = async (
  lines: readonly { readonly name: string; readonly line: ThroughputLine }[],
  { concurrencies, seconds, rounds, warmUps, watch = () => unwatched }: ThroughputOptions,
): Promise<readonly ThroughputFigures[]> => {
  const runners = lines.map(({ name, line }) => ({ name, run: runner(line) }))
  const figures: ThroughputFigures[] = []
  for (const { run } of runners) await run.warmUp(warmUps)
  for (const concurrency of concurrencies) {
    for (const { run } of runners) await run.size(concurrency, Math.ceil(warmUps / 8), seconds / rounds, rounds)
    const samples = await takeTurns(
      runners.map(({ name, run }) => ({ name, turn: () => run.slice(concurrency) })),
      rounds,
      watch(concurrency),
    )
    for (const { name, run } of runners)
      figures.push({
        line: name,
        concurrency,
        perSecond: (samples.get(name) ?? []).map(({ perSecond }) => perSecond),
        cpuUs: (samples.get(name) ?? []).map(({ cpuUs }) => cpuUs),
        ...run.rowsEach(),
      })
  }
  for (const { run } of runners) await run.check()
  return figures
}

interface Slice {
  readonly perSecond: number
  readonly cpuUs: number
}

const runner = (line: ThroughputLine) => {
  let perSlice = 0
  let done = 0
  let rows = 0

  const slice = async (concurrency: number, count: number): Promise<Slice> => {
    const work = await line.ready(count, concurrency)
    const writesBefore = (await line.countWrites?.()) ?? 0
    const cpuBefore = process.cpuUsage()
    const startedAt = performance.now()
    await work()
    const ms = performance.now() - startedAt
    const { user, system } = process.cpuUsage(cpuBefore)
    rows += ((await line.countWrites?.()) ?? 0) - writesBefore
    done += count
    return { perSecond: (count * 1_000) / ms, cpuUs: (user + system) / count }
  }

  return {
    /** One at a time, as it is measured first. */
    async warmUp(count: number): Promise<void> {
      await slice(1, count)
    },
    /** Finds out how many make a slice of this length, and has what they need ready for all of them. */
    async size(concurrency: number, count: number, sliceSeconds: number, rounds: number): Promise<void> {
      const { perSecond } = await slice(concurrency, count)
      perSlice = Math.max(concurrency * 2, Math.round(perSecond * sliceSeconds))
      await line.provide(perSlice * rounds)
    },
    slice: (concurrency: number) => slice(concurrency, perSlice),
    rowsEach: () => (line.countWrites === undefined ? {} : { rowsEach: rows / done }),
    check: () => line.check(done),
  }
}

/** The part of a line whose things are done one by one. `make` takes its time long before; `prepare` is the last moment. */
export const oneByOne = <Thing, Job>({
  make,
  prepare,
  perform,
}: {
  readonly make: (count: number) => Promise<readonly Thing[]>
  readonly prepare: (thing: Thing) => Job
  readonly perform: (job: Job) => Promise<void>
}): Pick<ThroughputLine, 'provide' | 'ready'> => {
  const things: Thing[] = []
  const provide = async (count: number): Promise<void> => {
    if (things.length < count) things.push(...(await make(count - things.length)))
  }
  return {
    provide,
    async ready(count, concurrency) {
      await provide(count)
      const jobs = things.splice(0, count).map((thing) => prepare(thing))
      return () => drive(concurrency, jobs, perform)
    },
  }
}

/** Counts what is written, where the line's database does. */
export const countingWrites = ({
  countWrites,
}: {
  readonly countWrites?: () => Promise<number>
}): Pick<ThroughputLine, 'countWrites'> => (countWrites === undefined ? {} : { countWrites })
