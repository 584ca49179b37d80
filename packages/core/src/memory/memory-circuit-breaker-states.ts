import { freshCircuitBreaker, type CircuitBreaker } from '../circuit-breaker/circuit-breaker.ts'
import type { CircuitBreakerStates } from '../ports/circuit-breaker-states.ts'

/** Circuit breakers for as long as the process lasts, shared by all in it that are given them. */
export const memoryCircuitBreakerStates = (): CircuitBreakerStates => {
  const breakers = new Map<string, CircuitBreaker>()
  const find = (name: string): CircuitBreaker => breakers.get(name) ?? freshCircuitBreaker
  return {
    async read(name) {
      return find(name)
    },
    async change(name, next) {
      const before = find(name)
      const after = next(before)
      if (after !== before) breakers.set(name, after)
      return { before, after }
    },
  }
}
