import { describe, expect, it } from 'vitest'
import { ana, world, type World } from '../src/contracts/rules/world.ts'
import { effectId, hour, isCollected, minute, second, type AttemptId, type PaymentId } from '../src/index.ts'
import { openIntent } from './open-intent.ts'

/** Another page of a payment's attempt, which somebody on the way to the provider has asked for under a key of their own. */
const secondPage = async (w: World, paymentId: PaymentId, idempotencyKey = 'none of ours'): Promise<string> => {
  const { payment, attempts } = await w.get(paymentId)
  const [attempt] = attempts
  if (attempt?.page === undefined) throw new Error('No page.')
  const answer = await w.provider.openSession({
    attemptId: attempt.id,
    paymentId,
    idempotencyKey,
    amount: attempt.amount,
    item: payment.item,
    purpose: payment.purpose,
    metadata: payment.metadata,
    saveCard: payment.saveCard,
    owner: payment.owner,
    ...attempt.page,
  })
  if (answer.type !== 'reported' || answer.report.providerId === undefined) throw new Error('No second page.')
  return answer.report.providerId
}

/** A payment whose page was asked for twice on the way to the provider, where the answer of the first was heard. */
const twoPages = async () => {
  const w = world()
  const { paymentId, sessionId: own } = await w.book(ana)
  const beside = await secondPage(w, paymentId)
  const [attempt] = (await w.get(paymentId)).attempts
  if (attempt === undefined) throw new Error('No attempt.')
  return { w, paymentId, own, beside, attemptId: attempt.id }
}

/** What the provider told last, of a page. */
const lastTold = ({ provider }: World) => {
  const event = provider.events().at(-1)
  if (event?.news.about !== 'attempt' || event.news.report === 'ask') throw new Error('No news.')
  return { ...event, news: { ...event.news, report: event.news.report } }
}

/** Word of the money that has just come by a page, which does not say by which one. */
const tellOfMoneyAlone = async (w: World, paymentId: PaymentId, attemptId: AttemptId): Promise<void> => {
  const event = lastTold(w)
  const { providerId: _page, ...news } = event.news
  const { providerId: _either, ...report } = news.report
  await w.holdfast.receiveEvent({ ...event, news: { ...news, attemptId, paymentId, report } })
}

/** Word that something has become of a page, which does not say what. */
const tellToAsk = async (w: World, paymentId: PaymentId, providerId: string): Promise<void> => {
  const [attempt] = (await w.get(paymentId)).attempts
  if (attempt === undefined) throw new Error('No attempt.')
  await w.holdfast.receiveEvent({
    id: `evt_${providerId}`,
    type: 'something.happened',
    occurredAt: w.clock.now(),
    livemode: false,
    news: { about: 'attempt', attemptId: attempt.id, paymentId, providerId, report: 'ask' },
  })
}

const stateOf = (w: World, page: string) => w.provider.truth.attempts().find(({ id }) => id === page)?.state.type
const standing = async (w: World, id: PaymentId) => {
  const { payment, attempts } = await w.get(id)
  return [payment.status, ...attempts.map(({ status }) => status)].join(' ')
}
const tell = async (w: World) => {
  await w.deliver()
  await w.holdfast.drainOutbox(10)
}

/** A day goes by of which nothing is told; then one of two charges counts, and the other is back. */
const expectSecondBack = async (w: World, paymentId: PaymentId): Promise<void> => {
  for (let round = 0; round < 3; round += 1) {
    await w.clock.advance(8 * hour)
    await w.holdfast.drainOutbox(10)
  }
  expect(await standing(w, paymentId)).toBe('completed succeeded succeeded')
  expect((await w.get(paymentId)).refunds).toMatchObject([{ status: 'succeeded', reason: 'duplicate' }])
}

