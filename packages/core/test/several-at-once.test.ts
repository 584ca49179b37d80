import { describe, expect, it } from 'vitest'
import { ok, type ReservationCatalogue, type ResourceId } from '../src/index.ts'
import { brokenAlways, brokenAtRest } from '../src/contracts/rules/oracle.ts'
import { catalogue, mxn, owner, staff, world, type World } from '../src/contracts/rules/world.ts'

/** The same house, with room for several parties in the same night. */
const forSeveral = (capacity: number): ReservationCatalogue => ({
  quote: async (payload, context) => {
    const quoted = await catalogue.quote(payload, context)
    return quoted.ok ? ok({ ...quoted.value, capacity }) : quoted
  },
})

const unitsOf = async (w: World) =>
  (await w.reservations()).filter(({ status }) => status !== 'cancelled').map(({ slot }) => slot.unit)

describe('a slot that three can have', () => {
  it('is had by the first three who pay, each on a unit of their own; all others have their money back, once', async () => {
    const w = world({ catalogue: forSeveral(3), places: new Map([['casa' as ResourceId, 3]]) })
    const booked = []
    for (let n = 0; n < 8; n += 1) booked.push(await w.book(owner(`guest-${n}`)))
    for (const { sessionId } of booked) await w.provider.payer.pay(sessionId)
    await w.deliver()
    await w.pass(60 * 60_000)

    expect((await unitsOf(w)).toSorted()).toEqual([0, 1, 2])
    expect(w.provider.truth.refunds()).toHaveLength(5)
    const lost = (await Promise.all(booked.map(({ paymentId }) => w.get(paymentId)))).filter(
      ({ refunds }) => refunds.length > 0,
    )
    for (const { payment, refunds } of lost) {
      expect(payment.status).toBe('refunded')
      expect(refunds).toMatchObject([{ reason: 'slot_taken', amount: mxn(300_00n), status: 'succeeded' }])
    }
    expect(w.notifier.sent.filter(({ template }) => template === 'refunded_unavailable')).toHaveLength(5)
    expect([...(await brokenAlways(w)), ...(await brokenAtRest(w))]).toEqual([])
  })

  it('has no page for a fourth, and has one again when somebody cancels', async () => {
    const w = world({ catalogue: forSeveral(3), places: new Map([['casa' as ResourceId, 3]]) })
    const open = async (name: string) => {
      const opened = await w.holdfast.openIntent({ actor: owner(name), kind: 'reservation', payload: { night: 0 } })
      if (!opened.ok) throw new Error(opened.error.code)
      return opened.value.paymentId
    }
    const waiting = await open('late')
    for (const name of ['a', 'b', 'c']) {
      const { sessionId } = await w.book(owner(name))
      await w.provider.payer.pay(sessionId)
      await w.deliver()
    }
    const checkout = () => w.holdfast.startCheckout({ actor: owner('late'), paymentId: waiting })
    expect(await checkout()).toEqual({ ok: false, error: { code: 'slot_taken' } })
    await expect(open('later')).rejects.toThrow('slot_taken')

    const second = (await w.reservations()).find(({ slot }) => slot.unit === 1)
    if (second === undefined) throw new Error('No second reservation.')
    await w.holdfast.cancelReservation({ actor: staff, reservationId: second.id, refund: 'all' })
    const page = await checkout()
    if (!page.ok || page.value.type !== 'open') throw new Error('No page.')
    await w.provider.payer.pay(page.value.sessionId)
    await w.deliver()
    expect((await unitsOf(w)).toSorted()).toEqual([0, 1, 2])
  })
})
