import { describe, expect, it } from 'vitest'
import {
  at,
  attemptId,
  bareCase,
  expiredAttempt,
  paidAttempt,
  pendingPayment,
  refundId,
  requestedRefund,
} from '../src/contracts/samples.ts'
import { accept } from '../src/kernel/decision.ts'
import { after, hour } from '../src/kernel/instant.ts'
import { money, type Money } from '../src/kernel/money.ts'
import {
  decideDispute,
  evolveDispute,
  isDisputed,
  lostBy,
  openDispute,
  type Dispute,
  type DisputeCommand,
  type DisputeEvent,
  type DisputeState,
} from '../src/payment/dispute.ts'
import { getAttempt, refundableFrom, type PaymentCase } from '../src/payment/payment-case.ts'
import type { RefundState } from '../src/payment/refund.ts'
import { settleCharge } from '../src/settlement/settle-charge.ts'
import { settleDispute } from '../src/settlement/settle-dispute.ts'
import { mirrorRefund, settleRefund } from '../src/settlement/settle-refund.ts'
import { answersOf } from './every-status.ts'

const id = attemptId('att_1')
const completed = { status: 'completed', completedAt: at(9), attemptId: id, refunded: 0n } as const
const paid: PaymentCase = {
  ...bareCase(pendingPayment('pay_1', completed)),
  attempts: [expiredAttempt('pay_1', 'att_0'), paidAttempt('pay_1', 'att_1'), paidAttempt('pay_1', 'att_2')],
}
const refund = requestedRefund('pay_1', 'rf_1', { attemptId: id })
const refunding: PaymentCase = { ...paid, refunds: [refund] }
const factsOf = ({
  facts,
}: {
  readonly facts: readonly { about: { type: string; id: string }; event: { type: string } }[]
}) => facts.map(({ about, event }) => `${about.type} ${about.id} ${event.type}`)

describe('a refund of which the provider says something', () => {
  const heard = (kase: PaymentCase, state: RefundState) =>
    settleRefund(kase, refundId('rf_1'), { at: at(5), state, providerId: 're_1' })

  it('moves, and the payment with it as soon as it is on its way', () => {
    for (const type of ['pending', 'succeeded'] as const) {
      const change = heard(refunding, { type })
      expect(change.kase.refunds).toMatchObject([{ status: type, providerId: 're_1' }])
      expect(change.kase.payment).toMatchObject({ status: 'partially_refunded', refunded: 500n })
      expect(factsOf(change).at(-1)).toBe('payment pay_1 refunded_in_part')
      expect([change.effects, change.attention, change.fallback]).toEqual([[], [], false])
      const again = { at: at(6), state: { type }, providerId: 're_1' }
      expect(settleRefund(change.kase, refundId('rf_1'), again).kase).toBe(change.kase)
    }
  })

  it('that failed is undone, and calls a human', () => {
    const gone = heard(refunding, { type: 'succeeded' }).kase
    const change = heard(gone, { type: 'failed', detail: 'The account is closed.' })
    expect(change.kase.payment).toMatchObject({ status: 'completed', refunded: 0n })
    expect(factsOf(change)).toEqual(['refund rf_1 failed', 'payment pay_1 refund_undone'])
    expect(change.attention).toEqual([
      {
        id: 'refund_failed:rf_1',
        code: 'refund_failed',
        paymentId: 'pay_1',
        at: at(5),
        data: { refundId: 'rf_1', minorUnits: 500n, detail: 'The account is closed.' },
      },
    ])
  })

  it('of a charge that does not count says nothing about the payment', () => {
    const other = { ...paid, refunds: [requestedRefund('pay_1', 'rf_1', { attemptId: attemptId('att_2') })] }
    expect(factsOf(heard(other, { type: 'succeeded' }))).toEqual(['refund rf_1 succeeded'])
    const cancelled = pendingPayment('pay_1', { status: 'cancelled', cancelledAt: at(3), reason: 'requested' })
    expect(factsOf(heard({ ...refunding, payment: cancelled }, { type: 'succeeded' }))).toEqual([
      'refund rf_1 succeeded',
    ])
  })

  it('is not known here, and changes nothing', () => {
    expect(settleRefund(paid, refundId('rf_1'), { at: at(5), state: { type: 'pending' } })).toEqual({
      before: paid,
      kase: paid,
      facts: [],
      effects: [],
      attention: [],
      transfers: [],
      fallback: false,
    })
  })

  it('adds up with the others of the same charge, those that failed aside', () => {
    const of = (name: string, attempt: string, change: object) =>
      requestedRefund('pay_1', name, { attemptId: attemptId(attempt), ...change })
    const refunds = [
      refund,
      of('rf_2', 'att_1', { status: 'pending', providerId: 're_2', amount: money(20, 'MXN') }),
      of('rf_3', 'att_1', { status: 'succeeded', succeededAt: at(4), amount: money(3, 'MXN') }),
      of('rf_4', 'att_1', { status: 'failed', failedAt: at(4), detail: 'no', amount: money(7000, 'MXN') }),
      of('rf_5', 'att_1', { amount: money(900, 'MXN') }),
      of('rf_6', 'att_2', { status: 'succeeded', succeededAt: at(4), amount: money(80, 'MXN') }),
    ]
    expect(heard({ ...paid, refunds }, { type: 'succeeded' }).kase.payment).toMatchObject({ refunded: 523n })
  })

  it('lets its charge be asked about again soon', () => {
    const change = heard(refunding, { type: 'succeeded' })
    expect(change.kase.attempts[1]).toMatchObject({ looks: 0, lookAt: after(at(5), hour) })
    expect([change.kase.attempts[0], change.kase.attempts[2]]).toEqual([paid.attempts[0], paid.attempts[2]])
  })
})

