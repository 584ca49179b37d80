import type { ArticleId } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { ana, ben, cart, deliver, ordered, paidOrder, staff, stocked, world, type World } from './world.ts'

const shop = async (change: Parameters<typeof world>[0] = {}): Promise<World> => {
  const here = world(change)
  await stocked(here)
  return here
}

const post = (here: World, path: string, as = staff, body?: unknown) =>
  here.call('POST', `/api/orders/${path}/`, { as, ...(body === undefined ? {} : { body }) })

const mugs = async (here: World) => (await here.unitOfWork.read((tx) => tx.stock.find('mug' as ArticleId)))?.value

describe('an order', () => {
  it('shows its lines, what came off, and how it stands', async () => {
    const here = await shop()
    const lines = [
      { article_id: 'mug', quantity: 2 },
      { article_id: 'book', quantity: 1 },
    ]
    const body = cart(lines, { coupon: 'TENTH', details: { ship_to: 'Calle 1' } })
    const { orderId, paymentId } = await ordered(here, { body })
    const { status, json } = await here.call('GET', `/api/orders/${orderId}`, {
      as: ana,
      headers: { 'accept-language': 'es' },
    })
    expect([status, json]).toEqual([
      200,
      {
        order_id: orderId,
        owner_id: 'ana',
        order_status: 'PENDING',
        order_status_display: 'Pendiente',
        payment_id: paymentId,
        lines: [
          { article_id: 'mug', name: 'Mug', quantity: 2, unit_price: '120.00', amount: '240.00' },
          { article_id: 'book', name: 'Book', quantity: 1, unit_price: '80.00', amount: '80.00' },
        ],
        subtotal: '320.00',
        discount: { coupon: 'TENTH', amount: '32.00' },
        amount: '288.00',
        currency: 'MXN',
        details: { ship_to: 'Calle 1' },
        created_at: '2027-01-01T00:00:00.000Z',
        payable_until: '2027-01-01T01:00:00.000Z',
        completed_at: null,
        shipped_at: null,
        tracking: null,
        delivered_at: null,
        cancelled_at: null,
        cancel_reason: null,
      },
    ])
  })

  it('is listed for its owner and for staff, page by page and by status', async () => {
    const here = await shop()
    const first = await ordered(here)
    const second = await paidOrder(here)
    await ordered(here, { as: ben })
    const list = async (query: string, as = ana) => {
      const { json } = await here.call('GET', `/api/orders/${query}`, { as })
      const ids = (json['orders'] as readonly { readonly order_id: string }[]).map(({ order_id }) => order_id)
      return { ids, next: json['next_cursor'] }
    }
    expect(await list('?limit=1')).toEqual({ ids: [second.orderId], next: second.orderId })
    expect(await list(`?limit=1&after=${second.orderId}`)).toEqual({ ids: [first.orderId], next: null })
    for (const status of ['COMPLETED', 'completed'])
      expect((await list(`?status=${status}`)).ids).toEqual([second.orderId])
    expect((await list('', ben)).ids).toHaveLength(1)
    expect((await list('', staff)).ids).toHaveLength(3)
  })

  it.each([
    ['en', 'Shipped'],
    ['es', 'Enviado'],
    ['fa', 'ارسال‌شده'],
  ])('names its status in the language of whoever asks (%s)', async (language, display) => {
    const here = await shop()
    const { orderId, paymentId } = await paidOrder(here)
    await post(here, `${orderId}/ship`)
    const headers = { 'accept-language': language }
    const order = await here.call('GET', `/api/orders/${orderId}/`, { as: ana, headers })
    expect(order.json).toMatchObject({ order_status: 'SHIPPED', order_status_display: display })
    const payment = await here.call('GET', `/api/payments/${paymentId}/status/`, { as: ana, headers })
    expect(payment.json).toMatchObject({ order_status: 'SHIPPED', order_status_display: display })
  })
})

