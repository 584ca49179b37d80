import 'reflect-metadata/lite'
import { Container } from 'inversify'
import { describe, expect, it } from 'vitest'
import { ana, catalogue, mxn, start, world, type World } from '../src/contracts/rules/world.ts'
import {
  after,
  createHoldfast,
  day,
  ListingInterrupted,
  hour,
  isoTime,
  minute,
  recoverEvents,
  reservationKind,
  silentLogger,
  type EventPeriod,
  type Holdfast,
  type Instant,
  type Logger,
  type ProviderEvent,
  type ProviderEventHistory,
  type ReceiveEvent,
} from '../src/index.ts'
import { coreModule } from '../src/inversify.ts'
import { memoryEventHistory, sequentialIds } from '../src/memory/index.ts'

const taskOf = (w: World, id: string) => w.unitOfWork.read((tx) => tx.tasks.find(id))
const inboxOf = async (w: World): Promise<readonly string[]> =>
  (await w.unitOfWork.read((tx) => tx.inbox.listRecent(1000))).map(({ id }) => id).toSorted()
const ids = (events: readonly ProviderEvent[]): readonly string[] => events.map(({ id }) => id).toSorted()

/** A world whose Holdfast may look into what its provider has told; nothing is delivered unless a test does. */
const listening = ({ pageSize = 100, logger = silentLogger }: { pageSize?: number; logger?: Logger } = {}) => {
  const shared = sequentialIds()
  const w = world({ ids: shared })
  const { unitOfWork, clock, notifier, settings, provider } = w
  const history = memoryEventHistory({ provider, pageSize })
  const holdfast = createHoldfast({
    unitOfWork,
    paymentProvider: provider,
    clock,
    notifier,
    ids: shared,
    logger,
    settings,
    returnUrls: { of: () => ({ successUrl: 'https://host.example/ok', cancelUrl: 'https://host.example/no' }) },
    fulfilmentKinds: [reservationKind({ catalogue, unitOfWork })],
    eventHistory: history,
  })
  /** As the sweep would, with whatever it is given in the place of what the world has. */
  const recover = (
    since: Instant | undefined,
    given: { eventHistory?: ProviderEventHistory; receiveEvent?: ReceiveEvent } = {},
  ) =>
    recoverEvents({
      unitOfWork,
      clock,
      settings,
      logger,
      eventHistory: history,
      receiveEvent: holdfast.receiveEvent,
      ...given,
    })(since)
  /** The sweep that is planned, or a first one, a minute from now. */
  const sweepDue = async (): Promise<void> => {
    if ((await taskOf(w, 'sweep')) === undefined)
      await unitOfWork.run((tx) =>
        tx.tasks.append([{ id: 'sweep', body: { type: 'sweep' }, dueAt: after(clock.now(), minute) }], clock.now()),
      )
    await clock.advance(((await taskOf(w, 'sweep'))?.dueAt ?? clock.now()) - clock.now())
    await holdfast.runTasks(10)
  }
  return { w, holdfast, history, recover, sweepDue }
}

/** A history that answers nothing, and says which periods it was asked about. */
const silentHistory = () => {
  const asked: EventPeriod[] = []
  const eventHistory: ProviderEventHistory = {
    events: async function* (period) {
      asked.push(period)
      yield []
    },
  }
  return { asked, eventHistory }
}

