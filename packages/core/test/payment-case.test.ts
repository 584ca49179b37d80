import { describe, expect, it } from 'vitest'
import {
  at,
  attemptId,
  bareCase,
  expiredAttempt,
  paidAttempt,
  pendingPayment,
  requestedAttempt,
  requestedRefund,
} from '../src/contracts/samples.ts'
import { money } from '../src/kernel/money.ts'
import { Bug } from '../src/kernel/bug.ts'
import {
  getAttempt,
  goneFrom,
  liveAttempt,
  refundableFrom,
  wentBack,
  withAttempt,
  withRefund,
  type PaymentCase,
} from '../src/payment/payment-case.ts'

const bare = bareCase(pendingPayment('pay_1'))
const live = requestedAttempt('pay_1', 'att_2')
const paid = paidAttempt('pay_1', 'att_3')
const kase: PaymentCase = { ...bare, attempts: [expiredAttempt('pay_1', 'att_1'), live, paid] }

describe('a payment with its attempts and refunds', () => {
  it('has the attempt that may still bring money, or none', () => {
    expect(liveAttempt(kase)).toBe(live)
    expect(liveAttempt({ ...bare, attempts: [expiredAttempt('pay_1', 'att_1'), paid] })).toBeUndefined()
  })

  it('was put together wrongly where an attempt is missing', () => {
    expect(getAttempt(kase, attemptId('att_3'))).toBe(paid)
    expect(() => getAttempt(kase, attemptId('att_9'))).toThrow(new Bug("Payment 'pay_1' has no attempt 'att_9'."))
  })

  it('takes what is new at the end, and what is changed in its place', () => {
    const late = requestedAttempt('pay_1', 'att_4')
    expect(withAttempt(kase, late).attempts).toEqual([...kase.attempts, late])
    const changed = expiredAttempt('pay_1', 'att_2')
    expect(withAttempt(kase, changed)).toEqual({ ...kase, attempts: [kase.attempts[0], changed, paid] })
    const [first, second] = [requestedRefund('pay_1', 'rf_1'), requestedRefund('pay_1', 'rf_2')]
    const both = withRefund(withRefund(kase, first), second)
    expect(both).toEqual({ ...kase, refunds: [first, second] })
    const again = requestedRefund('pay_1', 'rf_1', { looks: 3 })
    expect(withRefund(both, again).refunds).toEqual([again, second])
  })

  it('counts as gone back from a charge what may yet go back, and not what failed', () => {
    const of = (id: string, attempt: string, minorUnits: number, change: object = {}) =>
      requestedRefund('pay_1', id, { attemptId: attemptId(attempt), amount: money(minorUnits, 'MXN'), ...change })
    const refunds = [
      of('rf_1', 'att_3', 100),
      of('rf_2', 'att_3', 20, { status: 'pending', providerId: 're_2' }),
      of('rf_3', 'att_3', 3, { status: 'succeeded', succeededAt: at(9) }),
      of('rf_4', 'att_3', 5000, { status: 'failed', failedAt: at(9), detail: 'no' }),
      of('rf_5', 'att_2', 700),
    ]
    const refunding = { ...kase, refunds }
    expect([goneFrom(refunding, paid, 'asked'), goneFrom(refunding, paid, 'made')]).toEqual([123n, 23n])
    expect(wentBack(refunding, attemptId('att_3'))).toBe(23n)
    expect(goneFrom(kase, paid, 'asked')).toBe(0n)
    expect(refundableFrom(refunding, paid)).toBe(12_500n - 123n)
    expect(refundableFrom(refunding, live)).toBe(0n)
    const lost = { id: 'dp_1', openedAt: at(9), amount: money(2_000, 'MXN'), status: 'lost', endedAt: at(9) } as const
    const disputed = { ...paid, disputes: [lost] }
    expect([goneFrom(refunding, disputed, 'asked'), goneFrom(refunding, disputed, 'made')]).toEqual([2_123n, 2_023n])
    expect(refundableFrom(refunding, disputed)).toBe(12_500n - 2_123n)
    const emptied = { ...paid, disputes: [lost, { ...lost, id: 'dp_2', amount: money(12_400, 'MXN') }] }
    expect([goneFrom(refunding, emptied, 'asked'), refundableFrom(refunding, emptied)]).toEqual([12_500n, 0n])
  })
})
