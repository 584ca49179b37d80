import { describe, expect, it } from 'vitest'
import { ana, ben, bookedReservation, deliver, openIntent, world } from './world.ts'

const wanted = { kind: 'reservation', payload: { house: 'casa', day: 1 } }

describe('opening an intent', () => {
  it('answers what is due, and hides the token in a cookie that no script can read', async () => {
    const { call } = world()
    const { status, headers, json, text } = await call('POST', '/api/intents/', { as: ana, body: wanted })
    expect(status).toBe(201)
    expect(json).toEqual({
      intent_id: 'int_0001',
      payment_id: 'pay_0001',
      amount: '100.00',
      currency: 'MXN',
      expires_at: '2027-01-01T02:00:00.000Z',
    })
    expect(headers.get('location')).toBe('/api/intents/int_0001/')
    const cookie = headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^__Host-holdfast_intent=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
    expect(cookie).toContain('token')
    expect(text).not.toContain('token')
  })

  it.each([
    [
      { kind: 'castle', payload: {} },
      { code: 'unknown_kind', known: ['reservation', 'consultation', 'wallet_topup'] },
    ],
    [
      { kind: 'reservation', payload: { house: 'casa' } },
      { code: 'invalid_payload', errors: [{ field: 'payload.day' }] },
    ],
    [
      { kind: 'reservation', payload: 'casa' },
      { code: 'invalid_payload', errors: [{ field: 'payload' }] },
    ],
    [
      { kind: 'reservation', payload: { house: 'hut', day: 1 } },
      { code: 'unknown_resource', errors: [{ field: 'payload.house' }] },
    ],
    [{ kind: 'reservation' }, { code: 'invalid_request', errors: [{ field: 'payload' }] }],
    [{ payload: {} }, { code: 'invalid_request', errors: [{ field: 'kind' }] }],
  ])('refuses %j with 400', async (body, expected) => {
    const { status, json } = await world().call('POST', '/api/intents/', { as: ana, body })
    expect([status, json]).toMatchObject([400, expected])
  })

  it('refuses a slot that somebody has, with 409', async () => {
    const here = world()
    await bookedReservation(here)
    const { status, json } = await here.call('POST', '/api/intents/', { as: ben, body: wanted })
    expect([status, json['code']]).toEqual([409, 'slot_taken'])
  })

  it.each(['amount', 'status', 'owner', 'user_id', 'price', 'currency', 'payment_id', '__proto__', 'constructor'])(
    'believes no %s from a body: 400 that names it',
    async (field) => {
      const body = `{"kind":"reservation","payload":{"house":"casa","day":1},"${field}":"1"}`
      const headers = { 'content-type': 'application/json' }
      const { status, json } = await world().call('POST', '/api/intents/', { as: ana, body, headers })
      expect(status).toBe(400)
      if (field !== '__proto__') expect(json['errors']).toMatchObject([{ field, code: 'unrecognized_keys' }])
    },
  )
})

