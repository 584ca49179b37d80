import type { EventEntry, EventLine } from './lines/line.ts'
import { profilerTo } from './measure/profiler.ts'
import {
  concurrencies,
  countingWrites,
  measureThroughput,
  oneByOne,
  type ThroughputFigures,
  type ThroughputLine,
} from './measure/throughput.ts'
import type { Options } from './options.ts'
import type { WriteDelivery } from './paid-session.ts'
import type { Scratch } from './scratch.ts'

/**
 * Measures signed webhooks: from the raw bytes to applied, durable and answered. Every event completes a payment of its
 * own, and afterwards the database has to agree how many were completed.
 */
export const measureEvents = async (
  scratch: Scratch,
  entries: readonly EventEntry[],
  write: WriteDelivery,
  { seconds, rounds, warmUps, profile }: Pick<Options, 'seconds' | 'rounds' | 'warmUps' | 'profile'>,
): Promise<readonly ThroughputFigures[]> => {
  const lines = await Promise.all(
    entries.map(async ({ name, open }) => ({ name, line: eventThroughput(await open(await scratch.create()), write) })),
  )
  return measureThroughput(lines, {
    concurrencies,
    seconds,
    rounds,
    warmUps,
    ...(profile === undefined ? {} : { watch: (concurrency) => profilerTo(profile, `at ${concurrency}`) }),
  })
}

const eventThroughput = (line: EventLine, write: WriteDelivery): ThroughputLine => ({
  ...oneByOne({
    make: (count) => line.openPages(count),
    // Signed as late as this, since a signature of Stripe's is good for five minutes.
    prepare: write,
    perform: (delivery) => line.receive(delivery),
  }),
  ...countingWrites(line),
  async check(received) {
    const completed = await line.countCompleted()
    if (completed !== received) throw new Error(`${received} events were answered, ${completed} payments completed.`)
  },
  close: () => line.close(),
})
