import { describe, expect, it } from 'vitest'
import {
  circuitBreakerTransitions,
  decideCircuitBreaker,
  defaultCircuitBreakerPolicy,
  evolveCircuitBreaker,
  freshCircuitBreaker,
  IllegalTransition,
  instant,
  minute,
  second,
  type CircuitBreaker,
  type CircuitBreakerCommand,
} from '../src/index.ts'
import { drawMachine } from './draw-machine.ts'
import { answersOf, oneOfEach } from './every-status.ts'

const noon = instant(Date.UTC(2027, 0, 15, 12))
const at = (ms: number) => instant(noon + ms)
const after = (breaker: CircuitBreaker, ...commands: readonly CircuitBreakerCommand[]): CircuitBreaker =>
  commands.reduce((state, command) => {
    const decision = decideCircuitBreaker(state, command)
    return decision.ok ? decision.events.reduce(evolveCircuitBreaker, state) : state
  }, breaker)
const outage = (ms: number, probe?: string): CircuitBreakerCommand => ({
  type: 'note_outage',
  at: at(ms),
  ...(probe === undefined ? {} : { probe }),
})
const answer = (ms: number, probe?: string): CircuitBreakerCommand => ({
  type: 'note_answer',
  at: at(ms),
  ...(probe === undefined ? {} : { probe }),
})
const ask = (ms: number, id = 'p2'): CircuitBreakerCommand => ({ type: 'ask', at: at(ms), id })

const outages = (count: number): readonly CircuitBreakerCommand[] => Array.from({ length: count }, (_, n) => outage(n))
const closed = freshCircuitBreaker
const counting = after(closed, ...outages(4))
// Opened at 4 ms by the fifth outage; its probe went a minute later, and is waited for until two.
const open = after(closed, ...outages(5))
const halfOpen = after(open, ask(minute + 4, 'p1'))

describe('a circuit breaker', () => {
  it('opens at the fifth outage in a row, for a minute', () => {
    expect(counting).toEqual({ status: 'closed', outages: 4 })
    expect(open).toEqual({ status: 'open', since: at(4), probeAt: at(minute + 4) })
    expect(defaultCircuitBreakerPolicy).toEqual({ outagesToOpen: 5, openMs: minute, probeMs: minute })
  })

  it('counts outages in a row only: an answer begins anew', () => {
    const anew = after(counting, answer(5))
    expect(anew).toEqual(closed)
    expect(after(anew, ...outages(4))).toEqual({ status: 'closed', outages: 4 })
  })

  it('opens and probes as the host has chosen', () => {
    const policy = { outagesToOpen: 2, openMs: 7 * second, probeMs: 3 * second }
    const decided = (breaker: CircuitBreaker, command: CircuitBreakerCommand): CircuitBreaker => {
      const decision = decideCircuitBreaker(breaker, command, policy)
      return decision.ok ? decision.events.reduce(evolveCircuitBreaker, breaker) : breaker
    }
    const twice = decided(decided(closed, outage(0)), outage(1))
    expect(twice).toEqual({ status: 'open', since: at(1), probeAt: at(7 * second + 1) })
    expect(decided(twice, ask(7 * second))).toBe(twice)
    expect(decided(twice, ask(7 * second + 1))).toEqual({
      status: 'half_open',
      since: at(1),
      probe: { id: 'p2', until: at(10 * second + 1) },
    })
    expect(decided(closed, outage(0))).toEqual({ status: 'closed', outages: 1 })
  })

  it('opens at once where the host will have none', () => {
    const decision = decideCircuitBreaker(closed, outage(0), { ...defaultCircuitBreakerPolicy, outagesToOpen: 1 })
    expect(decision).toMatchObject({ ok: true, events: [{ type: 'opened' }] })
  })

  it('closes when its probe is answered, and counts from nothing', () => {
    expect(after(halfOpen, answer(minute + 5, 'p1'))).toEqual(closed)
  })

  it('stays open for another minute when its probe is not, and knows since when it has been', () => {
    expect(after(halfOpen, outage(minute + 5, 'p1'))).toEqual({
      status: 'open',
      since: at(4),
      probeAt: at(2 * minute + 5),
    })
  })

  it('gives up a probe that is not heard of, and lets another one go', () => {
    expect(after(halfOpen, ask(2 * minute + 3))).toBe(halfOpen)
    const replaced = after(halfOpen, ask(2 * minute + 4))
    expect(replaced).toEqual({ status: 'half_open', since: at(4), probe: { id: 'p2', until: at(3 * minute + 4) } })
    // What the first one comes back with, after all, is nobody's business any more.
    expect(after(replaced, answer(2 * minute + 5, 'p1'))).toBe(replaced)
    expect(after(replaced, outage(2 * minute + 5, 'p1'))).toBe(replaced)
    expect(after(replaced, answer(2 * minute + 6, 'p2'))).toEqual(closed)
  })

  it('says how long nobody may call', () => {
    const wait = (breaker: CircuitBreaker, ms: number): number | undefined => {
      const decision = decideCircuitBreaker(breaker, ask(ms))
      return decision.ok ? undefined : decision.refusal.retryAfterMs
    }
    expect([wait(closed, 0), wait(counting, 9)]).toEqual([undefined, undefined])
    expect([wait(open, 4), wait(open, minute), wait(open, minute + 3)]).toEqual([minute, 4, 1])
    // A probe that is answered is answered soon.
    expect([wait(halfOpen, minute + 5), wait(halfOpen, 2 * minute + 3)]).toEqual([5 * second, 1])
  })

  it('keeps nobody waiting for longer than it is open, where another clock is a little ahead', () => {
    const decision = decideCircuitBreaker(open, ask(4 - 5 * second))
    expect(decision).toEqual({ ok: false, refusal: { code: 'circuit_open', retryAfterMs: minute } })
    expect(after(halfOpen, ask(minute + 4 - 5 * second))).toBe(halfOpen)
  })

  it('waits for nobody whose clock is further ahead, who may be gone', () => {
    for (const aheadMs of [5 * second + 1, 10 * minute]) {
      expect(after(open, ask(4 - aheadMs))).toEqual({
        status: 'half_open',
        since: at(4),
        probe: { id: 'p2', until: at(minute + 4 - aheadMs) },
      })
      expect(after(halfOpen, ask(minute + 4 - aheadMs))).toMatchObject({ status: 'half_open', probe: { id: 'p2' } })
    }
  })
})

