import { expect } from 'vitest'
import { decideCircuitBreaker, evolveCircuitBreaker, type CircuitBreaker } from '../circuit-breaker/circuit-breaker.ts'
import { instant } from '../kernel/instant.ts'
import type { CircuitBreakerStates } from '../ports/circuit-breaker-states.ts'
import { promise, runContract, type ContractPromise, type Harness } from './contract.ts'

const closed = (outages: number): CircuitBreaker => ({ status: 'closed', outages })
const since = instant(Date.UTC(2027, 0, 15, 12))
const open: CircuitBreaker = { status: 'open', since, probeAt: instant(since + 60_000) }
const halfOpen: CircuitBreaker = { status: 'half_open', since, probe: { id: 'p1', until: instant(since + 120_000) } }

const countOne = (breaker: CircuitBreaker): CircuitBreaker =>
  breaker.status === 'closed' ? closed(breaker.outages + 1) : breaker

/** Everything that {@link CircuitBreakerStates} promise, one promise at a time. */
export const circuitBreakerStatesPromises: readonly ContractPromise<CircuitBreakerStates>[] = [
  promise('answers one that is closed, with no outages, where nobody has changed it yet', async (states) => {
    expect(await states.read('a')).toEqual(closed(0))
    expect(await states.change('a', (breaker) => breaker)).toEqual({ before: closed(0), after: closed(0) })
    expect(await states.read('a')).toEqual(closed(0))
  }),
  promise('reads back what it was changed to, in every status', async (states) => {
    let before = closed(0)
    for (const after of [closed(4), open, halfOpen, open, halfOpen, closed(0), closed(1)]) {
      expect(await states.change('a', () => after)).toEqual({ before, after })
      expect(await states.read('a')).toEqual(after)
      before = after
    }
  }),
  promise('keeps those of two names apart', async (states) => {
    await states.change('a', () => open)
    await states.change('b', countOne)
    expect([await states.read('a'), await states.read('b'), await states.read('c')]).toEqual([
      open,
      closed(1),
      closed(0),
    ])
  }),
  promise('hands over what there is, and changes nothing where that is answered', async (states) => {
    for (const breaker of [closed(3), open, halfOpen]) {
      await states.change('a', () => breaker)
      const seen: CircuitBreaker[] = []
      const { before, after } = await states.change('a', (given) => {
        seen.push(given)
        return given
      })
      expect(seen.at(-1)).toEqual(breaker)
      expect(after).toBe(before)
      expect(await states.read('a')).toEqual(breaker)
    }
  }),
  promise('changes nothing where the change throws', async (states) => {
    await states.change('a', () => open)
    const failing = states.change('a', () => {
      throw new RangeError('No.')
    })
    await expect(failing).rejects.toThrow('No.')
    expect(await states.read('a')).toEqual(open)
    await states.change('a', () => closed(2))
    expect(await states.read('a')).toEqual(closed(2))
  }),
  promise('makes one change after the other, however many are made at once', async (states) => {
    const changes = await Promise.all(Array.from({ length: 20 }, () => states.change('a', countOne)))
    expect(await states.read('a')).toEqual(closed(20))
    const seen = changes.map(({ before }) => (before.status === 'closed' ? before.outages : -1))
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n))
  }),
  promise('lets one of many be the probe who ask at once', async (states) => {
    await states.change('a', () => open)
    const ids = Array.from({ length: 12 }, (_, n) => `p${n}`)
    const changes = await Promise.all(
      ids.map((id) =>
        states.change('a', (breaker) => {
          const decision = decideCircuitBreaker(breaker, { type: 'ask', at: instant(since + 60_000), id })
          return decision.ok ? decision.events.reduce(evolveCircuitBreaker, breaker) : breaker
        }),
      ),
    )
    const probes = changes.map(({ after }) => (after.status === 'half_open' ? after.probe.id : undefined))
    expect(new Set(probes).size).toBe(1)
    expect(changes.filter(({ before, after }) => before !== after)).toHaveLength(1)
  }),
]

/** Runs every promise of {@link CircuitBreakerStates} against an adapter, from the adapter's own package. */
export const circuitBreakerStatesContract = (harness: Harness<CircuitBreakerStates>): void =>
  runContract('circuit-breaker-states', circuitBreakerStatesPromises, harness)
