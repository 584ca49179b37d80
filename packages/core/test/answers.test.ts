import { describe, expect, it } from 'vitest'
import { day, hour, minute, type PaymentProvider, type ProviderAnswer, type RefundId } from '../src/index.ts'
import { ana, mxn, staff, start, world, type World } from '../src/contracts/rules/world.ts'
import { memoryClock, memoryPaymentProvider, memoryUnitOfWork, sequentialIds } from '../src/memory/index.ts'
import { storyOf } from './story-of.ts'
import { paidStay } from './paid-stay.ts'

type Answers = { readonly [Call in keyof PaymentProvider]?: readonly ProviderAnswer<never>[] }

/** A world whose provider gives these answers first, whatever is asked, and does nothing for them. */
const answering = () => {
  const scripted = new Map<string, ProviderAnswer<never>[]>()
  const w = world({
    wrapProvider: (provider) =>
      new Proxy(provider, {
        get: (real, call, receiver) => {
          const answer = scripted.get(String(call))?.shift()
          return answer === undefined ? (Reflect.get(real, call, receiver) as unknown) : async () => answer
        },
      }),
  })
  return {
    w,
    next: (answers: Answers) => {
      for (const [call, list] of Object.entries(answers)) scripted.set(call, [...list])
    },
  }
}
const work = (w: World, id: string) => w.unitOfWork.read((tx) => tx.outbox.find(id))
const refused = (detail?: string): ProviderAnswer<never> => ({
  type: 'refused',
  failure: { code: 'provider_rejected', retryable: false, ...(detail === undefined ? {} : { detail }) },
})
const lost: ProviderAnswer<never> = { type: 'unknown', answered: false, detail: 'Nothing was heard.' }
const absent: ProviderAnswer<never> = { type: 'absent' }

describe('where the provider is asked to close a page and', () => {
  const closing = async (answer: ProviderAnswer<never>) => {
    const { w, next } = answering()
    const { paymentId } = await w.book(ana)
    next({ closeAttempt: [answer] })
    const outcome = await w.holdfast.cancelPayment({ actor: ana, paymentId })
    if (!outcome.ok) throw new Error(outcome.error.code)
    const told = (await storyOf(w, paymentId)).find(([what]) => what === 'answer close_attempt')
    return { w, paymentId, told: told?.at(-1), pending: outcome.value.providerCancellation }
  }
  const retry = async (w: World) => (await work(w, 'close_attempt:att_0001'))?.dueAt ?? 0

  it('refuses, it is asked again', async () => {
    const { told, pending, w } = await closing(refused('The session is locked.'))
    expect([told, pending]).toEqual([{ outcome: 'unknown', detail: 'The session is locked.' }, 'pending'])
    expect((await retry(w)) - start).toBeLessThanOrEqual(2_000)
    expect((await closing(refused())).told).toEqual({ outcome: 'unknown', detail: 'provider_rejected' })
  })

  it('says that it is still open, it is asked again', async () => {
    const state = { type: 'opened', url: 'https://pay.example/cs_1', expiresAt: start } as const
    const { told, pending } = await closing({
      type: 'reported',
      report: { state, livemode: false, providerId: 'cs_1' } as never,
    })
    expect([told, pending]).toEqual([
      { outcome: 'unknown', detail: 'Asked to close it, and it is still open.' },
      'pending',
    ])
  })

  it('knows no such page, nobody can pay it', async () => {
    const { told, pending, w, paymentId } = await closing(absent)
    expect([told, pending]).toEqual([{ state: 'expired' }, 'done'])
    expect((await w.get(paymentId)).attempts).toMatchObject([{ status: 'expired', providerId: 'cs_1' }])
  })

  it('is away, it is asked again when it wants to be', async () => {
    const { told, w } = await closing({ type: 'unreachable', retryAfterMs: 90_000, detail: 'Come back later.' })
    expect(told).toEqual({ outcome: 'unreachable', detail: 'Come back later.' })
    expect((await retry(w)) - start).toBe(90_000)
    const soon = await closing({ type: 'unreachable', retryAfterMs: 1, detail: 'Come back soon.' })
    expect((await retry(soon.w)) - start).toBeGreaterThan(3_700)
  })
})

