import { describe, expect, it } from 'vitest'
import { hour, minute, type AttemptId, type ProviderEvent, type RefundId } from '../src/index.ts'
import { ana, mxn, staff, start, world, type World } from '../src/contracts/rules/world.ts'
import { storyOf } from './story-of.ts'

const event = (id: string, news: ProviderEvent['news'], livemode = false): ProviderEvent => ({
  id,
  type: 'something.happened',
  occurredAt: start,
  livemode,
  news,
})
const paid = async (w: World) => {
  const { paymentId, sessionId } = await w.book(ana)
  await w.provider.payer.pay(sessionId)
  await w.deliver()
  return paymentId
}
const told = async (w: World, paymentId: Parameters<typeof storyOf>[1], act: () => Promise<unknown>) => {
  const before = (await storyOf(w, paymentId)).length
  await act()
  return (await storyOf(w, paymentId)).slice(before)
}
const captured = { type: 'captured', charge: { id: 'ch_9', amount: mxn(300_00n) } } as const
const cs1 = { livemode: false, providerId: 'cs_1' }

describe('news about an attempt', () => {
  it('is applied, whether it bears our mark, the name that the provider gave, or both', async () => {
    for (const mark of [
      { providerId: 'cs_1' },
      { attemptId: 'att_0001' as AttemptId },
      { providerId: 'cs_1', attemptId: 'att_0001' as AttemptId },
    ]) {
      const w = world()
      const { paymentId } = await w.book(ana)
      const news = { about: 'attempt', ...mark, report: { ...cs1, state: captured } } as const
      const lines = await told(w, paymentId, () => w.holdfast.receiveEvent(event('evt_1', news)))
      expect(lines[0]).toEqual(['event something.happened', 'event evt_1', { state: 'captured' }])
      expect((await w.get(paymentId)).payment.status).toBe('completed')
    }
  })

  it('is known the second time, and applied no more', async () => {
    const w = world()
    await w.book(ana)
    const news = { about: 'attempt', providerId: 'cs_1', report: { ...cs1, state: captured } } as const
    expect(await w.holdfast.receiveEvent(event('evt_1', news))).toBe('applied')
    expect(await w.holdfast.receiveEvent(event('evt_1', news))).toBe('known')
  })

  it('that nobody can apply yet is kept by whoever comes first, and known to the other', async () => {
    const w = world()
    const news = { about: 'attempt', attemptId: 'att_9' as AttemptId, report: { ...cs1, state: captured } } as const
    const both = [w.holdfast.receiveEvent(event('evt_1', news)), w.holdfast.receiveEvent(event('evt_1', news))]
    expect(await Promise.all(both)).toEqual(['stored', 'known'])
  })

  it('that says nothing new leaves no trace, and counts as no look', async () => {
    const w = world()
    const { paymentId } = await w.book(ana)
    const before = await w.get(paymentId)
    const opened = { type: 'opened', url: 'https://pay.example/cs_1', expiresAt: start } as const
    const news = { about: 'attempt', providerId: 'cs_1', report: { ...cs1, state: opened } } as const
    expect(await told(w, paymentId, () => w.holdfast.receiveEvent(event('evt_1', news)))).toEqual([])
    expect(await w.get(paymentId)).toEqual(before)
  })

  it('that only says to ask is asked about, once, by the page that it names, whether or not the attempt has ended', async () => {
    const w = world()
    const { paymentId, sessionId } = await w.book(ana)
    const ask = { about: 'attempt', providerId: 'cs_1', attemptId: 'att_0001' as AttemptId, report: 'ask' } as const
    const waiting = () => w.unitOfWork.read((tx) => tx.outbox.list({ status: 'waiting', limit: 9 }))
    await w.holdfast.receiveEvent(event('evt_1', ask))
    await w.holdfast.receiveEvent(event('evt_2', ask))
    expect(await waiting()).toMatchObject([
      {
        id: 'look_up_attempt:att_0001:cs_1',
        body: { type: 'look_up_attempt', paymentId, attemptId: 'att_0001', providerId: 'cs_1' },
        dueAt: start,
        createdAt: start,
      },
    ])
    await w.provider.payer.pay(sessionId)
    await w.holdfast.drainOutbox(9)
    expect((await w.get(paymentId)).payment.status).toBe('completed')
    await w.holdfast.drainOutbox(9)
    const { providerId: _page, ...unnamed } = ask
    await w.holdfast.receiveEvent(event('evt_3', unnamed))
    expect(await waiting()).toEqual([])
    const ended = await w.get(paymentId)
    await w.holdfast.receiveEvent(event('evt_4', ask))
    expect(await waiting()).toMatchObject([{ id: 'look_up_attempt:att_0001:cs_1', body: { providerId: 'cs_1' } }])
    await w.holdfast.drainOutbox(9)
    expect(await waiting()).toEqual([])
    expect((await w.get(paymentId)).payment).toEqual(ended.payment)
  })

  it('of another mode than ours is not believed, even where it is about ours, and a human is called', async () => {
    const w = world()
    const { paymentId } = await w.book(ana)
    const news = { about: 'attempt', providerId: 'cs_1', report: { ...cs1, state: captured } } as const
    expect(await w.holdfast.receiveEvent(event('evt_1', news, true))).toBe('applied')
    expect((await w.get(paymentId)).payment.status).toBe('pending')
    expect(await w.unitOfWork.read((tx) => tx.attention.list(9))).toEqual([
      {
        id: 'livemode_mismatch:evt_1',
        code: 'livemode_mismatch',
        at: start,
        data: { eventId: 'evt_1', type: 'something.happened' },
      },
    ])
  })

  it('names other pages that bear the same mark: each is closed', async () => {
    const w = world()
    await w.book(ana)
    const report = { ...cs1, state: { type: 'processing' }, others: ['cs_8', 'cs_9'] } as const
    await w.holdfast.receiveEvent(event('evt_1', { about: 'attempt', providerId: 'cs_1', report }))
    const waiting = await w.unitOfWork.read((tx) => tx.outbox.list({ status: 'waiting', limit: 9 }))
    expect(waiting.map(({ id, body, dueAt }) => [id, 'providerId' in body ? body.providerId : '', dueAt])).toEqual([
      ['close_attempt:att_0001:cs_8', 'cs_8', start],
      ['close_attempt:att_0001:cs_9', 'cs_9', start],
    ])
  })
})

