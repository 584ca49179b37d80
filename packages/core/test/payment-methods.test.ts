import { describe, expect, it } from 'vitest'
import { ana, ben, catalogue, start, world } from '../src/contracts/rules/world.ts'
import {
  createHoldfast,
  defaultSettings,
  hour,
  ok,
  reservationKind,
  second,
  type Dependencies,
  type Logger,
  type PaymentMethod,
  type PaymentMethodCache,
  type ProviderEvent,
  type SessionRequest,
} from '../src/index.ts'
import {
  memoryClock,
  memoryNotifier,
  memoryPaymentMethodCache,
  memoryPaymentProvider,
  memoryUnitOfWork,
  sequentialIds,
} from '../src/memory/index.ts'

/** A host whose lists of cards are kept, and whose calls to the provider are counted by name. */
const host = (change: Partial<Dependencies> = {}) => {
  const clock = memoryClock(start)
  const unitOfWork = memoryUnitOfWork()
  const provider = memoryPaymentProvider({ clock })
  const cache = memoryPaymentMethodCache({ clock })
  const asked: string[] = []
  const logged: unknown[] = []
  const logger: Logger = { log: (level, event, data) => logged.push([level, event, data]) }
  const counted = new Proxy(provider, {
    get: (real, call, receiver) => {
      const act = Reflect.get(real, call, receiver) as unknown
      if (typeof act !== 'function' || call === 'events') return act
      return (request: unknown) => {
        asked.push(String(call))
        return (act as (request: unknown) => unknown)(request)
      }
    },
  })
  const holdfast = createHoldfast({
    unitOfWork,
    paymentProvider: counted,
    paymentMethodCache: cache,
    clock,
    ids: sequentialIds(),
    notifier: memoryNotifier(),
    logger,
    settings: defaultSettings,
    returnUrls: { of: () => ({ successUrl: 'https://host.example/ok', cancelUrl: 'https://host.example/no' }) },
    fulfilmentKinds: [reservationKind({ catalogue, unitOfWork })],
    ...change,
  })
  let delivered = 0
  const deliver = async (): Promise<readonly string[]> => {
    const received: string[] = []
    const events = provider.events()
    for (; delivered < events.length; delivered += 1) {
      const event = events[delivered]
      if (event !== undefined) received.push(await holdfast.receiveEvent(event))
    }
    return received
  }
  /** Books a night, which keeps a card once it is paid. */
  const book = async (actor: typeof ana, night: number) => {
    const opened = await holdfast.openIntent({ actor, kind: 'reservation', payload: { night } })
    if (!opened.ok) throw new Error(opened.error.code)
    const page = await holdfast.startCheckout({ actor, paymentId: opened.value.paymentId })
    if (!page.ok || page.value.type !== 'open') throw new Error('No page was opened.')
    return page.value
  }
  return {
    clock,
    unitOfWork,
    provider,
    holdfast,
    logged,
    deliver,
    book,
    /** Somebody who has paid once, and so has a card. */
    pay: async (actor: typeof ana, night = 0) => {
      await provider.payer.pay((await book(actor, night)).sessionId)
      await deliver()
      const customerId = (await unitOfWork.read((tx) => tx.customers.find(actor.id))) ?? ''
      const answer = await provider.listPaymentMethods({ customerId })
      const [card] = answer.type === 'reported' ? answer.report : []
      return { customerId, paymentMethodId: card?.id ?? '' }
    },
    lists: () => asked.filter((call) => call === 'listPaymentMethods').length,
    list: async (actor: typeof ana = ana) => {
      const listed = await holdfast.listPaymentMethods({ actor })
      return listed.ok ? listed.value.map(({ id }) => id) : listed.error
    },
  }
}

