import { describe, expect, it } from 'vitest'
import {
  at,
  attemptId,
  bareCase,
  expiredAttempt,
  paymentId,
  pendingPayment,
  requestedAttempt,
} from '../src/contracts/samples.ts'
import { Bug } from '../src/kernel/bug.ts'
import { money, type Money } from '../src/kernel/money.ts'
import type { AttemptState } from '../src/payment/attempt.ts'
import { withAttempt, type PaymentCase } from '../src/payment/payment-case.ts'
import type { RefundReason } from '../src/payment/refund.ts'
import { beginAttempt } from '../src/settlement/begin-attempt.ts'
import { moveCase, type CaseMove } from '../src/settlement/case-change.ts'
import { closeAttempt, isSentBack, sendBack, settle, type SettlementPolicy } from '../src/settlement/settlement.ts'

const amount = money(12_500, 'MXN')
const due = bareCase(pendingPayment('pay_1'))
const policy: SettlementPolicy = { lateMoney: 'refund', wrongAmount: 'refund', walletRefunds: [] }
const failure = { code: 'card_declined', retryable: true } as const
const opened: AttemptState = { type: 'opened', url: 'https://pay.example/1', expiresAt: at(7_200_000) }
const captured = (charge: string, sum: Money = amount): AttemptState => ({
  type: 'captured',
  charge: { id: charge, amount: sum },
})

const moved = (kase: PaymentCase, act: (change: CaseMove) => void) => {
  const change = moveCase(kase)
  act(change)
  return change.done()
}
const begun = (kase: PaymentCase, id: string, kind: 'hosted' | 'off_session' = 'hosted', announce = false) =>
  moved(kase, (change) => beginAttempt(change, { id: attemptId(id), kind, announce, at: at(1) }))
const heard = (kase: PaymentCase, id: string, state: AttemptState, providerId?: string, rules = policy) =>
  settle(kase, attemptId(id), { at: at(5), state, ...(providerId === undefined ? {} : { providerId }) }, rules)
const cancelled = (kase: PaymentCase) =>
  moved(kase, (change) => change.payment({ type: 'cancel', at: at(4), reason: 'requested' })).kase
const closing = (kase: PaymentCase, id: string, reason: 'replaced' | 'requested') =>
  moved(kase, (change) => {
    const attempt = change.kase.attempts.find((each) => each.id === id)
    if (attempt !== undefined) closeAttempt(change, attempt, reason)
  }).kase
const statuses = ({ payment, attempts }: PaymentCase) => [payment.status, ...attempts.map(({ status }) => status)]
/** A payment with a page that is open, called `cs_1` by the provider. */
const open = heard(begun(due, 'att_1').kase, 'att_1', opened, 'cs_1').kase

describe('beginning an attempt', () => {
  it('stores it with the effect that asks the provider for it', () => {
    const change = begun(due, 'att_1')
    expect(statuses(change.kase)).toEqual(['pending', 'requested'])
    expect(change.facts).toEqual([
      {
        about: { type: 'attempt', id: 'att_1' },
        event: { type: 'requested', kind: 'hosted', minorUnits: 12_500n },
      },
    ])
    expect(change.effects).toEqual([{ type: 'open_session', paymentId: 'pay_1', attemptId: 'att_1' }])
    const charge = begun(due, 'att_1', 'off_session')
    expect(statuses(charge.kase)).toEqual(['processing', 'requested'])
    expect(charge.effects).toEqual([{ type: 'charge_saved_card', paymentId: 'pay_1', attemptId: 'att_1' }])
  })

  it('asks for what is due now, on the page it is given', () => {
    const page = { successUrl: 's', cancelUrl: 'c', expiresAt: at(9) }
    const change = moveCase(due)
    const ask = { id: attemptId('att_1'), kind: 'hosted', announce: true, at: at(1), page } as const
    expect(beginAttempt(change, ask)).toMatchObject({ paymentId: 'pay_1', amount, announce: true, page })
    expect(change.kase.attempts).toMatchObject([{ page, requestedAt: at(1) }])
  })

  it('is a bug beside a live attempt, and for a payment that takes none', () => {
    expect(() => begun(open, 'att_2')).toThrow(new Bug("Payment 'pay_1' has a live attempt already."))
    expect(() => begun(cancelled(due), 'att_2')).toThrow(
      new Bug("Payment 'pay_1' takes no attempt: payment_cancelled."),
    )
  })
})

