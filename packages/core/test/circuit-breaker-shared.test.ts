import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import {
  guardedProvider,
  instant,
  minute,
  second,
  sharedCircuit,
  type CircuitBreakerNews,
  type CircuitBreakerOptions,
  type CircuitBreakerStates,
  type Logger,
  type PaymentProvider,
  type ProviderAnswer,
} from '../src/index.ts'
import { memoryCircuitBreakerStates, memoryClock, sequentialIds } from '../src/memory/index.ts'

const noon = instant(Date.UTC(2027, 0, 15, 12))
const away = { type: 'unreachable', detail: 'Not connected.' } as const
const lost = { type: 'unknown', answered: false, detail: 'The answer got lost.' } as const
const broken = { type: 'unknown', answered: true, detail: 'Internal error.' } as const
const repeated = { ...broken, repeated: true } as const
const closed = { type: 'unknown', answered: false, closed: true, detail: 'The connection was closed.' } as const
const absent = { type: 'absent' } as const
const refused = { type: 'refused', failure: { code: 'provider_rejected', retryable: false } } as const
const declined = {
  type: 'reported',
  report: { livemode: false, state: { type: 'declined', failure: { code: 'card_declined', retryable: true } } },
} as const
const query = { chargeId: 'ch_1', hasDisputes: false }

type Answer = ProviderAnswer<never> | typeof declined
type Calls = readonly (keyof PaymentProvider)[]
const everyCall: Calls = [
  'openSession',
  'chargeSavedCard',
  'closeAttempt',
  'findAttempt',
  'findForgottenCharge',
  'refund',
  'findRefund',
  'findCharge',
  'listPaymentMethods',
  'detachPaymentMethod',
]

/** A host: a clock, a store, and a provider that answers as it is told to. */
const host = () => {
  const clock = memoryClock(noon)
  const ids = sequentialIds()
  const stored = memoryCircuitBreakerStates()
  const counts = { reads: 0, changes: 0 }
  const states: CircuitBreakerStates = {
    read: (name) => {
      counts.reads += 1
      return stored.read(name)
    },
    change: (name, next) => {
      counts.changes += 1
      return stored.change(name, next)
    },
  }
  const asked: string[] = []
  let answer: () => Promise<Answer> = async () => absent
  const provider = Object.fromEntries(
    everyCall.map((call) => [
      call,
      () => {
        asked.push(call)
        return answer()
      },
    ]),
  ) as unknown as PaymentProvider
  const logged: unknown[] = []
  const logger: Logger = { log: (level, event, data) => logged.push([level, event, data]) }
  const news: CircuitBreakerNews[] = []
  /** A process of the host. */
  const start = (options: Partial<CircuitBreakerOptions> = {}) => {
    const circuit = sharedCircuit({ states, observe: (each) => news.push(each), ...options }, { clock, ids, logger })
    const guarded = guardedProvider(provider, circuit)
    return { circuit, guarded, call: () => guarded.findCharge(query) }
  }
  return {
    clock,
    counts,
    stored,
    asked,
    logged,
    news,
    start,
    /** From now on it answers so. */
    says: (next: Answer) => {
      answer = async () => next
    },
    does: (next: () => Promise<Answer>) => {
      answer = next
    },
  }
}
const times = async (count: number, act: () => Promise<unknown>): Promise<void> => {
  for (let n = 0; n < count; n += 1) await act()
}

