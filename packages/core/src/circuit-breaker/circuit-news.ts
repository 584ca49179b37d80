import type { Instant } from '../kernel/instant.ts'
import type { CircuitBreakerChange } from '../ports/circuit-breaker-states.ts'
import type { Logger } from '../ports/logger.ts'
import type { CircuitBreakerEvent, CircuitOpen } from './circuit-breaker.ts'

/** Something in the life of a circuit breaker. `since`: when it stopped being called, over however many probes. */
export type CircuitBreakerNews = {
  readonly name: string
  readonly at: Instant
} /** Also where a probe has failed: `at` is later than `since` then. */ & (
  | { readonly type: 'circuit_breaker_opened'; readonly since: Instant; readonly probeAt: Instant }
  | { readonly type: 'circuit_breaker_half_opened'; readonly since: Instant }
  | { readonly type: 'circuit_breaker_closed'; readonly since: Instant }
  /** A call was not made. */
  | { readonly type: 'circuit_breaker_refused'; readonly retryAfterMs: number }
)

/**
 * Hears of the life of a circuit breaker. What was stored is told of once over all processes, right after, by the one that
 * brought it about; a call that was not made, by whoever wanted to make it. What it throws is logged, and harms nobody.
 */
export type CircuitBreakerObserver = (news: CircuitBreakerNews) => void

/** Tells the log and whoever observes. */
export const circuitTeller = (name: string, logger: Logger, observe: CircuitBreakerObserver = () => {}) => {
  const tell = (news: CircuitBreakerNews): void => {
    try {
      observe(news)
    } catch (error) {
      logger.log('warn', 'circuit_breaker_observer_failed', { reference: name, detail: messageOf(error) })
    }
  }
  return {
    moved: ({ type }: CircuitBreakerEvent, { before, after }: CircuitBreakerChange, at: Instant): void => {
      const facts = { reference: name }
      switch (type) {
        case 'outage_counted':
        case 'count_ended':
          return
        case 'opened':
          if (after.status !== 'open') return
          logger.log('warn', 'circuit_breaker_opened', { ...facts, openedAt: after.since, dueAt: after.probeAt })
          return tell({ type: 'circuit_breaker_opened', name, at, since: after.since, probeAt: after.probeAt })
        case 'half_opened':
          if (after.status !== 'half_open') return
          logger.log('info', 'circuit_breaker_half_opened', { ...facts, openedAt: after.since })
          return tell({ type: 'circuit_breaker_half_opened', name, at, since: after.since })
        case 'closed':
          if (before.status === 'closed') return
          logger.log('info', 'circuit_breaker_closed', { ...facts, openedAt: before.since, awayMs: at - before.since })
          return tell({ type: 'circuit_breaker_closed', name, at, since: before.since })
      }
    },
    refused: ({ retryAfterMs }: CircuitOpen, at: Instant): void =>
      tell({ type: 'circuit_breaker_refused', name, at, retryAfterMs }),
    notReached: (error: unknown): void =>
      logger.log('error', 'circuit_breaker_not_reached', { reference: name, detail: messageOf(error) }),
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