describe('a page that the provider has opened', () => {
  it('moves the attempt, and is announced only where its owner has to be told', () => {
    const quiet = heard(begun(due, 'att_1').kase, 'att_1', opened, 'cs_1')
    expect(statuses(quiet.kase)).toEqual(['pending', 'open'])
    expect(quiet.facts).toEqual([
      { about: { type: 'attempt', id: 'att_1' }, event: { ...opened, at: at(5), providerId: 'cs_1' } },
    ])
    expect([quiet.effects, quiet.attention, quiet.fallback]).toEqual([[], [], false])
    const loud = heard(begun(due, 'att_1', 'hosted', true).kase, 'att_1', opened, 'cs_1')
    expect(loud.effects).toEqual([
      {
        type: 'send_message',
        paymentId: 'pay_1',
        message: {
          id: 'payment_link:att_1',
          to: 'ana',
          paymentId: 'pay_1',
          template: 'payment_link',
          url: 'https://pay.example/1',
          amount,
          expiresAt: at(7_200_000),
          subject: { type: 'intent', id: 'int_pay_1' },
        },
      },
    ])
  })

  it('is closed where its attempt was taken for dead, and where it is not the own page of one that lives or brought money', () => {
    const expired = heard(open, 'att_1', { type: 'expired' }, 'cs_1').kase
    expect(heard(expired, 'att_1', opened, 'cs_9').effects).toEqual([
      { type: 'close_attempt', paymentId: 'pay_1', attemptId: 'att_1', providerId: 'cs_9' },
    ])
    expect(heard(expired, 'att_1', opened).effects).toEqual([])
    const paid = heard(open, 'att_1', captured('pi_1'), 'cs_1').kase
    // The answer to a request may come after the money, and be about a page as it was when it was made.
    const nameless = heard(begun(due, 'att_1').kase, 'att_1', captured('pi_1')).kase
    expect(heard(nameless, 'att_1', opened, 'cs_1').effects).toMatchObject([
      { type: 'close_attempt', providerId: 'cs_1' },
    ])
    for (const kase of [open, paid]) {
      expect(heard(kase, 'att_1', opened, 'cs_9').effects).toMatchObject([
        { type: 'close_attempt', providerId: 'cs_9' },
      ])
      expect(heard(kase, 'att_1', opened, 'cs_1').effects).toEqual([])
    }
    expect(heard(expired, 'att_1', { type: 'expired' }, 'cs_9').effects).toEqual([])
  })
})

describe('money that is on its way', () => {
  it('moves the payment on: processing, or set aside', () => {
    expect(statuses(heard(open, 'att_1', { type: 'processing' }).kase)).toEqual(['processing', 'processing'])
    const authorized = heard(open, 'att_1', { type: 'authorized' }).kase
    expect(statuses(authorized)).toEqual(['authorized', 'processing'])
    expect(authorized.payment).toMatchObject({ authorizedAt: at(5) })
  })

  it('is set aside for an attempt that was processing already, and for no dead one', () => {
    const processing = heard(open, 'att_1', { type: 'processing' }).kase
    expect(statuses(heard(processing, 'att_1', { type: 'authorized' }).kase)).toEqual(['authorized', 'processing'])
    expect(heard(processing, 'att_1', { type: 'authorized' }).kase.payment).toMatchObject({ authorizedAt: at(5) })
    expect(heard(processing, 'att_1', { type: 'processing' }).facts).toEqual([])
    const expired = heard(open, 'att_1', { type: 'expired' }).kase
    expect(heard(expired, 'att_1', { type: 'authorized' }).facts).toEqual([])
  })
})