describe('where the provider is asked what a page is and', () => {
  const asking = async (answer: ProviderAnswer<never>) => {
    const { w, next } = answering()
    const { paymentId } = await w.book(ana)
    const told = (await storyOf(w, paymentId)).length
    next({ findAttempt: [answer] })
    const synced = await w.holdfast.syncPayment({ actor: ana, paymentId })
    if (!synced.ok) throw new Error(synced.error.code)
    return { told: (await storyOf(w, paymentId)).slice(told), type: synced.value.type, kase: await w.get(paymentId) }
  }

  it('has none or will not say, that is no news: it is asked about again later', async () => {
    for (const answer of [absent, refused()]) {
      const { told, type, kase } = await asking(answer)
      expect([told, type]).toEqual([[], 'asked'])
      expect(kase.attempts).toMatchObject([{ status: 'open', looks: 1, lookAt: start + 5 * minute }])
    }
  })

  it('says nothing, that is told, and it is asked about again later', async () => {
    const { told, type, kase } = await asking(lost)
    expect(told).toEqual([
      ['answer look_up_attempt', 'attempt att_0001', { outcome: 'unknown', detail: 'Nothing was heard.' }],
    ])
    expect([type, kase.attempts[0]?.status]).toEqual(['unheard', 'open'])
  })

  it('answers for the other mode, that is not believed, and a human is called', async () => {
    const report = { state: { type: 'expired' }, livemode: true, providerId: 'cs_1' }
    const { told, kase } = await asking({ type: 'reported', report: report as never })
    expect(kase.attempts).toMatchObject([{ status: 'open' }])
    expect(told.at(-1)).toEqual([
      'attention livemode_mismatch',
      'attention livemode_mismatch:att_0001',
      { attemptId: 'att_0001' },
    ])
  })

  it('answers in a status that nobody knows, that changes nothing, and a human is called', async () => {
    const report = { state: { type: 'unrecognized', status: 'half_paid' }, livemode: false, providerId: 'cs_1' }
    const { told, kase } = await asking({ type: 'reported', report: report as never })
    expect(kase.attempts).toMatchObject([{ status: 'open', looks: 1 }])
    expect(told).toEqual([
      ['answer look_up_attempt', 'attempt att_0001', { state: 'unrecognized', providerId: 'cs_1' }],
      [
        'attention unrecognized_status',
        'attention unrecognized_status:att_0001:half_paid',
        { attemptId: 'att_0001', status: 'half_paid' },
      ],
    ])
  })
})

describe('where a saved card is charged, nothing is heard, and the payment is cancelled', () => {
  const notFoundYet = 'Not found yet, which proves nothing so soon. It is only looked for from now on.'

  it('the charge is looked for until it cannot turn up any more, and never made again', async () => {
    const { w, next } = answering()
    const { reservationId, balanceId } = await paidStay(w)
    next({ chargeSavedCard: [lost] })
    await w.holdfast.startBalance({ actor: ana, reservationId })
    expect(await w.holdfast.cancelPayment({ actor: staff, paymentId: balanceId })).toMatchObject({
      ok: true,
      value: { providerCancellation: 'pending', payment: { status: 'cancelled' } },
    })
    const outcomes = async () =>
      (await storyOf(w, balanceId)).flatMap(([what, , data]) => (what.startsWith('answer') ? [[what, data]] : []))
    expect((await outcomes()).at(-1)).toEqual(['answer close_attempt', { outcome: 'unknown', detail: notFoundYet }])
    await w.clock.advance(2 * minute)
    await w.holdfast.drainOutbox(10)
    expect(await outcomes()).toContainEqual(['answer charge_saved_card', { outcome: 'unknown', detail: notFoundYet }])
    expect((await w.get(balanceId)).attempts).toMatchObject([{ status: 'requested', closing: 'requested' }])
    await w.pass(20 * minute, minute)
    expect((await w.get(balanceId)).attempts[0]?.status).not.toBe('requested')
    expect(w.provider.truth.attempts().filter(({ kind }) => kind === 'off_session')).toEqual([])
  })
})

describe('where the provider is asked what a refund is and', () => {
  it('answers in a status that nobody knows, a human is called, and it is asked about ever later', async () => {
    const w = world()
    const { paymentId } = await paidStay(w)
    w.provider.bank.delayRefunds()
    await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(5n) })
    const before = (await w.get(paymentId)).refunds[0]
    if (before?.status !== 'pending') throw new Error('Not on its way.')
    w.provider.faults.next('findRefund', 'unrecognized_status')
    await w.clock.advance(before.lookAt - w.clock.now())
    await w.holdfast.sweep()
    const [refund] = (await w.get(paymentId)).refunds
    expect(refund).toMatchObject({ status: 'pending', looks: before.looks + 1 })
    expect(await w.unitOfWork.read((tx) => tx.attention.list(9))).toMatchObject([{ code: 'unrecognized_status' }])
  })
})

