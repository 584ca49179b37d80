import { describe, expect, it } from 'vitest'
import { ana, mxn, staff, start } from '../src/contracts/rules/world.ts'
import {
  after,
  createHoldfast,
  day,
  defaultSettings,
  guardedAudited,
  guardedEventHistory,
  hour,
  instant,
  ListingInterrupted,
  minute,
  ok,
  reconcile,
  second,
  sharedCircuit,
  silentLogger,
  type CircuitBreakerNews,
  type FulfilmentKind,
  type ProviderEvent,
  type ProviderEventHistory,
} from '../src/index.ts'
import {
  memoryCircuitBreakerStates,
  memoryClock,
  memoryEventHistory,
  memoryNotifier,
  memoryPaymentProvider,
  memoryUnitOfWork,
  sequentialIds,
} from '../src/memory/index.ts'

const name = 'payment_provider'
const period = { from: instant(0), to: start }
const page: readonly ProviderEvent[] = []

/** A history whose pages are what is said, one after the other, and a circuit of a process that asks it. */
const host = () => {
  const clock = memoryClock(start)
  const states = memoryCircuitBreakerStates()
  const news: CircuitBreakerNews[] = []
  const options = { states, observe: (each: CircuitBreakerNews) => news.push(each) }
  const circuit = sharedCircuit(options, { clock, ids: sequentialIds(), logger: silentLogger })
  let said: (readonly ProviderEvent[] | Error)[] = []
  let asked = 0
  const history: ProviderEventHistory = {
    async *events() {
      for (const next of said) {
        asked += 1
        if (next instanceof Error) throw next
        yield next
      }
    },
  }
  const guarded = guardedEventHistory(history, circuit)
  const list = async () => {
    let pages = 0
    try {
      for await (const _page of guarded.events(period)) pages += 1
      return { pages }
    } catch (error) {
      return { pages, error }
    }
  }
  return {
    clock,
    circuit,
    news,
    list,
    guarded,
    asked: () => asked,
    says: (...next: typeof said) => {
      said = next
    },
    status: async () => (await states.read(name))?.status,
    fail: async (times: number) => {
      for (let n = 0; n < times; n += 1) await circuit.leave({}, 'outage')
    },
  }
}
const away = new ListingInterrupted('Away.')

describe('a list of the provider behind a circuit breaker', () => {
  it('is read to its end while the provider answers, and each page ends a count of outages', async () => {
    const { list, says, status, fail, asked } = host()
    await fail(4)
    says(page, page)
    expect(await list()).toEqual({ pages: 2 })
    expect(asked()).toBe(2)
    await fail(4)
    expect(await status()).toBe('closed')
  })

  it('is counted as an outage where it is interrupted, or throws, and opens the breaker for all calls', async () => {
    const { list, says, status, circuit } = host()
    says(away)
    for (let n = 0; n < 4; n += 1) expect(await list()).toEqual({ pages: 0, error: away })
    const broken = new Error('The adapter is broken.')
    says(broken)
    expect(await list()).toEqual({ pages: 0, error: broken })
    expect(await status()).toBe('open')
    expect(await circuit.waitMs()).toBe(minute)
  })

  it('is no outage where the provider is there and would not tell', async () => {
    const { list, says, status, fail } = host()
    await fail(4)
    says(new ListingInterrupted('Not so often.', { retryAfterMs: 5, inService: true }))
    expect(await list()).toMatchObject({ error: { retryAfterMs: 5 } })
    await fail(4)
    expect(await status()).toBe('closed')
  })

  it('is not asked for while the breaker is open, and says when to come again', async () => {
    const { list, says, fail, asked, news } = host()
    await fail(5)
    says(page)
    const { error } = await list()
    expect(error).toBeInstanceOf(ListingInterrupted)
    expect(error).toMatchObject({ retryAfterMs: minute, message: expect.stringContaining('Not asked') as string })
    expect(asked()).toBe(0)
    expect(news).toContainEqual(expect.objectContaining({ type: 'circuit_breaker_refused' }))
  })

  it('may be what goes and sees, by its first page', async () => {
    const { list, says, fail, status, clock } = host()
    await fail(5)
    await clock.advance(minute)
    says(away)
    expect(await list()).toEqual({ pages: 0, error: away })
    expect(await status()).toBe('open')
    await clock.advance(minute)
    says(page)
    expect(await list()).toEqual({ pages: 1 })
    expect(await status()).toBe('closed')
  })

  it('goes on to no further page once the breaker has opened, and its end is no sign of health', async () => {
    const { guarded, says, fail, status, clock } = host()
    says(page)
    const pages = guarded.events(period)[Symbol.asyncIterator]()
    expect((await pages.next()).done).toBe(false)
    await fail(5)
    await clock.advance(minute)
    await expect(pages.next()).rejects.toBeInstanceOf(ListingInterrupted)
    expect(await status()).toBe('open')
  })

  it('is let go of by whoever wants no more of it', async () => {
    const { circuit } = host()
    let closed = false
    const history: ProviderEventHistory = {
      async *events() {
        try {
          for (;;) yield page
        } finally {
          closed = true
        }
      },
    }
    for await (const _page of guardedEventHistory(history, circuit).events(period)) break
    expect(closed).toBe(true)
  })
})