describe('money that has come', () => {
  it('is counted for the attempt that brought it', () => {
    const change = heard(open, 'att_1', captured('pi_1'), 'cs_1')
    expect(statuses(change.kase)).toEqual(['completed', 'succeeded'])
    expect(change.kase.payment).toMatchObject({ completedAt: at(5), attemptId: 'att_1' })
    expect(change.facts.map(({ about, event }) => [about.type, about.id, event.type])).toEqual([
      ['attempt', 'att_1', 'captured'],
      ['payment', 'pay_1', 'captured'],
    ])
    expect([change.effects, change.attention, change.fallback]).toEqual([[], [], false])
    expect(heard(change.kase, 'att_1', captured('pi_1'), 'cs_1')).toEqual({
      ...change,
      before: change.kase,
      facts: [],
    })
  })

  it('closes every other page, and the own one where a double of it was paid', () => {
    const others = withAttempt(open, expiredAttempt('pay_1', 'att_0'))
    const second = withAttempt(others, requestedAttempt('pay_1', 'att_2'))
    const change = heard(second, 'att_1', captured('pi_1'), 'cs_double')
    expect(change.effects).toEqual([
      { type: 'close_attempt', paymentId: 'pay_1', attemptId: 'att_1', providerId: 'cs_1' },
      { type: 'close_attempt', paymentId: 'pay_1', attemptId: 'att_2' },
    ])
    expect(change.kase.attempts[2]).toMatchObject({ status: 'requested', closing: 'replaced' })
    expect(heard(open, 'att_1', captured('pi_1')).effects).toEqual([])
    expect(heard(begun(due, 'att_1').kase, 'att_1', captured('pi_1'), 'cs_1').effects).toEqual([])
  })

  it('goes back where the payment was cancelled, unless the host honours it', () => {
    const late = heard(cancelled(open), 'att_1', captured('pi_1'), 'cs_1')
    expect(statuses(late.kase)).toEqual(['cancelled', 'succeeded'])
    expect(late.kase.refunds).toMatchObject([{ id: 'rf_att_1', reason: 'late_payment', amount }])
    const honoured = heard(cancelled(open), 'att_1', captured('pi_1'), 'cs_1', { ...policy, lateMoney: 'honour' })
    expect(statuses(honoured.kase)).toEqual(['completed', 'succeeded'])
    expect(honoured.kase.refunds).toEqual([])
  })

  it('goes back where another attempt had brought it already', () => {
    const paid = heard(withAttempt(open, requestedAttempt('pay_1', 'att_2')), 'att_1', captured('pi_1')).kase
    const double = heard(paid, 'att_2', captured('pi_2'))
    expect(double.kase.payment).toMatchObject({ status: 'completed', attemptId: 'att_1' })
    expect(double.kase.refunds).toMatchObject([{ id: 'rf_att_2', attemptId: 'att_2', reason: 'duplicate' }])
  })

  it('in another amount or currency fails the payment, calls a human and goes back', () => {
    for (const [sum, reported] of [
      [money(1, 'MXN'), '1 MXN'],
      [money(12_500, 'USD'), '12500 USD'],
    ] as const) {
      const change = heard(open, 'att_1', captured('pi_1', sum), 'cs_1')
      expect(statuses(change.kase)).toEqual(['failed', 'succeeded'])
      expect(change.kase.payment).toMatchObject({ failure: { code: 'amount_mismatch', retryable: true } })
      expect(change.attention).toEqual([
        {
          id: 'amount_mismatch:att_1',
          code: 'amount_mismatch',
          paymentId: 'pay_1',
          at: at(5),
          data: { attemptId: 'att_1', chargeId: 'pi_1', policy: 'refund', expected: '12500 MXN', reported },
        },
      ])
      expect(change.kase.refunds).toMatchObject([{ id: 'rf_att_1', reason: 'amount_mismatch', amount: sum }])
    }
  })

  it('in another amount stays where it is where the host wants a human to decide', () => {
    const change = heard(open, 'att_1', captured('pi_1', money(1, 'MXN')), 'cs_1', { ...policy, wrongAmount: 'hold' })
    expect(statuses(change.kase)).toEqual(['failed', 'succeeded'])
    expect(change.attention).toMatchObject([{ data: { policy: 'hold' } }])
    expect([change.kase.refunds, change.effects]).toEqual([[], []])
  })

  it('in another amount, by a page that is not named, closes the own one if that is open: it did not ask for that', () => {
    const closings = (kase: PaymentCase, sum: Money, page?: string) =>
      heard(kase, 'att_1', captured('pi_1', sum), page).effects.filter(({ type }) => type === 'close_attempt')
    const wrong = money(1, 'MXN')
    const own = { type: 'close_attempt', paymentId: 'pay_1', attemptId: 'att_1', providerId: 'cs_1' }
    expect(closings(open, wrong)).toEqual([own])
    expect(closings(open, money(12_500, 'USD'))).toEqual([own])
    // The own page has brought it, or may have.
    expect(closings(open, wrong, 'cs_1')).toEqual([])
    expect(closings(open, amount)).toEqual([])
    // Another page is named, and closes the own one whatever it brought.
    expect(closings(open, wrong, 'cs_double')).toEqual([own])
    // No page is open by name: none was heard of yet, the money is on its way by it, or a saved card was charged.
    expect(closings(begun(due, 'att_1').kase, wrong)).toEqual([])
    expect(closings(heard(open, 'att_1', { type: 'processing' }, 'cs_1').kase, wrong)).toEqual([])
    expect(closings(heard(begun(due, 'att_1', 'off_session').kase, 'att_1', opened, 'pi_1').kase, wrong)).toEqual([])
  })

  it('for an old price does not fit, nor does the new price on the old page', () => {
    const repriced = { ...open, payment: { ...open.payment, amount: money(1, 'MXN') } }
    expect(statuses(heard(repriced, 'att_1', captured('pi_1')).kase)).toEqual(['failed', 'succeeded'])
    expect(statuses(heard(repriced, 'att_1', captured('pi_1', money(1, 'MXN'))).kase)).toEqual(['failed', 'succeeded'])
  })

  it('twice by one attempt is kept apart, and goes back once', () => {
    const paid = heard(open, 'att_1', captured('pi_1'), 'cs_1').kase
    const again = heard(paid, 'att_1', captured('pi_2'), 'cs_2')
    expect(statuses(again.kase)).toEqual(['completed', 'succeeded', 'succeeded'])
    expect(again.kase.attempts[1]).toMatchObject({
      id: 'att_1:pi_2',
      kind: 'hosted',
      providerId: 'cs_2',
      charge: { id: 'pi_2' },
      requestedAt: at(1),
    })
    expect(again.kase.refunds).toMatchObject([
      { id: 'rf_att_1:pi_2', attemptId: 'att_1:pi_2', reason: 'duplicate', amount: { minorUnits: 125_00n } },
    ])
    expect(again.effects).toContainEqual({
      type: 'close_attempt',
      paymentId: 'pay_1',
      attemptId: 'att_1',
      providerId: 'cs_1',
    })
    for (const state of [captured('pi_2'), captured('pi_1')])
      expect(heard(again.kase, 'att_1', state).kase).toEqual(again.kase)
    // What it was made of goes back by itself, without the other.
    const third = heard(again.kase, 'att_1', captured('pi_3', money(7, 'MXN'))).kase
    expect(third.refunds.map(({ id, reason }) => [id, reason])).toEqual([
      ['rf_att_1:pi_2', 'duplicate'],
      ['rf_att_1:pi_3', 'amount_mismatch'],
    ])
  })
})

