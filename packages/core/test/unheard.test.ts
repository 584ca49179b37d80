import { describe, expect, it } from 'vitest'
import { attemptId, at, paymentId as idOfPayment } from '../src/contracts/sample-names.ts'
import { paidAttempt } from '../src/contracts/sample-attempts.ts'
import { ana, mxn, planned, staff, world, type World, type WorldOptions } from '../src/contracts/rules/world.ts'
import {
  day,
  decideAttempt,
  evolveAttempt,
  hour,
  instant,
  minute,
  settleCharge,
  settleDispute,
  type Attempt,
  type PaymentId,
  type RefundId,
} from '../src/index.ts'
import { counted, heard, paid } from './paid-case.ts'

/** A stay whose deposit is paid, in a world that no webhook reaches; the sweep found the money. */
const paidUnheard = async (options?: WorldOptions): Promise<{ w: World; paymentId: PaymentId; chargeId: string }> => {
  const w = world(options)
  await planned(w)
  const { paymentId, sessionId } = await w.book(ana)
  await w.provider.payer.pay(sessionId)
  await w.pass(hour)
  const { attempts } = await w.get(paymentId)
  const [attempt] = attempts
  if (attempt?.status !== 'succeeded') throw new Error(`The money was not found: ${attempt?.status}.`)
  return { w, paymentId, chargeId: attempt.charge.id }
}

const attention = async (w: World) =>
  (await w.unitOfWork.read((tx) => tx.attention.list(10))).map(({ code, data }) => ({ code, ...data }))

describe('with every event lost, what becomes of a charge is found by asking', () => {
  it('a refund that somebody made in the dashboard', async () => {
    const { w, paymentId, chargeId } = await paidUnheard()
    const made = w.provider.bank.refund(chargeId, 100_00n)
    await w.pass(3 * hour)
    const { payment, refunds } = await w.get(paymentId)
    expect(payment).toMatchObject({ status: 'partially_refunded', refunded: 100_00n })
    expect(refunds).toMatchObject([{ reason: 'external', providerId: made.id, status: 'succeeded' }])
  })

  it('a refund that a bank sent back after it had succeeded, and a human is called', async () => {
    const { w, paymentId } = await paidUnheard()
    await w.holdfast.refundPayment({ actor: staff, paymentId })
    expect((await w.get(paymentId)).payment.status).toBe('refunded')
    await w.pass(20 * day, hour)
    w.provider.bank.settleRefund(w.provider.truth.refunds()[0]?.id ?? '', 'failed')
    await w.pass(8 * day, hour)
    const { payment, refunds } = await w.get(paymentId)
    expect(payment).toMatchObject({ status: 'completed', refunded: 0n })
    expect(refunds).toMatchObject([{ status: 'failed' }])
    expect(await attention(w)).toMatchObject([{ code: 'refund_failed', minorUnits: 300_00n }])
  })

  it.each([
    ['won', 'completed'],
    ['lost', 'refunded'],
  ] as const)('a dispute, and that it was %s in the end', async (outcome, status) => {
    const { w, paymentId, chargeId } = await paidUnheard()
    await w.pass(60 * day, 6 * hour)
    w.provider.bank.dispute(chargeId, 'opened')
    await w.pass(8 * day, hour)
    expect((await w.get(paymentId)).payment.status).toBe('disputed')
    expect(await attention(w)).toMatchObject([{ code: 'dispute_opened', chargeId, status: 'open' }])
    await w.pass(70 * day, 6 * hour)
    w.provider.bank.dispute(chargeId, outcome)
    await w.pass(8 * day, hour)
    expect((await w.get(paymentId)).payment.status).toBe(status)
  })

  it('a dispute that was lost before anybody here heard of it, and a human is called', async () => {
    const { w, paymentId, chargeId } = await paidUnheard()
    w.provider.bank.dispute(chargeId, 'lost')
    await w.pass(3 * hour)
    expect((await w.get(paymentId)).payment).toMatchObject({ status: 'refunded', refunded: 300_00n })
    expect(await attention(w)).toMatchObject([{ code: 'dispute_opened', status: 'lost' }])
  })

  it('years later, however long nobody has asked', async () => {
    const { w, paymentId, chargeId } = await paidUnheard()
    await w.pass(3 * 365 * day, day)
    w.provider.bank.refund(chargeId, 300_00n)
    await w.pass(366 * day, day)
    expect((await w.get(paymentId)).payment.status).toBe('refunded')
  })

  it('of money that counted for nothing, too', async () => {
    const { w, paymentId, chargeId } = await paidUnheard({ settings: { wrongAmount: 'hold' } })
    const second = await w.book(ana, 1)
    await w.provider.payer.pay(second.sessionId, mxn(1_00n))
    await w.pass(hour)
    const held = await w.get(second.paymentId)
    expect(held.payment.status).toBe('failed')
    const [attempt] = held.attempts
    if (attempt?.status !== 'succeeded') throw new Error('No money came.')
    w.provider.bank.refund(attempt.charge.id, 1_00n)
    await w.pass(3 * hour)
    expect((await w.get(second.paymentId)).refunds).toMatchObject([{ reason: 'external', status: 'succeeded' }])
    expect(attempt.charge.id).not.toBe(chargeId)
    expect((await w.get(paymentId)).payment.status).toBe('completed')
  })

  it('after an outage of the provider, at the pace it had before', async () => {
    const { w, paymentId, chargeId } = await paidUnheard()
    for (let n = 0; n < 30; n += 1) w.provider.faults.next('findCharge', 'unreachable')
    await w.pass(6 * hour)
    w.provider.faults.clear()
    w.provider.bank.refund(chargeId, 100_00n)
    await w.pass(3 * hour)
    expect((await w.get(paymentId)).payment.status).toBe('partially_refunded')
  })

  it('at once where staff ask, and not each time its owner does', async () => {
    const { w, paymentId, chargeId } = await paidUnheard()
    w.provider.bank.refund(chargeId, 100_00n)
    expect(await w.holdfast.syncPayment({ actor: ana, paymentId })).toMatchObject({
      value: { type: 'nothing_to_ask', kase: { payment: { status: 'completed' } } },
    })
    expect(await w.holdfast.syncPayment({ actor: staff, paymentId })).toMatchObject({
      value: { type: 'asked', kase: { payment: { status: 'partially_refunded' } } },
    })
  })
})