describe('a refund that the provider holds', () => {
  const made = {
    at: at(5),
    state: { type: 'succeeded' },
    providerId: 're_9',
    chargeId: 'pi_att_1',
    amount: money(40, 'MXN'),
  } as const

  it('and nobody here asked for is followed, once', () => {
    const change = mirrorRefund(paid, made)
    expect(change.kase.refunds).toMatchObject([
      {
        id: 'rf_re_9',
        paymentId: 'pay_1',
        attemptId: 'att_1',
        amount: money(40, 'MXN'),
        reason: 'external',
        requestedAt: at(5),
        status: 'succeeded',
        providerId: 're_9',
      },
    ])
    expect(factsOf(change)).toEqual([
      'refund rf_re_9 found_at_provider',
      'refund rf_re_9 succeeded',
      'payment pay_1 refunded_in_part',
    ])
    expect(mirrorRefund(change.kase, made).facts).toEqual([])
  })

  it('is ours by the name that we know it by, or by our mark where we know it by none', () => {
    const other = requestedRefund('pay_1', 'rf_2', { attemptId: id, providerId: 're_9' })
    const marked = { ...made, refundId: refundId('rf_1') }
    const change = mirrorRefund({ ...paid, refunds: [other, refund] }, { ...marked, providerId: 're_8' })
    expect(change.kase.refunds.map(({ status }) => status)).toEqual(['requested', 'succeeded'])
    const named = mirrorRefund({ ...paid, refunds: [refund, other] }, made)
    expect(named.kase.refunds.map(({ status }) => status)).toEqual(['requested', 'succeeded'])
  })

  it('is another one where it bears the mark of one that we know by another name: somebody gave back twice', () => {
    const known = mirrorRefund({ ...paid, refunds: [refund] }, { ...made, refundId: refundId('rf_1') }).kase
    const twin = { ...made, providerId: 're_10', refundId: refundId('rf_1') }
    const change = mirrorRefund(known, twin)
    expect(change.kase.refunds).toMatchObject([
      { id: 'rf_1', providerId: 're_9', status: 'succeeded' },
      { id: 'rf_re_10', providerId: 're_10', status: 'succeeded', reason: 'external' },
    ])
    const data = { refundId: 'rf_re_10', minorUnits: 40n }
    expect(change.attention).toMatchObject([{ id: 'refunded_twice:rf_re_10', code: 'refunded_twice', data }])
    const failed = { type: 'failed', detail: 'The account is closed.' } as const
    const back = mirrorRefund(change.kase, { ...twin, state: failed })
    expect(back.kase.refunds.map(({ status }) => status)).toEqual(['succeeded', 'failed'])
    const neverCame = mirrorRefund(known, { ...twin, state: failed })
    expect(neverCame.attention.map(({ code }) => code)).toEqual(['refund_failed'])
  })

  it('keeps our own id where our mark is on it and it is not stored here', () => {
    expect(mirrorRefund(paid, { ...made, refundId: refundId('rf_lost') }).kase.refunds).toMatchObject([
      { id: 'rf_lost' },
    ])
  })

  it('of a charge that no attempt brought is none of ours', () => {
    expect(mirrorRefund(paid, { ...made, chargeId: 'pi_theirs' }).facts).toEqual([])
  })
})

