import type { CircuitBreaker, CircuitBreakerObserver, CircuitBreakerStates } from '@holdfast/core'
import { Counter, Gauge, type Registry } from 'prom-client'
import { fresh } from './fresh.ts'

/** What {@link circuitMetrics} needs, and what a host may choose. */
export interface CircuitMetricsOptions {
  readonly registry: Registry
  /** Where the circuit breaker lives: what Holdfast is given as `circuitBreaker.states`. */
  readonly states: Pick<CircuitBreakerStates, 'read'>
  /** What it is called there. Default: `payment_provider`. */
  readonly name?: string
  /** How long a scrape waits for the database, in milliseconds, before it goes without. Default: 5000. */
  readonly patienceMs?: number
}

const statuses = ['closed', 'open', 'half_open'] as const satisfies readonly CircuitBreaker['status'][]

/**
 * Registers in `registry` the life of a circuit breaker, and answers who has to hear of it: the `observe` of Holdfast's
 * `circuitBreaker`.
 *
 * `holdfast_circuit_breaker_state` is 1 for the state that it is in, over all processes, and 0 for the others; it is left out where the
 * database does not answer. What it did is counted by the process that brought it about, and calls that were not made by
 * the process that wanted to make them: sums are Prometheus' to make.
 *
 * @throws when something is registered under one of its names already.
 */
export const circuitMetrics = ({
  registry,
  states,
  name = 'payment_provider',
  patienceMs = 5_000,
}: CircuitMetricsOptions): CircuitBreakerObserver => {
  const registers = [registry]
  const standing = fresh(() => states.read(name), { patienceMs })
  new Gauge({
    name: 'holdfast_circuit_breaker_state',
    help: 'Whether the provider is called: 1 for the state that the circuit breaker is in.',
    labelNames: ['state'],
    registers,
    async collect() {
      const breaker = await standing().catch(() => undefined)
      this.reset()
      if (breaker !== undefined) for (const state of statuses) this.set({ state }, breaker.status === state ? 1 : 0)
    },
  })
  const moves = new Counter({
    name: 'holdfast_circuit_breaker_transitions_total',
    help: 'How often the circuit breaker came to a state, as this process brought it about.',
    labelNames: ['state'],
    registers,
  })
  for (const state of statuses) moves.inc({ state }, 0)
  const refused = new Counter({
    name: 'holdfast_circuit_breaker_refused_total',
    help: 'Calls to the provider that were not made, because it did not answer lately.',
    registers,
  })
  return ({ type }) => {
    switch (type) {
      case 'circuit_breaker_opened':
        return moves.inc({ state: 'open' })
      case 'circuit_breaker_half_opened':
        return moves.inc({ state: 'half_open' })
      case 'circuit_breaker_closed':
        return moves.inc({ state: 'closed' })
      case 'circuit_breaker_refused':
        return refused.inc()
    }
  }
}