describe('an owner’s cards', () => {
  it('are none where they never paid, and nobody is asked', async () => {
    const h = host()
    expect(await h.list()).toEqual([])
    expect(h.lists()).toBe(0)
  })

  it('are those that their payments have kept, with what may be shown of them', async () => {
    const h = host()
    const { paymentMethodId } = await h.pay(ana)
    await h.pay(ben, 5)
    expect(await h.holdfast.listPaymentMethods({ actor: ana })).toEqual(
      ok([{ id: paymentMethodId, brand: 'visa', last4: '4242', expiryMonth: 12, expiryYear: 2029 }]),
    )
  })

  it('are asked for once an hour, however often they are looked at', async () => {
    const h = host()
    await h.pay(ana)
    await Promise.all([h.list(), h.list(), h.list()])
    await h.clock.advance(hour - 1)
    await h.list()
    expect(h.lists()).toBe(1)
    await h.clock.advance(1)
    await h.list()
    expect(h.lists()).toBe(2)
  })

  it('are asked for each time where the host keeps no lists', async () => {
    const w = world()
    const { sessionId } = await w.book(ana)
    await w.provider.payer.pay(sessionId)
    await w.deliver()
    for (let n = 0; n < 2; n += 1)
      expect(await w.holdfast.listPaymentMethods({ actor: ana })).toMatchObject({
        ok: true,
        value: [{ brand: 'visa' }],
      })
    w.provider.faults.next('listPaymentMethods', 'unreachable')
    expect(await w.holdfast.listPaymentMethods({ actor: ana })).toMatchObject({ ok: false })
  })

  it('cannot be told of while the provider does not answer, and nothing of that is kept', async () => {
    const h = host()
    const { paymentMethodId } = await h.pay(ana)
    for (const fault of ['unreachable', 'answer_lost', 'error_without_effect', 'refused'] as const) {
      h.provider.faults.next('listPaymentMethods', fault)
      expect(await h.list()).toEqual({ code: 'provider_unavailable', retryAfterMs: 5 * second })
    }
    expect(await h.list()).toEqual([paymentMethodId])
  })

  it('are none where the provider knows their customer no more', async () => {
    const h = host()
    await h.unitOfWork.run((tx) => tx.customers.remember(ana.id, 'cus_gone'))
    expect(await h.list()).toEqual([])
  })

  it('are those of the next customer where theirs is gone, and its page kept a card for another', async () => {
    const h = host()
    await h.unitOfWork.run((tx) => tx.customers.remember(ana.id, 'cus_gone'))
    const openSession = h.provider.openSession.bind(h.provider)
    // As Stripe's adapter does it: a page that is refused for its customer is asked for without.
    Object.assign(h.provider, {
      openSession: ({ customerId: _gone, ...request }: SessionRequest) => openSession(request),
    })
    const { paymentMethodId } = await h.pay(ana)
    expect(await h.list()).toEqual([paymentMethodId])
  })
})