describe('a dispute', () => {
  const amount = money(125_00, 'MXN')
  const part = money(25_00, 'MXN')
  const open = openDispute('dp_1', at(1), amount)
  const states: readonly Dispute[] = [
    open,
    { ...open, status: 'won', endedAt: at(2) },
    { ...open, status: 'lost', endedAt: at(2) },
  ]
  const answers = answersOf<Dispute, DisputeCommand, DisputeEvent>({
    states,
    decide: decideDispute,
    evolve: evolveDispute,
  })

  it('answers in every status', () => {
    expect(open).toStrictEqual({ id: 'dp_1', openedAt: at(1), amount, status: 'open' })
    expect(answers({ type: 'observe', at: at(5), state: 'opened', amount })).toEqual({
      unchanged: ['open', 'won', 'lost'],
    })
    expect(answers({ type: 'observe', at: at(5), state: 'won', amount })).toEqual({
      'won → won': ['open', 'lost'],
      unchanged: ['won'],
    })
    expect(answers({ type: 'observe', at: at(5), state: 'lost', amount })).toEqual({
      'lost → lost': ['open', 'won'],
      unchanged: ['lost'],
    })
    expect(decideDispute(open, { type: 'observe', at: at(5), state: 'lost', amount: part })).toEqual(
      accept([{ type: 'lost', at: at(5), amount: part }]),
    )
  })

  it('keeps what it is when it ends, and when it ends the other way, and is of what it was last said to be', () => {
    const lost = evolveDispute(open, { type: 'lost', at: at(5), amount: part })
    expect(lost).toStrictEqual({ id: 'dp_1', openedAt: at(1), amount: part, status: 'lost', endedAt: at(5) })
    expect(evolveDispute(lost, { type: 'won', at: at(6), amount })).toStrictEqual({
      id: 'dp_1',
      openedAt: at(1),
      amount,
      status: 'won',
      endedAt: at(6),
    })
  })

  it('holds a charge while it is open', () => {
    const [opened, won, lost] = states as readonly [Dispute, Dispute, Dispute]
    expect([[], [won], [won, lost], [lost, opened, won]].map(isDisputed)).toEqual([false, false, false, true])
  })

  it('takes of a charge what was lost, never more than there was, and all of it where nobody can say how much', () => {
    const lost = (minorUnits: number, currency = 'MXN'): Dispute => ({
      ...open,
      status: 'lost',
      endedAt: at(2),
      amount: money(minorUnits, currency),
    })
    const won: Dispute = { ...open, status: 'won', endedAt: at(2) }
    const of = (...disputes: readonly Dispute[]): bigint => lostBy(disputes, amount)
    expect(of()).toBe(0n)
    expect(of(open, won)).toBe(0n)
    expect(of(open, lost(25_00), won, lost(1))).toBe(25_01n)
    expect(of(lost(125_00))).toBe(125_00n)
    expect(of(lost(100_00), lost(25_01))).toBe(125_00n)
    expect(of(lost(1, 'USD'))).toBe(125_00n)
  })
})