describe('where every delivery is lost', () => {
  it('the sweep takes in what was told, once, long before it would have asked', async () => {
    const { w, sweepDue } = listening()
    const { paymentId, sessionId } = await w.book(ana)
    await w.provider.payer.pay(sessionId)
    await sweepDue()
    expect((await w.get(paymentId)).payment.status).toBe('completed')
    expect(await w.reservations()).toHaveLength(1)
    expect(await inboxOf(w)).toEqual(ids(w.provider.events()))
    const first = w.clock.now()
    expect(await taskOf(w, 'sweep')).toMatchObject({
      status: 'waiting',
      body: { type: 'sweep', eventsUntil: first },
      dueAt: after(first, 5 * minute),
    })

    await sweepDue()
    expect(await w.reservations()).toHaveLength(1)
    expect(await taskOf(w, 'sweep')).toMatchObject({
      body: { eventsUntil: after(first, 5 * minute) },
      dueAt: after(first, 20 * minute),
    })
  })

  it('what was done at the provider alone is heard of, too', async () => {
    const { w, sweepDue } = listening()
    const { paymentId, sessionId } = await w.book(ana)
    await w.provider.payer.pay(sessionId)
    await w.deliver()
    const [attempt] = w.provider.truth.attempts()
    if (attempt?.state.type !== 'captured') throw new Error('Not paid.')
    w.provider.bank.refund(attempt.state.charge.id, 100_00n)
    await sweepDue()
    expect((await w.get(paymentId)).refunds).toMatchObject([{ status: 'succeeded', amount: mxn(100_00n) }])
  })

  it('a sweep that somebody asks for does the same, and the planned one goes on from there', async () => {
    const { w, holdfast } = listening()
    const { paymentId, sessionId } = await w.book(ana)
    await w.provider.payer.pay(sessionId)
    await w.clock.advance(1)
    const { taskId } = await holdfast.startSweep()
    await holdfast.runTasks(10)
    const now = w.clock.now()
    const told = w.provider.events().length
    expect((await w.get(paymentId)).payment.status).toBe('completed')
    expect((await taskOf(w, taskId))?.result).toEqual({
      asked: 0,
      moved: 0,
      failed: 0,
      listed: told,
      recovered: told,
      events_until: isoTime(now),
    })
    expect(await taskOf(w, 'sweep')).toMatchObject({ body: { eventsUntil: now }, dueAt: after(now, 5 * minute) })
  })

  it('a Holdfast from a container does so where a history is bound', async () => {
    const { w, history } = listening()
    const { paymentId, sessionId } = await w.book(ana)
    await w.provider.payer.pay(sessionId)
    await w.clock.advance(minute)
    const container = new Container({ defaultScope: 'Singleton' })
    for (const [name, value] of Object.entries({
      unitOfWork: w.unitOfWork,
      paymentProvider: w.provider,
      clock: w.clock,
      ids: sequentialIds(),
      notifier: w.notifier,
      settings: w.settings,
      returnUrls: { of: () => ({ successUrl: 'https://host.example/ok', cancelUrl: 'https://host.example/no' }) },
      fulfilmentKinds: [reservationKind({ catalogue, unitOfWork: w.unitOfWork })],
      eventHistory: history,
    }))
      container.bind(name).toConstantValue(value)
    container.load(coreModule())
    const holdfast = container.get<Holdfast>('holdfast')
    await holdfast.startSweep()
    await holdfast.runTasks(10)
    expect((await w.get(paymentId)).payment.status).toBe('completed')
  })

  it('a Holdfast without a history hears nothing, and plans its sweep as ever', async () => {
    const w = world()
    const { paymentId, sessionId } = await w.book(ana)
    await w.provider.payer.pay(sessionId)
    await w.clock.advance(minute)
    const { taskId } = await w.holdfast.startSweep()
    await w.holdfast.runTasks(10)
    expect((await taskOf(w, taskId))?.result).toEqual({ asked: 0, moved: 0, failed: 0 })
    expect((await taskOf(w, 'sweep'))?.body).toEqual({ type: 'sweep' })
    expect((await w.get(paymentId)).payment.status).toBe('pending')
  })
})