describe('an attempt that ends without money', () => {
  it('fails the payment, and opens no page where somebody is looking at one', () => {
    const declined = heard(open, 'att_1', { type: 'declined', failure }, 'cs_1')
    expect(statuses(declined.kase)).toEqual(['failed', 'declined'])
    expect(declined.kase.payment).toMatchObject({ failedAt: at(5), failure })
    expect(declined.fallback).toBe(false)
    const expired = heard(open, 'att_1', { type: 'expired' }, 'cs_1')
    expect(statuses(expired.kase)).toEqual(['failed', 'expired'])
    expect(expired.kase.payment).toMatchObject({ failure: { code: 'session_expired', retryable: true } })
  })

  it('wants a page where it was a saved card of an owner who is not there, and the payment is still owed', () => {
    const present = begun(due, 'att_1', 'off_session', false).kase
    expect(heard(present, 'att_1', { type: 'declined', failure }).fallback).toBe(false)
    const charging = begun(due, 'att_1', 'off_session', true).kase
    expect(heard(charging, 'att_1', { type: 'declined', failure }).fallback).toBe(true)
    expect(heard(cancelled(charging), 'att_1', { type: 'declined', failure }).fallback).toBe(false)
    const paid = heard(withAttempt(charging, requestedAttempt('pay_1', 'att_2')), 'att_2', captured('pi_2')).kase
    const [charge] = charging.attempts
    if (charge === undefined) throw new Error('No attempt.')
    const unclosed = withAttempt(paid, charge)
    expect(heard(unclosed, 'att_1', { type: 'declined', failure }).fallback).toBe(false)
  })

  it('withdraws the charge that was replaced, and fails nothing', () => {
    const charging = closing(begun(due, 'att_1', 'off_session').kase, 'att_1', 'replaced')
    const withdrawn = heard(charging, 'att_1', { type: 'declined', failure })
    expect(statuses(withdrawn.kase)).toEqual(['pending', 'declined'])
    expect(withdrawn.fallback).toBe(false)
    expect(statuses(heard(closing(open, 'att_1', 'replaced'), 'att_1', { type: 'expired' }).kase)).toEqual([
      'pending',
      'expired',
    ])
  })

  it('withdraws the page that was replaced also where money was on its way on it', () => {
    for (const state of ['processing', 'authorized'] as const) {
      const onItsWay = heard(closing(open, 'att_1', 'replaced'), 'att_1', { type: state }, 'cs_1').kase
      expect(statuses(onItsWay)).toEqual([state, 'processing'])
      expect(statuses(heard(onItsWay, 'att_1', { type: 'expired' }, 'cs_1').kase)).toEqual(['pending', 'expired'])
    }
  })

  it('ends the payment where that is why it was closed', () => {
    const ended = heard(closing(open, 'att_1', 'requested'), 'att_1', { type: 'expired' })
    expect(statuses(ended.kase)).toEqual(['cancelled', 'expired'])
    expect(ended.kase.payment).toMatchObject({ cancelledAt: at(5), reason: 'requested' })
  })
})