describe('a list that is kept is dropped', () => {
  it('by the news of a card that a page has kept', async () => {
    const h = host()
    await h.pay(ana)
    expect(await h.list()).toHaveLength(1)
    const { sessionId } = await h.book(ana, 5)
    await h.provider.payer.pay(sessionId)
    expect(await h.list()).toHaveLength(1)
    await h.deliver()
    expect(await h.list()).toHaveLength(2)
  })

  it('by whoever asks about such a page and hears that it was paid', async () => {
    const h = host()
    await h.pay(ana)
    expect(await h.list()).toHaveLength(1)
    const { sessionId, paymentId } = await h.book(ana, 5)
    await h.provider.payer.pay(sessionId)
    expect(await h.list()).toHaveLength(1)
    expect(await h.holdfast.syncPayment({ actor: ana, paymentId })).toMatchObject({ value: { type: 'asked' } })
    expect(await h.list()).toHaveLength(2)
  })

  it('by the news of a card that was kept, renewed or removed elsewhere, and nobody else’s is', async () => {
    const h = host()
    const card = await h.pay(ana)
    await h.pay(ben, 5)
    await h.list(ben)
    const acts: readonly (() => Promise<unknown> | void)[] = [
      () => h.provider.payer.saveCard('working', card.customerId),
      () => h.provider.bank.renewCard(card),
      () => h.provider.payer.removeCard(card),
    ]
    for (const act of acts) {
      await h.list()
      const before = h.lists()
      await act()
      await h.list()
      expect(h.lists()).toBe(before)
      expect(await h.deliver()).toEqual(['applied'])
      await h.list()
      await h.list(ben)
      expect(h.lists()).toBe(before + 1)
    }
    expect(await h.list()).not.toContain(card.paymentMethodId)
  })

  it('each time the news comes, as whoever took it in before may have ended too soon', async () => {
    const h = host()
    const { customerId } = await h.pay(ana)
    await h.provider.payer.saveCard('working', customerId)
    expect(await h.deliver()).toEqual(['applied'])
    await h.list()
    const event = h.provider.events().at(-1)
    if (event === undefined) throw new Error('Nothing was told.')
    const before = h.lists()
    expect(await h.holdfast.receiveEvent(event)).toBe('known')
    await h.list()
    expect(h.lists()).toBe(before + 1)
  })

  it('by news of a customer that nobody knows, without harm', async () => {
    const h = host()
    const event: ProviderEvent = {
      id: 'evt_other',
      type: 'customer.updated',
      occurredAt: start,
      livemode: false,
      news: { about: 'payment_methods', customerId: 'cus_of_another_program' },
    }
    expect(await h.holdfast.receiveEvent(event)).toBe('applied')
    expect(await h.holdfast.receiveEvent(event)).toBe('known')
    expect(await h.unitOfWork.read((tx) => tx.inbox.find('evt_other'))).toMatchObject({ status: 'done' })
    expect(await h.unitOfWork.read((tx) => tx.attention.list(9))).toEqual([])
  })

  it('or is stale, where the cache cannot be reached: news is taken in all the same', async () => {
    const broken: PaymentMethodCache = {
      read: (_customerId, fetch) => fetch(),
      drop: async () => {
        throw new Error('Redis is away.')
      },
    }
    const h = host({ paymentMethodCache: broken })
    const { customerId, paymentMethodId } = await h.pay(ana)
    await h.provider.payer.saveCard('working', customerId)
    expect(await h.deliver()).toEqual(['applied'])
    expect(await h.holdfast.removePaymentMethod({ actor: ana, paymentMethodId })).toMatchObject({ ok: true })
    expect(h.logged).toContainEqual(['warn', 'payment_methods_not_dropped', { detail: 'Redis is away.' }])
  })
})