describe('a dispute of which the provider says something', () => {
  const amount = money(125_00, 'MXN')
  const heard = (kase: PaymentCase, state: DisputeState, asked = false, disputeId = 'dp_1', moment = at(5)) =>
    settleDispute(kase, id, { at: moment, disputeId, state, amount, asked })
  const heardOf = (kase: PaymentCase, state: DisputeState, of: Money, disputeId = 'dp_1') =>
    settleDispute(kase, id, { at: at(5), disputeId, state, amount: of, asked: false })
  const disputesOf = ({ attempts }: PaymentCase) =>
    attempts
      .flatMap((attempt) => (attempt.status === 'succeeded' ? attempt.disputes : []))
      .map(({ id, status }) => [id, status])
  const about = { chargeId: 'pi_att_1', amount, charged: amount }

  it('is remembered, puts the payment aside and calls a human', () => {
    const change = heard(paid, 'opened')
    expect(disputesOf(change.kase)).toEqual([['dp_1', 'open']])
    expect(change.kase.payment).toMatchObject({ status: 'disputed', disputedAt: at(5) })
    expect(change.facts).toEqual([
      { about: { type: 'dispute', id: 'dp_1' }, event: { type: 'opened', ...about } },
      { about: { type: 'payment', id: 'pay_1' }, event: { type: 'dispute_opened', at: at(5) } },
    ])
    expect(change.attention).toEqual([
      {
        id: 'dispute_opened:dp_1',
        code: 'dispute_opened',
        paymentId: 'pay_1',
        at: at(5),
        data: { disputeId: 'dp_1', ...about, status: 'open' },
      },
    ])
    expect(change.effects).toEqual([])
    expect(heard(change.kase, 'opened', false, 'dp_1', at(6)).kase).toBe(change.kase)
    expect(heard(change.kase, 'opened', false, 'dp_1', at(6))).toEqual({
      ...change,
      before: change.kase,
      facts: [],
      attention: [],
    })
  })

  it('ends, and tells the payment how; nobody is called twice', () => {
    const disputed = heard(paid, 'opened').kase
    const won = heard(disputed, 'won')
    expect(factsOf(won)).toEqual(['dispute dp_1 won', 'payment pay_1 dispute_won'])
    expect(won.attention).toEqual([])
    const lost = heard(disputed, 'lost')
    expect(factsOf(lost)).toEqual(['dispute dp_1 lost', 'payment pay_1 dispute_lost'])
    expect(lost.attention).toEqual([])
    expect(lost.kase.payment).toMatchObject({ status: 'refunded', refunded: 12_500n })
  })

  it('that is heard of at its end only needs a human where it was lost', () => {
    const lost = heard(paid, 'lost')
    expect(factsOf(lost)).toEqual([
      'dispute dp_1 opened',
      'dispute dp_1 lost',
      'payment pay_1 dispute_opened',
      'payment pay_1 dispute_lost',
    ])
    expect(lost.attention).toMatchObject([{ code: 'dispute_opened', data: { status: 'lost' } }])
    const won = heard(paid, 'won')
    expect([disputesOf(won.kase), won.attention]).toEqual([[['dp_1', 'won']], []])
  })

  it('in another ending than the one known is asked about where an event says so, and believed where an answer does', () => {
    const lost = heard(heard(paid, 'opened').kase, 'lost').kase
    const event = heard(lost, 'won')
    expect(event).toEqual({
      before: lost,
      kase: lost,
      facts: [],
      effects: [{ type: 'look_up_charge', paymentId: 'pay_1', attemptId: 'att_1' }],
      attention: [],
      transfers: [],
      fallback: false,
    })
    expect(disputesOf(heard(lost, 'won', true).kase)).toEqual([['dp_1', 'won']])
    expect(heard(lost, 'opened').effects).toEqual([])
  })

  it('is kept beside the others of the charge, each under its id', () => {
    const both = heard(heard(paid, 'opened').kase, 'opened', false, 'dp_2').kase
    expect(disputesOf(both)).toEqual([
      ['dp_1', 'open'],
      ['dp_2', 'open'],
    ])
    const one = heard(both, 'won').kase
    expect(disputesOf(one)).toEqual([
      ['dp_1', 'won'],
      ['dp_2', 'open'],
    ])
    expect(one.payment.status).toBe('disputed')
  })

  it('of an attempt that brought nothing is none, and of one that does not count moves no payment', () => {
    expect(
      settleDispute(paid, attemptId('att_0'), { at: at(5), disputeId: 'dp_1', state: 'opened', amount, asked: false }),
    ).toEqual({
      before: paid,
      kase: paid,
      facts: [],
      effects: [],
      attention: [],
      transfers: [],
      fallback: false,
    })
    const other = settleDispute(paid, attemptId('att_2'), {
      at: at(5),
      disputeId: 'dp_1',
      state: 'opened',
      amount,
      asked: false,
    })
    expect(factsOf(other)).toEqual(['dispute dp_1 opened'])
    expect(other.kase.payment).toEqual(paid.payment)
  })

  it('counts what has gone back beside it', () => {
    const disputed = heard(refunding, 'opened').kase
    const change = settleRefund(disputed, refundId('rf_1'), {
      at: at(6),
      state: { type: 'succeeded' },
      providerId: 're_1',
    })
    expect(change.kase.payment).toMatchObject({ status: 'disputed', refunded: 500n })
    expect(disputesOf(change.kase)).toEqual([['dp_1', 'open']])
    expect(heard(change.kase, 'won').kase.payment).toMatchObject({ status: 'partially_refunded', refunded: 500n })
  })

  it('of a part of the charge that is lost takes that part, and leaves the rest to be given back', () => {
    const part = money(25_00, 'MXN')
    const opened = heardOf(paid, 'opened', part)
    expect(opened.attention).toMatchObject([{ data: { amount: part, charged: amount } }])
    expect(opened.kase.payment).toMatchObject({ status: 'disputed', refunded: 0n })
    const lost = heardOf(opened.kase, 'lost', part)
    expect(factsOf(lost)).toEqual(['dispute dp_1 lost', 'payment pay_1 dispute_lost_in_part'])
    expect(lost.kase.payment).toMatchObject({ status: 'partially_refunded', refunded: 25_00n })
    expect(refundableFrom(lost.kase, getAttempt(lost.kase, id))).toBe(100_00n)
    expect(heardOf(lost.kase, 'lost', part).kase).toBe(lost.kase)
    const rest = { providerId: 're_1', chargeId: 'pi_att_1', amount: money(100_00, 'MXN') }
    const refunded = mirrorRefund(lost.kase, { ...rest, at: at(6), state: { type: 'succeeded' } })
    expect(factsOf(refunded).at(-1)).toBe('payment pay_1 refunded_in_full')
    expect(refunded.kase.payment).toMatchObject({ status: 'refunded', refunded: 125_00n })
  })

  it('of the part that is left when the rest has gone back takes all there was', () => {
    const rest = { providerId: 're_1', chargeId: 'pi_att_1', amount: money(100_00, 'MXN') }
    const refunded = mirrorRefund(paid, { ...rest, at: at(4), state: { type: 'succeeded' } }).kase
    const lost = heardOf(refunded, 'lost', money(25_00, 'MXN'))
    expect(factsOf(lost).at(-1)).toBe('payment pay_1 dispute_lost')
    expect(lost.kase.payment).toMatchObject({ status: 'refunded', refunded: 125_00n })
    const sentBack = mirrorRefund(lost.kase, { ...rest, at: at(6), state: { type: 'failed', detail: 'sent back' } })
    expect(sentBack.kase.payment).toMatchObject({ status: 'partially_refunded', refunded: 25_00n })
  })

  it('of a part that is lost first and won on appeal gives the part back', () => {
    const part = money(25_00, 'MXN')
    const lost = heardOf(paid, 'lost', part).kase
    const won = settleDispute(lost, id, { at: at(6), disputeId: 'dp_1', state: 'won', amount: part, asked: true })
    expect(won.kase.payment).toMatchObject({ status: 'completed', refunded: 0n })
  })

  it('that was lost in part stays so while another is open, and when that is won', () => {
    const first = heardOf(paid, 'lost', money(25_00, 'MXN')).kase
    const second = heardOf(first, 'opened', money(30_00, 'MXN'), 'dp_2').kase
    expect(second.payment).toMatchObject({ status: 'disputed', refunded: 25_00n })
    const won = heardOf(second, 'won', money(30_00, 'MXN'), 'dp_2').kase
    expect(won.payment).toMatchObject({ status: 'partially_refunded', refunded: 25_00n })
    const lost = heardOf(second, 'lost', money(30_00, 'MXN'), 'dp_2').kase
    expect(lost.payment).toMatchObject({ status: 'partially_refunded', refunded: 55_00n })
  })

  it('in another currency than its charge takes all of it, and a human sees both sums', () => {
    const lost = heardOf(paid, 'lost', money(1_00, 'USD'))
    expect(lost.kase.payment).toMatchObject({ status: 'refunded', refunded: 125_00n })
    expect(refundableFrom(lost.kase, getAttempt(lost.kase, id))).toBe(0n)
    expect(lost.attention).toMatchObject([
      { code: 'dispute_opened', data: { amount: money(1_00, 'USD'), charged: amount } },
    ])
  })
})

