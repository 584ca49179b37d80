import { describe, expect, it } from 'vitest'
import { circuitBreakerStatesContract, circuitBreakerStatesPromises } from '../src/contracts/index.ts'
import { freshCircuitBreaker, type CircuitBreaker, type CircuitBreakerStates } from '../src/index.ts'
import { memoryCircuitBreakerStates } from '../src/memory/index.ts'

circuitBreakerStatesContract({ name: 'memory', open: async () => memoryCircuitBreakerStates() })

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Every way to break a store that we thought of, in the words of whoever would make the mistake. */
const mutants: Readonly<Record<string, (whole: CircuitBreakerStates) => CircuitBreakerStates>> = {
  'keeps nothing': (whole) => ({
    ...whole,
    change: async (_name, next) => ({ before: freshCircuitBreaker, after: next(freshCircuitBreaker) }),
  }),
  'has one for all names': (whole) => ({
    read: () => whole.read('one'),
    change: (_name, next) => whole.change('one', next),
  }),
  'reads and writes with others in between': (whole) => ({
    ...whole,
    change: async (name, next) => {
      const before = await whole.read(name)
      const after = next(before)
      await turn()
      await whole.change(name, () => after)
      return { before, after }
    },
  }),
  'forgets who the probe is': (whole) => ({
    ...whole,
    read: async (name) => {
      const found = await whole.read(name)
      return found.status === 'half_open' ? { ...found, probe: { ...found.probe, id: '' } } : found
    },
  }),
  'forgets since when it has been open': (whole) => ({
    ...whole,
    read: async (name) => {
      const found = await whole.read(name)
      return found.status === 'open' ? { ...found, since: found.probeAt } : found
    },
  }),
  'tells the change from what it was not': (whole) => ({
    ...whole,
    change: async (name, next) => ({ ...(await whole.change(name, next)), before: freshCircuitBreaker }),
  }),
  'keeps what a change that threw had made so far': (whole) => ({
    ...whole,
    change: async (name, next) => {
      try {
        return await whole.change(name, next)
      } catch (error) {
        await whole.change(name, () => freshCircuitBreaker)
        throw error
      }
    },
  }),
  'swallows what a change throws': (whole) => ({
    ...whole,
    change: (name, next) => whole.change(name, (breaker) => orSame(breaker, next)),
  }),
  'writes what has not changed as something new': (whole) => ({
    ...whole,
    change: async (name, next) => {
      const { before, after } = await whole.change(name, next)
      return { before, after: { ...after } }
    },
  }),
}

const orSame = (breaker: CircuitBreaker, next: (breaker: CircuitBreaker) => CircuitBreaker): CircuitBreaker => {
  try {
    return next(breaker)
  } catch {
    return breaker
  }
}

describe('a store of circuit breakers broken on purpose is noticed', () => {
  const broken = async (change: (whole: CircuitBreakerStates) => CircuitBreakerStates): Promise<readonly string[]> => {
    const words: string[] = []
    for (const promise of circuitBreakerStatesPromises)
      await promise.keptBy(change(memoryCircuitBreakerStates())).catch(() => words.push(promise.words))
    return words
  }

  it.each(Object.entries(mutants))('one that %s', async (_name, change) => {
    expect(await broken(change)).not.toEqual([])
  })

  it('one that is whole breaks nothing', async () => {
    expect(await broken((whole) => whole)).toEqual([])
  })
})
