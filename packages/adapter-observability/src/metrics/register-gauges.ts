import type { Clock, UnitOfWork } from '@holdfast/core'
import { Gauge, type Registry } from 'prom-client'
import { fresh } from './fresh.ts'
import { attentionCodes } from './labels.ts'
import { readStanding, type Reading } from './reading.ts'

/** What {@link registerGauges} needs, and what a host may choose. */
export interface GaugeOptions {
  readonly registry: Registry
  /** The clock that Holdfast goes by: ages are told by it. */
  readonly clock: Pick<Clock, 'now'>
  /**
   * How old a reading may be that a scrape is answered with, in milliseconds. Default: ten times as long as it took to make, so that
   * however many scrape, and however much there is to count, the database is at it for a tenth of the time at most.
   */
  readonly maxAgeMs?: number
  /** How long a scrape waits for the database, in milliseconds, before it goes without. Default: 5000. */
  readonly patienceMs?: number
  /** What is counted by listing it is counted so far, and no further. Default: 10000. */
  readonly countsUpTo?: number
}

/**
 * Registers in `registry` how things stand: what is counted in the database when it is asked, so that every process says the
 * same, and none remembers what is no longer so. One process that is scraped is enough.
 *
 * Where the database does not answer, the gauges are left out and `holdfast_gauges_up` is 0: whatever else is in the registry
 * is told all the same.
 *
 * @throws when something is registered under one of its names already.
 */
export const registerGauges = (
  unitOfWork: Pick<UnitOfWork, 'read'>,
  { registry, clock, maxAgeMs, patienceMs = 5_000, countsUpTo = 10_000 }: GaugeOptions,
): void => {
  const registers = [registry]
  const standing = fresh(() => readStanding(unitOfWork, { clock, countsUpTo }), {
    patienceMs,
    ...(maxAgeMs === undefined ? {} : { maxAgeMs }),
  })
  for (const { name, help, label, of } of gauges) {
    const gauge = new Gauge({
      name,
      help,
      labelNames: label === undefined ? [] : [label],
      registers,
      async collect() {
        const reading = await standing().catch(() => undefined)
        gauge.reset()
        // One without labels is 0 after that.
        if (label === undefined) gauge.remove()
        for (const [value, count] of reading === undefined ? [] : of(reading))
          gauge.set(label === undefined ? {} : { [label]: value }, count)
      },
    })
  }
  new Gauge({
    name: 'holdfast_gauges_up',
    help: 'Whether the database could be asked how things stand. 0: the gauges that say so are left out.',
    registers,
    async collect() {
      this.set(
        await standing().then(
          () => 1,
          () => 0,
        ),
      )
    },
  })
}

/** A gauge's samples: its label's value, where it has a label, and what it says. */
type Samples = readonly (readonly [labelled: string, count: number])[]

const plain =
  (of: (reading: Reading) => number) =>
  (reading: Reading): Samples => [['', of(reading)]]

const byQueue =
  (of: (queue: Reading['queues'][number]) => number) =>
  ({ queues }: Reading): Samples =>
    queues.map((each) => [each.queue, of(each)])

const gauges: readonly {
  readonly name: string
  readonly help: string
  readonly label?: string
  readonly of: (reading: Reading) => Samples
}[] = [
  {
    name: 'active_payments',
    help: 'Payments with an attempt that may still bring money: a page that is open, a charge that is under way.',
    of: plain(({ activePayments }) => activePayments),
  },
  {
    name: 'holdfast_failed_payments',
    help: 'Payments that somebody wanted to pay and could not: the last attempt failed, or a card was declined on its page.',
    of: plain(({ failedPayments }) => failedPayments),
  },
  {
    name: 'holdfast_payment_retries',
    help: 'Tries beyond the first, on one page or several, over all payments that can still be paid.',
    of: plain(({ retries }) => retries),
  },
  {
    name: 'holdfast_open_intents',
    help: 'Intents that wait for their payment.',
    of: plain(({ openIntents }) => openIntents),
  },
  {
    name: 'holdfast_ghost_records',
    help: 'Records that exist without a succeeded payment. Anything but 0 is wrong.',
    of: plain(({ ghostRecords }) => ghostRecords),
  },
  {
    name: 'holdfast_attention_open',
    help: 'What needs a human and is not resolved, by why.',
    label: 'code',
    of: ({ attention }) => {
      const counts = new Map<string, number>(attentionCodes.values.map((code) => [code, 0]))
      for (const { code } of attention) {
        const value = attentionCodes.of(code)
        counts.set(value, (counts.get(value) ?? 0) + 1)
      }
      return [...counts]
    },
  },
  {
    name: 'holdfast_work_waiting',
    help: 'Work that waits: events to be applied, effects to be performed, tasks to be run, due or not.',
    label: 'queue',
    of: byQueue(({ waiting }) => waiting),
  },
  {
    name: 'holdfast_work_dead',
    help: 'Work that was given up, until a human revives it.',
    label: 'queue',
    of: byQueue(({ dead }) => dead),
  },
  {
    name: 'holdfast_work_oldest_due_age_seconds',
    help: 'How long the work that is longest due has been due. 0: nothing is due.',
    label: 'queue',
    of: byQueue(({ oldestDueAgeMs }) => oldestDueAgeMs / 1_000),
  },
]