describe('where a refund is asked for and', () => {
  const refunding = async (answers: Answers) => {
    const { w, next } = answering()
    const { paymentId } = await paidStay(w)
    next(answers)
    const outcome = await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(5n) })
    if (!outcome.ok) throw new Error(outcome.error.code)
    const told = await storyOf(w, paymentId)
    return {
      w,
      paymentId,
      refund: outcome.value.refund,
      told: told.slice(told.findIndex(([what]) => what === 'command refund_payment') + 2),
    }
  }
  const sending = (w: World) => work(w, 'send_refund:rf_0001')

  it('nothing is heard, it is asked for again soon, and the look is noted', async () => {
    const { w, told, refund } = await refunding({ refund: [lost] })
    expect(told).toEqual([
      ['answer send_refund', 'refund rf_0001', { outcome: 'unknown', detail: 'Nothing was heard.' }],
    ])
    expect(refund).toMatchObject({ status: 'requested', looks: 1, lookAt: start + 10 * minute })
    expect(await sending(w)).toMatchObject({ status: 'waiting', tries: 1, lastError: 'Nothing was heard.' })
    const away = await refunding({ refund: [{ type: 'unreachable', retryAfterMs: 90_000, detail: 'Later.' }] })
    expect((await sending(away.w))?.dueAt).toBe(start + 90_000)
  })

  it('the provider refuses, it has failed, and a human is called', async () => {
    const { w, told, refund, paymentId } = await refunding({ refund: [refused('Too old.')] })
    expect(refund).toMatchObject({ status: 'failed', failedAt: start, detail: 'Too old.' })
    expect((await w.get(paymentId)).payment).toMatchObject({ status: 'completed', refunded: 0n })
    expect(told).toEqual([
      ['answer send_refund', 'refund rf_0001', { outcome: 'refused', detail: 'Too old.' }],
      ['fact failed', 'refund rf_0001', { at: start, detail: 'Too old.' }],
      [
        'attention refund_failed',
        'attention refund_failed:rf_0001',
        { refundId: 'rf_0001', minorUnits: 5n, detail: 'Too old.' },
      ],
    ])
    expect(await sending(w)).toMatchObject({ status: 'done' })
    expect((await refunding({ refund: [refused()] })).refund).toMatchObject({ detail: 'provider_rejected' })
  })

  it('the answer is of the other mode, it is not believed, a human is called, and it is asked about again later', async () => {
    const report = {
      state: { type: 'succeeded' },
      providerId: 're_1',
      refundId: 'rf_0001',
      chargeId: 'pi_1',
      amount: mxn(5n),
      livemode: true,
    }
    const { told, refund } = await refunding({ refund: [{ type: 'reported', report: report as never }] })
    expect(refund).toMatchObject({ status: 'requested', looks: 1, lookAt: start + 10 * minute })
    expect(told.at(-1)).toEqual([
      'attention livemode_mismatch',
      'attention livemode_mismatch:rf_0001',
      { refundId: 'rf_0001' },
    ])
  })

  it('the provider refuses and cannot say what became of the charge, it is asked again', async () => {
    const { w, refund } = await refunding({ refund: [refused('No.')], findCharge: [lost] })
    expect(refund).toMatchObject({ status: 'requested' })
    expect(await sending(w)).toMatchObject({
      status: 'waiting',
      lastError: 'No. Its charge could not be read: Nothing was heard.',
    })
  })

  it('the provider refuses and is away when asked about the charge, it is asked again', async () => {
    const { w } = await refunding({ refund: [refused('No.')], findCharge: [{ type: 'unreachable', detail: 'Away.' }] })
    expect(await sending(w)).toMatchObject({
      status: 'waiting',
      lastError: 'No. Its charge could not be read: Away.',
    })
  })

  it('the provider refuses because somebody gave it back there, that is followed, and this one has failed', async () => {
    const { w, next } = answering()
    const { paymentId } = await paidStay(w)
    w.provider.bank.refund('ch_1', 299_98n)
    next({ refund: [refused('Too much.')] })
    const before = (await storyOf(w, paymentId)).length
    await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(5n) })
    expect((await storyOf(w, paymentId)).slice(before + 2)).toEqual([
      ['answer look_up_charge', 'refund rf_0001', { refunds: 1 }],
      ['fact found_at_provider', 'refund rf_re_1', {}],
      ['fact succeeded', 'refund rf_re_1', { at: start, providerId: 're_1' }],
      ['fact refunded_in_part', 'payment pay_0001', { refunded: 299_98n }],
      ['answer send_refund', 'refund rf_0001', { outcome: 'refused', detail: 'Too much.' }],
      ['fact failed', 'refund rf_0001', { at: start, detail: 'Too much.' }],
      [
        'attention refund_failed',
        'attention refund_failed:rf_0001',
        { refundId: 'rf_0001', minorUnits: 5n, detail: 'Too much.' },
      ],
    ])
    expect(await sending(w)).toMatchObject({ status: 'done' })
  })

  it('the provider refuses, and holds it all the same: it was made, and nobody is called', async () => {
    const { w, next } = answering()
    const { paymentId } = await paidStay(w)
    // By somebody whose answer got lost, or who came first: the list in which it was looked for lagged.
    await w.provider.refund({
      refundId: 'rf_0001' as RefundId,
      paymentId,
      idempotencyKey: 'another',
      chargeId: 'ch_1',
      amount: mxn(5n),
      reason: 'requested_by_customer',
    })
    next({ refund: [refused('There already.')] })
    await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(5n) })
    const { payment, refunds } = await w.get(paymentId)
    expect(refunds).toMatchObject([{ id: 'rf_0001', status: 'succeeded', providerId: 're_1' }])
    expect(payment).toMatchObject({ status: 'partially_refunded', refunded: 5n })
    expect(await w.unitOfWork.read((tx) => tx.attention.list(10))).toEqual([])
    expect(await sending(w)).toMatchObject({ status: 'done' })
  })

  it('the provider refuses while its success is heard by somebody else, that counts', async () => {
    const { w, next } = answering()
    const { paymentId } = await paidStay(w)
    next({ refund: [lost] })
    await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(5n) })
    next({ refund: [refused('No.')], findCharge: [absent] })
    const slow = w.holdfast.performEffect({
      id: 'send_refund:rf_0001',
      body: { type: 'send_refund', paymentId, refundId: 'rf_0001' as RefundId },
      tries: 2,
      lease: 7,
    })
    await w.clock.advance(minute)
    await w.holdfast.receiveEvent({
      id: 'evt_refund',
      type: 'refund.created',
      occurredAt: start,
      livemode: false,
      news: {
        about: 'refund',
        refundId: 'rf_0001' as RefundId,
        report: {
          state: { type: 'succeeded' },
          providerId: 're_9',
          refundId: 'rf_0001' as RefundId,
          chargeId: 'ch_1',
          amount: mxn(5n),
          livemode: false,
        },
      },
    })
    await slow
    expect((await w.get(paymentId)).refunds).toMatchObject([{ status: 'succeeded', providerId: 're_9' }])
  })

  it('the provider refuses to send back all of what nobody wanted, the rest is sent back', async () => {
    const { w, next } = answering()
    const { paymentId, sessionId } = await w.book(ana)
    next({ closeAttempt: [lost] })
    await w.holdfast.cancelPayment({ actor: ana, paymentId })
    await w.provider.payer.pay(sessionId)
    const [event] = w.provider.events().slice(-1)
    if (event !== undefined) await w.holdfast.receiveEvent(event)
    w.provider.bank.refund('ch_1', 100_00n)
    next({ refund: [refused('Too much.')] })
    await w.pass(hour, minute)
    const { refunds } = await w.get(paymentId)
    expect(refunds.map(({ amount, status, reason }) => [amount.minorUnits, status, reason])).toEqual([
      [300_00n, 'failed', 'late_payment'],
      [100_00n, 'succeeded', 'external'],
      [200_00n, 'succeeded', 'late_payment'],
    ])
  })

  it('the key is worn out, the refund is looked for, and believed where it is there', async () => {
    const { w, next } = answering()
    const { paymentId } = await paidStay(w)
    next({ refund: [lost] })
    await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(5n) })
    await w.clock.advance(24 * hour)
    next({ findRefund: [refused('Not now.')] })
    await w.holdfast.drainOutbox(10)
    const sent = await sending(w)
    expect(sent).toMatchObject({ status: 'waiting', lastError: 'Not now.' })
    expect((sent?.dueAt ?? 0) - w.clock.now()).toBeLessThanOrEqual(4_000)
    expect(w.provider.truth.refunds()).toEqual([])
    await w.pass(hour, minute)
    expect(w.provider.truth.refunds()).toHaveLength(1)
    expect((await w.get(paymentId)).refunds).toMatchObject([{ status: 'succeeded' }])
  })

  it('two stay on their way, each is looked at by itself', async () => {
    const { w, next } = answering()
    const { paymentId } = await paidStay(w)
    w.provider.bank.delayRefunds()
    for (const minorUnits of [5n, 6n])
      await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(minorUnits) })
    await w.clock.advance(hour)
    next({ findRefund: [absent, absent] })
    await w.holdfast.sweep()
    expect((await w.get(paymentId)).refunds).toMatchObject([
      { status: 'pending', looks: 1 },
      { status: 'pending', looks: 1 },
    ])
  })

  it('it stays on its way, it is looked at later and later until it has arrived', async () => {
    const { w, next } = answering()
    const { paymentId } = await paidStay(w)
    w.provider.bank.delayRefunds()
    await w.holdfast.refundPayment({ actor: staff, paymentId, amount: mxn(5n) })
    const looked = async () => (await w.get(paymentId)).refunds[0]
    expect(await looked()).toMatchObject({ status: 'pending', looks: 0, lookAt: start + hour })
    await w.clock.advance(hour)
    next({ findRefund: [absent] })
    await w.holdfast.sweep()
    expect(await looked()).toMatchObject({ status: 'pending', looks: 1, lookAt: start + hour + 10 * minute })
    expect(await work(w, 'look_up_refund:rf_0001')).toMatchObject({ status: 'done' })
    await w.clock.advance(10 * minute)
    next({ findRefund: [refused()] })
    await w.holdfast.sweep()
    expect(await work(w, 'look_up_refund:rf_0001')).toMatchObject({ status: 'done' })
    expect(await looked()).toMatchObject({ status: 'pending', looks: 2, lookAt: start + hour + 30 * minute })
    await w.clock.advance(20 * minute)
    await w.holdfast.sweep()
    expect(await looked()).toMatchObject({ status: 'pending', looks: 3 })
    w.provider.bank.settleRefund(w.provider.truth.refunds()[0]?.id ?? '', 'succeeded')
    await w.clock.advance(day)
    expect(await w.holdfast.sweep()).toMatchObject({ ok: true, value: { moved: 2 } })
    expect(await looked()).toMatchObject({ status: 'succeeded' })
  })
})