describe('a second page of one attempt', () => {
  it('that is paid counts, and the own page is closed', async () => {
    const { w, paymentId, own, beside } = await twoPages()
    await w.provider.payer.pay(beside)
    await tell(w)
    expect(await standing(w, paymentId)).toBe('completed succeeded')
    expect(stateOf(w, own)).toBe('expired')
  })

  it('by which money is on its way is the one that is watched, and the own page is closed', async () => {
    for (const outcome of ['paid', 'failed'] as const) {
      const { w, paymentId, own, beside } = await twoPages()
      await w.provider.payer.payLater(beside)
      await tell(w)
      expect(await standing(w, paymentId)).toBe('processing processing')
      expect(stateOf(w, own)).toBe('expired')
      // Nobody tells how it ends: that is found by asking.
      await w.provider.payer.settle(beside, outcome)
      await w.clock.advance(2 * hour)
      await w.holdfast.sweep()
      expect(await standing(w, paymentId)).toBe(outcome === 'paid' ? 'completed succeeded' : 'failed declined')
    }
  })

  it('that is gone says nothing of the attempt, whose own page can be paid', async () => {
    const { w, paymentId, own, beside } = await twoPages()
    await w.provider.payer.expire(beside)
    await tell(w)
    expect(await standing(w, paymentId)).toBe('pending open')
    await w.provider.payer.pay(own)
    await tell(w)
    expect(await standing(w, paymentId)).toBe('completed succeeded')
  })

  it('is closed where it is found to be open', async () => {
    const { w, own, beside, paymentId, attemptId } = await twoPages()
    const effect = { type: 'look_up_attempt', paymentId, attemptId, providerId: beside } as const
    await w.unitOfWork.run((tx) =>
      tx.outbox.append([{ id: effectId(effect), body: effect, dueAt: w.clock.now() }], w.clock.now()),
    )
    await w.holdfast.drainOutbox(10)
    await w.holdfast.drainOutbox(10)
    expect([stateOf(w, own), stateOf(w, beside)]).toEqual(['opened', 'expired'])
  })

  it('whose status nobody knows is asked about again, until that says something', async () => {
    const { w, paymentId, own, beside } = await twoPages()
    await w.provider.payer.pay(beside)
    w.provider.faults.next('findAttempt', 'unrecognized_status')
    await tellToAsk(w, paymentId, beside)
    await w.holdfast.drainOutbox(10)
    expect(await standing(w, paymentId)).toBe('pending open')
    expect(await w.unitOfWork.read((tx) => tx.attention.list(9))).toMatchObject([{ code: 'unrecognized_status' }])
    // No other event comes.
    await w.pass(10 * minute, minute)
    expect(await standing(w, paymentId)).toBe('completed succeeded')
    expect(stateOf(w, own)).toBe('expired')
  })

  it('by which money is on its way beside the own one is watched until it comes, and it goes back', async () => {
    for (const own of ['pay', 'payLater'] as const) {
      const { w, paymentId, ...pages } = await twoPages()
      await w.provider.payer[own](pages.own)
      await w.provider.payer.payLater(pages.beside)
      await tell(w)
      // From here on nobody tells anything.
      if (own === 'payLater') await w.provider.payer.settle(pages.own, 'paid')
      await w.clock.advance(8 * hour)
      await tell(w)
      await w.provider.payer.settle(pages.beside, 'paid')
      for (let round = 0; round < 6; round += 1) {
        await w.clock.advance(8 * hour)
        await w.holdfast.sweep()
        await w.holdfast.drainOutbox(10)
      }
      expect(await standing(w, paymentId)).toBe('completed succeeded succeeded')
      const { refunds } = await w.get(paymentId)
      expect(refunds).toMatchObject([{ status: 'succeeded', reason: 'duplicate' }])
      expect(w.provider.truth.refunds()).toHaveLength(1)
    }
  })

  it('that is paid while money is on its way by the own one leaves that to be watched, and it goes back', async () => {
    for (const isNamed of [true, false]) {
      const { w, paymentId, attemptId, own, beside } = await twoPages()
      await w.provider.payer.payLater(own)
      await tell(w)
      await w.provider.payer.pay(beside)
      if (isNamed) await w.holdfast.receiveEvent(lastTold(w))
      else await tellOfMoneyAlone(w, paymentId, attemptId)
      expect(await standing(w, paymentId)).toBe('completed succeeded')
      await w.holdfast.drainOutbox(10)
      await w.provider.payer.settle(own, 'paid')
      await expectSecondBack(w, paymentId)
    }
  })

  it('by which money came that does not say so leaves the own page in doubt: it is looked at where it is named', async () => {
    for (const own of ['pay', 'payLater'] as const) {
      const { w, paymentId, attemptId, ...pages } = await twoPages()
      await w.provider.payer.pay(pages.beside)
      await tellOfMoneyAlone(w, paymentId, attemptId)
      await w.provider.payer[own](pages.own)
      const event = lastTold(w)
      await w.holdfast.receiveEvent(own === 'pay' ? { ...event, news: { ...event.news, report: 'ask' } } : event)
      await w.holdfast.drainOutbox(10)
      if (own === 'payLater') await w.provider.payer.settle(pages.own, 'paid')
      await expectSecondBack(w, paymentId)
    }
  })

  it('by which money came that does not say so, while the own page was to be looked at, leaves that to be looked at', async () => {
    const { w, paymentId, own, beside, attemptId } = await twoPages()
    await w.provider.payer.pay(own)
    await w.provider.payer.pay(beside)
    await tellToAsk(w, paymentId, own)
    await tellOfMoneyAlone(w, paymentId, attemptId)
    await w.holdfast.drainOutbox(10)
    await expectSecondBack(w, paymentId)
  })

  it('that is paid beside the own one is money for which nobody asked: it goes back', async () => {
    for (const first of ['own', 'beside'] as const) {
      const { w, paymentId, own, beside } = await twoPages()
      await w.provider.payer.pay(own)
      await w.provider.payer.pay(beside)
      const told = w.provider.events()
      for (const event of first === 'own' ? told : told.toReversed()) await w.holdfast.receiveEvent(event)
      for (let round = 0; round < 3; round += 1) await w.holdfast.drainOutbox(10)
      expect(await standing(w, paymentId)).toBe('completed succeeded succeeded')
      const { payment, attempts, refunds } = await w.get(paymentId)
      const surplus = attempts.find(({ id }) => !(isCollected(payment) && id === payment.attemptId))
      expect(refunds).toMatchObject([{ attemptId: surplus?.id, status: 'succeeded', reason: 'duplicate' }])
      expect(w.provider.truth.refunds()).toHaveLength(1)
      expect(await w.unitOfWork.read((tx) => tx.attention.list(9))).toEqual([])
    }
  })
})

