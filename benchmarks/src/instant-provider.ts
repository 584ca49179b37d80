import { hour, instant, type AttemptQuery, type PaymentProvider, type SessionRequest } from '@holdfast/core'
import { price } from './paid-session.ts'

/** What a page is known by once it is open. */
export interface AnsweredPage {
  readonly sessionId: string
  readonly url: string
  readonly expiresAt: number
}

/** A payment provider that answers at once, or after a fixed time, and measures how long it was asked. */
export interface InstantProvider {
  /** As Holdfast asks: pages are opened, and whoever looks hears that nothing has moved. Nothing else is ever asked here. */
  readonly provider: PaymentProvider
  /** As a floor asks. */
  open(attemptId: string): Promise<AnsweredPage>
  /** How often it was asked. */
  calls(): number
  /** How long it has been asked, all calls together. */
  spentMs(): number
}

/** With a latency of 0 it answers in the same turn of the event loop. */
export const instantProvider = (latencyMs = 0): InstantProvider => {
  let calls = 0
  let spentMs = 0
  const open = async (attemptId: string): Promise<AnsweredPage> => {
    const startedAt = performance.now()
    if (latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, latencyMs))
    calls += 1
    const sessionId = `cs_test_${attemptId}`
    const page = { sessionId, url: urlOf(sessionId), expiresAt: Date.now() + 7_200_000 }
    spentMs += performance.now() - startedAt
    return page
  }
  const notHere = async (): Promise<never> => {
    throw new Error('The benchmarks open pages, look, and do nothing else at the provider.')
  }
  return {
    open,
    calls: () => calls,
    spentMs: () => spentMs,
    provider: {
      async openSession({ attemptId }: SessionRequest) {
        const { sessionId, url, expiresAt } = await open(attemptId)
        const state = { type: 'opened', url, expiresAt: instant(expiresAt) } as const
        return { type: 'reported', report: { state, providerId: sessionId, livemode: false } }
      },
      async findAttempt({ attemptId, providerId = `cs_test_${attemptId}` }: AttemptQuery) {
        const state = { type: 'opened', url: urlOf(providerId), expiresAt: instant(Date.now() + hour) } as const
        return { type: 'reported', report: { state, providerId, livemode: false } }
      },
      async findRefund({ refundId, chargeId, providerId = `re_${refundId}` }) {
        const report = { providerId, refundId, chargeId, amount: price, livemode: false }
        return { type: 'reported', report: { ...report, state: { type: 'pending' } } }
      },
      findCharge: async () => ({ type: 'reported', report: { refunds: [], disputes: [], livemode: false } }),
      chargeSavedCard: notHere,
      closeAttempt: notHere,
      findForgottenCharge: notHere,
      refund: notHere,
      listPaymentMethods: notHere,
      detachPaymentMethod: notHere,
    },
  }
}

const urlOf = (sessionId: string): string => `https://checkout.test/c/pay/${sessionId}`
