import type { OwnerId } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import {
  ana,
  ben,
  bookedReservation,
  openIntent,
  ordered,
  paidOrder,
  staff,
  stocked,
  world,
  type AnyJson,
  type World,
} from './world.ts'

const shop = async (change: Parameters<typeof world>[0] = {}): Promise<World> => {
  const here = world(change)
  await stocked(here)
  return here
}

const keysOf = (json: unknown): readonly string[] => Object.keys(json as AnyJson).toSorted()
const fields = (names: string): readonly string[] => names.split(', ').toSorted()

const statusFields = fields(
  'payment_id, order_id, payment_status, payment_status_display, order_status, order_status_display, amount, currency, ' +
    'created_at, updated_at, stripe',
)
const stripeFields = fields('session_id, session_status, payment_status, expires_at, checkout_url')
const cancelFields = fields('status, payment_id, order_id, message, payment_status, order_status')
const isoUtc = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const decimal = /^\d+\.\d\d$/

describe.each(['/', ''])("the seed's calls, with %j at the end of the path", (slash) => {
  it('POST /payments/{id}/cancel answers exactly its fields', async () => {
    const here = await shop()
    const { orderId, paymentId } = await ordered(here)
    const { status, json } = await here.call('POST', `/api/payments/${paymentId}/cancel${slash}`, {
      as: ana,
      headers: { 'accept-language': 'es' },
    })
    expect([status, keysOf(json)]).toEqual([200, cancelFields])
    expect(json).toEqual({
      status: 'cancelled',
      payment_id: paymentId,
      order_id: orderId,
      message: 'Pago cancelado exitosamente',
      payment_status: 'CANCELLED',
      order_status: 'CANCELLED',
    })
  })

  it('GET /payments/{id}/status answers exactly its fields', async () => {
    const here = await shop()
    const { orderId, paymentId, sessionId } = await ordered(here)
    const { status, json } = await here.call('GET', `/api/payments/${paymentId}/status${slash}`, {
      as: ana,
      headers: { 'accept-language': 'es' },
    })
    expect([status, keysOf(json), keysOf(json['stripe'])]).toEqual([200, statusFields, stripeFields])
    expect(json).toEqual({
      payment_id: paymentId,
      order_id: orderId,
      payment_status: 'PENDING',
      payment_status_display: 'Pendiente',
      order_status: 'PENDING',
      order_status_display: 'Pendiente',
      amount: expect.stringMatching(decimal),
      currency: 'MXN',
      created_at: expect.stringMatching(isoUtc),
      updated_at: expect.stringMatching(isoUtc),
      stripe: {
        session_id: sessionId,
        session_status: 'open',
        payment_status: 'unpaid',
        expires_at: Date.UTC(2027, 0, 1, 1) / 1000,
        checkout_url: `https://pay.example/${sessionId}`,
      },
    })
  })

  it('POST /payments/{id}/sync_status answers exactly its fields', async () => {
    const here = await shop()
    const { paymentId, sessionId } = await ordered(here)
    await here.provider.payer.pay(sessionId)
    const { status, json } = await here.call('POST', `/api/payments/${paymentId}/sync_status${slash}`, { as: ana })
    expect([status, keysOf(json)]).toEqual([200, fields('status, message, payment_status, stripe_status, task_id')])
    expect(json).toMatchObject({ status: 'complete', payment_status: 'COMPLETED', stripe_status: 'complete' })
    const order = await here.call('GET', `/api/payments/${paymentId}/status/`, { as: ana })
    expect(order.json['order_status']).toBe('COMPLETED')
  })

  it('POST /payments/check_expired_sessions answers exactly its fields', async () => {
    const here = await shop()
    const { status, json } = await here.call('POST', `/api/payments/check_expired_sessions${slash}`, { as: staff })
    expect([status, keysOf(json)]).toEqual([200, fields('message, task_id, status, timestamp')])
    expect(json).toMatchObject({
      task_id: 'sweep_once:run_0001',
      status: 'started',
      timestamp: '2027-01-01T00:00:00.000Z',
    })
  })

  it('GET /payments/task_status answers exactly its fields', async () => {
    const here = await shop()
    const { json: started } = await here.call('POST', '/api/payments/check_expired_sessions/', { as: staff })
    const { status, json } = await here.call(
      'GET',
      `/api/payments/task_status${slash}?task_id=${String(started['task_id'])}`,
      { as: staff },
    )
    expect([status, keysOf(json)]).toEqual([200, fields('task_id, status, ready, result, message')])
    expect(json).toMatchObject({ task_id: started['task_id'], status: 'PENDING', ready: false, result: null })
  })

  it('GET /payments/test_cancellation answers exactly its fields', async () => {
    const here = await shop()
    const { orderId, paymentId, sessionId } = await ordered(here)
    const { status, json } = await here.call('GET', `/api/payments/test_cancellation${slash}`, { as: staff })
    expect([status, keysOf(json)]).toEqual([200, fields('message, payments, test_endpoints')])
    expect(json).toEqual({
      message: 'Payments to try it with: 1',
      payments: [
        {
          payment_id: paymentId,
          order_id: orderId,
          payment_status: 'PENDING',
          payment_status_display: 'Pending',
          order_status: 'PENDING',
          order_status_display: 'Pending',
          amount: '240.00',
          currency: 'MXN',
          user_email: 'ana',
          stripe_session_id: sessionId,
          created_at: '2027-01-01T00:00:00.000Z',
          stripe: { session_status: 'open', payment_status: 'unpaid', expires_at: Date.UTC(2027, 0, 1, 1) / 1000 },
        },
      ],
      test_endpoints: {
        cancel: 'POST /api/payments/{payment_id}/cancel/',
        status: 'GET /api/payments/{payment_id}/status/',
        sync: 'POST /api/payments/{payment_id}/sync_status/',
      },
    })
  })

  it('POST /payments/{id}/debug_cancel answers exactly its fields', async () => {
    const here = await shop()
    const { orderId, paymentId } = await ordered(here)
    const { status, json } = await here.call('POST', `/api/payments/${paymentId}/debug_cancel${slash}`, { as: staff })
    expect([status, keysOf(json)]).toEqual([200, fields('message, debug_info, response')])
    expect(json).toEqual({
      message: 'The cancellation went through.',
      debug_info: {
        request_user: 'eve',
        payment_user: 'ana',
        payment_id: paymentId,
        order_id: orderId,
        initial_payment_status: 'PENDING',
        initial_order_status: 'PENDING',
        final_payment_status: 'CANCELLED',
        final_order_status: 'CANCELLED',
        cancel_successful: true,
        user_authorized: true,
        can_cancel: true,
      },
      response: {
        status: 'cancelled',
        payment_id: paymentId,
        order_id: orderId,
        message: 'The payment has been cancelled.',
        payment_status: 'CANCELLED',
        order_status: 'CANCELLED',
      },
    })
  })
})