describe('news about a refund', () => {
  const report = {
    providerId: 're_1',
    chargeId: 'ch_1',
    amount: mxn(5n),
    state: { type: 'succeeded' },
    livemode: false,
  } as const
  const asked = async () => {
    const w = world()
    const paymentId = await paid(w)
    w.provider.faults.next('refund', 'answer_lost')
    await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(5n) })
    return { w, paymentId }
  }

  it('is applied to ours where it bears our mark', async () => {
    const { w, paymentId } = await asked()
    const news = { about: 'refund', refundId: 'rf_0001' as RefundId, report } as const
    const lines = await told(w, paymentId, () => w.holdfast.receiveEvent(event('evt_a', news)))
    expect(lines).toEqual([
      ['event something.happened', 'event evt_a', { state: 'succeeded' }],
      ['fact succeeded', 'refund rf_0001', { at: start, providerId: 're_1' }],
      ['fact refunded_in_part', 'payment pay_0001', { refunded: 5n }],
    ])
    expect(await told(w, paymentId, () => w.holdfast.receiveEvent(event('evt_b', news)))).toEqual([])
  })

  it('keeps our own id where our mark is on it and it is not stored here', async () => {
    const { w, paymentId } = await asked()
    const marked = { ...report, refundId: 'rf_0077' as RefundId }
    await w.holdfast.receiveEvent(event('evt_a', { about: 'refund', refundId: marked.refundId, report: marked }))
    expect((await w.get(paymentId)).refunds.map(({ id }) => id)).toEqual(['rf_0001', 'rf_0077'])
  })

  it("is followed as somebody else's where it bears none", async () => {
    const { w, paymentId } = await asked()
    await w.holdfast.receiveEvent(event('evt_a', { about: 'refund', report }))
    expect((await w.get(paymentId)).refunds.map(({ id, reason }) => [id, reason])).toEqual([
      ['rf_0001', 'requested_by_customer'],
      ['rf_re_1', 'external'],
    ])
  })

  it('that says nothing new counts as no look', async () => {
    const { w, paymentId } = await asked()
    const pending = { ...report, state: { type: 'pending' } } as const
    const news = { about: 'refund', refundId: 'rf_0001' as RefundId, report: pending } as const
    await w.holdfast.receiveEvent(event('evt_a', news))
    const before = await w.get(paymentId)
    await w.clock.advance(minute)
    await w.holdfast.receiveEvent(event('evt_b', news))
    expect(await w.get(paymentId)).toEqual(before)
  })

  it('of another mode, or in a status that nobody knows, moves nothing', async () => {
    const { w, paymentId } = await asked()
    const before = await w.get(paymentId)
    const refund = { about: 'refund', refundId: 'rf_0001' as RefundId } as const
    await w.holdfast.receiveEvent(event('evt_a', { ...refund, report: { ...report, livemode: true } }))
    expect(await w.get(paymentId)).toEqual(before)
    const state = { type: 'unrecognized', status: 'half_made' } as const
    const lines = await told(w, paymentId, () =>
      w.holdfast.receiveEvent(event('evt_b', { ...refund, report: { ...report, state } })),
    )
    expect(await w.get(paymentId)).toEqual(before)
    expect(lines).toEqual([
      ['event something.happened', 'event evt_b', { state: 'unrecognized' }],
      [
        'attention unrecognized_status',
        'attention unrecognized_status:re_1',
        { providerId: 're_1', status: 'half_made' },
      ],
    ])
  })
})

