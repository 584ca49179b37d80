import type { Logger } from '@holdfast/core'
import { RowsUnread, type JobQueues } from './job-queues.ts'
import { messageOf, type RedisOutage } from './redis-outage.ts'
import type { RowKey } from './work-row.ts'

/** Hands rows that were changed over to Redis, behind the back of whoever changed them. */
export interface Announcer {
  /** Returns at once. What Redis cannot be told now it is told later, or it is left to the refill. */
  announce(rows: readonly RowKey[]): void
  /** Redis can be told again. */
  resume(): void
  /** Takes nothing more, and resolves when what was under way has ended. */
  stop(): Promise<void>
}

/** One round at a time: what is changed meanwhile goes together in the next. */
export const announcer = ({
  jobQueues,
  isReady,
  outage,
  logger,
}: {
  readonly jobQueues: Pick<JobQueues, 'match'>
  readonly isReady: () => boolean
  readonly outage: RedisOutage
  readonly logger: Logger
}): Announcer => {
  const changed = new Map<string, RowKey>()
  let isStopped = false
  let running: Promise<void> | undefined

  const run = async (): Promise<void> => {
    while (changed.size > 0 && isReady() && !isStopped) {
      const keys = [...changed.values()].slice(0, rowsAtOnce)
      for (const { queue, id } of keys) changed.delete(nameOf({ queue, id }))
      const answered = outage.asking()
      try {
        await jobQueues.match(keys)
        answered()
      } catch (error) {
        if (error instanceof RowsUnread) logger.log('warn', 'work_not_announced', { detail: messageOf(error.cause) })
        else outage.begin(error)
      }
    }
    running = undefined
  }

  const begin = (): void => {
    // Later, so that whoever has just committed goes on first.
    running ??= Promise.resolve().then(run)
  }

  return {
    announce(rows) {
      if (isStopped) return
      for (const row of rows) if (changed.size < mostRows) changed.set(nameOf(row), row)
      begin()
    },
    resume: begin,
    async stop() {
      isStopped = true
      await running
    },
  }
}

const nameOf = ({ queue, id }: RowKey): string => `${queue}:${id}`

const rowsAtOnce = 200

// More are only there when Redis does not answer, and then the refill finds them all.
const mostRows = 5_000
