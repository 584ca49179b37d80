import type { Clock, Instant, QueueName, UnitOfWork } from '@holdfast/core'
import { Queue, type Job } from 'bullmq'
import type { Redis } from 'ioredis'
import { beDelayed, removed } from './move-job.ts'
import {
  findRow,
  isHeld,
  jobIdOf,
  kindOf,
  lifeOf,
  listWaiting,
  queueNames,
  startOf,
  type JobData,
  type RowKey,
  type WorkRow,
} from './work-row.ts'
import { within } from './within.ts'

/** How long jobs that have ended are kept for whoever looks, and how many of a queue at most. */
export interface Keeping {
  readonly completed: { readonly age: number; readonly count: number }
  readonly failed: { readonly age: number; readonly count: number }
}

/** BullMQ's queues, and what brings them in line with the rows they stand for. */
export interface JobQueues {
  readonly all: readonly Queue<JobData>[]
  /** Sees to it that these rows have the jobs they should have. @throws when Redis or the database is away. */
  match(keys: readonly RowKey[]): Promise<void>
  /**
   * Sees to it that every row which can be taken within `aheadMs` has a job by then, whatever has become of Redis since.
   *
   * @throws when Redis or the database is away: where it is the database, a {@link RowsUnread}.
   */
  refill(aheadMs: number): Promise<void>
}

/** The rows could not be read. */
export class RowsUnread extends Error {
  override readonly name = 'RowsUnread'
}

/** One queue for each table, on one connection. */
export const jobQueues = ({
  unitOfWork,
  clock,
  connection,
  prefix,
  keeping,
}: {
  readonly unitOfWork: UnitOfWork
  readonly clock: Pick<Clock, 'now'>
  readonly connection: Redis
  readonly prefix: string
  readonly keeping: Keeping
}): JobQueues => {
  const open = (name: QueueName): Queue<JobData> => {
    const queue = new Queue<JobData>(name, {
      connection,
      prefix,
      // It would be asked for once, and a connection that breaks just then would leave the queue without one for ever.
      skipVersionCheck: true,
      defaultJobOptions: { removeOnComplete: keeping.completed, removeOnFail: keeping.failed, keepLogs: 20 },
    })
    // The connection's errors, which its owner hears as well.
    return queue.on('error', () => {})
  }
  const queues: Readonly<Record<QueueName, Queue<JobData>>> = {
    tasks: open('tasks'),
    outbox: open('outbox'),
    inbox: open('inbox'),
  }

  const read: UnitOfWork['read'] = (work) =>
    unitOfWork.read(work).catch((error: unknown) => {
      throw new RowsUnread('The rows of work could not be read.', { cause: error })
    })

  const add = (queue: Queue<JobData>, rows: readonly WorkRow[], now: Instant) =>
    queue.addBulk(
      rows.map((row) => ({
        name: kindOf(row),
        data: { id: row.id, life: lifeOf(row) },
        opts: { jobId: jobIdOf(row), delay: Math.max(0, startOf(row) - now) },
      })),
    )

  /** Jobs for rows that wait: a new one, or the one there is at the right time. */
  const matchWaiting = async (
    name: QueueName,
    rows: readonly WorkRow[],
    { doubted, isLate = () => true }: Matching = { doubted: 0 },
  ): Promise<void> => {
    const queue = queues[name]
    const now = clock.now()
    const found = await Promise.all(
      rows.map(async (row, at) => {
        const job = await queue.getJob(jobIdOf(row))
        if (job === undefined) return { missing: [row], dead: [] }
        // It has ended, or it is on no list any more.
        if (job.finishedOn !== undefined || (at < doubted && (await job.getState()) === 'unknown'))
          return { missing: [], dead: [{ row, job }] }
        if (isLate(startOf(row))) await beDelayed(job, startOf(row) - now)
        return { missing: [], dead: [] }
      }),
    )
    const replaced = await removeDead(
      name,
      found.flatMap(({ dead }) => dead),
    )
    const rowsToAdd = [...found.flatMap(({ missing }) => missing), ...replaced]
    if (rowsToAdd.length > 0) await add(queue, rowsToAdd, now)
  }

  /**
   * Removes jobs that will not run although their rows wait (the database was put back, or jobs were moved by hand), and answers those
   * rows. Most have ended in between, after they were read and before their jobs were: so they are read again.
   */
  const removeDead = async (
    name: QueueName,
    dead: readonly { readonly row: WorkRow; readonly job: Job<JobData> }[],
  ): Promise<readonly WorkRow[]> => {
    if (dead.length === 0) return []
    const rows = await read((tx) => Promise.all(dead.map(({ row }) => findRow(tx, { queue: name, id: row.id }))))
    const replaced = await Promise.all(
      dead.map(async ({ row: before, job }, at) => {
        const row = rows[at]
        const isOwed = row?.status === 'waiting' && lifeOf(row) === lifeOf(before) && !isHeld(row, clock)
        return isOwed && (await removed(job)) ? [row] : []
      }),
    )
    return replaced.flat()
  }

  const matchEnded = async (queue: Queue<JobData>, rows: readonly WorkRow[]): Promise<void> => {
    // Somebody else has done it: a job that was to look later may look now, and says so on the dashboard.
    await Promise.all(
      rows.map(async (row) => {
        const job = await queue.getJob(jobIdOf(row))
        if (job !== undefined && job.finishedOn === undefined) await beDelayed(job, 0)
      }),
    )
  }

  return {
    all: queueNames.map((name) => queues[name]),
    async match(keys) {
      const rows = await read((tx) => Promise.all(keys.map((key) => findRow(tx, key))))
      const known = keys.flatMap(({ queue }, at) => {
        const row = rows[at]
        return row === undefined ? [] : [{ queue, row }]
      })
      for (const name of queueNames) {
        const own = known.filter(({ queue }) => queue === name).map(({ row }) => row)
        // Whoever has a row now tells how it ended. Should they not live to do so, the refill finds it.
        const waiting = own.filter((row) => row.status === 'waiting' && !isHeld(row, clock))
        const ended = own.filter(({ status }) => status !== 'waiting')
        await within(patienceMs, Promise.all([matchWaiting(name, waiting), matchEnded(queues[name], ended)]))
      }
    },
    async refill(aheadMs) {
      for (const name of queueNames) {
        let last: string | undefined
        do {
          const until = clock.now() + aheadMs
          const after = last === undefined ? {} : { after: last }
          const page = await read((tx) => listWaiting(tx, name, { limit: rowsAtOnce, ...after }))
          const due = page.filter(({ dueAt }) => dueAt <= until)
          const missed = due.filter((row) => startOf(row) <= until)
          const doubted = last === undefined ? doubtedAtOnce : 0
          // A job of a row that is not due yet comes at its time.
          const isLate = (start: Instant): boolean => start <= clock.now()
          await within(patienceMs, matchWaiting(name, missed, { doubted, isLate }))
          last = due.length === rowsAtOnce ? due.at(-1)?.id : undefined
        } while (last !== undefined)
      }
    },
  }
}

interface Matching {
  /** So many of the first rows' jobs are looked for on BullMQ's lists, and not taken on trust. */
  readonly doubted: number
  /** Whether the job of a row that can be taken from this moment on may have to be brought forward. */
  readonly isLate?: (start: Instant) => boolean
}

const rowsAtOnce = 200
const patienceMs = 5_000

// Looking for a job on the lists costs as much as they are long. Whoever has waited longest is looked for in every round, so that all
// get their turn.
const doubtedAtOnce = 20