describe('a host whose provider is away', () => {
  const shop = () => {
    const clock = memoryClock(start)
    const unitOfWork = memoryUnitOfWork()
    const provider = memoryPaymentProvider({ clock })
    const states = memoryCircuitBreakerStates()
    const kind: FulfilmentKind = {
      name: 'ticket',
      quote: async () =>
        ok({ amount: mxn(50_00n), purpose: 'full', item: { name: 'Ticket', description: 'A' }, details: {} }),
      fulfil: async () => ({ type: 'done', record: { type: 'ticket', id: 't_1' } }),
    }
    let listed = 0
    const told = memoryEventHistory({ provider })
    const eventHistory: ProviderEventHistory = {
      async *events(asked) {
        listed += 1
        yield* told.events(asked)
      },
    }
    const wiring = { clock, ids: sequentialIds(), logger: silentLogger, circuitBreaker: { states } }
    const holdfast = createHoldfast({
      ...wiring,
      unitOfWork,
      paymentProvider: provider,
      eventHistory,
      notifier: memoryNotifier(),
      settings: defaultSettings,
      returnUrls: { of: () => ({ successUrl: 'https://host.example/ok', cancelUrl: 'https://host.example/no' }) },
      fulfilmentKinds: [kind],
    })
    const goAway = async () => {
      const circuit = sharedCircuit({ states }, wiring)
      for (let n = 0; n < 5; n += 1) await circuit.leave({}, 'outage')
    }
    return { ...wiring, unitOfWork, provider, holdfast, goAway, listed: () => listed }
  }
  const work = async ({ clock, holdfast }: ReturnType<typeof shop>, ms: number) => {
    for (let gone = 0; gone < ms; gone += minute / 2) {
      await clock.advance(minute / 2)
      while ((await holdfast.workOnce()) > 0);
    }
  }

  it('has its events looked for by no sweep while the breaker is open, and by the next that may', async () => {
    const w = shop()
    const opened = await w.holdfast.openIntent({ actor: ana, kind: 'ticket', payload: {} })
    if (!opened.ok) throw new Error(opened.error.code)
    const { paymentId } = opened.value
    const checkout = await w.holdfast.startCheckout({ actor: ana, paymentId })
    if (!checkout.ok || checkout.value.type !== 'open') throw new Error('No page was opened.')
    await w.provider.payer.pay(checkout.value.sessionId)
    await w.goAway()
    // A process goes by what it has read for a second.
    await w.clock.advance(second)
    await w.holdfast.startSweep()
    while ((await w.holdfast.workOnce()) > 0);
    expect(w.listed()).toBe(0)
    const sweeps = await w.unitOfWork.read((tx) => tx.tasks.find('sweep' as never))
    expect(sweeps).toMatchObject({ status: 'waiting', dueAt: after(start, 10 * minute + second) })
    await work(w, hour)
    expect(w.listed()).toBeGreaterThan(0)
    expect(await w.holdfast.readPayment({ actor: staff, paymentId })).toMatchObject({
      value: { payment: { status: 'completed' } },
    })
  })

  it('is compared with nothing while the breaker is open, and it is said when it may be', async () => {
    const w = shop()
    let asked = 0
    const nothing = async function* () {
      asked += 1
      yield [] as never[]
    }
    const compare = () =>
      reconcile({
        ...guardedAudited({
          ...w,
          audit: { sessions: nothing, charges: nothing, refunds: nothing },
          paymentProvider: w.provider,
        }),
        unitOfWork: w.unitOfWork,
        clock: w.clock,
        performEffect: w.holdfast.performEffect,
        receiveEvent: w.holdfast.receiveEvent,
        settings: defaultSettings,
      })({ from: after(start, -day), to: start })
    await w.goAway()
    expect(await compare()).toMatchObject({ ok: true, value: { interrupted: { retryAfterMs: minute } } })
    expect(asked).toBe(0)
    await w.clock.advance(minute)
    const compared = await compare()
    expect(compared).toMatchObject({ ok: true })
    expect(compared.ok && compared.value.interrupted).toBe(undefined)
    expect(asked).toBe(3)
    expect(await w.circuitBreaker.states.read(name)).toMatchObject({ status: 'closed' })
  })

  it('is asked as ever for what it holds by a host that has no breaker', () => {
    const { provider, clock, ids, logger } = shop()
    const audit = { sessions: never, charges: never, refunds: never }
    expect(guardedAudited({ audit, paymentProvider: provider, clock, ids, logger })).toEqual({
      audit,
      paymentProvider: provider,
    })
  })
})

const never = () => {
  throw new Error('Not asked.')
}