describe('removing a card', () => {
  it('takes it off its owner’s list, and it can be charged no more', async () => {
    const h = host()
    const card = await h.pay(ana)
    expect(await h.list()).toEqual([card.paymentMethodId])
    expect(await h.holdfast.removePaymentMethod({ actor: ana, paymentMethodId: card.paymentMethodId })).toEqual(
      ok({ paymentMethodId: card.paymentMethodId }),
    )
    expect(await h.list()).toEqual([])
    // The balance was to be charged to it: its owner gets a page instead.
    const [reservation] = await h.unitOfWork.read((tx) => tx.reservations.list({ limit: 1 }))
    if (reservation?.balance === undefined) throw new Error('No balance.')
    await h.holdfast.startBalance({ actor: { type: 'system' }, reservationId: reservation.id })
    const found = await h.unitOfWork.read((tx) => tx.payments.find(reservation.balance?.paymentId as never))
    expect(found?.value.attempts).toMatchObject([
      { kind: 'off_session', status: 'declined', failure: { code: 'invalid_card' } },
      { kind: 'hosted', status: 'open' },
    ])
  })

  it('finds nobody else’s, none that is gone, and nothing that cannot be one', async () => {
    const h = host()
    const [mine, theirs] = [await h.pay(ana), await h.pay(ben, 5)]
    const notFound = { ok: false, error: { code: 'payment_method_not_found' } }
    for (const paymentMethodId of [theirs.paymentMethodId, 'pm_none', '', '../customers', 'x'.repeat(200)])
      expect(await h.holdfast.removePaymentMethod({ actor: ana, paymentMethodId })).toEqual(notFound)
    expect(await h.list(ben)).toEqual([theirs.paymentMethodId])
    await h.holdfast.removePaymentMethod({ actor: ana, paymentMethodId: mine.paymentMethodId })
    expect(await h.holdfast.removePaymentMethod({ actor: ana, paymentMethodId: mine.paymentMethodId })).toEqual(
      notFound,
    )
  })

  it('finds none of somebody who never paid, and asks nobody', async () => {
    const h = host()
    h.provider.faults.next('detachPaymentMethod', 'unreachable')
    expect(await h.holdfast.removePaymentMethod({ actor: ana, paymentMethodId: 'pm_1' })).toEqual({
      ok: false,
      error: { code: 'payment_method_not_found' },
    })
  })

  it('is done where the answer got lost and the card is gone', async () => {
    const h = host()
    const { paymentMethodId } = await h.pay(ana)
    await h.list()
    h.provider.faults.next('detachPaymentMethod', 'answer_lost')
    expect(await h.holdfast.removePaymentMethod({ actor: ana, paymentMethodId })).toEqual(ok({ paymentMethodId }))
    expect(await h.list()).toEqual([])
  })

  it('is not said to be done of somebody else’s card, where the answer got lost', async () => {
    const h = host()
    await h.pay(ana)
    const theirs = await h.pay(ben, 5)
    h.provider.faults.next('detachPaymentMethod', 'request_lost')
    expect(await h.holdfast.removePaymentMethod({ actor: ana, paymentMethodId: theirs.paymentMethodId })).toMatchObject(
      { ok: false, error: { code: 'provider_unavailable' } },
    )
    expect(await h.list(ben)).toEqual([theirs.paymentMethodId])
  })

  it.each(['request_lost', 'unreachable', 'error_without_effect', 'refused'] as const)(
    'is not done where it failed (%s), and may be asked for again',
    async (fault) => {
      const h = host()
      const { paymentMethodId } = await h.pay(ana)
      h.provider.faults.next('detachPaymentMethod', fault)
      expect(await h.holdfast.removePaymentMethod({ actor: ana, paymentMethodId })).toEqual({
        ok: false,
        error: { code: 'provider_unavailable', retryAfterMs: 5 * second },
      })
      expect(await h.list()).toEqual([paymentMethodId])
      expect(await h.holdfast.removePaymentMethod({ actor: ana, paymentMethodId })).toEqual(ok({ paymentMethodId }))
    },
  )

  it('is not called done where neither it nor the list was heard', async () => {
    const h = host()
    const { paymentMethodId } = await h.pay(ana)
    h.provider.faults.next('detachPaymentMethod', 'answer_lost')
    h.provider.faults.next('listPaymentMethods', 'unreachable')
    expect(await h.holdfast.removePaymentMethod({ actor: ana, paymentMethodId })).toMatchObject({
      ok: false,
      error: { code: 'provider_unavailable' },
    })
  })
})

describe('a cache of lists in memory', () => {
  const card = (id: string): PaymentMethod => ({ id, brand: 'visa', last4: '4242', expiryMonth: 1, expiryYear: 2030 })
  const cached = (options: { readonly keepMs?: number; readonly maxLists?: number } = {}) => {
    const clock = memoryClock(start)
    const cache = memoryPaymentMethodCache({ clock, ...options })
    const fetched: string[] = []
    const read = (customerId: string) =>
      cache.read(customerId, async () => {
        fetched.push(customerId)
        return ok([card(`pm_${fetched.length}`)])
      })
    return { clock, fetched, read }
  }

  it('keeps a list for as long as the host has chosen', async () => {
    const { read, fetched, clock } = cached({ keepMs: 1_000 })
    await read('a')
    await clock.advance(999)
    await read('a')
    expect(fetched).toEqual(['a'])
    await clock.advance(1)
    await read('a')
    expect(fetched).toEqual(['a', 'a'])
  })

  it('lets the list go that nobody has read for longest, once there are too many', async () => {
    const { read, fetched } = cached({ maxLists: 2 })
    for (const customerId of ['a', 'b', 'a', 'c', 'a', 'b']) await read(customerId)
    expect(fetched).toEqual(['a', 'b', 'c', 'b'])
  })
})