describe('closing an attempt', () => {
  it('marks it as ending and asks the provider to end it, however often that is wanted', () => {
    const attempt = open.attempts[0]
    if (attempt === undefined) throw new Error('No attempt.')
    const change = moved(open, (each) => closeAttempt(each, attempt, 'replaced'))
    expect(change.kase.attempts).toMatchObject([{ status: 'open', closing: 'replaced' }])
    expect(change.facts).toEqual([
      { about: { type: 'attempt', id: 'att_1' }, event: { type: 'close_requested', reason: 'replaced' } },
    ])
    expect(change.effects).toEqual([{ type: 'close_attempt', paymentId: 'pay_1', attemptId: 'att_1' }])
    const again = moved(change.kase, (each) => {
      const [known] = each.kase.attempts
      if (known !== undefined) closeAttempt(each, known, 'replaced')
    })
    expect([again.facts, again.effects]).toEqual([[], change.effects])
  })
})

describe('sending money back', () => {
  const paid = heard(open, 'att_1', captured('pi_1'), 'cs_1').kase
  const back = (kase: PaymentCase, reason: RefundReason = 'duplicate') =>
    moved(kase, (change) => sendBack(change, attemptId('att_1'), { at: at(6), reason, policy }))

  it('asks for one refund of the whole charge, and tells its owner of a surplus', () => {
    for (const reason of ['late_payment', 'duplicate', 'amount_mismatch'] as const) {
      const change = back(paid, reason)
      expect(change.kase.refunds).toMatchObject([
        { id: 'rf_att_1', attemptId: 'att_1', paymentId: 'pay_1', amount, reason, requestedAt: at(6) },
      ])
      expect(change.facts).toEqual([
        { about: { type: 'refund', id: 'rf_att_1' }, event: { type: 'requested', reason, minorUnits: 12_500n } },
      ])
      expect(change.effects).toEqual([
        { type: 'send_refund', paymentId: 'pay_1', refundId: 'rf_att_1' },
        {
          type: 'send_message',
          paymentId: 'pay_1',
          message: {
            id: 'refunded:rf_att_1',
            to: 'ana',
            paymentId: 'pay_1',
            template: 'refunded_surplus',
            reason,
            amount,
            destination: 'provider',
          },
        },
      ])
    }
  })

  it('tells nobody of a surplus where there is none', () => {
    for (const reason of ['slot_taken', 'unavailable', 'reservation_cancelled', 'consultation_cancelled'] as const)
      expect(back(paid, reason).effects.map(({ type }) => type)).toEqual(['send_refund'])
  })

  it('asks once, and for nothing where nothing came or nothing is left', () => {
    const once = back(paid)
    expect(back(once.kase).effects).toEqual([])
    expect(back(open).effects).toEqual([])
    expect(back(begun(due, 'att_1').kase).kase.refunds).toEqual([])
    const elsewhere = once.kase.refunds.map((refund) => ({ ...refund, id: 'rf_other' as typeof refund.id }))
    expect(back({ ...paid, refunds: elsewhere }).effects).toEqual([])
  })

  it('asks for what is left under a next id where the provider would not make the first refund, and says so once', () => {
    const once = back(paid).kase
    const [first] = once.refunds
    if (first === undefined) throw new Error('No refund.')
    const failed = { ...first, status: 'failed', failedAt: at(7), detail: 'no' } as const
    const part = { ...first, id: 'rf_re_9' as typeof first.id, amount: money(500, 'MXN') }
    const rest = back({ ...once, refunds: [failed, part] })
    expect(rest.kase.refunds.at(-1)).toMatchObject({ id: 'rf_att_1.2', amount: money(12_000, 'MXN') })
    expect(rest.effects).toEqual([{ type: 'send_refund', paymentId: 'pay_1', refundId: 'rf_att_1.2' }])
    expect(back(rest.kase).effects).toEqual([])
    // The part that had gone back there fails later: what it leaves is a human's, not another surplus.
    const undone = { ...part, status: 'failed', failedAt: at(8), detail: 'no' } as const
    expect(back({ ...rest.kase, refunds: [failed, undone, ...rest.kase.refunds.slice(2)] }).effects).toEqual([])
  })

  it('knows its own refunds from those that were asked for', () => {
    const ids = ['rf_att_1', 'rf_att_1.2', 'rf_att_12', 'rf_re_1', 'rf_att_2', 'x_rf_att_1.2']
    expect(ids.filter((id) => isSentBack(id as never, attemptId('att_1')))).toEqual(['rf_att_1', 'rf_att_1.2'])
  })
})

