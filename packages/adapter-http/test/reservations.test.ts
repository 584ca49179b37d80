import { describe, expect, it } from 'vitest'
import { ana, ben, bookedReservation, staff, world, type World } from './world.ts'

const declineSavedCard = async (here: World) => {
  const [attempt] = here.provider.truth.attempts()
  const charge = attempt?.state.type === 'captured' ? attempt.state.charge : undefined
  await here.provider.payer.declineCard({
    customerId: charge?.customerId ?? '',
    paymentMethodId: charge?.paymentMethodId ?? '',
  })
}

describe('a reservation', () => {
  it('shows its slot, its balance and what the host keeps with it', async () => {
    const here = world()
    const { reservationId } = await bookedReservation(here)
    const { status, json } = await here.call('GET', `/api/reservations/${reservationId}/`, { as: ana })
    expect(status).toBe(200)
    expect(json).toMatchObject({
      reservation_id: reservationId,
      status: 'confirmed',
      status_display: 'Confirmed',
      slot: { resource_id: 'casa', unit: 0, starts_at: '2027-06-02T00:00:00.000Z' },
      balance: { amount: '300.00', currency: 'MXN', due_at: '2027-06-02T00:00:00.000Z' },
      details: { tax: '5' },
      cancelled_at: null,
    })
  })

  it('is listed for its owner and for staff', async () => {
    const here = world()
    await bookedReservation(here)
    const countFor = async (as: string) =>
      ((await here.call('GET', '/api/reservations/', { as })).json['reservations'] as unknown[]).length
    expect([await countFor(ana), await countFor(ben), await countFor(staff)]).toEqual([1, 0, 1])
  })

  it.each([
    ['all', 1],
    ['nothing', 0],
  ] as const)("gives back %s by the host's terms when it is cancelled", async (terms, refunds) => {
    const here = world({ cancellationTerms: () => terms })
    const { reservationId } = await bookedReservation(here)
    const { status, json } = await here.call('POST', `/api/reservations/${reservationId}/cancel/`, { as: ana })
    expect([status, json]).toMatchObject([200, { status: 'cancelled', reservation: { status: 'cancelled' } }])
    await here.holdfast.workOnce()
    expect(here.provider.truth.refunds()).toHaveLength(refunds)
  })

  it('is cancelled by the terms of that time, however late the same request is made again', async () => {
    const end = Date.UTC(2027, 0, 1, 1)
    const here = world({ cancellationTerms: (_reservation, _actor, now) => (now < end ? 'all' : 'nothing') })
    const { reservationId } = await bookedReservation(here)
    const cancel = () =>
      here.call('POST', `/api/reservations/${reservationId}/cancel/`, { as: ana, headers: { 'idempotency-key': 'k' } })
    const first = await cancel()
    await here.clock.advance(2 * 3_600_000)
    expect([first.status, (await cancel()).text]).toEqual([200, first.text])
  })

  it('takes no terms from whoever cancels', async () => {
    const here = world()
    const { reservationId } = await bookedReservation(here)
    const { status } = await here.call('POST', `/api/reservations/${reservationId}/cancel/`, {
      as: ana,
      body: { refund: 'all' },
    })
    expect(status).toBe(400)
  })

  it('is not cancelled when it is over', async () => {
    const here = world()
    const { reservationId } = await bookedReservation(here, { house: 'casa-paid' })
    await here.clock.advance(200 * 86_400_000)
    await here.holdfast.runTasks(10)
    const { status, json } = await here.call('POST', `/api/reservations/${reservationId}/cancel/`, { as: ana })
    expect([status, json['code']]).toEqual([409, 'reservation_completed'])
  })
})

describe('a balance', () => {
  it('is charged to the saved card when it is started', async () => {
    const here = world()
    const { reservationId } = await bookedReservation(here)
    const { status, json } = await here.call('POST', `/api/reservations/${reservationId}/balance/start/`, { as: staff })
    expect([status, json]).toMatchObject([200, { status: 'paid', payment_status: 'COMPLETED', checkout_url: null }])
  })

  it('opens a page when the card does not do, and a retry leads to the same page', async () => {
    const here = world()
    const { reservationId } = await bookedReservation(here)
    await declineSavedCard(here)
    const started = await here.call('POST', `/api/reservations/${reservationId}/balance/start/`, { as: ana })
    expect(started.json).toMatchObject({
      status: 'open',
      checkout_url: expect.stringContaining('https://pay.example/'),
    })
    const retried = await here.call('POST', `/api/reservations/${reservationId}/balance/retry/`, { as: ana })
    expect(retried.json['checkout_url']).toBe(started.json['checkout_url'])
    for (const verb of ['start', 'retry']) {
      const { status, headers } = await here.call('POST', `/api/reservations/${reservationId}/balance/${verb}/`, {
        as: ana,
        headers: { accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' },
      })
      expect([status, headers.get('location')]).toEqual([303, started.json['checkout_url']])
    }
  })

  it('is not for its owner to cancel, who may cancel the reservation; staff may', async () => {
    const here = world()
    const { reservationId } = await bookedReservation(here)
    const { json } = await here.call('GET', `/api/reservations/${reservationId}/`, { as: ana })
    const path = `/api/payments/${(json['balance'] as { payment_id: string }).payment_id}/cancel/`
    const refused = await here.call('POST', path, { as: ana })
    expect([refused.status, refused.json]).toMatchObject([
      409,
      { code: 'payment_of_reservation', reservation_id: reservationId, retryable: false },
    ])
    expect((await here.call('POST', path, { as: staff })).json).toMatchObject({ payment_status: 'CANCELLED' })
  })

  it.each(['start', 'retry'])('is clear about why it cannot be paid (%s)', async (verb) => {
    const here = world()
    const path = (id: string) => `/api/reservations/${id}/balance/${verb}/`
    const codeOf = async (id: string) => {
      const { status, json } = await here.call('POST', path(id), { as: ana })
      return [status, json['code']]
    }
    const none = await bookedReservation(here, { house: 'casa-paid', day: 1 })
    expect(await codeOf(none.reservationId)).toEqual([409, 'balance_not_owed'])
    const paid = await bookedReservation(here, { day: 2 })
    await here.call('POST', `/api/reservations/${paid.reservationId}/balance/start/`, { as: ana })
    expect(await codeOf(paid.reservationId)).toEqual([409, 'balance_already_paid'])
    const gone = await bookedReservation(here, { day: 3 })
    await here.call('POST', `/api/reservations/${gone.reservationId}/cancel/`, { as: ana })
    expect(await codeOf(gone.reservationId)).toEqual([409, 'reservation_cancelled'])
    expect(await codeOf('res_none')).toEqual([404, 'reservation_not_found'])
  })
})
