import { describe, expect, it } from 'vitest'
import { ana, bookedReservation, deliver, openIntent, staff, world, type World } from './world.ts'

describe('asking Stripe under a key', () => {
  const sync = (here: World, paymentId: string, key: string) =>
    here.call('POST', `/api/payments/${paymentId}/sync_status/`, { as: ana, headers: { 'idempotency-key': key } })

  it('has one answer, whatever has become of the payment since; another key asks again', async () => {
    const here = world()
    const { paymentId } = await openIntent(here)
    const { json } = await here.call('POST', `/api/payments/${paymentId}/checkout/`, { as: ana })
    const first = await sync(here, paymentId, 'k1')
    expect(first.json).toMatchObject({ status: 'open', payment_status: 'PENDING' })
    await here.provider.payer.pay(json['session_id'] as string)
    const again = await sync(here, paymentId, 'k1')
    expect([again.status, again.json]).toEqual([200, first.json])
    expect((await sync(here, paymentId, 'k2')).json).toMatchObject({ status: 'complete', payment_status: 'COMPLETED' })
  })

  it('keeps the keys of two callers apart, whatever is in their ids', async () => {
    const here = world()
    const { paymentId } = await openIntent(here)
    const syncAs = async (as: string, key: string) =>
      (await here.call('POST', `/api/payments/${paymentId}/sync_status/`, { as, headers: { 'idempotency-key': key } }))
        .json
    expect(await syncAs('staff:desk:eve', 'k')).toMatchObject({ status: 'no_session' })
    await here.call('POST', `/api/payments/${paymentId}/checkout/`, { as: ana })
    expect(await syncAs('staff:desk', 'eve:k')).toMatchObject({ status: 'open' })
  })

  it('is refused for another payment under the same key', async () => {
    const here = world()
    const one = await openIntent(here)
    const other = await openIntent(here, { day: 2 })
    await sync(here, one.paymentId, 'k1')
    const { status, json } = await sync(here, other.paymentId, 'k1')
    expect([status, json['code']]).toEqual([422, 'idempotency_key_reused'])
  })

  it('goes on where it stood when Stripe could not be asked: "pending" is not kept', async () => {
    const here = world()
    const { paymentId } = await openIntent(here)
    const { json } = await here.call('POST', `/api/payments/${paymentId}/checkout/`, { as: ana })
    await here.provider.payer.pay(json['session_id'] as string)
    here.provider.faults.next('findAttempt', 'unreachable')
    expect((await sync(here, paymentId, 'k1')).json['status']).toBe('pending')
    expect((await sync(here, paymentId, 'k1')).json).toMatchObject({ status: 'complete', payment_status: 'COMPLETED' })
  })
})