describe('paying an order from the wallet', () => {
  it('completes it at once', async () => {
    const here = await shop()
    const filled = await here.call('POST', '/api/wallet/top-up/', {
      as: ana,
      body: { amount: '300.00', currency: 'MXN' },
    })
    await here.provider.payer.pay(filled.json['session_id'] as string)
    await deliver(here.holdfast, here.provider.events())
    const { orderId, paymentId } = await ordered(here)
    const paid = await here.call('POST', `/api/payments/${paymentId}/pay-from-wallet/`, { as: ana })
    expect([paid.status, paid.json]).toMatchObject([200, { status: 'paid', wallet_balance: '60.00' }])
    const order = await here.call('GET', `/api/orders/${orderId}/`, { as: ana })
    expect(order.json['order_status']).toBe('COMPLETED')
    expect(await mugs(here)).toMatchObject({ onHand: 8, held: 0 })
  })
})

describe('sending an order', () => {
  it('goes from paid to sent to delivered, and keeps its first tracking', async () => {
    const here = await shop()
    const { orderId } = await paidOrder(here)
    const sent = await post(here, `${orderId}/ship`, staff, { tracking: '1Z 999' })
    expect([sent.status, sent.json]).toMatchObject([
      200,
      {
        status: 'shipped',
        message: 'The order has been sent.',
        order: { order_status: 'SHIPPED', tracking: '1Z 999' },
      },
    ])
    const again = await post(here, `${orderId}/ship`, staff, { tracking: 'another' })
    expect(again.json).toMatchObject({ order: { tracking: '1Z 999' } })
    await here.clock.advance(60_000)
    const arrived = await post(here, `${orderId}/deliver`)
    expect([arrived.status, arrived.json]).toMatchObject([
      200,
      {
        status: 'delivered',
        order: {
          order_status: 'DELIVERED',
          completed_at: '2027-01-01T00:00:00.000Z',
          shipped_at: '2027-01-01T00:00:00.000Z',
          tracking: '1Z 999',
          delivered_at: '2027-01-01T00:01:00.000Z',
        },
      },
    ])
  })

  it('is told in the story of its payment, with who did it', async () => {
    const here = await shop()
    const { orderId, paymentId } = await paidOrder(here)
    await post(here, `${orderId}/ship`)
    const { json } = await here.call('GET', `/api/payments/${paymentId}/timeline/`, { as: staff })
    expect(json['timeline']).toContainEqual(expect.objectContaining({ name: 'ship_order', actor: 'staff:eve' }))
  })

  it.each([
    ['ship', 'not paid', ordered, 'order_not_paid'],
    ['deliver', 'not paid', ordered, 'order_not_paid'],
    ['deliver', 'not sent', paidOrder, 'order_not_shipped'],
  ] as const)('refuses to %s one that is %s', async (verb, _what, prepare, code) => {
    const here = await shop()
    const { orderId } = await prepare(here)
    const { status, json } = await post(here, `${orderId}/${verb}`)
    expect([status, json['code'], json['retryable']]).toEqual([409, code, false])
  })

  it.each(['ship', 'deliver'])('refuses to %s one that is cancelled', async (verb) => {
    const here = await shop()
    const { orderId } = await ordered(here)
    await post(here, `${orderId}/cancel`, ana)
    expect((await post(here, `${orderId}/${verb}`)).json['code']).toBe('order_cancelled')
    expect((await post(here, `ord_none/${verb}`)).json['code']).toBe('order_not_found')
  })
})

