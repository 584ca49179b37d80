import { evolveCircuitBreaker, instant, type CircuitBreaker, type CircuitBreakerEvent } from '@holdfast/core'
import { memoryCircuitBreakerStates } from '@holdfast/core/memory'
import { Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { circuitMetrics } from '../src/prometheus.ts'
import { readExposition } from './exposition.ts'

const at = instant(1_000)
const opened: CircuitBreakerEvent = { type: 'opened', at, probeAt: instant(61_000) }
const probing: CircuitBreakerEvent = { type: 'half_opened', probe: { id: 'p', until: instant(121_000) } }

const scraped = async (registry: Registry, name: string) =>
  Object.fromEntries(
    (readExposition(await registry.metrics()).get(name)?.samples ?? []).map(({ labels, value }) => [
      labels['state'] ?? '',
      value,
    ]),
  )

describe('the life of a circuit breaker', () => {
  it('is told as it stands, whoever changed it', async () => {
    const registry = new Registry()
    const states = memoryCircuitBreakerStates()
    circuitMetrics({ registry, states, name: 'stripe', patienceMs: 5_000 })
    const state = () => scraped(registry, 'holdfast_circuit_breaker_state')
    const move = (event: CircuitBreakerEvent) =>
      states.change('stripe', (breaker: CircuitBreaker) => evolveCircuitBreaker(breaker, event))
    expect(await state()).toEqual({ closed: 1, open: 0, half_open: 0 })
    await move(opened)
    await expect.poll(state).toEqual({ closed: 0, open: 1, half_open: 0 })
    await move(probing)
    await expect.poll(state).toEqual({ closed: 0, open: 0, half_open: 1 })
    await move({ type: 'closed', at })
    await expect.poll(state).toEqual({ closed: 1, open: 0, half_open: 0 })
  })

  it('is left out where the database does not answer', async () => {
    const registry = new Registry()
    circuitMetrics({ registry, states: { read: () => Promise.reject(new Error('away')) } })
    expect(await scraped(registry, 'holdfast_circuit_breaker_state')).toEqual({})
  })

  it('is counted as it is heard of, and each call that was not made', async () => {
    const registry = new Registry()
    const observe = circuitMetrics({ registry, states: memoryCircuitBreakerStates() })
    expect(await scraped(registry, 'holdfast_circuit_breaker_transitions_total')).toEqual({
      closed: 0,
      open: 0,
      half_open: 0,
    })
    const news = { name: 'payment_provider', at, since: at }
    observe({ ...news, type: 'circuit_breaker_opened', probeAt: instant(61_000) })
    observe({ ...news, type: 'circuit_breaker_refused', retryAfterMs: 60_000 })
    observe({ ...news, type: 'circuit_breaker_refused', retryAfterMs: 50_000 })
    observe({ ...news, type: 'circuit_breaker_half_opened' })
    observe({ ...news, type: 'circuit_breaker_opened', probeAt: instant(121_000) })
    observe({ ...news, type: 'circuit_breaker_half_opened' })
    observe({ ...news, type: 'circuit_breaker_closed' })
    expect(await scraped(registry, 'holdfast_circuit_breaker_transitions_total')).toEqual({
      closed: 1,
      open: 2,
      half_open: 2,
    })
    expect(await scraped(registry, 'holdfast_circuit_breaker_refused_total')).toEqual({ '': 2 })
  })
})