describe('a payment', () => {
  it('says how it stands before anybody has tried to pay it', async () => {
    const here = world()
    const { paymentId } = await openIntent(here)
    const { status, json } = await here.call('GET', `/api/payments/${paymentId}/status/`, { as: ana })
    expect(status).toBe(200)
    expect(json).toEqual({
      payment_id: paymentId,
      order_id: null,
      payment_status: 'PENDING',
      payment_status_display: 'Pending',
      order_status: null,
      order_status_display: null,
      amount: '100.00',
      currency: 'MXN',
      created_at: '2027-01-01T00:00:00.000Z',
      updated_at: '2027-01-01T00:00:00.000Z',
      stripe: { session_id: null, session_status: null, payment_status: null, expires_at: null, checkout_url: null },
    })
  })

  it('says what Stripe holds of its page, its end in epoch seconds', async () => {
    const here = world()
    const { paymentId } = await openIntent(here)
    const opened = await here.call('POST', `/api/payments/${paymentId}/checkout/`, { as: ana })
    expect(opened.status).toBe(200)
    expect(opened.json).toEqual({
      status: 'open',
      payment_id: paymentId,
      session_id: 'cs_1',
      checkout_url: 'https://pay.example/cs_1',
      expires_at: Date.UTC(2027, 0, 1, 2) / 1000,
    })
    const { json } = await here.call('GET', `/api/payments/${paymentId}/status/`, { as: ana })
    expect(json['stripe']).toEqual({
      session_id: 'cs_1',
      session_status: 'open',
      payment_status: 'unpaid',
      expires_at: Date.UTC(2027, 0, 1, 2) / 1000,
      checkout_url: 'https://pay.example/cs_1',
    })
  })

  it('leads a retry to the page that is open', async () => {
    const here = world()
    const { paymentId } = await openIntent(here)
    const first = await here.call('POST', `/api/payments/${paymentId}/checkout/`, { as: ana })
    const again = await here.call('POST', `/api/payments/${paymentId}/retry/`, { as: ana })
    expect(again.json).toEqual(first.json)
    expect(here.provider.truth.attempts()).toHaveLength(1)
  })

  it('is cancelled, and says so in the words of the language that was asked for', async () => {
    const here = world()
    const { paymentId } = await openIntent(here)
    const { status, json } = await here.call('POST', `/api/payments/${paymentId}/cancel/`, {
      as: ana,
      headers: { 'accept-language': 'es-MX,en;q=0.5' },
    })
    expect(status).toBe(200)
    expect(json).toEqual({
      status: 'cancelled',
      payment_id: paymentId,
      order_id: null,
      message: 'Pago cancelado exitosamente',
      payment_status: 'CANCELLED',
      order_status: null,
    })
  })

  it('says when it last moved', async () => {
    const here = world()
    const { paymentId } = await openIntent(here)
    await here.clock.advance(5_000)
    await here.call('POST', `/api/payments/${paymentId}/cancel/`, { as: ana })
    const { json } = await here.call('GET', `/api/payments/${paymentId}/status/`, { as: ana })
    expect([json['created_at'], json['updated_at']]).toEqual(['2027-01-01T00:00:00.000Z', '2027-01-01T00:00:05.000Z'])
  })

  it('is cancelled here while Stripe cannot be reached, and says that Stripe is still being told', async () => {
    const here = world()
    const { paymentId } = await openIntent(here)
    await here.call('POST', `/api/payments/${paymentId}/checkout/`, { as: ana })
    here.provider.faults.next('closeAttempt', 'unreachable')
    const { json } = await here.call('POST', `/api/payments/${paymentId}/cancel/`, { as: ana })
    expect(json).toMatchObject({ payment_status: 'CANCELLED', provider_cancellation: 'pending' })
    const after = await here.call('GET', `/api/payments/${paymentId}/status/`, { as: ana })
    expect(after.json['stripe']).toMatchObject({ session_status: 'open', checkout_url: null })
  })

  it('is not cancelled once it is paid: 409, with the payment as it is', async () => {
    const here = world()
    const { paymentId } = await openIntent(here)
    await here.call('POST', `/api/payments/${paymentId}/checkout/`, { as: ana })
    await here.provider.payer.pay('cs_1')
    const { status, json } = await here.call('POST', `/api/payments/${paymentId}/cancel/`, { as: ana })
    expect(status).toBe(409)
    expect(json).toMatchObject({
      code: 'payment_already_completed',
      retryable: false,
      payment_id: paymentId,
      payment_status: 'COMPLETED',
      order_id: null,
      order_status: null,
    })
  })

  it.each([
    ['has no page', async () => {}, { status: 'no_session', stripe_status: null, payment_status: 'PENDING' }],
    [
      'has an open page',
      async (here: ReturnType<typeof world>, id: string) =>
        void (await here.call('POST', `/api/payments/${id}/checkout/`, { as: ana })),
      { status: 'open', stripe_status: 'open', payment_status: 'PENDING' },
    ],
    [
      'was paid without our hearing of it',
      async (here: ReturnType<typeof world>, id: string) => {
        await here.call('POST', `/api/payments/${id}/checkout/`, { as: ana })
        await here.provider.payer.pay('cs_1')
      },
      { status: 'complete', stripe_status: 'complete', payment_status: 'COMPLETED' },
    ],
    [
      'has a page that ran out of time',
      async (here: ReturnType<typeof world>, id: string) => {
        await here.call('POST', `/api/payments/${id}/checkout/`, { as: ana })
        await here.provider.payer.expire('cs_1')
      },
      { status: 'expired', stripe_status: 'expired' },
    ],
  ])('is brought up to date when it %s', async (_what, prepare, expected) => {
    const here = world()
    const { paymentId } = await openIntent(here)
    await prepare(here, paymentId)
    const { status, json } = await here.call('POST', `/api/payments/${paymentId}/sync_status/`, { as: ana })
    expect(status).toBe(200)
    expect(json).toMatchObject({ ...expected, task_id: null, message: expect.any(String) })
  })

  it('says which task asks Stripe again when it could not be asked now', async () => {
    const here = world()
    const { paymentId } = await openIntent(here)
    await here.call('POST', `/api/payments/${paymentId}/checkout/`, { as: ana })
    here.provider.faults.next('findAttempt', 'unreachable')
    const { json } = await here.call('POST', `/api/payments/${paymentId}/sync_status/`, { as: ana })
    expect(json).toMatchObject({ status: 'pending', task_id: 'look_up_attempt:att_0001' })
  })
})