describe('where the provider is asked what has become of a charge and', () => {
  const asking = async (answer: ProviderAnswer<never>) => {
    const { w, next } = answering()
    const { paymentId } = await paidStay(w)
    const told = (await storyOf(w, paymentId)).length
    next({ findCharge: [answer] })
    const synced = await w.holdfast.syncPayment({ actor: staff, paymentId })
    if (!synced.ok) throw new Error(synced.error.code)
    return { told: (await storyOf(w, paymentId)).slice(told), type: synced.value.type, kase: await w.get(paymentId) }
  }
  const charged = { refunds: [], disputes: [], livemode: false }

  it('has nothing to tell, it is asked about again later', async () => {
    for (const answer of [absent, refused(), { type: 'reported', report: charged as never } as const]) {
      const { told, type, kase } = await asking(answer)
      expect([told, type]).toEqual([[], 'asked'])
      expect(kase.attempts).toMatchObject([{ looks: 1, lookAt: start + 2 * hour }])
    }
  })

  it('says nothing, it is asked about again in an hour', async () => {
    const { told, type, kase } = await asking(lost)
    expect(told).toEqual([
      ['answer look_up_charge', 'attempt att_0001', { outcome: 'unknown', detail: 'Nothing was heard.' }],
    ])
    expect([type, kase.attempts[0]]).toMatchObject(['unheard', { looks: 0, lookAt: start + hour }])
    expect((await asking({ type: 'unreachable', detail: 'Away.' })).type).toBe('unheard')
  })

  it('answers for the other mode, that is not believed, and a human is called', async () => {
    const { told, kase } = await asking({ type: 'reported', report: { ...charged, livemode: true } as never })
    expect(told).toEqual([
      ['answer look_up_charge', 'attempt att_0001', { refunds: 0, disputes: 0 }],
      ['attention livemode_mismatch', 'attention livemode_mismatch:att_0001', { attemptId: 'att_0001' }],
    ])
    expect(kase.payment.status).toBe('completed')
  })

  it('tells of states that nobody knows, that changes nothing, and a human is called for each', async () => {
    const state = { type: 'unrecognized', status: 'half_made' } as const
    const refund = { providerId: 're_9', chargeId: 'ch_1', amount: mxn(7n), state, livemode: false }
    const report = { ...charged, refunds: [refund], disputes: [{ disputeId: 'dp_9', state, amount: mxn(1n) }] }
    const { told, kase } = await asking({ type: 'reported', report: report as never })
    expect(told).toEqual([
      ['answer look_up_charge', 'attempt att_0001', { refunds: 1, disputes: 1 }],
      ...['re_9', 'dp_9'].map((providerId) => [
        'attention unrecognized_status',
        `attention unrecognized_status:${providerId}`,
        { providerId, status: 'half_made' },
      ]),
    ])
    expect([kase.payment.status, kase.refunds]).toEqual(['completed', []])
    expect(kase.attempts).toMatchObject([{ looks: 1, lookAt: start + 2 * hour, disputes: [] }])
  })

  it('tells of a dispute, that is followed', async () => {
    const report = { ...charged, disputes: [{ disputeId: 'dp_9', state: 'opened', amount: mxn(1n) }] }
    const { told, kase } = await asking({ type: 'reported', report: report as never })
    expect(told[0]).toEqual(['answer look_up_charge', 'attempt att_0001', { refunds: 0, disputes: 1 }])
    expect(kase.payment.status).toBe('disputed')
  })

  it('tells of a refund, that is followed', async () => {
    const refund = {
      providerId: 're_9',
      chargeId: 'ch_1',
      amount: mxn(7n),
      state: { type: 'succeeded' },
      livemode: false,
    }
    const { told } = await asking({ type: 'reported', report: { ...charged, refunds: [refund] } as never })
    expect(told).toEqual([
      ['answer look_up_charge', 'attempt att_0001', { refunds: 1, disputes: 0 }],
      ['fact found_at_provider', 'refund rf_re_9', {}],
      ['fact succeeded', 'refund rf_re_9', { at: start, providerId: 're_9' }],
      ['fact refunded_in_part', 'payment pay_0001', { refunded: 7n }],
    ])
  })
})

