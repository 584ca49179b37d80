import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import {
  beginAttempt,
  instant,
  isCollected,
  isLive,
  money,
  moveCase,
  planAttempt,
  settle,
  type AttemptId,
  type AttemptState,
  type OwnerId,
  type PaymentCase,
  type PaymentId,
  type SettlementPolicy,
} from '../src/index.ts'

const amount = money(1000n, 'MXN')
const due: PaymentCase = {
  payment: {
    id: 'pay_1' as PaymentId,
    purpose: 'deposit',
    owner: 'ana' as OwnerId,
    subject: { type: 'intent', id: 'int_1' },
    amount,
    item: { name: 'n', description: 'd' },
    metadata: {},
    saveCard: false,
    createdAt: instant(0),
    status: 'pending',
  },
  attempts: [],
  refunds: [],
}
const policy: SettlementPolicy = { lateMoney: 'refund', wrongAmount: 'refund', walletRefunds: [] }
const now = instant(10_000_000)
const page = { successUrl: 's', cancelUrl: 'c', expiresAt: instant(20_000_000) }
const begin = (kase: PaymentCase, id: string, kind: 'hosted' | 'off_session' = 'hosted'): PaymentCase => {
  const move = moveCase(kase)
  beginAttempt(move, { id: id as AttemptId, kind, announce: false, at: now, page })
  return move.done().kase
}
const opened: AttemptState = { type: 'opened', url: 'https://pay.example', expiresAt: instant(20_000_000) }
const captured = (id: string, sum = amount): AttemptState => ({
  type: 'captured',
  charge: { id: `ch_${id}`, amount: sum },
})

const state = fc.constantFrom<AttemptState>(
  opened,
  { type: 'processing' },
  { type: 'authorized' },
  captured('x'),
  captured('x', money(1n, 'MXN')),
  captured('x', money(1000n, 'USD')),
  { type: 'declined', failure: { code: 'card_declined', retryable: true } },
  { type: 'expired' },
)
const act = fc.oneof(
  fc.record({ do: fc.constant('begin' as const), kind: fc.constantFrom('hosted' as const, 'off_session' as const) }),
  fc.record({ do: fc.constant('hear' as const), on: fc.nat(4), state, providerId: fc.constantFrom('cs_1', 'cs_2') }),
  fc.record({ do: fc.constant('cancel' as const) }),
)

test.prop([fc.array(act, { maxLength: 30 }), fc.constantFrom('refund' as const, 'honour' as const)], { numRuns: 2000 })(
  'whatever is heard, in any order: at most one attempt is live, one is counted, and all other money goes back once',
  (acts, lateMoney) => {
    let kase = due
    for (const [index, doing] of acts.entries()) {
      if (doing.do === 'begin') {
        if (planAttempt(kase, doing.kind, now).type === 'start') kase = begin(kase, `${index}`, doing.kind)
      } else if (doing.do === 'cancel') {
        const move = moveCase(kase)
        move.payment({ type: 'cancel', at: now, reason: 'requested' })
        kase = move.done().kase
      } else {
        const attempt = kase.attempts[doing.on % Math.max(1, kase.attempts.length)]
        if (attempt === undefined) continue
        const heard = { at: now, state: doing.state, providerId: doing.providerId }
        const change = settle(kase, attempt.id, heard, { ...policy, lateMoney })
        // Said again, it is no news.
        const again = settle(change.kase, attempt.id, heard, { ...policy, lateMoney })
        expect(again.kase).toEqual(change.kase)
        expect(again.facts).toEqual([])
        kase = change.kase
      }
      const { payment } = kase
      expect(kase.attempts.filter(isLive).length).toBeLessThanOrEqual(1)
      for (const attempt of kase.attempts) {
        if (attempt.status !== 'succeeded') continue
        const counted = isCollected(payment) && payment.attemptId === attempt.id
        const back = kase.refunds.filter(({ attemptId }) => attemptId === attempt.id)
        if (counted) expect([back, attempt.charge.amount]).toEqual([[], payment.amount])
        else expect(back.map((refund) => refund.amount)).toEqual([attempt.charge.amount])
      }
    }
  },
)
