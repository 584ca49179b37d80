import {
  backoffMs,
  encodeJson,
  isoTime,
  second,
  type Clock,
  type Holdfast,
  type Json,
  type Logger,
  type UnitOfWork,
  type QueueName,
} from '@holdfast/core'
import { DelayedError, UnrecoverableError, type Job } from 'bullmq'
import { messageOf } from './redis-outage.ts'
import { takeTurn, type TurnEnd } from './turn.ts'
import { findRow, lifeOf, startOf, type JobData, type WorkRow } from './work-row.ts'

/** The use cases that do what is due. */
export type Work = Pick<Holdfast, 'runTasks' | 'drainOutbox' | 'applyInbox'>

/** Does the row of one job; runs in the worker of that row's queue. */
export type ProcessJob = (queue: QueueName, job: Job<JobData>, token: string | undefined) => Promise<unknown>

interface ProcessorDependencies {
  readonly work: Work
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
  readonly logger: Logger
  /** Told of each piece of work while it is under way, so that it can be waited for. */
  readonly track: <T>(work: Promise<T>) => Promise<T>
  /** No more work is begun from then on: another process does it. */
  readonly isStopping: () => boolean
}

/**
 * Gives the job's row its turn, and answers the row's result.
 *
 * The job fails, for good, where the row is dead. It comes again where the row waits: when it is due, or when nobody has it any more.
 * `{ waits_anew: true }`: the row has begun another life since, which has a job of its own. `{ gone: true }`: there is no such row.
 */
export const processJob =
  ({ work, unitOfWork, clock, logger, track, isStopping }: ProcessorDependencies): ProcessJob =>
  async (queue, job, token) => {
    const { id, life } = job.data
    const look = async (): Promise<{ readonly end?: TurnEnd; readonly row?: WorkRow }> => {
      const end = await takeTurn(queue, job.data, () => useCases[queue](work))
      if (end !== undefined && end.type !== 'postponed') return { end }
      const row = await unitOfWork.read((tx) => findRow(tx, { queue, id }))
      return { ...(end === undefined ? {} : { end }), ...(row === undefined ? {} : { row }) }
    }
    const comeAgain = async (inMs: number): Promise<never> => {
      // Where Redis has forgotten the job meanwhile, the refill makes another.
      await job.moveToDelayed(Date.now() + inMs, token).catch(() => {})
      throw new DelayedError()
    }

    if (isStopping()) return comeAgain(0)
    let looked: Awaited<ReturnType<typeof look>>
    try {
      looked = await track(look())
    } catch (error) {
      logger.log('error', 'work_failed', { detail: messageOf(error) })
      return comeAgain(backoffMs(job.attemptsStarted, id, { firstMs: second, capMs: 30 * second }))
    }
    const { end, row } = looked
    if (end?.type === 'done') return jsonOf(end.result)
    if (end?.type === 'dead') throw new UnrecoverableError(end.error)
    if (row === undefined) return { gone: true }
    if (lifeOf(row) !== life) return { waits_anew: true }
    switch (row.status) {
      case 'done':
        return jsonOf(row.result)
      case 'dead':
        throw new UnrecoverableError(row.lastError ?? 'Given up.')
      case 'waiting': {
        const start = startOf(row)
        if (end?.type === 'postponed')
          await job.log(`Try ${row.tries}: ${row.lastError ?? ''} Again at ${isoTime(start)}.`).catch(() => {})
        const waitMs = Math.max(start - clock.now(), shortestWaitMs)
        // Whoever has it may be done any moment, and may have told so before this job was there to be told.
        const isAskedFor = row.dueAt <= clock.now()
        return comeAgain(isAskedFor ? Math.min(waitMs, backoffMs(job.attemptsStarted, id, heldWait)) : waitMs)
      }
    }
  }

const shortestWaitMs = 20
const heldWait = { firstMs: 100, capMs: 10 * second }

const useCases: Readonly<Record<QueueName, (work: Work) => Promise<unknown>>> = {
  tasks: ({ runTasks }) => runTasks(1),
  outbox: ({ drainOutbox }) => drainOutbox(1),
  inbox: ({ applyInbox }) => applyInbox(1),
}

/** As BullMQ can write it down: amounts as their text in JSON. */
const jsonOf = (result: Json): unknown => (result === undefined ? null : JSON.parse(encodeJson(result)))