describe('leading to a page', () => {
  it('leads a browser there with 303', async () => {
    const here = world()
    const { paymentId } = await openIntent(here)
    const { status, headers } = await here.call('POST', `/api/payments/${paymentId}/checkout/`, {
      as: ana,
      headers: { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' },
    })
    expect([status, headers.get('location')]).toEqual([303, 'https://pay.example/cs_1'])
  })

  it('says 202 and where to look when the answer is not known yet', async () => {
    const here = world()
    const { paymentId } = await openIntent(here)
    here.provider.faults.next('openSession', 'answer_lost')
    const { status, headers, json } = await here.call('POST', `/api/payments/${paymentId}/checkout/`, { as: ana })
    expect(status).toBe(202)
    expect(headers.get('location')).toBe(`/api/payments/${paymentId}/status/`)
    expect(json).toMatchObject({ status: 'pending', checkout_url: null })
  })

  it('says 503 and when to come back while Stripe cannot be reached', async () => {
    const here = world()
    const { paymentId } = await openIntent(here)
    here.provider.faults.next('openSession', 'unreachable')
    const { status, headers, json } = await here.call('POST', `/api/payments/${paymentId}/checkout/`, { as: ana })
    expect([status, json['code'], json['retryable']]).toEqual([503, 'provider_unavailable', true])
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  })

  it('says 402 with a failure for the payer, and keeps the words meant for operators', async () => {
    const here = world()
    const { paymentId } = await openIntent(here)
    here.provider.faults.next('openSession', 'refused')
    const { status, json, text } = await here.call('POST', `/api/payments/${paymentId}/checkout/`, {
      as: ana,
      headers: { 'accept-language': 'fa' },
    })
    expect([status, json['code']]).toEqual([402, 'payment_declined'])
    expect(json['failure']).toMatchObject({ code: 'provider_rejected', message: expect.stringMatching(/سرویس پرداخت/) })
    expect(text).not.toMatch(/detail":"The|providerCode/)
  })

  it("sends a browser to the host's own page for a refusal, where there is one", async () => {
    const pages = { problem: ({ code }: { readonly code: string }) => `https://host.example/sorry?code=${code}` }
    const here = world({ pages })
    const html = { accept: 'text/html' }
    const { headers } = await here.call('POST', '/api/payments/pay_none/checkout/', { as: ana, headers: html })
    expect(headers.get('location')).toBe('https://host.example/sorry?code=payment_not_found')
    const program = await here.call('POST', '/api/payments/pay_none/checkout/', { as: ana })
    expect(program.status).toBe(404)
    const elsewhere = await here.call('GET', '/api/payments/pay_none/status/', { as: ana, headers: html })
    expect(elsewhere.status).toBe(404)
  })
})

describe('the list of payments', () => {
  it('shows owners their own and staff everybody’s, page by page', async () => {
    const here = world()
    for (const day of [1, 2, 3]) await openIntent(here, { as: ana, day })
    await openIntent(here, { as: 'owner:ben', day: 4 })
    const idsOf = (json: object) =>
      (json as { payments: { payment_id: string }[] }).payments.map((each) => each.payment_id)
    const first = await here.call('GET', '/api/payments/?limit=2', { as: ana })
    expect(idsOf(first.json)).toEqual(['pay_0003', 'pay_0002'])
    const second = await here.call('GET', `/api/payments/?limit=2&after=${String(first.json['next_cursor'])}`, {
      as: ana,
    })
    expect([idsOf(second.json), second.json['next_cursor']]).toEqual([['pay_0001'], null])
    expect(idsOf((await here.call('GET', '/api/payments/', { as: staff })).json)).toHaveLength(4)
  })

  it('filters by status, in capitals or small letters', async () => {
    const here = world()
    await bookedReservation(here)
    for (const status of ['COMPLETED', 'completed']) {
      const { json } = await here.call('GET', `/api/payments/?status=${status}`, { as: ana })
      expect(json['payments']).toMatchObject([{ payment_status: 'COMPLETED' }])
    }
  })

  it('knows no filter by owner', async () => {
    const { status, json } = await world().call('GET', '/api/payments/?user_id=ben', { as: ana })
    expect([status, json['errors']]).toMatchObject([400, [{ field: 'user_id', code: 'unrecognized_keys' }]])
  })
})

describe('a webhook that was lost', () => {
  it('is not missed: what was delivered later changes nothing more', async () => {
    const here = world()
    const { paymentId } = await openIntent(here)
    await here.call('POST', `/api/payments/${paymentId}/checkout/`, { as: ana })
    await here.provider.payer.pay('cs_1')
    await here.call('POST', `/api/payments/${paymentId}/sync_status/`, { as: ana })
    await deliver(here.holdfast, here.provider.events())
    const { json } = await here.call('GET', `/api/payments/${paymentId}/status/`, { as: ana })
    expect(json['payment_status']).toBe('COMPLETED')
    expect(here.provider.truth.refunds()).toEqual([])
  })
})
