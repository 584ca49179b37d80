import {
  after,
  minute,
  taskId,
  type Clock,
  type Holdfast,
  type Logger,
  type Task,
  type UnitOfWork,
  type Worker,
} from '@holdfast/core'
import { RowsUnread, type JobQueues } from './job-queues.ts'
import { messageOf, type RedisOutage } from './redis-outage.ts'
import { within } from './within.ts'

/** Keeps Redis filled with what is due, and the work going while Redis is away. */
export interface Keeper {
  /** Looks at once, and not only when it is time. */
  wake(): void
  /** Resolves when the work that was under way has ended. */
  stop(): Promise<void>
}

interface KeeperDependencies {
  readonly holdfast: Pick<Holdfast, 'startWorker'>
  readonly unitOfWork: UnitOfWork
  readonly clock: Pick<Clock, 'now'>
  readonly logger: Logger
  readonly jobQueues: Pick<JobQueues, 'refill'>
  /** Writes something to Redis. @throws when it takes no writes. */
  readonly probe: () => Promise<void>
  readonly outage: RedisOutage
  readonly refillMs: number
  readonly idleMs: number
}

/** Looks again and again until stopped: every `refillMs`, or every second while Redis is away. */
export const startKeeper = (deps: KeeperDependencies): Keeper => {
  const { outage, logger, refillMs } = deps
  const standIn = standInWorker(deps)
  let isStopped = false
  let isPlanned = false
  let endPause = (): void => {}
  let isWoken = false

  /** Whether Redis could be told all that it has to know. */
  const round = async (): Promise<boolean> => {
    const answered = outage.asking()
    try {
      await within(patienceMs, deps.probe())
      if (!isPlanned) await planSweep(deps)
      isPlanned = true
      // Beyond the next round, which may be late.
      await deps.jobQueues.refill(2 * refillMs)
    } catch (error) {
      if (!(error instanceof RowsUnread)) {
        outage.begin(error)
        return false
      }
      logger.log('error', 'work_failed', { detail: messageOf(error.cause) })
    }
    answered()
    return true
  }

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, isWoken ? 0 : ms)
      endPause = () => {
        clearTimeout(timer)
        resolve()
      }
      isWoken = false
    })

  const loop = async (): Promise<void> => {
    while (!isStopped) {
      const isFilled = await round()
      if (isStopped) break
      if (isFilled) standIn.stepDown()
      else standIn.stepIn()
      await pause(isFilled ? refillMs : Math.min(refillMs, awayMs))
    }
  }
  const running = loop()
  return {
    wake() {
      isWoken = true
      endPause()
    },
    async stop() {
      isStopped = true
      endPause()
      await running
      standIn.stepDown()
      await standIn.ended()
    },
  }
}

const patienceMs = 5_000
const awayMs = 1_000

/** The embedded worker, for as long as Redis is away. */
const standInWorker = ({ holdfast, idleMs }: Pick<KeeperDependencies, 'holdfast' | 'idleMs'>) => {
  let worker: Worker | undefined
  let ending: Promise<unknown> = Promise.resolve()
  return {
    stepIn() {
      worker ??= holdfast.startWorker({ idleMs })
    },
    /** Lets it end what it has begun, and does not wait for that. */
    stepDown() {
      if (worker !== undefined) ending = Promise.all([ending, worker.stop()])
      worker = undefined
    },
    ended: () => ending,
  }
}

/** As the embedded worker does: what nobody told us of is found by the sweep alone, and from then on it plans itself. */
const planSweep = async ({ unitOfWork, clock }: Pick<KeeperDependencies, 'unitOfWork' | 'clock'>): Promise<void> => {
  try {
    await unitOfWork.run(async (tx) => {
      const now = clock.now()
      const body: Task = { type: 'sweep' }
      const known = await tx.tasks.find(taskId(body))
      if (known?.status !== 'waiting')
        await tx.tasks.append([{ id: taskId(body), body, dueAt: after(now, minute) }], now)
    })
  } catch (error) {
    throw new RowsUnread('The sweep could not be planned.', { cause: error })
  }
}