describe('an event', () => {
  it('that is known is not taken in again', async () => {
    const { w, recover } = listening()
    const { sessionId } = await w.book(ana)
    await w.provider.payer.pay(sessionId)
    await w.deliver()
    await w.clock.advance(minute)
    const taken: ProviderEvent[] = []
    const receiveEvent: ReceiveEvent = async (event) => {
      taken.push(event)
      return 'known'
    }
    expect(await recover(undefined, { receiveEvent })).toMatchObject({
      listed: w.provider.events().length,
      recovered: 0,
    })
    expect(taken).toEqual([])
  })

  it('that is delivered just before it is taken in counts as delivered', async () => {
    const { w, holdfast, recover } = listening()
    const { sessionId } = await w.book(ana)
    await w.provider.payer.pay(sessionId)
    await w.clock.advance(minute)
    const receiveEvent: ReceiveEvent = async (event) => {
      await w.holdfast.receiveEvent(event)
      return holdfast.receiveEvent(event)
    }
    expect(await recover(undefined, { receiveEvent })).toMatchObject({ recovered: 0 })
    expect(await inboxOf(w)).toEqual(ids(w.provider.events()))
  })

  it('that is delivered at the same time is taken in once, by one of the two', async () => {
    const { w, recover } = listening()
    const { paymentId, sessionId } = await w.book(ana)
    await w.provider.payer.pay(sessionId)
    await w.clock.advance(minute)
    const told = w.provider.events()
    const [{ recovered }, ...delivered] = await Promise.all([
      recover(undefined),
      ...told.map((event) => w.holdfast.receiveEvent(event)),
    ])
    expect(recovered + delivered.filter((outcome) => outcome !== 'known').length).toBe(told.length)
    expect((await w.get(paymentId)).payment.status).toBe('completed')
    expect(await w.reservations()).toHaveLength(1)
  })

  it('is taken in oldest first within a page', async () => {
    const { w, holdfast, recover } = listening()
    for (const night of [0, 5, 10]) {
      await w.provider.payer.pay((await w.book(ana, night)).sessionId)
      await w.clock.advance(minute)
    }
    const order: string[] = []
    const receiveEvent: ReceiveEvent = (event) => {
      order.push(event.id)
      return holdfast.receiveEvent(event)
    }
    await recover(undefined, { receiveEvent })
    expect(order).toEqual(w.provider.events().map(({ id }) => id))
  })
})

describe('who looks into what was told', () => {
  it('stops as soon as somebody else does, and leaves how far it had come as it was', async () => {
    const { w, holdfast, history } = listening({ pageSize: 1 })
    const since = w.clock.now()
    for (const night of [0, 5]) await w.provider.payer.pay((await w.book(ana, night)).sessionId)
    await w.clock.advance(minute)
    let pages = 0
    const { unitOfWork, clock, settings } = w
    const recover = recoverEvents({
      unitOfWork,
      clock,
      settings,
      logger: silentLogger,
      eventHistory: history,
      receiveEvent: holdfast.receiveEvent,
    })
    expect(await recover(since, async () => pages++ < 1)).toMatchObject({
      listed: 1,
      recovered: 1,
      until: since,
      interrupted: false,
    })
    expect(await inboxOf(w)).toHaveLength(1)
  })
})