describe('while a provider answers', () => {
  it('it is asked as ever, the breaker is read once a second, and nothing is written', async () => {
    const { start, says, asked, counts, clock } = host()
    const { call } = start()
    says(declined)
    await Promise.all([call(), call(), call()])
    await times(20, call)
    expect(await call()).toEqual(declined)
    expect([asked.length, counts]).toEqual([24, { reads: 1, changes: 0 }])
    await clock.advance(second)
    await Promise.all([call(), call()])
    expect(counts).toEqual({ reads: 2, changes: 0 })
  })

  it('as long as the host has chosen, a process goes by what it has read', async () => {
    const { start, counts, clock } = host()
    const { call } = start({ believeMs: 5 * second })
    await call()
    await clock.advance(5 * second - 1)
    await call()
    expect(counts.reads).toBe(1)
    await clock.advance(1)
    await call()
    expect(counts.reads).toBe(2)
  })

  it.each<[string, Answer]>([
    ['a decline', declined],
    ['a refusal', refused],
    ['that there is none', absent],
    ['a limit', { ...away, inService: true, retryAfterMs: 1 }],
    ['a look-up that it refused', { ...broken, inService: true }],
  ])('%s is no outage, and ends a count', async (_name, answer) => {
    const { start, says, stored, asked } = host()
    const { call } = start()
    says(answer)
    await times(10, call)
    expect(await stored.read('payment_provider')).toEqual({ status: 'closed', outages: 0 })
    says(away)
    await times(4, call)
    expect(await stored.read('payment_provider')).toEqual({ status: 'closed', outages: 4 })
    says(answer)
    await call()
    expect(await stored.read('payment_provider')).toEqual({ status: 'closed', outages: 0 })
    says(away)
    await times(4, call)
    expect(asked).toHaveLength(19)
    expect(await stored.read('payment_provider')).toEqual({ status: 'closed', outages: 4 })
  })
})

describe('what a provider repeats of an earlier try', () => {
  it('neither counts nor ends a count', async () => {
    const { start, says, stored } = host()
    const { call } = start()
    says(away)
    await times(3, call)
    says(repeated)
    await times(10, call)
    expect(await stored.read('payment_provider')).toEqual({ status: 'closed', outages: 3 })
    says(away)
    await times(2, call)
    expect(await stored.read('payment_provider')).toMatchObject({ status: 'open' })
  })

  it('tells a probe that somebody answers', async () => {
    const { start, says, stored, clock, news } = host()
    const { call } = start()
    says(away)
    await times(5, call)
    await clock.advance(minute)
    says(repeated)
    expect(await call()).toEqual(repeated)
    expect(await stored.read('payment_provider')).toEqual({ status: 'closed', outages: 0 })
    expect(news.at(-1)).toMatchObject({ type: 'circuit_breaker_closed' })
  })
})

describe('a call that is not even begun', () => {
  it('is told of as one that was refused, and is no probe', async () => {
    const { start, says, asked, news, clock } = host()
    const { circuit, call } = start()
    expect(await circuit.turnAway()).toBeUndefined()
    says(away)
    await times(5, call)
    expect(await circuit.turnAway()).toBe(minute)
    expect(news.at(-1)).toMatchObject({ type: 'circuit_breaker_refused', at: noon, retryAfterMs: minute })
    await clock.advance(minute)
    const told = news.length
    expect(await circuit.turnAway()).toBeUndefined()
    expect([asked.length, news.length]).toEqual([5, told])
  })
})

describe('a provider that does not answer five times in a row', () => {
  it.each<[string, Answer]>([
    ['is away', away],
    ['loses its answers', lost],
    ['answers with errors', broken],
  ])('since it %s, is not asked any more', async (_name, answer) => {
    const { start, says, asked } = host()
    const { guarded, call } = start()
    says(answer)
    await times(5, call)
    expect(asked).toHaveLength(5)
    for (const name of everyCall)
      expect(await guarded[name](query as never)).toEqual({
        type: 'unreachable',
        retryAfterMs: minute,
        detail: expect.stringMatching(/^Not asked/) as string,
      })
    expect(asked).toHaveLength(5)
  })

  it('since its adapter throws, is not asked any more, and what was thrown is thrown', async () => {
    const { start, does, asked } = host()
    const { call } = start()
    does(async () => {
      throw new Error('The adapter is broken.')
    })
    await times(5, () => expect(call()).rejects.toThrow('The adapter is broken.'))
    expect(await call()).toMatchObject({ type: 'unreachable', retryAfterMs: minute })
    expect(asked).toHaveLength(5)
  })

  it('is guarded in each of its calls', () => {
    const { start } = host()
    expect(Object.keys(start().guarded).toSorted()).toEqual(everyCall.toSorted())
  })

  it('costs neither a query nor a commit for each call that is not made', async () => {
    const { start, says, counts, clock } = host()
    const { call } = start()
    says(away)
    await times(5, call)
    expect(counts).toEqual({ reads: 1, changes: 5 })
    await times(50, call)
    expect(counts).toEqual({ reads: 1, changes: 5 })
    await clock.advance(second)
    await times(50, call)
    expect(counts).toEqual({ reads: 2, changes: 5 })
  })

  it('is not noted by those of its calls that were under way', async () => {
    const { start, does, counts, stored } = host()
    const { call } = start()
    let answer: (given: Answer) => void = () => {}
    const waiting = new Promise<Answer>((resolve) => {
      answer = resolve
    })
    does(() => waiting)
    const calls = Array.from({ length: 30 }, call)
    await Promise.resolve()
    answer(lost)
    await Promise.all(calls)
    expect(await stored.read('payment_provider')).toMatchObject({ status: 'open' })
    expect(counts.changes).toBeLessThanOrEqual(30)
    const before = counts.changes
    await call()
    expect(counts.changes).toBe(before)
  })
})

