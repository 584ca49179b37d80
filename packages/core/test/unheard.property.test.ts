import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { instant, mirrorRefund, money, type PaymentCase } from '../src/index.ts'
import { heard, paid } from './paid-case.ts'

type News = (kase: PaymentCase) => PaymentCase
const refundNews =
  (id: string, minorUnits: number, type: 'pending' | 'succeeded' | 'failed'): News =>
  (kase) =>
    mirrorRefund(kase, {
      at: instant(200),
      providerId: id,
      chargeId: 'pi_p_a1',
      amount: money(minorUnits, 'MXN'),
      state: type === 'failed' ? { type, detail: 'sent back' } : { type },
    }).kase
const disputeNews =
  (state: 'opened' | 'won' | 'lost', cents: number): News =>
  (kase) =>
    heard(kase, state, false, cents).kase
const endOf = ({ payment, refunds, attempts }: PaymentCase) => ({
  status: payment.status,
  refunded: 'refunded' in payment ? payment.refunded : 0n,
  refunds: refunds.map(({ providerId, status }) => `${providerId} ${status}`).toSorted(),
  disputes: attempts.flatMap((each) => (each.status === 'succeeded' ? each.disputes.map(({ status }) => status) : [])),
})

// What happened at the provider to one charge, in its order: refunds that stay or are sent back, and a dispute.
const history = fc
  .record({
    refunds: fc.array(fc.record({ minorUnits: fc.constantFrom(2_500, 10_000), isSentBack: fc.boolean() }), {
      maxLength: 2,
    }),
    dispute: fc.constantFrom<readonly ('opened' | 'won' | 'lost')[]>(
      [],
      ['opened'],
      ['opened', 'won'],
      ['opened', 'lost'],
    ),
    disputed: fc.constantFrom(125_00, 20_00, 100_00),
  })
  .map(({ refunds, dispute, disputed }): readonly News[] => [
    ...refunds.flatMap(({ minorUnits, isSentBack }, n) => [
      refundNews(`re_${n}`, minorUnits, 'succeeded'),
      ...(isSentBack ? [refundNews(`re_${n}`, minorUnits, 'failed')] : []),
    ]),
    ...dispute.map((state) => disputeNews(state, disputed)),
  ])

test.prop([history, fc.infiniteStream(fc.nat(100))], { numRuns: 1_000 })(
  'a dispute and refunds end the same in any order and any repetition of their news',
  (news, noise) => {
    const straight = news.reduce((kase, tell) => tell(kase), paid())
    const order = news
      .flatMap((tell) => [tell, tell])
      .map((tell) => ({ tell, rank: noise.next().value as number }))
      .toSorted((a, b) => a.rank - b.rank)
    expect(endOf(order.reduce((kase, { tell }) => tell(kase), paid()))).toEqual(endOf(straight))
  },
)