describe('a payment for an order', () => {
  it('says so in the list too, beside payments for other things', async () => {
    const here = await shop()
    await openIntent(here)
    const { orderId } = await paidOrder(here)
    const { json } = await here.call('GET', '/api/payments/', { as: ana })
    expect(json['payments']).toMatchObject([
      { order_id: orderId, order_status: 'COMPLETED', purpose: 'order', subject: { type: 'order', id: orderId } },
      { order_id: null, order_status: null },
    ])
  })

  it('is not cancelled once it is paid at Stripe: 409, and the order is as it is', async () => {
    const here = await shop()
    const { orderId, paymentId, sessionId } = await ordered(here)
    await here.provider.payer.pay(sessionId)
    const { status, json } = await here.call('POST', `/api/payments/${paymentId}/cancel/`, { as: ana })
    expect([status, json]).toMatchObject([
      409,
      {
        code: 'payment_already_completed',
        payment_id: paymentId,
        order_id: orderId,
        payment_status: 'COMPLETED',
        order_status: 'COMPLETED',
      },
    ])
  })

  it('has one field more where Stripe could not be reached', async () => {
    const here = await shop()
    const { paymentId } = await ordered(here)
    here.provider.faults.next('closeAttempt', 'unreachable')
    const { json } = await here.call('POST', `/api/payments/${paymentId}/cancel/`, { as: ana })
    expect(keysOf(json)).toEqual([...cancelFields, 'provider_cancellation'].toSorted())
    expect(json).toMatchObject({ provider_cancellation: 'pending', order_status: 'CANCELLED' })
  })
})