describe('cancelling an order', () => {
  it('closes its page at Stripe and lets go of what it held, where nobody has paid', async () => {
    const here = await shop()
    const { orderId, paymentId } = await ordered(here)
    const { status, json } = await post(here, `${orderId}/cancel`, ana)
    expect([status, json]).toMatchObject([
      200,
      { status: 'cancelled', order: { order_status: 'CANCELLED', cancel_reason: 'requested' } },
    ])
    expect(json).not.toHaveProperty('provider_cancellation')
    expect(here.provider.truth.attempts()).toMatchObject([{ state: { type: 'expired' } }])
    expect(await mugs(here)).toMatchObject({ onHand: 10, held: 0 })
    const payment = await here.call('GET', `/api/payments/${paymentId}/status/`, { as: ana })
    expect(payment.json).toMatchObject({ payment_status: 'CANCELLED', order_status: 'CANCELLED' })
  })

  it('says that Stripe is still being told, where it could not be reached', async () => {
    const here = await shop()
    const { orderId } = await ordered(here)
    here.provider.faults.next('closeAttempt', 'unreachable')
    const { json } = await post(here, `${orderId}/cancel`, ana)
    expect(json).toMatchObject({ provider_cancellation: 'pending', order: { order_status: 'CANCELLED' } })
  })

  it('cancels nothing that turns out to be paid', async () => {
    const here = await shop()
    const { orderId, sessionId } = await ordered(here)
    await here.provider.payer.pay(sessionId)
    const { status, json } = await post(here, `${orderId}/cancel`, ana)
    expect([status, json['code']]).toEqual([409, 'payment_already_completed'])
    const order = await here.call('GET', `/api/orders/${orderId}/`, { as: ana })
    expect(order.json['order_status']).toBe('COMPLETED')
  })

  it.each([
    ['all', 1],
    ['nothing', 0],
  ] as const)("gives back %s of what was paid by the host's terms, and puts the goods back", async (terms, refunds) => {
    const here = await shop({ orderCancellationTerms: () => terms })
    const { orderId } = await paidOrder(here)
    expect(await mugs(here)).toMatchObject({ onHand: 8, held: 0 })
    const { json } = await post(here, `${orderId}/cancel`, ana)
    expect(json).toMatchObject({ order: { order_status: 'CANCELLED', cancel_reason: 'recalled' } })
    expect(await mugs(here)).toMatchObject({ onHand: 10, held: 0 })
    await here.holdfast.workOnce()
    await deliver(here.holdfast, here.provider.events())
    expect(here.provider.truth.refunds()).toHaveLength(refunds)
  })

  it('is by the terms of that time, however late the same request is made again', async () => {
    const asked: number[] = []
    const terms = (_order: unknown, _actor: unknown, now: number) => {
      asked.push(now)
      return now === asked[0] ? ('all' as const) : ('nothing' as const)
    }
    const here = await shop({ orderCancellationTerms: terms })
    const { orderId } = await paidOrder(here)
    const cancel = () =>
      here.call('POST', `/api/orders/${orderId}/cancel/`, { as: ana, headers: { 'idempotency-key': 'once' } })
    const first = await cancel()
    await here.clock.advance(86_400_000)
    expect((await cancel()).json).toEqual(first.json)
    expect(new Set(asked).size).toBe(1)
  })

  it('is answered once under one key, paid or not, and for one order', async () => {
    const here = await shop()
    const { orderId } = await ordered(here)
    const other = await ordered(here)
    const headers = { 'idempotency-key': 'once' }
    const cancel = (id: string) => here.call('POST', `/api/orders/${id}/cancel/`, { as: ana, headers })
    here.provider.faults.next('closeAttempt', 'unreachable')
    const first = await cancel(orderId)
    expect(first.json['provider_cancellation']).toBe('pending')
    expect((await cancel(orderId)).json).toEqual(first.json)
    const reused = await cancel(other.orderId)
    expect([reused.status, reused.json['code']]).toEqual([422, 'idempotency_key_reused'])
  })

  it('comes too late for one that was sent', async () => {
    const here = await shop()
    const { orderId } = await paidOrder(here)
    await post(here, `${orderId}/ship`)
    const { status, json } = await post(here, `${orderId}/cancel`, ana)
    expect([status, json['code']]).toEqual([409, 'order_already_shipped'])
  })

  it('takes no word of a refund from whoever cancels', async () => {
    const here = await shop()
    const { orderId } = await paidOrder(here)
    expect((await post(here, `${orderId}/cancel`, ana, { refund: 'all' })).status).toBe(400)
  })
})
