import { describe, expect, it } from 'vitest'
import { at, attemptId, bareCase, pendingPayment } from '../src/contracts/samples.ts'
import { after, hour, minute } from '../src/kernel/instant.ts'
import { money } from '../src/kernel/money.ts'
import { keyTrustMs, planAttempt, shortestUsefulPageMs } from '../src/one-live-attempt/one-live-attempt.ts'
import type { AttemptState } from '../src/payment/attempt.ts'
import type { PaymentCase } from '../src/payment/payment-case.ts'
import { beginAttempt } from '../src/settlement/begin-attempt.ts'
import { moveCase } from '../src/settlement/case-change.ts'
import { closeAttempt, settle } from '../src/settlement/settlement.ts'

const amount = money(12_500, 'MXN')
const due = bareCase(pendingPayment('pay_1'))
const now = at(10_000_000)
const end = at(20_000_000)
const begin = (kase: PaymentCase, id: string, kind: 'hosted' | 'off_session' = 'hosted'): PaymentCase => {
  const move = moveCase(kase)
  beginAttempt(move, { id: attemptId(id), kind, announce: false, at: now })
  return move.done().kase
}
const hear = (kase: PaymentCase, id: string, state: AttemptState): PaymentCase =>
  settle(
    kase,
    attemptId(id),
    { at: now, state, providerId: `cs_${id}` },
    { lateMoney: 'refund', wrongAmount: 'refund', walletRefunds: [] },
  ).kase
const closing = (kase: PaymentCase): PaymentCase => {
  const move = moveCase(kase)
  for (const attempt of kase.attempts) closeAttempt(move, attempt, 'replaced')
  return move.kase
}
const captured: AttemptState = { type: 'captured', charge: { id: 'ch_1', amount } }
const open = hear(begin(due, 'a'), 'a', { type: 'opened', url: 'https://pay.example', expiresAt: end })

describe('one live attempt', () => {
  it('starts where nothing is live, and never beside a live one', () => {
    expect(planAttempt(due, 'hosted', now)).toEqual({ type: 'start' })
    expect(planAttempt(due, 'off_session', now)).toEqual({ type: 'start' })
    expect(planAttempt(hear(open, 'a', { type: 'expired' }), 'hosted', now)).toEqual({ type: 'start' })
    const requested = begin(due, 'a')
    expect(planAttempt(requested, 'hosted', now)).toEqual({ type: 'wait', attempt: requested.attempts[0] })
    for (const kind of ['off_session', 'wallet'] as const)
      expect(planAttempt(requested, kind, now)).toEqual({ type: 'wait', attempt: requested.attempts[0] })
    expect(() => begin(requested, 'b')).toThrow('has a live attempt already')
  })

  it('shares the open page as long as it is worth sending somebody to', () => {
    const [attempt] = open.attempts
    expect(planAttempt(open, 'hosted', now)).toEqual({ type: 'use', attempt })
    expect(planAttempt(open, 'hosted', after(end, -shortestUsefulPageMs))).toEqual({ type: 'use', attempt })
    expect(planAttempt(open, 'hosted', after(end, 1 - shortestUsefulPageMs))).toEqual({ type: 'close_first', attempt })
    expect(shortestUsefulPageMs).toBe(minute)
  })

  it('closes the page first where it no longer fits', () => {
    const [attempt] = open.attempts
    expect(planAttempt(open, 'off_session', now)).toEqual({ type: 'close_first', attempt })
    const repriced = { ...open, payment: { ...open.payment, amount: money(999n, 'MXN') } }
    expect(planAttempt(repriced, 'hosted', now)).toEqual({ type: 'close_first', attempt })
    const otherCurrency = { ...open, payment: { ...open.payment, amount: money(12_500, 'USD') } }
    expect(planAttempt(otherCurrency, 'hosted', now)).toEqual({ type: 'close_first', attempt })
  })

  it('ends first what it is ending already, whether it is known to be open or not', () => {
    for (const kase of [closing(open), closing(begin(due, 'a'))])
      expect(planAttempt(kase, 'hosted', now)).toEqual({ type: 'close_first', attempt: kase.attempts[0] })
  })

  it('opens no page while a saved card is charged, or money is on its way', () => {
    const refused = { type: 'refuse', refusal: { code: 'charge_in_flight' } }
    const charging = begin(due, 'a', 'off_session')
    expect(planAttempt(charging, 'hosted', now)).toEqual(refused)
    expect(planAttempt(charging, 'off_session', now)).toEqual({ type: 'wait', attempt: charging.attempts[0] })
    expect(planAttempt(hear(charging, 'a', { type: 'processing' }), 'off_session', now)).toEqual(refused)
    expect(planAttempt(hear(open, 'a', { type: 'authorized' }), 'hosted', now)).toEqual(refused)
    // It was to be ended, and was paid before: there is nothing to close, and asking again would never end.
    for (const kase of [
      closing(hear(open, 'a', { type: 'processing' })),
      hear(closing(open), 'a', { type: 'processing' }),
    ])
      expect(planAttempt(kase, 'hosted', now)).toEqual(refused)
    for (const status of ['processing', 'authorized'] as const) {
      const payment = { ...due.payment, status, authorizedAt: now }
      expect(planAttempt({ ...due, payment }, 'hosted', now)).toEqual(refused)
    }
  })

  it('opens no page for what is paid or cancelled, whatever is still alive', () => {
    const paid = hear(open, 'a', captured)
    expect(planAttempt(paid, 'hosted', now)).toEqual({ type: 'refuse', refusal: { code: 'payment_already_completed' } })
    const move = moveCase(open)
    move.payment({ type: 'cancel', at: now, reason: 'requested' })
    expect(planAttempt(move.kase, 'hosted', now)).toEqual({ type: 'refuse', refusal: { code: 'payment_cancelled' } })
  })
})

it('relies on a key for an hour less than the provider keeps it', () => {
  expect(keyTrustMs).toBe(23 * hour)
})
