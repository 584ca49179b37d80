import { describe, expect, it } from 'vitest'
import { brokenAlways, brokenAtRest } from '../src/contracts/rules/oracle.ts'
import { ana, mxn, start, world, type World } from '../src/contracts/rules/world.ts'
import {
  after,
  appointmentCatalogue,
  defineSchedule,
  hour,
  isoTime,
  minute,
  type ReservationCatalogue,
  type ResourceId,
} from '../src/index.ts'

// A Sunday, from noon: appointments of an hour, from three o'clock on.
const startsAt = after(start, 3 * hour)
const endsAt = after(startsAt, hour)
const catalogue: ReservationCatalogue = appointmentCatalogue({
  schedules: {
    find: async () =>
      defineSchedule({ timeZone: 'UTC', slotMinutes: 60, weekly: { sunday: [{ opens: '15:00', closes: '18:00' }] } }),
  },
  price: () => ({ amount: mxn(300_00n), item: { name: 'Appointment', description: 'At three' } }),
})

/** A clinic where somebody wants the appointment at three, asked for `beforeMs` before it begins. */
const clinic = async (beforeMs: number) => {
  const w = world({ catalogue })
  await w.pass(startsAt - start - beforeMs)
  const payload = { resource_id: 'doctor' as ResourceId, starts_at: isoTime(startsAt) }
  const opened = await w.holdfast.openIntent({ actor: ana, kind: 'reservation', payload })
  if (!opened.ok) throw new Error(opened.error.code)
  const { intentId, paymentId } = opened.value
  const checkout = () => w.holdfast.startCheckout({ actor: ana, paymentId })
  return { w, intentId, paymentId, checkout }
}

const pageOf = async (checkout: Awaited<ReturnType<typeof clinic>>['checkout']) => {
  const page = await checkout()
  if (!page.ok || page.value.type !== 'open') throw new Error('No page was opened.')
  return page.value
}

const isKept = async (w: World) => expect([...(await brokenAlways(w)), ...(await brokenAtRest(w))]).toEqual([])
const expired = { ok: false, error: { code: 'intent_expired' } }

describe('an appointment that was asked for before it began', () => {
  it('has a page until the moment it begins, and none from then on', async () => {
    const { w, checkout } = await clinic(90 * minute)
    await w.pass(90 * minute - 1, minute)
    const waiting = await clinic(minute)
    expect(await checkout()).toMatchObject({ ok: true })
    await waiting.w.pass(minute, minute)
    expect(await waiting.checkout()).toEqual(expired)
  })

  it('leads nobody to a page that is still open once it has begun', async () => {
    const { w, checkout } = await clinic(minute)
    const { expiresAt } = await pageOf(checkout)
    await w.clock.advance(minute)
    expect(expiresAt).toBeGreaterThan(w.clock.now())
    expect(await checkout()).toEqual(expired)
  })

  it('has a page that ends as it begins', async () => {
    const { checkout } = await clinic(90 * minute)
    expect((await pageOf(checkout)).expiresAt).toBe(startsAt)
  })

  it('is paid from no wallet, and tops none up, once it has begun', async () => {
    const { w, paymentId, intentId } = await clinic(minute)
    await w.pass(minute, minute)
    expect(await w.holdfast.payFromWallet({ actor: ana, paymentId })).toEqual(expired)
    const payload = { intent_id: intentId }
    expect(await w.holdfast.openIntent({ actor: ana, kind: 'wallet_topup', payload })).toMatchObject({
      error: { code: 'invalid_payload', field: 'intent_id', reason: { code: 'intent_not_payable' } },
    })
  })

  it('is had by whoever pays between its begin and its end, on a page that was open by then', async () => {
    const { w, checkout, paymentId } = await clinic(minute)
    const { sessionId } = await pageOf(checkout)
    await w.pass(20 * minute, minute)
    await w.provider.payer.pay(sessionId)
    await w.deliver()
    expect(await w.reservations()).toMatchObject([{ status: 'paid', slot: { startsAt, endsAt } }])
    expect((await w.get(paymentId)).payment.status).toBe('completed')
    await w.pass(2 * hour)
    expect(await w.reservations()).toMatchObject([{ status: 'completed' }])
    await isKept(w)
  })

  it('is not made of money that is heard of once it has ended: that goes back, and its payer is told why', async () => {
    const { w, checkout, paymentId } = await clinic(minute)
    const { sessionId } = await pageOf(checkout)
    await w.pass(20 * minute, minute)
    await w.provider.payer.pay(sessionId)
    await w.clock.advance(hour)
    await w.deliver()
    await w.pass(hour)
    expect(await w.reservations()).toEqual([])
    const { payment, refunds } = await w.get(paymentId)
    expect(payment.status).toBe('refunded')
    expect(refunds).toMatchObject([{ reason: 'unavailable', amount: mxn(300_00n), status: 'succeeded' }])
    expect(w.provider.truth.refunds()).toHaveLength(1)
    expect(w.notifier.sent).toMatchObject([{ template: 'refunded_unavailable', reason: 'unavailable' }])
    await isKept(w)
  })
})

describe('a stay that has begun', () => {
  it('can still be paid for on the day of arrival, and no more once it is over', async () => {
    const w = world()
    const june = Date.parse('2026-06-01T15:00:00Z')
    await w.pass(june - start + 6 * hour, hour)
    const open = async () => {
      const opened = await w.holdfast.openIntent({ actor: ana, kind: 'reservation', payload: { night: 0 } })
      if (!opened.ok) throw new Error(opened.error.code)
      return opened.value.paymentId
    }
    const paymentId = await open()
    const { sessionId } = await pageOf(() => w.holdfast.startCheckout({ actor: ana, paymentId }))
    await w.provider.payer.pay(sessionId)
    await w.deliver()
    expect(await w.reservations()).toHaveLength(1)

    const [made] = await w.reservations()
    if (made === undefined) throw new Error('No reservation.')
    await w.holdfast.cancelReservation({ actor: { type: 'staff', id: 'eve' }, reservationId: made.id, refund: 'all' })
    await w.pass(17 * hour, hour)
    const late = await open()
    await w.pass(hour, hour)
    expect(await w.holdfast.startCheckout({ actor: ana, paymentId: late })).toEqual(expired)
  })
})