describe('an intent', () => {
  it('is found by its cookie, and again by its owner when the cookie is lost', async () => {
    const here = world()
    const { headers } = await here.call('POST', '/api/intents/', { as: ana, body: wanted })
    await openIntent(here, { day: 2 })
    const cookie = headers.get('set-cookie')?.split(';')[0] ?? ''
    const held = await here.call('GET', '/api/intents/current/', { as: ana, headers: { cookie } })
    expect(held.json['intent_id']).toBe('int_0001')
    const lost = await here.call('GET', '/api/intents/current/', { as: ana })
    expect(lost.json['intent_id']).toBe('int_0002')
    expect(lost.headers.get('set-cookie')).toContain('__Host-holdfast_intent=')
  })

  it('is not shown to somebody else who has its cookie, nor for a cookie that was not signed here', async () => {
    const here = world()
    const { headers } = await here.call('POST', '/api/intents/', { as: ana, body: wanted })
    const cookie = headers.get('set-cookie')?.split(';')[0] ?? ''
    const other = await here.call('GET', '/api/intents/current/', { as: ben, headers: { cookie } })
    expect([other.status, other.json['code']]).toEqual([404, 'intent_not_found'])
    const forged = cookie.replace(/.{5}$/, 'AAAA%3D')
    const { json } = await here.call('GET', '/api/intents/current/', { as: ana, headers: { cookie: forged } })
    expect(json['intent_id']).toBe('int_0001')
  })

  it('is paid on one page, however often it is asked for, and becomes its record', async () => {
    const here = world()
    const { intentId } = await openIntent(here)
    const paid = await here.call('POST', `/api/intents/${intentId}/pay/`, { as: ana })
    const retried = await here.call('POST', `/api/intents/${intentId}/retry/`, { as: ana })
    expect(retried.json).toEqual(paid.json)
    const { reservationId } = await bookedReservation(here, { day: 9 })
    const found = await here.call('GET', '/api/intents/int_0002/', { as: ana })
    expect(found.json).toMatchObject({
      status: 'fulfilled',
      status_display: 'Completed',
      payment_status: 'COMPLETED',
      record: { type: 'reservation', id: reservationId },
      balance: { amount: '300.00', currency: 'MXN' },
      details: { day: 9, tax: '5' },
    })
  })

  it('says why a card was declined on its page, in the payer’s language, until it is paid', async () => {
    const here = world()
    const { intentId } = await openIntent(here)
    const { json } = await here.call('POST', `/api/intents/${intentId}/pay/`, { as: ana })
    const failureIn = async (language: string) =>
      (await here.call('GET', `/api/intents/${intentId}/`, { as: ana, headers: { 'accept-language': language } })).json[
        'payment_failure'
      ]
    expect(await failureIn('en')).toBeNull()
    const sessionId = json['session_id'] as string
    await here.provider.payer.declineOnPage(sessionId, { code: 'insufficient_funds', retryable: true, detail: 'No.' })
    await deliver(here.holdfast, here.provider.events())
    const failure = { code: 'insufficient_funds', retryable: true, at: '2027-01-01T00:00:00.000Z' }
    expect(await failureIn('en')).toEqual({ ...failure, message: 'There is not enough money on your card.' })
    expect(await failureIn('es')).toEqual({ ...failure, message: 'Tu tarjeta no tiene fondos suficientes.' })
    expect(await failureIn('fa')).toEqual({ ...failure, message: expect.stringMatching(/\p{Script=Arabic}/u) })
    // The page is as open as it was, and leads on.
    const again = await here.call('POST', `/api/intents/${intentId}/retry/`, { as: ana })
    expect(again.json['session_id']).toBe(sessionId)
    await here.provider.payer.pay(sessionId)
    await deliver(here.holdfast, here.provider.events())
    expect(await failureIn('en')).toBeNull()
  })

  it('is given up: its page is closed, its cookie taken back, and it cannot be paid', async () => {
    const here = world()
    const { intentId } = await openIntent(here)
    await here.call('POST', `/api/intents/${intentId}/pay/`, { as: ana })
    const { status, json, headers } = await here.call('POST', `/api/intents/${intentId}/abandon/`, { as: ana })
    expect([status, json]).toMatchObject([200, { status: 'abandoned', payment_status: 'CANCELLED' }])
    expect(headers.get('set-cookie')).toContain('Max-Age=0')
    expect(here.provider.truth.attempts()).toMatchObject([{ state: { type: 'expired' } }])
    const late = await here.call('POST', `/api/intents/${intentId}/pay/`, { as: ana })
    expect([late.status, late.json['code']]).toEqual([409, 'payment_cancelled'])
  })

  it('cannot be given up once it is paid', async () => {
    const here = world()
    const { intentId } = await bookedReservation(here)
    const { status, json } = await here.call('POST', `/api/intents/${intentId}/abandon/`, { as: ana })
    expect([status, json['code']]).toEqual([409, 'payment_already_completed'])
  })

  it('cannot be paid when its time is over', async () => {
    const here = world()
    const { intentId } = await openIntent(here)
    await here.clock.advance(3 * 3_600_000)
    const { status, json } = await here.call('POST', `/api/intents/${intentId}/pay/`, { as: ana })
    expect([status, json['code']]).toEqual([409, 'intent_expired'])
  })
})