describe('pages of an attempt that was paid before any of them had a name here', () => {
  it('are looked at by their names, and closed where they are open; only one of them counts', async () => {
    const w = world()
    const paymentId = await openIntent(w)
    w.provider.faults.next('openSession', 'answer_lost')
    await w.holdfast.startCheckout({ actor: ana, paymentId })
    const [attempt] = (await w.get(paymentId)).attempts
    if (attempt === undefined) throw new Error('No attempt.')
    const beside = await secondPage(w, paymentId)
    const others = [await secondPage(w, paymentId, 'another'), await secondPage(w, paymentId, 'a third')]
    // Word of money alone, which does not say by which page it came.
    await w.provider.payer.pay(beside)
    await tellOfMoneyAlone(w, paymentId, attempt.id)
    expect((await w.get(paymentId)).attempts).toMatchObject([{ status: 'succeeded' }])
    // Pages that are named without word of what became of them.
    await w.provider.payer.pay(others[0] ?? '')
    for (const page of [beside, ...others]) await tellToAsk(w, paymentId, page)
    for (let round = 0; round < 4; round += 1) await w.holdfast.drainOutbox(10)
    expect(others.map((page) => stateOf(w, page))).toEqual(['captured', 'expired'])
    const { attempts, refunds } = await w.get(paymentId)
    expect(attempts).toMatchObject([{ providerId: beside }, { providerId: others[0] }])
    expect(refunds).toMatchObject([{ attemptId: attempts[1]?.id, reason: 'duplicate', status: 'succeeded' }])
  })
})

