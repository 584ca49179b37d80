import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import {
  allows,
  circuitBreakerTransitions,
  decideCircuitBreaker,
  evolveCircuitBreaker,
  freshCircuitBreaker,
  instant,
  minute,
  second,
  type CircuitBreaker,
  type CircuitBreakerCommand,
} from '../src/index.ts'

const id = fc.constantFrom('p1', 'p2', 'p3')
const probe = fc.option(id, { nil: undefined })
/** What is asked and told, with the time that has passed since the last time. Several clocks: some of it goes back. */
const command = fc.record({
  passedMs: fc.oneof(fc.integer({ min: -30_000, max: 30_000 }), fc.constantFrom(minute, 2 * minute)),
  make: fc.oneof(
    id.map(
      (by) =>
        (at: number): CircuitBreakerCommand => ({ type: 'ask', at: instant(at), id: by }),
    ),
    probe.map(
      (by) =>
        (at: number): CircuitBreakerCommand => ({
          type: 'note_answer',
          at: instant(at),
          ...(by === undefined ? {} : { probe: by }),
        }),
    ),
    probe.map(
      (by) =>
        (at: number): CircuitBreakerCommand => ({
          type: 'note_outage',
          at: instant(at),
          ...(by === undefined ? {} : { probe: by }),
        }),
    ),
  ),
})
const story = fc.array(command, { maxLength: 60 })

/** Every step of a story: what there was, what came, and what was decided. */
const stepsOf = (commands: readonly (typeof command extends fc.Arbitrary<infer C> ? C : never)[]) => {
  let breaker: CircuitBreaker = freshCircuitBreaker
  let now = Date.UTC(2027, 0, 15)
  return commands.map(({ passedMs, make }) => {
    now += passedMs
    const before = breaker
    const asked = make(now)
    const decision = decideCircuitBreaker(before, asked)
    breaker = decision.ok ? decision.events.reduce(evolveCircuitBreaker, before) : before
    return { before, asked, decision, after: breaker }
  })
}

describe('a circuit breaker, whatever it is told and by how many clocks', () => {
  test.prop([story])('takes the way that its table shows', (commands) => {
    for (const { before, decision, after } of stepsOf(commands)) {
      const [event, ...more] = decision.ok ? decision.events : []
      expect(more).toEqual([])
      if (event === undefined) expect(after).toBe(before)
      else {
        expect(allows(circuitBreakerTransitions, before.status, event.type)).toBe(true)
        expect(circuitBreakerTransitions[before.status]).toMatchObject({ [event.type]: after.status })
      }
    }
  })

  test.prop([story], { numRuns: 400 })(
    'lets a probe go only where none is under way that is still waited for',
    (commands) => {
      for (const { before, asked, decision, after } of stepsOf(commands)) {
        const began = decision.ok && decision.events.some(({ type }) => type === 'half_opened')
        if (!began || after.status !== 'half_open') continue
        expect(asked.type).toBe('ask')
        expect(before.status).not.toBe('closed')
        if (before.status === 'closed') continue
        const waitMs = (before.status === 'open' ? before.probeAt : before.probe.until) - asked.at
        // Or where the clock of whoever set that is ahead.
        expect(waitMs <= 0 || waitMs > minute + 5 * second).toBe(true)
      }
    },
  )

  test.prop([story], { numRuns: 400 })('while it is open, is moved by its own probe alone', (commands) => {
    for (const { before, asked, after } of stepsOf(commands))
      if (asked.type !== 'ask' && before.status !== 'closed' && after !== before) {
        expect(before).toMatchObject({ status: 'half_open', probe: { id: asked.probe } })
        expect(after.status).toBe(asked.type === 'note_answer' ? 'closed' : 'open')
      }
  })

  test.prop([story], { numRuns: 400 })(
    'opens after five outages with no answer between them, and not before',
    (commands) => {
      let inARow = 0
      for (const { before, asked, after } of stepsOf(commands)) {
        if (before.status !== 'closed') {
          inARow = 0
          continue
        }
        if (asked.type === 'note_outage') inARow += 1
        if (asked.type === 'note_answer') inARow = 0
        expect(after).toMatchObject(
          inARow === 5 ? { status: 'open', since: asked.at } : { status: 'closed', outages: inARow },
        )
      }
    },
  )

  test.prop([story], { numRuns: 400 })(
    'keeps nobody waiting for long, whatever the clocks say: after the wait it names, somebody may call',
    (commands) => {
      for (const { asked, decision, after } of stepsOf(commands)) {
        if (decision.ok) continue
        const { retryAfterMs } = decision.refusal
        expect(retryAfterMs).toBeGreaterThan(0)
        expect(retryAfterMs).toBeLessThanOrEqual(minute)
        // A probe that is not heard of is given up.
        const late = instant(asked.at + minute + 5 * second)
        expect(decideCircuitBreaker(after, { type: 'ask', at: late, id: 'p9' }).ok).toBe(true)
      }
    },
  )

  test.prop([story, command], { numRuns: 400 })('takes a note of its probe once', (commands, last) => {
    const breaker = stepsOf(commands).at(-1)?.after ?? freshCircuitBreaker
    const told = last.make(Date.UTC(2027, 0, 16))
    if (told.type === 'ask' || breaker.status === 'closed') return
    const once = decideCircuitBreaker(breaker, told)
    const after = once.ok ? once.events.reduce(evolveCircuitBreaker, breaker) : breaker
    if (after.status === 'closed') return
    expect(decideCircuitBreaker(after, told)).toMatchObject({ ok: true, events: [] })
  })

  it('reaches every status', () => {
    const seen = new Set<string>()
    fc.assert(
      fc.property(story, (commands) => {
        for (const { after } of stepsOf(commands)) seen.add(after.status)
      }),
      // The same stories each time: what chance leaves out now and then would say nothing of the machine.
      { numRuns: 2_000, seed: 1 },
    )
    expect([...seen].sort()).toEqual(Object.keys(circuitBreakerTransitions).sort())
  })
})