describe('once it has been left alone for a minute', () => {
  const opened = async () => {
    const h = host()
    const first = h.start()
    h.says(away)
    await times(5, first.call)
    await h.clock.advance(minute)
    return { ...h, first }
  }

  it('one call goes and sees, of all that are made at once in all processes', async () => {
    const { start, first, does, asked } = await opened()
    const others = [start(), start()]
    let answer: () => void = () => {}
    const answered = new Promise<void>((resolve) => {
      answer = resolve
    })
    does(async () => {
      await answered
      return absent
    })
    const calls = [first, ...others, first, ...others].map(({ call }) => call())
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
    expect(asked).toHaveLength(6)
    answer()
    const answers = await Promise.all(calls)
    expect(answers.filter(({ type }) => type === 'absent')).toHaveLength(1)
    for (const each of answers)
      if (each.type !== 'absent') expect(each).toMatchObject({ type: 'unreachable', retryAfterMs: expect.any(Number) })
  })

  it('is asked by all again as soon as that one is answered', async () => {
    const { start, first, says, clock } = await opened()
    const other = start()
    says(absent)
    expect(await first.call()).toEqual(absent)
    expect(await first.call()).toEqual(absent)
    await clock.advance(second)
    expect(await other.call()).toEqual(absent)
  })

  it('is left alone for another minute when that one is not', async () => {
    const { first, asked, clock } = await opened()
    await first.call()
    expect(asked).toHaveLength(6)
    expect(await first.call()).toMatchObject({ type: 'unreachable', retryAfterMs: minute })
    await clock.advance(minute - 1)
    expect(await first.call()).toMatchObject({ type: 'unreachable', retryAfterMs: 1 })
    expect(asked).toHaveLength(6)
    await clock.advance(1)
    await first.call()
    expect(asked).toHaveLength(7)
  })

  it('is asked once more at once by that one, where its connection was closed: it may have been dead before', async () => {
    const { first, asked, does, stored } = await opened()
    const answers: Answer[] = [closed, absent]
    does(async () => answers.shift() ?? away)
    expect(await first.call()).toEqual(absent)
    expect(asked).toHaveLength(7)
    expect(await stored.read('payment_provider')).toMatchObject({ status: 'closed' })
  })

  it.each<[string, Answer, Answer, string]>([
    ['not reached then', away, closed, 'open'],
    ['not heard then either', closed, closed, 'open'],
    ['turned away then', { ...away, inService: true }, { ...closed, inService: true }, 'closed'],
  ])('is not taken to have done nothing the first time, where it is %s', async (_what, second, told, status) => {
    const { first, asked, does, stored } = await opened()
    const answers: Answer[] = [closed, second]
    does(async () => answers.shift() ?? absent)
    expect(await first.call()).toEqual(told)
    expect(asked).toHaveLength(7)
    expect(await stored.read('payment_provider')).toMatchObject({ status })
  })

  it('is not asked once more by any other call, nor to take a card away, nor after its time was up', async () => {
    const { first, asked, says, clock } = await opened()
    says(closed)
    await first.guarded.detachPaymentMethod({ customerId: 'cus_1', paymentMethodId: 'pm_1' })
    expect(asked).toHaveLength(6)
    await clock.advance(minute)
    says(lost)
    await first.call()
    expect(asked).toHaveLength(7)
    const { start, asked: others, says: say } = host()
    say(closed)
    await start().call()
    expect(others).toHaveLength(1)
  })

  it('is left alone for another minute when that one throws', async () => {
    const { first, does, stored } = await opened()
    does(async () => {
      throw new Error('The adapter is broken.')
    })
    await expect(first.call()).rejects.toThrow('The adapter is broken.')
    expect(await stored.read('payment_provider')).toMatchObject({ status: 'open', since: noon })
  })

  it('is asked by another process when the one that went and saw has died', async () => {
    const { start, first, does, says, asked, clock } = await opened()
    does(() => new Promise(() => {}))
    void first.call()
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
    expect(asked).toHaveLength(6)
    const other = start()
    says(absent)
    expect(await other.call()).toMatchObject({ type: 'unreachable', retryAfterMs: 5 * second })
    await clock.advance(minute - 1)
    expect(await other.call()).toMatchObject({ type: 'unreachable', retryAfterMs: 1 })
    await clock.advance(1)
    expect(await other.call()).toEqual(absent)
    expect(await other.call()).toEqual(absent)
  })
})

