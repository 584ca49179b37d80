import type { TaskEntry, TaskLine } from './lines/line.ts'
import { countingWrites, measureThroughput, type ThroughputFigures, type ThroughputLine } from './measure/throughput.ts'
import type { Options } from './options.ts'
import type { Scratch } from './scratch.ts'

/** How many work at once. */
const workers = [1, 8] as const

/**
 * Measures the queue of tasks: from due to done, of tasks that have nothing to do outside. All are there before the first
 * is taken, and afterwards the database has to agree how many were done.
 */
export const measureTasks = async (
  scratch: Scratch,
  entries: readonly TaskEntry[],
  { seconds, rounds, warmUps }: Pick<Options, 'seconds' | 'rounds' | 'warmUps'>,
): Promise<readonly ThroughputFigures[]> => {
  const lines = await Promise.all(
    entries.map(async ({ name, open }) => ({ name, line: taskThroughput(await open(await scratch.create())) })),
  )
  return measureThroughput(lines, { concurrencies: workers, seconds, rounds, warmUps })
}

const taskThroughput = (line: TaskLine): ThroughputLine => ({
  // Only what a turn works off is in the queue: one that holds what is left for later is another queue.
  provide: async () => {},
  async ready(count, concurrency) {
    await line.add(count, concurrency)
    return () => line.work(count, concurrency)
  },
  ...countingWrites(line),
  async check(worked) {
    const done = await line.countDone()
    if (done !== worked) throw new Error(`${worked} tasks were worked off, ${done} are done.`)
  },
  close: () => line.close(),
})