describe('a case on the move', () => {
  it('collects what happens to it, and leaves the case it was given as it was', () => {
    const before = structuredClone(due)
    const change = moveCase(due)
    change.fact('intent', 'int_1', { type: 'paid' })
    change.attention('a', 'balance_unpaid', at(5), { left: 1n })
    change.wantFallback()
    expect(change.payment({ type: 'note_standing', at: at(5), gone: 1n, dispute: 'none' })).toEqual({
      code: 'payment_not_completed',
      status: 'pending',
    })
    expect(change.payment({ type: 'note_processing' })).toBeUndefined()
    expect(change.done()).toEqual({
      before: due,
      kase: { ...due, payment: { ...due.payment, status: 'processing' } },
      facts: [
        { about: { type: 'intent', id: 'int_1' }, event: { type: 'paid' } },
        { about: { type: 'payment', id: 'pay_1' }, event: { type: 'processing_reported' } },
      ],
      effects: [],
      attention: [{ id: 'a', code: 'balance_unpaid', paymentId: paymentId('pay_1'), at: at(5), data: { left: 1n } }],
      transfers: [],
      fallback: true,
    })
    expect(due).toEqual(before)
  })

  it('goes on where another change ended', () => {
    const first = heard(open, 'att_1', captured('pi_1', money(1, 'MXN')), 'cs_1')
    expect(moveCase(due, first).done()).toEqual(first)
    const more = moveCase(due, first)
    more.effect({ type: 'look_up_attempt', paymentId: paymentId('pay_1'), attemptId: attemptId('att_1') })
    expect(more.done().effects).toHaveLength(first.effects.length + 1)
  })
})
