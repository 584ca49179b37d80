import {
  second,
  silentLogger,
  type Clock,
  type Holdfast,
  type Logger,
  type UnitOfWork,
  type QueueName,
} from '@holdfast/core'
import { Worker, type Queue } from 'bullmq'
import { Redis, type RedisOptions } from 'ioredis'
import { announcer } from './announcer.ts'
import { jobQueues, type Keeping } from './job-queues.ts'
import { processJob } from './job-processor.ts'
import { startKeeper, type Keeper } from './keeper.ts'
import { messageOf, redisOutage } from './redis-outage.ts'
import { watchedUnitOfWork } from './watched-unit-of-work.ts'
import { within } from './within.ts'
import { queueNames, type JobData } from './work-row.ts'

/** How work is dispatched. */
export interface BullmqDispatchOptions {
  /** The database, whose rows of work are the truth. */
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
  /** Where Redis is: `redis://user:password@host:6379/0`, `rediss://` for TLS, or ioredis' own options. Redis 6.2 or newer. */
  readonly connection: string | RedisOptions
  /** Default: no log. */
  readonly logger?: Logger
  /** What all keys in Redis begin with: one for each database, `holdfast` by default. */
  readonly prefix?: string
  /** How many jobs of each of the three queues are done at once in this process. Default: 5. */
  readonly concurrency?: number
  /**
   * How often Redis is compared with the database, in milliseconds: so long work waits that Redis has forgotten, or was not told of.
   * Default: 5,000.
   */
  readonly refillMs?: number
  /** How long the worker that stands in for Redis waits when nothing is due, in milliseconds. Default: 500. */
  readonly idleMs?: number
}

/** What of Holdfast does the work. */
export type DispatchedHoldfast = Pick<Holdfast, 'runTasks' | 'drainOutbox' | 'applyInbox' | 'startWorker'>

/** Background work through BullMQ. */
export interface BullmqDispatch {
  /**
   * For `createHoldfast`: does what the given one does, and tells Redis after each commit which work there is now. That happens in
   * the background: no commit waits for Redis, and none fails for it.
   */
  readonly unitOfWork: UnitOfWork
  /** `tasks`, `outbox` and `inbox`, for a dashboard: `queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: true }))`. */
  readonly queues: readonly Queue[]
  /**
   * Begins to work, and plans the sweep. A process that only serves requests need not: what it stores is done by those that do.
   * While Redis is away, this process looks into the database itself.
   *
   * @throws when it was started or stopped before.
   */
  start(holdfast: DispatchedHoldfast): void
  /**
   * Takes no more work, waits until what is under way is stored, and closes every connection. The unit of work stays good, and
   * tells Redis nothing any more.
   */
  stop(): Promise<void>
}

/**
 * Dispatches the work of one database through BullMQ. It connects at once, and goes on trying for as long as Redis is away, which the
 * log is told once: `redis_unreachable`, and then `redis_reachable`.
 */