describe('what a circuit breaker answers', () => {
  const states = oneOfEach<CircuitBreaker>([counting, open, halfOpen])
  const answers = answersOf({
    states,
    decide: (breaker: CircuitBreaker, command: CircuitBreakerCommand) => decideCircuitBreaker(breaker, command),
    evolve: evolveCircuitBreaker,
  })

  it('to whoever wants to call', () => {
    expect(answers(ask(minute + 3))).toEqual({ unchanged: ['closed'], circuit_open: ['open', 'half_open'] })
    expect(answers(ask(minute + 4))).toEqual({
      unchanged: ['closed'],
      'half_opened → half_open': ['open'],
      circuit_open: ['half_open'],
    })
    expect(answers(ask(2 * minute + 4))).toEqual({
      unchanged: ['closed'],
      'half_opened → half_open': ['open', 'half_open'],
    })
  })

  it('to a probe that asks twice', () => {
    expect(answers(ask(minute + 5, 'p1'))).toMatchObject({ unchanged: ['closed', 'half_open'] })
  })

  it('to an answer, of a probe and of any other call', () => {
    expect(answers(answer(minute + 5, 'p1'))).toEqual({
      'count_ended → closed': ['closed'],
      unchanged: ['open'],
      'closed → closed': ['half_open'],
    })
    for (const other of [undefined, 'p2'])
      expect(answers(answer(minute + 5, other))).toEqual({
        'count_ended → closed': ['closed'],
        unchanged: ['open', 'half_open'],
      })
    expect(decideCircuitBreaker(closed, answer(0))).toMatchObject({ events: [] })
  })

  it('to an outage, of a probe and of any other call', () => {
    expect(answers(outage(minute + 5, 'p1'))).toEqual({ 'opened → open': ['closed', 'half_open'], unchanged: ['open'] })
    for (const other of [undefined, 'p2'])
      expect(answers(outage(minute + 5, other))).toEqual({
        'opened → open': ['closed'],
        unchanged: ['open', 'half_open'],
      })
  })

  it('is never a history that its table forbids', () => {
    expect(() => evolveCircuitBreaker(closed, { type: 'half_opened', probe: { id: 'p', until: noon } })).toThrow(
      IllegalTransition,
    )
    expect(() => evolveCircuitBreaker(open, { type: 'closed', at: noon })).toThrow(IllegalTransition)
  })

  it('is drawn as documented', async () => {
    await expect(drawMachine(freshCircuitBreaker.status, circuitBreakerTransitions)).toMatchFileSnapshot(
      '../../../docs/machines/circuit-breaker.mmd',
    )
  })
})
