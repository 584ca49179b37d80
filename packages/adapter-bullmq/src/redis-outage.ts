import type { Clock, Logger } from '@holdfast/core'

/** Whether Redis is away, told to the log once when that begins and once when it ends. */
export interface RedisOutage {
  begin(error: unknown): void
  end(): void
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
  return {
    begin(error) {
      if (since !== undefined) return
      since = clock.now()
      logger.log('warn', 'redis_unreachable', { detail: messageOf(error) })
    },
    end() {
      if (since === undefined) return
      logger.log('info', 'redis_reachable', { awayMs: clock.now() - since })
      since = undefined
    },
  }
}

/** What an error says of itself. Those of a connection that was tried at several addresses have a code and no message. */
export const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return error.message || (error as NodeJS.ErrnoException).code || error.name
}