export const bullmqDispatch = (options: BullmqDispatchOptions): BullmqDispatch => {
  const { clock, logger = silentLogger, prefix = 'holdfast', concurrency = 5 } = options
  const { refillMs = 5 * second, idleMs = second / 2 } = options
  const redis = connect(options.connection)
  const outage = redisOutage({ logger, clock })
  const queues = jobQueues({ unitOfWork: options.unitOfWork, clock, connection: redis, prefix, keeping })
  const announcing = announcer({ jobQueues: queues, isReady: () => redis.status === 'ready', outage, logger })
  const unitOfWork = watchedUnitOfWork(options.unitOfWork, announcing.announce)

  let keeper: Keeper | undefined
  let workers: readonly Worker<JobData>[] = []
  let stopped: Promise<void> | undefined
  const underWay = new Set<Promise<unknown>>()

  redis.on('error', (error) => outage.begin(error))
  redis.on('close', () => keeper?.wake())
  redis.on('ready', () => {
    announcing.resume()
    if (keeper === undefined) outage.end()
    else keeper.wake()
  })

  const probe = async (): Promise<void> => {
    if (redis.status === 'connecting' || redis.status === 'connect') await settled(redis)
    if (redis.status !== 'ready') throw new Error(`The connection to Redis is not there: it is '${redis.status}'.`)
    // A write, since one that has no memory left, or that has become a replica, answers a PING all the same.
    await redis.set(`${prefix}:probe`, String(clock.now()), 'PX', 60_000)
  }

  const track = async <T>(work: Promise<T>): Promise<T> => {
    underWay.add(work)
    try {
      return await work
    } finally {
      underWay.delete(work)
    }
  }

  const openWorker = (name: QueueName, holdfast: DispatchedHoldfast): Worker<JobData> => {
    const process = processJob({
      work: holdfast,
      unitOfWork: options.unitOfWork,
      clock,
      logger,
      track,
      isStopping: () => stopped !== undefined,
    })
    let lastError: string | undefined
    return new Worker<JobData>(name, (job, token) => process(name, job, token), {
      connection: redis,
      prefix,
      concurrency,
      // A process that ended without a word is noticed sooner than by default. Whose row it had is told by the row's lease.
      lockDuration: 10 * second,
      stalledInterval: 10 * second,
      // However often a job's process has ended: it is the row that says when it is enough.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      runRetryDelay: second,
    }).on('error', (error) => {
      // Whether Redis is away is found out by the keeper. All else is about one job, which the refill sees to. While Redis takes no
      // writes, a worker says the same many times a second.
      const detail = messageOf(error)
      if (detail !== lastError) logger.log('debug', 'redis_worker_error', { queue: name, detail })
      lastError = detail
    })
  }

  const stop = async (): Promise<void> => {
    const ending = keeper?.stop()
    await Promise.all(workers.map((worker) => worker.pause(true)))
    while (underWay.size > 0) await Promise.allSettled(underWay)
    await Promise.all([ending, announcing.stop()])
    await close(redis, workers)
    await Promise.allSettled(queues.all.map((queue) => queue.close()))
  }

  return {
    unitOfWork,
    queues: queues.all,
    start(holdfast) {
      if (keeper !== undefined || stopped !== undefined) throw new Error('A dispatch is started once.')
      keeper = startKeeper({
        holdfast,
        unitOfWork,
        clock,
        logger,
        jobQueues: queues,
        probe,
        outage,
        refillMs,
        idleMs,
      })
      workers = queueNames.map((name) => openWorker(name, holdfast))
    },
    stop() {
      stopped ??= stop()
      return stopped
    },
  }
}

/** In seconds, and how many. What is kept is for people to look at; what is to be done is in the database. */
const keeping: Keeping = {
  completed: { age: 3 * 24 * 3_600, count: 1_000 },
  failed: { age: 30 * 24 * 3_600, count: 5_000 },
}

const connect = (connection: string | RedisOptions): Redis => {
  const options: RedisOptions = {
    retryStrategy: (times) => Math.min(times * 100, 2 * second),
    ...(typeof connection === 'string' ? {} : connection),
    // What was asked for when the connection broke is asked again. BullMQ wants it so.
    maxRetriesPerRequest: null,
  }
  return typeof connection === 'string' ? new Redis(connection, options) : new Redis(options)
}

/** Resolves when the connection that is being made is there, or is not to be had now. */
const settled = (redis: Redis): Promise<void> =>
  new Promise((resolve) => {
    const events = ['ready', 'close', 'end'] as const
    const settle = (): void => {
      for (const event of events) redis.off(event, settle)
      resolve()
    }
    for (const event of events) redis.on(event, settle)
  })

/** Closes the connections; where Redis is away, without a word to it. */
const close = async (redis: Redis, workers: readonly Worker<JobData>[]): Promise<void> => {
  const isThere = redis.status === 'ready'
  const closing = Promise.allSettled(workers.map((worker) => worker.close(!isThere)))
  await within(closePatienceMs, closing).catch(() => {
    for (const worker of workers) worker.disconnect().catch(() => {})
  })
  redis.disconnect()
}

const closePatienceMs = 5 * second
