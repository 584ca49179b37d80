import type { CircuitBreaker } from '../circuit-breaker/circuit-breaker.ts'

/** A circuit breaker before and after a change. The same object twice: nothing has changed. */
export interface CircuitBreakerChange {
  readonly before: CircuitBreaker
  readonly after: CircuitBreaker
}

/** Where circuit breakers live that several processes share, each under its name. */
export interface CircuitBreakerStates {
  /** The one of this name as it stands: closed, with no outages, where nobody has changed it yet. Locks nothing. */
  read(name: string): Promise<CircuitBreaker>
  /**
   * Changes the one of this name to what `next` makes of it, with nobody else's change in between. Where `next` answers what
   * it was given, nothing is written; where it throws, nothing is changed. It may run more than once: it must touch nothing
   * but what it is given.
   */
  change(name: string, next: (breaker: CircuitBreaker) => CircuitBreaker): Promise<CircuitBreakerChange>
}