describe('a sweep that was asked for', () => {
  const start = (here: World, headers: Readonly<Record<string, string>> = {}) =>
    here.call('POST', '/api/payments/check_expired_sessions/', { as: staff, headers })
  const statusOf = async (here: World, taskId: unknown, as = staff) => {
    const { status, json } = await here.call('GET', `/api/payments/task_status/?task_id=${String(taskId)}`, { as })
    return status === 200 ? json : { status, code: json['code'] }
  }

  it('finds what expired while nobody heard of it, and says what it came to', async () => {
    const here = await shop()
    const { paymentId } = await ordered(here)
    await here.clock.advance(2 * 3_600_000)
    const { json } = await start(here)
    await here.holdfast.runTasks(10)
    expect(await statusOf(here, json['task_id'])).toMatchObject({
      status: 'SUCCESS',
      ready: true,
      result: { failed: 0 },
      message: 'It is done.',
    })
    const payment = await here.call('GET', `/api/payments/${paymentId}/status/`, { as: ana })
    expect(payment.json).toMatchObject({ payment_status: 'CANCELLED', order_status: 'CANCELLED' })
  })

  it('is told of by the planned one, too, which says while it waits what the last one came to', async () => {
    const here = await shop()
    const { json } = await start(here)
    await here.holdfast.runTasks(10)
    const { result } = (await statusOf(here, json['task_id'])) as AnyJson
    expect(result).toMatchObject({ asked: 0, failed: 0 })
    expect(await statusOf(here, 'sweep')).toMatchObject({ status: 'PENDING', ready: false, result })
  })

  it('is asked for once under one key', async () => {
    const here = await shop()
    const headers = { 'idempotency-key': 'sweep' }
    const first = await start(here, headers)
    await here.clock.advance(60_000)
    expect((await start(here, headers)).json).toEqual(first.json)
    expect((await start(here)).json['task_id']).not.toBe(first.json['task_id'])
  })

  type Held = { readonly here: World; readonly id: string; readonly lease: number }
  const leave = async (): Promise<void> => {}
  const postpone = async ({ here, id, lease }: Held): Promise<void> => {
    await here.unitOfWork.run((tx) => tx.tasks.postpone(id, lease, here.clock.now(), 'the secret detail'))
  }
  const bury = async ({ here, id, lease }: Held): Promise<void> => {
    await here.unitOfWork.run((tx) => tx.tasks.bury(id, lease, 'the secret detail', here.clock.now()))
  }

  it.each([
    ['STARTED', false, leave],
    ['RETRY', false, postpone],
    ['FAILURE', true, bury],
  ] as const)('is %s once somebody has taken it, and tells nobody what went wrong', async (status, ready, then) => {
    const here = await shop()
    const { json } = await start(here)
    const id = json['task_id'] as string
    const taken = await here.unitOfWork.run((tx) => tx.tasks.take(id, { now: here.clock.now(), leaseMs: 60_000 }))
    await then({ here, id, lease: taken?.lease ?? 0 })
    const answer = await statusOf(here, id)
    expect(answer).toMatchObject({ status, ready, result: null })
    expect(JSON.stringify(answer)).not.toContain('secret')
  })

  it('is for staff to see, while owners see what is about their own things', async () => {
    const here = await shop()
    const { orderId } = await ordered(here)
    const { json } = await start(here)
    const missing = { status: 404, code: 'task_not_found' }
    expect(await statusOf(here, json['task_id'], ana)).toEqual(missing)
    expect(await statusOf(here, `expire_order:${orderId}`, ana)).toMatchObject({ status: 'PENDING' })
    expect(await statusOf(here, `expire_order:${orderId}`, ben)).toEqual(missing)
    expect(await statusOf(here, 'expire_order:ord_none', staff)).toEqual(missing)
  })

  it('is also what a payment is waiting for that could not be synced', async () => {
    const here = await shop()
    const { paymentId } = await ordered(here)
    here.provider.faults.next('findAttempt', 'unreachable')
    const { json } = await here.call('POST', `/api/payments/${paymentId}/sync_status/`, { as: ana })
    expect(await statusOf(here, json['task_id'], ana)).toMatchObject({ status: 'RETRY', ready: false })
    expect(await statusOf(here, json['task_id'], ben)).toEqual({ status: 404, code: 'task_not_found' })
  })

  it.each(['', '?task_id=', '?task_id=a%20b', '?task_id=%00', '?task_id=a&task_id=b'])(
    'is not looked for by %j: 400',
    async (query) => {
      const { status, json } = await world().call('GET', `/api/payments/task_status/${query}`, { as: staff })
      expect([status, json['errors']]).toMatchObject([400, [{ field: 'task_id' }]])
    },
  )
})

