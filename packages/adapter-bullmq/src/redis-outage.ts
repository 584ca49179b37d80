import type { Clock, Logger } from '@holdfast/core'

/** Whether Redis is away, told to the log once when that begins and once when it ends. */
export interface RedisOutage {
  begin(error: unknown): void
  end(): void
  /**
   * To be called before Redis is asked anything. What it answers is to be called when Redis has answered, and ends the outage; unless
   * Redis was found to be away since, of which an answer from before says nothing.
   */
  asking(): () => void
}

/** Nothing is away yet. */
export const redisOutage = ({
  logger,
  clock,
}: {
  readonly logger: Logger
  readonly clock: Pick<Clock, 'now'>
}): RedisOutage => {
  let since: number | undefined
  let timesFoundAway = 0
  const end = (): void => {
    if (since === undefined) return
    logger.log('info', 'redis_reachable', { awayMs: clock.now() - since })
    since = undefined
  }
  return {
    begin(error) {
      timesFoundAway += 1
      if (since !== undefined) return
      since = clock.now()
      logger.log('warn', 'redis_unreachable', { detail: messageOf(error) })
    },
    end,
    asking() {
      const timesBefore = timesFoundAway
      return () => {
        if (timesFoundAway === timesBefore) end()
      }
    },
  }
}

/** What an error says of itself. Those of a connection that was tried at several addresses have a code and no message. */
export const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return error.message || (error as NodeJS.ErrnoException).code || error.name
}