describe('several processes', () => {
  it('count together, and each knows a second later what another has found', async () => {
    const { start, says, asked, clock } = host()
    const [one, two] = [start(), start()]
    says(away)
    await times(2, one.call)
    await times(3, two.call)
    expect(await two.call()).toMatchObject({ retryAfterMs: minute })
    // It has read that all is well just now.
    await one.call()
    expect(asked).toHaveLength(6)
    expect(await one.call()).toMatchObject({ retryAfterMs: minute })
    expect(asked).toHaveLength(6)
    await clock.advance(second)
    expect(await start().call()).toMatchObject({ retryAfterMs: minute - second })
  })

  it('with breakers of two names have nothing to do with each other', async () => {
    const { start, says } = host()
    const [one, two] = [start({ name: 'stripe_mx' }), start({ name: 'stripe_eu' })]
    says(away)
    await times(5, one.call)
    says(absent)
    expect(await one.call()).toMatchObject({ type: 'unreachable' })
    expect(await two.call()).toEqual(absent)
  })

  it('believe their own notes before what they have asked for earlier', async () => {
    const { start, does, says, asked, stored, clock } = host()
    let release: () => void = () => {}
    let isSlow = false
    const states: CircuitBreakerStates = {
      ...stored,
      read: async (name) => {
        const found = await stored.read(name)
        if (isSlow)
          await new Promise<void>((resolve) => {
            release = resolve
          })
        return found
      },
    }
    const { call } = start({ states })
    let fail: () => void = () => {}
    const failed = new Promise<void>((resolve) => {
      fail = resolve
    })
    does(async () => {
      await failed
      return lost
    })
    const underWay = Array.from({ length: 5 }, call)
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
    expect(asked).toHaveLength(5)
    isSlow = true
    await clock.advance(second)
    const late = call()
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
    fail()
    await Promise.all(underWay)
    says(absent)
    release()
    expect(await late).toMatchObject({ type: 'unreachable', retryAfterMs: minute })
    expect(asked).toHaveLength(5)
  })

  test.prop([fc.scheduler(), fc.array(fc.constantFrom<Answer>(away, lost, absent), { minLength: 8, maxLength: 40 })], {
    numRuns: 200,
  })('never have two probes under way at once, in whatever order things happen', async (scheduler, answers) => {
    const h = host()
    const states: CircuitBreakerStates = {
      read: async (name) => {
        await scheduler.schedule(Promise.resolve(), 'read')
        return h.stored.read(name)
      },
      change: async (name, next) => {
        await scheduler.schedule(Promise.resolve(), 'change')
        return h.stored.change(name, next)
      },
    }
    const processes = [0, 1, 2].map(() => h.start({ states, believeMs: 1, policy: { outagesToOpen: 2 } }))
    let probes = 0
    let most = 0
    const ask = async (answer: Answer, index: number): Promise<void> => {
      const { circuit } = processes[index % processes.length] ?? h.start()
      const entered = await circuit.enter()
      if (!entered.ok) return
      if (entered.value.probe !== undefined) probes += 1
      most = Math.max(most, probes)
      await scheduler.schedule(Promise.resolve(), 'call')
      if (entered.value.probe !== undefined) probes -= 1
      await circuit.leave(entered.value, answer === absent ? 'answer' : 'outage')
    }
    for (let start = 0; start < answers.length; start += 8) {
      const round = answers.slice(start, start + 8).map(ask)
      await scheduler.waitFor(Promise.all(round))
      await h.clock.advance(minute)
    }
    expect(most).toBeLessThanOrEqual(1)
    // Whatever it came to, somebody may call within two minutes.
    await h.clock.advance(2 * minute)
    const last = h.start()
    expect(await last.circuit.waitMs()).toBeUndefined()
  })
})