describe('trying a cancellation', () => {
  const list = async (here: World, query = '') => {
    const { json } = await here.call('GET', `/api/payments/test_cancellation/${query}`, { as: staff })
    return (json['payments'] as readonly AnyJson[]).map((each) => each['payment_id'])
  }

  it('lists what can be cancelled, newest first, for one owner and up to a limit', async () => {
    const here = await shop()
    const first = await ordered(here)
    await here.clock.advance(1_000)
    const second = await ordered(here, { as: ben })
    await paidOrder(here)
    await bookedReservation(here, { house: 'casa-paid' })
    const cancelled = await ordered(here)
    await here.call('POST', `/api/payments/${cancelled.paymentId}/cancel/`, { as: ana })
    expect(await list(here)).toEqual([second.paymentId, first.paymentId])
    expect(await list(here, '?limit=1')).toEqual([second.paymentId])
    expect(await list(here, '?user_email=ana')).toEqual([first.paymentId])
  })

  describe('where the host knows its people by their addresses', () => {
    const emails: Readonly<Record<string, string>> = { ana: 'ana+shop@example.com', eve: 'eve@example.com' }
    const people = {
      findOwner: async (email: string) =>
        Object.keys(emails).find((id) => emails[id] === email.toLowerCase()) as OwnerId | undefined,
      findEmail: (id: string) => emails[id],
    }

    it('names them so, and finds them so', async () => {
      const here = await shop({ people })
      const { paymentId } = await ordered(here)
      await ordered(here, { as: ben })
      const users = async (query: string) => {
        const { json } = await here.call('GET', `/api/payments/test_cancellation/${query}`, { as: staff })
        return (json['payments'] as readonly AnyJson[]).map((each) => each['user_email']).toSorted()
      }
      expect(await users('?user_email=ANA%2Bshop@example.com')).toEqual(['ana+shop@example.com'])
      // Of whom no address is known, the id has to do.
      expect(await users('')).toEqual(['ana+shop@example.com', 'ben'])
      const { json } = await here.call('POST', `/api/payments/${paymentId}/debug_cancel/`, { as: staff })
      expect(json['debug_info']).toMatchObject({
        request_user: 'eve@example.com',
        payment_user: 'ana+shop@example.com',
      })
    })

    it.each(['nobody@example.com', 'ana'])('says of %s that nobody is known by it', async (user_email) => {
      const { call } = await shop({ people })
      const query = new URLSearchParams({ user_email }).toString()
      const { status, json } = await call('GET', `/api/payments/test_cancellation/?${query}`, { as: staff })
      expect([status, json['errors']]).toMatchObject([400, [{ field: 'user_email', code: 'owner_not_found' }]])
    })
  })

  it('takes no text for an id that can be none', async () => {
    const { status, json } = await world().call('GET', '/api/payments/test_cancellation/?user_email=a%20b', {
      as: staff,
    })
    expect([status, json['errors']]).toMatchObject([400, [{ field: 'user_email', code: 'owner_not_found' }]])
  })

  it('shows one payment however it stands', async () => {
    const here = await shop()
    const { paymentId } = await ordered(here)
    await here.call('POST', `/api/payments/${paymentId}/cancel/`, { as: ana })
    expect(await list(here)).toEqual([])
    expect(await list(here, `?payment_id=${paymentId}`)).toEqual([paymentId])
    expect(await list(here, `?payment_id=${paymentId}&user_email=ben`)).toEqual([])
    expect(await list(here, '?payment_id=pay_none')).toEqual([])
  })

  it('tells a refused one with its problem', async () => {
    const here = await shop()
    const { orderId, paymentId } = await paidOrder(here)
    const { status, json } = await here.call('POST', `/api/payments/${paymentId}/debug_cancel/`, { as: staff })
    expect([status, json]).toMatchObject([
      200,
      {
        message: 'The cancellation was refused.',
        debug_info: {
          initial_payment_status: 'COMPLETED',
          final_payment_status: 'COMPLETED',
          final_order_status: 'COMPLETED',
          cancel_successful: false,
          user_authorized: true,
          can_cancel: false,
        },
        response: { code: 'payment_already_completed', status: 409, order_id: orderId, order_status: 'COMPLETED' },
      },
    ])
  })

  it('tells of one that turned out to be paid', async () => {
    const here = await shop()
    const { paymentId, sessionId } = await ordered(here)
    await here.provider.payer.pay(sessionId)
    const { json } = await here.call('POST', `/api/payments/${paymentId}/debug_cancel/`, { as: staff })
    expect(json['debug_info']).toMatchObject({
      initial_payment_status: 'PENDING',
      final_payment_status: 'COMPLETED',
      cancel_successful: false,
      can_cancel: true,
    })
  })

  it('is told the same again under the same key', async () => {
    const here = await shop()
    const { paymentId } = await ordered(here)
    const ask = () =>
      here.call('POST', `/api/payments/${paymentId}/debug_cancel/`, { as: staff, headers: { 'idempotency-key': 'k' } })
    expect((await ask()).json).toEqual((await ask()).json)
  })

  it('is not there in production, nor in its document', async () => {
    const here = await shop({ production: true })
    const { paymentId } = await ordered(here)
    for (const [method, path] of [
      ['GET', '/api/payments/test_cancellation/'],
      ['POST', `/api/payments/${paymentId}/debug_cancel/`],
    ] as const) {
      const { status, json } = await here.call(method, path, { as: staff })
      expect([status, json['code']]).toEqual([404, 'not_found'])
    }
    expect(JSON.stringify(here.adapter.openapi())).not.toMatch(/test_cancellation|debug_cancel/)
  })
})
