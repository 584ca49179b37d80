import { instant, type Clock } from '@holdfast/core'

/** A clock that goes as another process's does. */
export interface FollowedClock extends Clock {
  /** Reads the other clock now: for somebody who has just moved it. Rejects when it cannot be read. */
  readonly refresh: () => Promise<void>
  readonly stop: () => void
}

/**
 * Follows a clock that can only be asked, such as that of a simulator in another process. Between two readings it goes on
 * by itself; when a reading fails it goes on as it was, and asks again. It never goes back.
 *
 * Rejects when the very first reading fails: better no server than one in the wrong month.
 */
export const followClock = async (readMs: () => Promise<number>, { everyMs = 250 } = {}): Promise<FollowedClock> => {
  let offsetMs = (await readMs()) - Date.now()
  let latest = 0
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  const refresh = async (): Promise<void> => {
    offsetMs = (await readMs()) - Date.now()
  }
  const follow = (): void => {
    if (stopped) return
    timer = setTimeout(
      () =>
        void refresh()
          .catch(() => undefined)
          .then(follow),
      everyMs,
    )
    timer.unref()
  }
  follow()
  return {
    now: () => {
      latest = Math.max(latest, Math.floor(Date.now() + offsetMs))
      return instant(latest)
    },
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    refresh,
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}
