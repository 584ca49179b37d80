import { describe, expect, it } from 'vitest'
import { after, day, minute, type PaymentProvider } from '../src/index.ts'
import { memoryClock, memoryPaymentProvider, memoryUnitOfWork, sequentialIds } from '../src/memory/index.ts'
import { ana, staff, start, world } from '../src/contracts/rules/world.ts'
import { paidStay } from './paid-stay.ts'

const trueClock = memoryClock(start)
/** Stripe's bounds of `expires_at`, by its own clock. */
const strict = (own: PaymentProvider): PaymentProvider => ({
  ...own,
  openSession: async (request) => {
    const ms = request.expiresAt - trueClock.now()
    return ms > day || ms < 30 * minute
      ? { type: 'refused', failure: { code: 'provider_rejected', retryable: false, detail: 'expires_at' } }
      : own.openSession(request)
  },
})
const worlds = (aheadMs: number) => {
  const shared = {
    unitOfWork: memoryUnitOfWork(),
    ids: sequentialIds(),
    provider: memoryPaymentProvider({ clock: trueClock }),
  }
  const w = world({ ...shared, clock: trueClock, wrapProvider: strict })
  const skewed = { ...trueClock, now: () => after(trueClock.now(), aheadMs) }
  return { w, odd: world({ ...shared, clock: skewed, wrapProvider: strict }) }
}

describe('a process whose clock is off by ten minutes', () => {
  it('ahead: opens the page of a balance whose card was declined', async () => {
    const { w, odd } = worlds(10 * minute)
    const { balanceId, reservationId } = await paidStay(w)
    const { savedCard } = (await w.get(balanceId)).payment
    if (savedCard === undefined) throw new Error('No card.')
    await w.provider.payer.declineCard(savedCard)
    await odd.holdfast.startBalance({ actor: staff, reservationId })
    expect((await w.get(balanceId)).attempts.map(({ status }) => status)).toEqual(['declined', 'open'])
  })
  it('behind: opens the page of an intent that ends soon', async () => {
    const { w, odd } = worlds(-10 * minute)
    const opened = await w.holdfast.openIntent({ actor: ana, kind: 'reservation', payload: { night: 1 } })
    if (!opened.ok) throw new Error(opened.error.code)
    await trueClock.advance(100 * minute)
    const checkout = await odd.holdfast.startCheckout({ actor: ana, paymentId: opened.value.paymentId })
    expect(checkout).toMatchObject({ ok: true, value: { type: 'open' } })
  })
})