describe('a charge of which the provider has told all', () => {
  const observation = {
    at: at(5),
    refunds: [
      { providerId: 're_1', refundId: refundId('rf_1'), state: { type: 'succeeded' }, amount: money(500, 'MXN') },
      { providerId: 're_9', state: { type: 'pending' }, amount: money(40, 'MXN') },
    ],
    disputes: [{ disputeId: 'dp_1', state: 'opened', amount: money(12_500, 'MXN') }],
  } as const

  it('is caught up with: refunds of ours and of others, and disputes', () => {
    const change = settleCharge(refunding, id, observation)
    expect(change.kase.refunds.map(({ id: name, status }) => [name, status])).toEqual([
      ['rf_1', 'succeeded'],
      ['rf_re_9', 'pending'],
    ])
    expect(change.kase.payment).toMatchObject({ status: 'disputed', refunded: 540n })
    expect(settleCharge(change.kase, id, observation)).toEqual({
      ...change,
      before: change.kase,
      facts: [],
      attention: [],
    })
  })

  it('is believed about a dispute that it ends otherwise than was known', () => {
    const dispute = { disputeId: 'dp_1', amount: money(12_500, 'MXN') }
    const lost = settleDispute(paid, id, { ...dispute, at: at(4), state: 'lost', asked: false }).kase
    const change = settleCharge(lost, id, { at: at(5), refunds: [], disputes: [{ ...dispute, state: 'won' }] })
    expect([change.effects, factsOf(change)[0]]).toEqual([[], 'dispute dp_1 won'])
  })

  it('that never came to be has nothing to tell', () => {
    expect(settleCharge(paid, attemptId('att_0'), observation).facts).toEqual([])
  })
})