describe('a page that is named before the attempt has one by name', () => {
  it('is not forgotten when another takes the name first: its money counts, and the other is closed', async () => {
    for (const how of ['pay', 'payLater'] as const) {
      const w = world()
      const paymentId = await openIntent(w)
      w.provider.faults.next('openSession', 'request_lost')
      await w.holdfast.startCheckout({ actor: ana, paymentId })
      const page = await secondPage(w, paymentId)
      await w.provider.payer[how](page)
      await tellToAsk(w, paymentId, page)
      // Nothing can be looked at until the page was asked for again, and is another one.
      for (let call = 0; call < 2; call += 1) w.provider.faults.next('findAttempt', 'request_lost')
      await w.pass(2 * second, second)
      expect(await standing(w, paymentId)).toBe('pending open')
      if (how === 'payLater') await w.provider.payer.settle(page, 'paid')
      for (let round = 0; round < 3; round += 1) {
        await w.clock.advance(8 * hour)
        await w.holdfast.drainOutbox(10)
      }
      expect(await standing(w, paymentId)).toBe('completed succeeded')
      expect(w.provider.truth.attempts().map(({ state }) => state.type)).toEqual(['captured', 'expired'])
    }
  })

  it('is its own from then on where money is on its way by it', async () => {
    const w = world()
    const paymentId = await openIntent(w)
    w.provider.faults.next('openSession', 'answer_lost')
    await w.holdfast.startCheckout({ actor: ana, paymentId })
    const page = w.provider.truth.attempts()[0]?.id ?? ''
    await w.provider.payer.payLater(page)
    await tellToAsk(w, paymentId, page)
    w.provider.faults.next('findAttempt', 'request_lost')
    await w.holdfast.drainOutbox(10)
    expect((await w.get(paymentId)).attempts).toMatchObject([{ status: 'processing', providerId: page }])
  })

  it('and is gone says nothing of the attempt, which may have another', async () => {
    const w = world()
    const paymentId = await openIntent(w)
    w.provider.faults.next('openSession', 'request_lost')
    await w.holdfast.startCheckout({ actor: ana, paymentId })
    const page = await secondPage(w, paymentId)
    await w.provider.payer.expire(page)
    w.provider.faults.next('findAttempt', 'request_lost')
    await tellToAsk(w, paymentId, page)
    await w.holdfast.drainOutbox(10)
    expect(await standing(w, paymentId)).toBe('pending requested')
  })
})

describe('a page that is asked for again', () => {
  it('and refused, since its key got lost on the way, is looked for: the first request may have been granted', async () => {
    const w = world()
    const paymentId = await openIntent(w)
    w.provider.faults.next('openSession', 'answer_lost')
    w.provider.faults.next('openSession', 'refused')
    await w.holdfast.startCheckout({ actor: ana, paymentId })
    await w.pass(minute, 5 * second)
    expect(await standing(w, paymentId)).toBe('pending open')
    expect(w.provider.truth.attempts()).toHaveLength(1)
  })

  it('to be closed, and refused, is looked for, too: it may have been paid', async () => {
    let isRefused = false
    const w = world({
      wrapProvider: (provider) => ({
        ...provider,
        // By the time it is to be closed, whoever stands between us and the provider loses the key.
        openSession: async (request) => {
          if (isRefused) return { type: 'refused', failure: { code: 'provider_rejected', retryable: false } }
          await provider.openSession(request)
          return { type: 'unknown', answered: false, detail: 'The answer got lost.' }
        },
      }),
    })
    const paymentId = await openIntent(w)
    await w.holdfast.startCheckout({ actor: ana, paymentId })
    const [page] = w.provider.truth.attempts()
    await w.provider.payer.pay(page?.id ?? 'none')
    isRefused = true
    await w.holdfast.cancelPayment({ actor: ana, paymentId })
    await w.pass(10 * minute, 5 * second)
    expect(await standing(w, paymentId)).toBe('completed succeeded')
  })

  it('and refused where there is none stays refused', async () => {
    const w = world()
    const paymentId = await openIntent(w)
    w.provider.faults.next('openSession', 'request_lost')
    w.provider.faults.next('openSession', 'refused')
    await w.holdfast.startCheckout({ actor: ana, paymentId })
    await w.pass(minute, 5 * second)
    expect(await standing(w, paymentId)).toBe('failed declined')
  })
})