describe('how often a charge is asked about', () => {
  const looksWithin = (ms: number): number => {
    let attempt: Attempt = { ...paidAttempt('p', 'a'), lookAt: at(hour) }
    const looks: number[] = []
    while ('lookAt' in attempt && attempt.lookAt <= at(ms)) {
      looks.push(attempt.lookAt)
      const decision = decideAttempt(attempt, { type: 'note_look', at: attempt.lookAt })
      attempt = decision.ok ? decision.events.reduce(evolveAttempt, attempt) : attempt
    }
    return looks.length
  }

  it('grows thin, and never ends', () => {
    expect([1, 10, 122, 365, 10 * 365].map((days) => looksWithin(days * day))).toEqual([4, 7, 23, 28, 37])
  })

  it('is often again once something has moved', async () => {
    const { w, paymentId, chargeId } = await paidUnheard()
    await w.pass(90 * day, 6 * hour)
    w.provider.bank.dispute(chargeId, 'opened')
    await w.pass(8 * day, hour)
    w.provider.bank.dispute(chargeId, 'won')
    await w.pass(5 * day, hour)
    expect((await w.get(paymentId)).payment.status).toBe('completed')
  })
})

describe('a dispute', () => {
  it('that was closed before its opening was heard of is not opened by it', () => {
    for (const [outcome, status] of [
      ['won', 'completed'],
      ['lost', 'refunded'],
    ] as const) {
      const closed = heard(paid(), outcome)
      expect(closed.kase.payment.status).toBe(status)
      const late = heard(closed.kase, 'opened')
      expect(late.kase).toBe(closed.kase)
      expect(late.effects).toEqual([])
    }
  })

  it('whose events contradict each other is asked about, and the answer is believed', () => {
    const lost = heard(paid(), 'lost').kase
    const contradicted = heard(lost, 'won')
    expect(contradicted.kase).toBe(lost)
    expect(contradicted.effects).toEqual([{ type: 'look_up_charge', paymentId: idOfPayment('p'), attemptId: counted }])
    const won = heard(lost, 'won', true).kase.payment
    expect(won).toMatchObject({ status: 'completed', refunded: 0n })
  })

  it('of a charge that counts for nothing leaves the payment alone, and calls a human', () => {
    const kase = { ...paid(), attempts: [...paid().attempts, paidAttempt('p', 'p_a2')] }
    const change = settleDispute(kase, attemptId('p_a2'), {
      at: instant(100),
      disputeId: 'dp_2',
      state: 'lost',
      amount: mxn(125_00n),
      asked: false,
    })
    expect(change.kase.payment).toEqual(kase.payment)
    expect(change.attention).toMatchObject([{ code: 'dispute_opened' }])
  })

  it('that is one of two keeps the payment disputed until both have ended', () => {
    const both = settleCharge(paid(), counted, {
      at: instant(100),
      refunds: [],
      disputes: [
        { disputeId: 'dp_1', state: 'opened', amount: mxn(100_00n) },
        { disputeId: 'dp_2', state: 'opened', amount: mxn(25_00n) },
      ],
    }).kase
    const one = heard(both, 'won').kase
    expect(one.payment.status).toBe('disputed')
    const second = { at: instant(101), disputeId: 'dp_2', amount: mxn(25_00n), asked: false } as const
    const none = settleDispute(one, counted, { ...second, state: 'won' }).kase
    expect(none.payment.status).toBe('completed')
  })
})

it('a refund of ours that a restored backup does not know is found under its own id, and not made again', async () => {
  const { w, paymentId, chargeId } = await paidUnheard()
  // As if the row had been lost with what was written after the backup.
  await w.provider.refund({
    refundId: 'rf_lost' as RefundId,
    paymentId,
    idempotencyKey: 'rf_lost',
    chargeId,
    amount: mxn(100_00n),
    reason: 'requested_by_customer',
  })
  await w.pass(3 * hour, 10 * minute)
  const { refunds, payment } = await w.get(paymentId)
  expect(refunds).toMatchObject([{ id: 'rf_lost', status: 'succeeded' }])
  expect(payment).toMatchObject({ status: 'partially_refunded', refunded: 100_00n })
})
