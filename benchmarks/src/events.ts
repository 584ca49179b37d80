import type { EventEntry, EventLine } from './lines/line.ts'
import { profilerTo, unwatched } from './measure/profiler.ts'
import { takeTurns } from './measure/take-turns.ts'
import type { Options } from './options.ts'
import type { Delivery, OpenPage, WriteDelivery } from './paid-session.ts'
import type { Scratch } from './scratch.ts'

/** What one line reached at one concurrency. */
export interface EventFigures {
  readonly line: string
  readonly concurrency: number
  /** Events per second of each round, in the order of the rounds. */
  readonly perSecond: readonly number[]
  /** Processor time of this process per event, in microseconds: it hardly knows what else the machine does. */
  readonly cpuUs: readonly number[]
  /** Rows written per event, indexes aside, on a database that counts them. */
  readonly rowsPerEvent?: number
}

/** How many deliveries are under way at once. */
export const concurrencies = [1, 8, 32] as const

/**
 * Measures signed webhooks: from the raw bytes to applied, durable and answered. Every event completes a payment of its
 * own, and afterwards the database has to agree how many were completed.
 */
export const measureEvents = async (
  scratch: Scratch,
  entries: readonly EventEntry[],
  write: WriteDelivery,
  { seconds, rounds, warmUps, profile }: Pick<Options, 'seconds' | 'rounds' | 'warmUps' | 'profile'>,
): Promise<readonly EventFigures[]> => {
  const runners = await Promise.all(
    entries.map(async ({ name, open }) => ({ name, run: eventRunner(await open(await scratch.create()), write) })),
  )
  const figures: EventFigures[] = []
  for (const { run } of runners) await run.warmUp(warmUps)
  for (const concurrency of concurrencies) {
    const sliceSeconds = seconds / rounds
    for (const { run } of runners) await run.size(concurrency, Math.ceil(warmUps / 8), sliceSeconds, rounds)
    const samples = await takeTurns(
      runners.map(({ name, run }) => ({ name, turn: () => run.slice(concurrency) })),
      rounds,
      profile === undefined ? unwatched : profilerTo(profile, `at ${concurrency}`),
    )
    for (const { name, run } of runners)
      figures.push({
        line: name,
        concurrency,
        perSecond: (samples.get(name) ?? []).map(({ perSecond }) => perSecond),
        cpuUs: (samples.get(name) ?? []).map(({ cpuUs }) => cpuUs),
        ...(await run.rowsPerEvent()),
      })
  }
  for (const { run } of runners) await run.finish()
  return figures
}

interface Slice {
  readonly perSecond: number
  readonly cpuUs: number
}

const eventRunner = (line: EventLine, write: WriteDelivery) => {
  const pages: OpenPage[] = []
  let perSlice = 0
  let received = 0
  let rows = 0

  const slice = async (concurrency: number, count: number): Promise<Slice> => {
    if (pages.length < count) pages.push(...(await line.openPages(count - pages.length)))
    const deliveries = pages.splice(0, count).map(write)
    const writesBefore = (await line.countWrites?.()) ?? 0
    const cpuBefore = process.cpuUsage()
    const ms = await drive(concurrency, deliveries, (delivery) => line.receive(delivery))
    const { user, system } = process.cpuUsage(cpuBefore)
    rows += ((await line.countWrites?.()) ?? 0) - writesBefore
    received += count
    return { perSecond: (count * 1_000) / ms, cpuUs: (user + system) / count }
  }

  return {
    /** One at a time, as it is measured first. */
    async warmUp(count: number): Promise<void> {
      await slice(1, count)
    },
    /** Finds out how many events make a slice of this length, and has the pages ready for all of them. */
    async size(concurrency: number, count: number, sliceSeconds: number, rounds: number): Promise<void> {
      const { perSecond } = await slice(concurrency, count)
      perSlice = Math.max(concurrency * 2, Math.round(perSecond * sliceSeconds))
      pages.push(...(await line.openPages(Math.max(0, perSlice * rounds - pages.length))))
    },
    slice: (concurrency: number) => slice(concurrency, perSlice),
    rowsPerEvent: async () => (line.countWrites === undefined ? {} : { rowsPerEvent: rows / received }),
    async finish(): Promise<void> {
      const completed = await line.countCompleted()
      await line.close()
      if (completed !== received) throw new Error(`${received} events were answered, ${completed} payments completed.`)
    },
  }
}

/** Hands over all deliveries, so many at once, and answers how many milliseconds it took. */
export const drive = async (
  concurrency: number,
  deliveries: readonly Delivery[],
  receive: (delivery: Delivery) => Promise<void>,
): Promise<number> => {
  const queue = deliveries.values()
  const work = async (): Promise<void> => {
    for (const delivery of queue) await receive(delivery)
  }
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: concurrency }, work))
  return performance.now() - startedAt
}
