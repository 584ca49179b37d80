import { fc, test } from '@fast-check/vitest'
import {
  after,
  instant,
  minute,
  money,
  type AttemptId,
  type PaymentProvider,
  type ProviderAnswer,
  type RefundId,
} from '@holdfast/core'
import {
  createSimulator,
  faultKinds,
  simulatorHttpClient,
  type FaultKind,
  type Simulator,
} from '@holdfast/stripe-simulator'
import { describe, expect } from 'vitest'
import { createStripe, stripeProvider } from '../src/index.ts'
import { chargeRequest, noon, refundRequest, sessionRequest } from './samples.ts'

/** What goes wrong with the coming calls, whatever they ask: `none` is a call that goes well. */
const faultsArbitrary = fc.array(fc.constantFrom<FaultKind | 'none'>('none', ...faultKinds), { maxLength: 12 })

interface Story {
  readonly provider: PaymentProvider
  readonly simulator: Simulator
  readonly pay: (session: string) => Promise<void>
  readonly savedCard: () => Promise<{ readonly customerId: string; readonly paymentMethodId: string }>
  /** From now on, calls go wrong in this order; then nothing does. */
  readonly suffer: (faults: readonly (FaultKind | 'none')[]) => void
}

const begin = (): Story => {
  const queue: (FaultKind | 'none')[] = []
  const simulator = createSimulator({
    seed: 'once',
    now: () => noon,
    sleep: async () => {},
    chooseFault: () => {
      const kind = queue.shift()
      return kind === undefined || kind === 'none' ? undefined : { kind }
    },
  })
  const stripe = createStripe({ apiKey: 'sk_test_once', httpClient: simulatorHttpClient(simulator) })
  return {
    simulator,
    provider: stripeProvider({ stripe, clock: { now: () => instant(simulator.nowMs()) } }),
    pay: async (session) => {
      const body = new URLSearchParams({ payment_method: 'pm_card_visa' })
      const headers = { authorization: 'Bearer sk_test_once' }
      const response = await simulator.fetch(`http://127.0.0.1:12111/v1/payment_pages/${session}/confirm`, {
        method: 'POST',
        body,
        headers,
      })
      if (!response.ok) throw new Error(await response.text())
    },
    savedCard: async () => {
      const customer = await stripe.customers.create({})
      const { id } = await stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id })
      return { customerId: customer.id, paymentMethodId: id }
    },
    suffer: (faults) => void queue.push(...faults),
  }
}

/** Asks until an answer settles it or an answered error shows that the key only repeats itself; then looks. */
const insist = async <Report>(
  ask: () => Promise<ProviderAnswer<Report>>,
  look: () => Promise<ProviderAnswer<Report>>,
): Promise<ProviderAnswer<Report>> => {
  for (let tries = 0; tries < 30; tries += 1) {
    const answer = await ask()
    if (answer.type === 'reported' || answer.type === 'refused') return answer
  }
  for (let tries = 0; tries < 30; tries += 1) {
    const answer = await look()
    if (answer.type === 'reported' || answer.type === 'absent') return answer
  }
  throw new Error('Nothing was ever heard.')
}

describe('whatever goes wrong, and however often it is asked', () => {
  test.prop([faultsArbitrary])('one key opens at most one page, and what is heard is so', async (faults) => {
    const { provider, simulator, suffer } = begin()
    const request = sessionRequest({ expiresAt: after(noon, 60 * minute) })
    const query = { kind: 'hosted', attemptId: request.attemptId, requestedAt: noon } as const
    suffer(faults)
    const answer = await insist(
      () => provider.openSession(request),
      () => provider.findAttempt(query),
    )
    const { sessions } = simulator.ledger().derived
    expect(sessions.length).toBeLessThanOrEqual(1)
    expect(answer.type).toBe(sessions.length === 1 ? 'reported' : 'absent')
    if (answer.type === 'reported') expect(answer.report.providerId).toBe(sessions[0]?.id)
  })

  test.prop([faultsArbitrary])('one key charges a card at most once, and what is heard is so', async (faults) => {
    const { provider, simulator, suffer, savedCard } = begin()
    const request = chargeRequest({ card: await savedCard() })
    const query = { kind: 'off_session', attemptId: request.attemptId, requestedAt: noon } as const
    suffer(faults)
    const answer = await insist(
      () => provider.chargeSavedCard(request),
      () => provider.findAttempt(query),
    )
    const charges = simulator.ledger().objects.charge.filter(({ captured }) => captured)
    expect(charges.length).toBeLessThanOrEqual(1)
    expect(answer.type).toBe(charges.length === 1 ? 'reported' : 'absent')
    if (answer.type === 'reported')
      expect(answer.report.state).toMatchObject({ type: 'captured', charge: { amount: request.amount } })
  })

  test.prop([faultsArbitrary, faultsArbitrary])(
    'two keys give back at most twice, each at most once',
    async (first, second) => {
      const { provider, simulator, suffer, pay } = begin()
      const opened = await provider.openSession(sessionRequest({ amount: money(25_00, 'EUR') }))
      const session = opened.type === 'reported' ? (opened.report.providerId ?? '') : ''
      await pay(session)
      const paid = await provider.findAttempt({
        kind: 'hosted',
        attemptId: 'att_1' as AttemptId,
        providerId: session,
        requestedAt: noon,
      })
      const chargeId =
        paid.type === 'reported' && paid.report.state.type === 'captured' ? paid.report.state.charge.id : ''
      for (const [id, faults] of [
        ['rf_1', first],
        ['rf_2', second],
      ] as const) {
        const refundId = id as RefundId
        suffer(faults)
        const answer = await insist(
          () => provider.refund(refundRequest({ refundId, idempotencyKey: id, chargeId })),
          () => provider.findRefund({ refundId, chargeId }),
        )
        const made = simulator.ledger().objects.refund.filter(({ metadata }) => metadata?.['refund_id'] === id)
        expect(made.length).toBeLessThanOrEqual(1)
        expect(answer.type).toBe(made.length === 1 ? 'reported' : 'absent')
      }
    },
  )

  test.prop([faultsArbitrary, fc.boolean()])(
    'closing ends in what is so: paid before, or expired',
    async (faults, isPaid) => {
      const { provider, simulator, suffer, pay } = begin()
      const opened = await provider.openSession(sessionRequest())
      const providerId = opened.type === 'reported' ? (opened.report.providerId ?? '') : ''
      if (isPaid) await pay(providerId)
      suffer(faults)
      const close = () => provider.closeAttempt({ kind: 'hosted', providerId })
      const answer = await insist(close, close)
      expect(answer).toMatchObject({ type: 'reported', report: { state: { type: isPaid ? 'captured' : 'expired' } } })
      expect(simulator.ledger().derived.sessions.filter(({ status }) => status === 'open')).toEqual([])
    },
  )
})
