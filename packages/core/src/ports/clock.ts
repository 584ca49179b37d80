import type { Instant } from '../kernel/instant.ts'

/** The time, and the only way to wait. */
export interface Clock {
  now(): Instant
  /** Resolves no sooner than `ms` milliseconds from now. */
  sleep(ms: number): Promise<void>
}
