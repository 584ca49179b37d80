import { instant, type Attention, type Clock, type GaugeReading, type Instant, type UnitOfWork } from '@holdfast/core'

/** How things stand in the database. */
export interface Reading extends GaugeReading {
  /** Payments with an attempt that may still bring money. */
  readonly activePayments: number
  /** What nobody has resolved yet. */
  readonly attention: readonly Attention[]
  readonly queues: readonly QueueReading[]
}

/** How much waits in a queue. */
export interface QueueReading {
  readonly queue: 'inbox' | 'outbox' | 'tasks'
  readonly waiting: number
  readonly dead: number
  /** How long the longest due has been due. 0: nothing is. */
  readonly oldestDueAgeMs: number
}

/** Reads it in one transaction that sees one moment, through indexes but for ghost records, see {@link Gauges} of the core. */
export const readStanding = (
  unitOfWork: Pick<UnitOfWork, 'read'>,
  { clock, countsUpTo }: { readonly clock: Pick<Clock, 'now'>; readonly countsUpTo: number },
): Promise<Reading> =>
  unitOfWork.read(async (tx) => {
    const now = clock.now()
    const queue = async (name: QueueReading['queue']): Promise<QueueReading> => {
      const { waiting, dead, oldestDueAt } = await tx[name].depth(now)
      return { queue: name, waiting, dead, oldestDueAgeMs: oldestDueAt === undefined ? 0 : now - oldestDueAt }
    }
    return {
      ...(await tx.gauges.read()),
      // A payment has at most one live attempt, and all that live are due for a look some day.
      activePayments: (await tx.payments.listDueAttempts(endOfTime, countsUpTo)).length,
      attention: await tx.attention.list(countsUpTo),
      queues: [await queue('inbox'), await queue('outbox'), await queue('tasks')],
    }
  })

const endOfTime: Instant = instant(Number.MAX_SAFE_INTEGER)