describe('where the store cannot be asked', () => {
  it('a process goes by what it knew, says so once a second, and becomes no probe', async () => {
    const { start, says, asked, logged, clock, stored } = host()
    let isAway = false
    const states: CircuitBreakerStates = {
      read: async (name) => {
        if (isAway) throw new Error('The database is away.')
        return stored.read(name)
      },
      change: async (name, next) => {
        if (isAway) throw new Error('The database is away.')
        return stored.change(name, next)
      },
    }
    const { call } = start({ states })
    isAway = true
    says(absent)
    await times(3, call)
    expect(asked).toHaveLength(3)
    expect(logged).toEqual([
      ['error', 'circuit_breaker_not_reached', { reference: 'payment_provider', detail: 'The database is away.' }],
    ])
    says(away)
    expect(await call()).toEqual(away)
    isAway = false
    await clock.advance(second)
    await times(5, call)
    isAway = true
    await clock.advance(minute)
    expect(await call()).toMatchObject({ type: 'unreachable', retryAfterMs: second })
    expect(asked).toHaveLength(9)
    isAway = false
    says(absent)
    await clock.advance(second)
    expect(await call()).toEqual(absent)
  })
})

describe('the life of a circuit breaker', () => {
  it('is told of once, with since when the provider was left alone', async () => {
    const { start, says, news, logged, clock } = host()
    const [one, two] = [start(), start()]
    says(away)
    await times(5, one.call)
    await two.call()
    await clock.advance(minute)
    await one.call()
    await clock.advance(minute)
    says(absent)
    await two.call()
    const name = 'payment_provider'
    const at = (ms: number) => instant(noon + ms)
    const life = news.filter(({ type }) => type !== 'circuit_breaker_refused')
    expect(life).toEqual([
      { type: 'circuit_breaker_opened', name, at: noon, since: noon, probeAt: at(minute) },
      { type: 'circuit_breaker_half_opened', name, at: at(minute), since: noon },
      { type: 'circuit_breaker_opened', name, at: at(minute), since: noon, probeAt: at(2 * minute) },
      { type: 'circuit_breaker_half_opened', name, at: at(2 * minute), since: noon },
      { type: 'circuit_breaker_closed', name, at: at(2 * minute), since: noon },
    ])
    expect(news.filter(({ type }) => type === 'circuit_breaker_refused')).toEqual([
      { type: 'circuit_breaker_refused', name, at: noon, retryAfterMs: minute },
    ])
    const reference = name
    expect(logged).toEqual([
      ['warn', 'circuit_breaker_opened', { reference, openedAt: noon, dueAt: at(minute) }],
      ['info', 'circuit_breaker_half_opened', { reference, openedAt: noon }],
      ['warn', 'circuit_breaker_opened', { reference, openedAt: noon, dueAt: at(2 * minute) }],
      ['info', 'circuit_breaker_half_opened', { reference, openedAt: noon }],
      ['info', 'circuit_breaker_closed', { reference, openedAt: noon, awayMs: 2 * minute }],
    ])
  })

  it('goes on where whoever observes it throws', async () => {
    const { start, says, logged, asked } = host()
    const { call } = start({
      observe: () => {
        throw new Error('The meter is broken.')
      },
    })
    says(away)
    await times(6, call)
    expect(asked).toHaveLength(5)
    expect(logged).toContainEqual([
      'warn',
      'circuit_breaker_observer_failed',
      { reference: 'payment_provider', detail: 'The meter is broken.' },
    ])
  })
})

it.each([
  { outagesToOpen: 0 },
  { outagesToOpen: 1.5 },
  { openMs: -1 },
  { openMs: Number.NaN },
  { probeMs: Number.POSITIVE_INFINITY },
])('a circuit breaker is not made with %j', (policy) => {
  expect(() => host().start({ policy })).toThrow(RangeError)
})
