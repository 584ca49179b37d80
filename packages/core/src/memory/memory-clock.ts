import { after, type Instant } from '../kernel/instant.ts'
import type { Clock } from '../ports/clock.ts'

/** A clock that moves only when told to. */
export interface MemoryClock extends Clock {
  /**
   * Moves on by `ms`. Whoever sleeps until then or sooner wakes up in order, each at its own moment, and may sleep again
   * within the same stretch if nothing but other promises of this program kept it from doing so at once.
   */
  advance(ms: number): Promise<void>
  /** How many are asleep. */
  readonly sleepers: number
}

/** A clock that stands at `startAt` until it is advanced. */
export const memoryClock = (startAt: Instant): MemoryClock => {
  let now = startAt
  let asleep: readonly { readonly at: Instant; readonly wake: () => void }[] = []
  return {
    now: () => now,
    get sleepers() {
      return asleep.length
    },
    sleep: (ms) =>
      new Promise((wake) => {
        const at = after(now, Math.max(0, Math.ceil(ms)))
        const later = asleep.findIndex((other) => other.at > at)
        asleep = later === -1 ? [...asleep, { at, wake }] : asleep.toSpliced(later, 0, { at, wake })
      }),
    async advance(ms) {
      const end = after(now, ms)
      for (let [next] = asleep; next !== undefined && next.at <= end; [next] = asleep) {
        asleep = asleep.slice(1)
        now = next.at
        next.wake()
        await settled()
      }
      now = end
    },
  }
}

// Long enough for a chain of awaits over in-memory adapters; there is no way to ask whether one has come to rest.
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 200; turn += 1) await Promise.resolve()
}