describe('an interruption', () => {
  it('is no failure: it is logged, the next sweep comes in ten minutes and goes on where this one was', async () => {
    const logged: unknown[] = []
    const logger: Logger = { log: (...what) => logged.push(what) }
    const { w, history, sweepDue } = listening({ pageSize: 1, logger })
    await sweepDue()
    const before = w.clock.now()
    expect(await taskOf(w, 'sweep')).toMatchObject({ body: { eventsUntil: before } })
    for (const night of [0, 5]) await w.provider.payer.pay((await w.book(ana, night)).sessionId)
    expect(w.provider.events().length).toBeGreaterThan(1)

    history.interruptAfter(1)
    await sweepDue()
    const then = w.clock.now()
    expect(await inboxOf(w)).toHaveLength(1)
    expect(await taskOf(w, 'sweep')).toMatchObject({
      status: 'waiting',
      tries: 0,
      body: { eventsUntil: before },
      dueAt: after(then, 10 * minute),
    })
    expect(logged).toContainEqual([
      'warn',
      'event_history_interrupted',
      { detail: 'The in-memory provider does not answer.', retry_after_ms: 10 * minute },
    ])

    await sweepDue()
    expect(await inboxOf(w)).toEqual(ids(w.provider.events()))
    expect(await taskOf(w, 'sweep')).toMatchObject({ body: { eventsUntil: after(then, 10 * minute) } })
    expect(await w.reservations()).toHaveLength(2)
    expect(logged).toContainEqual(['info', 'events_recovered', { found: 1 }])
  })

  it('of the very first time does not move the day it began with', async () => {
    const { w, history, sweepDue, recover } = listening()
    history.interruptAfter(0)
    await sweepDue()
    const body = (await taskOf(w, 'sweep'))?.body
    expect(body).toEqual({ type: 'sweep', eventsUntil: after(w.clock.now(), hour - day) })
    await w.clock.advance(2 * day)
    const { asked, eventHistory } = silentHistory()
    await recover(after(start, minute + hour - day), { eventHistory })
    expect(asked[0]?.from).toBe(after(start, minute - day))
  })

  it('keeps the days that were gone through to their end', async () => {
    const { w, recover } = listening()
    const { asked, eventHistory } = silentHistory()
    const since = w.clock.now()
    await w.clock.advance(5 * day)
    const away: ProviderEventHistory = {
      events: (period) => {
        if (asked.length === 2) throw new ListingInterrupted('No.', { retryAfterMs: hour })
        return eventHistory.events(period)
      },
    }
    const first = await recover(since, { eventHistory: away })
    // It is left in peace for as long as it asks for.
    expect(first).toMatchObject({ interrupted: true, until: after(since, 2 * day - hour), nextInMs: hour })
    await recover(first.until, { eventHistory })
    expect(asked[2]?.from).toBe(after(since, 2 * day - 2 * hour))
  })

  it('by anything else is an error of the sweep, which is tried again', async () => {
    const { w, recover } = listening()
    const eventHistory: ProviderEventHistory = {
      events: () => {
        throw new TypeError('A bug.')
      },
    }
    await expect(recover(w.clock.now(), { eventHistory })).rejects.toThrow('A bug.')
    await w.clock.advance(minute)
    await expect(recover(undefined, { eventHistory })).rejects.toThrow('A bug.')
  })
})

describe('the period', () => {
  const periodsOf = async (sinceAgoMs: number | undefined) => {
    const { w, recover } = listening()
    const { asked, eventHistory } = silentHistory()
    const now = w.clock.now()
    const found = await recover(sinceAgoMs === undefined ? undefined : after(now, -sinceAgoMs), { eventHistory })
    expect(found).toEqual({ listed: 0, recovered: 0, until: now, interrupted: false })
    return asked.map(({ from, to }) => [now - from, now - to])
  }

  it.each([
    ['is the last day, the first time', undefined, [[day, 0]]],
    ['begins an hour before the last one ended', 15 * minute, [[hour + 15 * minute, 0]]],
    [
      'is gone through a day at a time, oldest first',
      2 * day,
      [
        [2 * day + hour, day + hour],
        [day + hour, hour],
        [hour, 0],
      ],
    ],
  ])('%s', async (_what, sinceAgoMs, periods) => {
    expect(await periodsOf(sinceAgoMs)).toEqual(periods)
  })

  it('is never longer than 29 days, since Stripe forgets after 30', async () => {
    const periods = await periodsOf(60 * day)
    expect(periods).toHaveLength(29)
    expect(periods[0]).toEqual([29 * day, 28 * day])
    expect(periods.at(-1)).toEqual([day, 0])
  })

  it('is left at a day when it takes too long, and gone on with soon', async () => {
    const { w, recover } = listening()
    const { asked, eventHistory } = silentHistory()
    const since = w.clock.now()
    await w.clock.advance(3 * day)
    const slow: ProviderEventHistory = {
      events: async function* (period) {
        await w.clock.advance(w.settings.leaseMs)
        yield* eventHistory.events(period)
      },
    }
    expect(await recover(since, { eventHistory: slow })).toEqual({
      listed: 0,
      recovered: 0,
      until: after(since, day - hour),
      interrupted: false,
      nextInMs: 5 * minute,
    })
    expect(asked).toHaveLength(1)
  })
})