describe('where the provider is asked to open a page and refuses', () => {
  it('a human reads what it said, or nothing where it said nothing', async () => {
    for (const [detail, read] of [
      ['The account is closed.', 'The account is closed.'],
      [undefined, ''],
    ] as const) {
      const { w, next } = answering()
      const opened = await w.holdfast.openIntent({ actor: ana, kind: 'reservation', payload: { night: 0 } })
      if (!opened.ok) throw new Error('No intent.')
      next({ openSession: [refused(detail)] })
      await w.holdfast.startCheckout({ actor: ana, paymentId: opened.value.paymentId })
      expect(await w.unitOfWork.read((tx) => tx.attention.list(9))).toMatchObject([
        { data: { attemptId: 'att_0001', call: 'open_session', code: 'provider_rejected', detail: read } },
      ])
    }
  })
})

describe('where nobody has heard of what is to be closed, and the provider', () => {
  const unheard = async () => {
    const { w, next } = answering()
    const opened = await w.holdfast.openIntent({ actor: ana, kind: 'reservation', payload: { night: 0 } })
    if (!opened.ok) throw new Error('No intent.')
    const { paymentId } = opened.value
    next({ openSession: [lost] })
    await w.holdfast.startCheckout({ actor: ana, paymentId })
    const perform = async (id: string) => {
      const taken = await w.unitOfWork.run((tx) => tx.outbox.take(id, { now: w.clock.now(), leaseMs: minute }))
      if (taken === undefined) throw new Error(`Somebody else performs ${id}.`)
      return w.holdfast.performEffect(taken)
    }
    return { w, next, paymentId, perform }
  }

  it('shows a page that it cannot close now, its name is kept before it is closed', async () => {
    const { w, next, paymentId } = await unheard()
    next({ closeAttempt: [lost] })
    const before = (await storyOf(w, paymentId)).length
    await w.holdfast.cancelPayment({ actor: ana, paymentId })
    expect((await w.get(paymentId)).attempts).toMatchObject([{ status: 'open', providerId: 'cs_1' }])
    expect((await storyOf(w, paymentId)).slice(before)).toContainEqual([
      'answer close_attempt',
      'attempt att_0001',
      { state: 'opened' },
    ])
  })

  it('proves to hold no page, it has expired', async () => {
    const { w, next, paymentId, perform } = await unheard()
    const error: ProviderAnswer<never> = { type: 'unknown', answered: true, detail: 'Internal error.' }
    next({ openSession: [error, error, error], findAttempt: [absent, absent, absent] })
    await w.holdfast.cancelPayment({ actor: ana, paymentId })
    await w.clock.advance(3 * minute)
    expect(await perform('close_attempt:att_0001')).toMatchObject({ type: 'postponed' })
    expect(await perform('close_attempt:att_0001')).toMatchObject({ type: 'postponed', retryAfterMs: 2 * minute })
    await w.clock.advance(2 * minute - 1)
    expect(await perform('close_attempt:att_0001')).toMatchObject({ type: 'postponed' })
    await w.clock.advance(1)
    expect(await perform('close_attempt:att_0001')).toMatchObject({ type: 'done' })
    expect((await w.get(paymentId)).attempts).toMatchObject([{ status: 'expired' }])
    expect(await work(w, 'close_attempt:att_0001')).toMatchObject({ status: 'done' })
    const told = (await storyOf(w, paymentId)).filter(([what]) => what === 'answer close_attempt')
    expect(told.at(-1)).toStrictEqual(['answer close_attempt', 'attempt att_0001', { state: 'expired' }])
  })

  it('shows a charge that was made, that is believed and nothing is closed', async () => {
    const { w, next } = answering()
    const { reservationId, balanceId } = await paidStay(w)
    w.provider.faults.next('chargeSavedCard', 'answer_lost')
    await w.holdfast.startBalance({ actor: staff, reservationId })
    next({ closeAttempt: [absent] })
    expect(await w.holdfast.cancelPayment({ actor: staff, paymentId: balanceId })).toMatchObject({
      ok: false,
      error: { code: 'payment_already_completed' },
    })
    const told = (await storyOf(w, balanceId)).filter(([what]) => what === 'answer close_attempt')
    expect(told).toMatchObject([['answer close_attempt', 'attempt att_0002', { state: 'captured' }]])
  })

  it('refuses a page to one who closes while another is given it, it is closed by its name', async () => {
    for (const cancelled of [true, false]) {
      const clock = memoryClock(start)
      const shared = {
        clock,
        unitOfWork: memoryUnitOfWork(),
        provider: memoryPaymentProvider({ clock }),
        ids: sequentialIds(),
      }
      const other = world(shared)
      let asked = 0
      const slow = world({
        ...shared,
        wrapProvider: (provider) => ({
          ...provider,
          openSession: async () => {
            asked += 1
            if (asked === 1) return lost
            await clock.advance(2 * minute)
            const taken = await other.unitOfWork.run((tx) =>
              tx.outbox.take('open_session:att_0001', { now: clock.now(), leaseMs: minute }),
            )
            if (taken !== undefined) await other.holdfast.performEffect(taken)
            return refused()
          },
          // The list does not have it yet.
          findAttempt: async () => ({ type: 'absent' }),
        }),
      })
      const opened = await slow.holdfast.openIntent({ actor: ana, kind: 'reservation', payload: { night: 0 } })
      if (!opened.ok) throw new Error('No intent.')
      const { paymentId } = opened.value
      await slow.holdfast.startCheckout({ actor: ana, paymentId })
      if (cancelled) await slow.holdfast.cancelPayment({ actor: ana, paymentId })
      else {
        await clock.advance(minute)
        await slow.holdfast.drainOutbox(1)
      }
      expect((await slow.get(paymentId)).attempts).toMatchObject([{ status: 'open', providerId: 'cs_1' }])
      expect(await slow.unitOfWork.read((tx) => tx.attention.list(9))).toEqual([])
      const owed = await slow.unitOfWork.read((tx) => tx.outbox.list({ status: 'waiting', limit: 9 }))
      const attempt = { paymentId, attemptId: 'att_0001' }
      expect(owed.map(({ id, body, dueAt }) => [id, body, dueAt])).toEqual(
        cancelled
          ? [['close_attempt:att_0001:cs_1', { type: 'close_attempt', ...attempt, providerId: 'cs_1' }, clock.now()]]
          : [],
      )
    }
  })
})