describe('news about a dispute', () => {
  const news = (outcome: 'opened' | 'won' | 'lost') =>
    ({ about: 'dispute', providerId: 'dp_1', chargeId: 'ch_1', outcome, amount: mxn(300_00n) }) as const

  it('is told once, and once more when it ends', async () => {
    const w = world()
    const paymentId = await paid(w)
    const opened = await told(w, paymentId, () => w.holdfast.receiveEvent(event('evt_a', news('opened'))))
    expect(opened[0]).toEqual(['event something.happened', 'event evt_a', { outcome: 'opened' }])
    expect((await w.get(paymentId)).payment.status).toBe('disputed')
    expect(await told(w, paymentId, () => w.holdfast.receiveEvent(event('evt_b', news('opened'))))).toEqual([])
    await w.clock.advance(hour)
    const won = await told(w, paymentId, () => w.holdfast.receiveEvent(event('evt_c', news('won'))))
    expect(won[0]).toEqual(['event something.happened', 'event evt_c', { outcome: 'won' }])
    expect((await w.get(paymentId)).payment.status).toBe('completed')
  })
  it('that contradicts what is known is no story yet: the provider is asked', async () => {
    const w = world()
    const paymentId = await paid(w)
    await w.holdfast.receiveEvent(event('evt_a', news('lost')))
    await w.holdfast.drainOutbox(9)
    await w.holdfast.receiveEvent(event('evt_b', news('won')))
    expect((await w.get(paymentId)).payment.status).toBe('refunded')
    expect(await w.unitOfWork.read((tx) => tx.outbox.list({ status: 'waiting', limit: 9 }))).toMatchObject([
      {
        id: 'look_up_charge:att_0001',
        body: { type: 'look_up_charge', paymentId, attemptId: 'att_0001' },
        dueAt: start,
      },
    ])
  })
})
