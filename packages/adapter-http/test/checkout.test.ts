import { currency, hour, instant, type ArticleId, type CouponCode, type OwnerId } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { ana, ben, cart, ordered, staff, stocked, world, type World } from './world.ts'

const shop = async (change: Parameters<typeof world>[0] = {}): Promise<World> => {
  const here = world(change)
  await stocked(here)
  return here
}

const checkOut = (here: World, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  here.call('POST', '/api/checkout/', { as: ana, body, headers })

const stockOf = async (here: World, article: string) =>
  (await here.unitOfWork.read((tx) => tx.stock.find(article as ArticleId)))?.value

const orders = async (here: World) => here.unitOfWork.read((tx) => tx.orders.list({ limit: 100 }))

describe('checking a cart out', () => {
  it('orders it at the prices of the server and answers where it can be paid', async () => {
    const here = await shop()
    const lines = [
      { article_id: 'mug', quantity: 2 },
      { article_id: 'book', quantity: 1 },
    ]
    const { status, json } = await checkOut(here, cart(lines))
    expect([status, json]).toEqual([
      200,
      {
        status: 'open',
        order_id: 'ord_0001',
        payment_id: 'pay_0001',
        amount: '320.00',
        currency: 'MXN',
        session_id: 'cs_1',
        checkout_url: 'https://pay.example/cs_1',
        expires_at: Date.UTC(2027, 0, 1, 1) / 1000,
        payable_until: '2027-01-01T01:00:00.000Z',
      },
    ])
    expect(await stockOf(here, 'mug')).toMatchObject({ onHand: 10, held: 2 })
  })

  it('counts an article once that stands on two lines', async () => {
    const here = await shop()
    const twice = [
      { article_id: 'mug', quantity: 6 },
      { article_id: 'mug', quantity: 5 },
    ]
    const { status, json } = await checkOut(here, cart(twice))
    expect([status, json]).toMatchObject([409, { code: 'out_of_stock', article_id: 'mug', available: 10 }])
    expect(await stockOf(here, 'mug')).toMatchObject({ held: 0 })
  })

  it('takes off what a coupon says, in whatever case it is typed', async () => {
    const here = await shop()
    const { json } = await checkOut(here, cart(undefined, { coupon: ' tenth ' }))
    expect(json['amount']).toBe('216.00')
  })

  it('keeps with the order what the host wants to remember', async () => {
    const here = await shop()
    const { json } = await checkOut(here, cart(undefined, { details: { ship_to: 'Calle 1\nOaxaca' } }))
    const order = await here.call('GET', `/api/orders/${String(json['order_id'])}/`, { as: ana })
    expect(order.json['details']).toEqual({ ship_to: 'Calle 1\nOaxaca' })
  })

  it('is one order and one page under one key, and no other cart', async () => {
    const here = await shop()
    const headers = { 'idempotency-key': 'cart-1' }
    const first = await checkOut(here, cart(), headers)
    expect((await checkOut(here, cart(), headers)).json).toEqual(first.json)
    const other = await checkOut(here, cart([{ article_id: 'mug', quantity: 3 }]), headers)
    expect([other.status, other.json['code']]).toEqual([422, 'idempotency_key_reused'])
    expect(await orders(here)).toHaveLength(1)
    expect(here.provider.truth.attempts()).toHaveLength(1)
  })

  it('is two orders under two keys', async () => {
    const here = await shop()
    for (const key of ['one', 'two']) await checkOut(here, cart(), { 'idempotency-key': key })
    expect(await orders(here)).toHaveLength(2)
    expect(await stockOf(here, 'mug')).toMatchObject({ held: 4 })
  })

  it('is for owners alone: staff have no cart', async () => {
    const here = await shop()
    expect((await here.call('POST', '/api/checkout/', { as: staff, body: cart() })).status).toBe(403)
  })

  it('is limited for one caller and not for another', async () => {
    const here = await shop({
      rateLimiter: { take: async (key) => (key === 'owner:ana' ? { ok: false, retryAfterMs: 2_000 } : { ok: true }) },
    })
    const { status, json, headers } = await checkOut(here, cart())
    expect([status, json['code'], headers.get('retry-after')]).toEqual([429, 'rate_limited', '2'])
    expect(await orders(here)).toEqual([])
    expect((await here.call('POST', '/api/checkout/', { as: ben, body: cart() })).status).toBe(200)
  })
})

describe('a cart that will not do', () => {
  const mugs = (quantity: unknown) => cart([{ article_id: 'mug', quantity }])

  it.each([
    ['none of an article', mugs(0), 'lines.0.quantity', 'not_a_quantity', { most: 999_999 }],
    ['less than none', mugs(-1), 'lines.0.quantity', 'not_a_quantity', { most: 999_999 }],
    ['half a one', mugs(1.5), 'lines.0.quantity', 'not_a_quantity', { most: 999_999 }],
    ['more than any page takes', mugs(1e21), 'lines.0.quantity', 'not_a_quantity', { most: 999_999 }],
    ['nothing', cart([]), 'lines', 'cart_empty', undefined],
    [
      'too many lines',
      cart(Array(101).fill({ article_id: 'mug', quantity: 1 })),
      'lines',
      'cart_too_long',
      { most: 100 },
    ],
    [
      'what nobody sells',
      cart([
        { article_id: 'mug', quantity: 1 },
        { article_id: 'moon', quantity: 1 },
      ]),
      'lines.1.article_id',
      'article_unknown',
      undefined,
    ],
    [
      'what has no price in its currency',
      cart([{ article_id: 'teapot', quantity: 1 }], { currency: 'EUR' }),
      'lines.0.article_id',
      'article_not_in_currency',
      { sold: ['MXN'] },
    ],
    ['a currency that is not taken', cart(undefined, { currency: 'GBP' }), 'currency', 'currency_not_taken', undefined],
    [
      'more than an order may come to',
      cart([{ article_id: 'book', quantity: 1000 }]),
      'lines',
      'amount_too_large',
      { most: '10000.00', currency: 'MXN' },
    ],
  ])('is refused for %s, by the name of the field', async (_what, body, field, code, facts) => {
    const here = await shop()
    const { status, json } = await checkOut(here, body)
    expect([status, json['code']]).toEqual([400, 'invalid_payload'])
    expect(json['errors']).toMatchObject([{ field, code, ...(facts === undefined ? {} : { facts }) }])
    expect(await orders(here)).toEqual([])
    expect(await stockOf(here, 'mug')).toMatchObject({ held: 0 })
  })

  it.each([
    ['en', 'A whole number from 1 to 999999.'],
    ['es', 'Un número entero de 1 a 999999.'],
    ['fa', 'یک عدد صحیح از ۱ تا ۹۹۹۹۹۹.'],
  ])('says so in the language of whoever asks (%s)', async (language, message) => {
    const { json } = await checkOut(await shop(), mugs(0), { 'accept-language': language })
    expect(json['errors']).toMatchObject([{ message }])
  })

  it.each([
    ['a price', cart([{ article_id: 'mug', quantity: 1, unit_price: '0.01' } as never]), 'lines.0.unit_price'],
    ['a total', cart(undefined, { amount: '0.01' }), 'amount'],
    ['an owner', cart(undefined, { owner_id: 'ben' }), 'owner_id'],
    ['a quantity in words', mugs('2'), 'lines.0.quantity'],
    ['an article that no id can be', cart([{ article_id: 'a b', quantity: 1 }]), 'lines.0.article_id'],
    ['details with a control character', cart(undefined, { details: { note: 'a\u0007b' } }), 'details.note'],
    ['details as long as a letter', cart(undefined, { details: { note: 'x'.repeat(501) } }), 'details.note'],
    ['details that are not flat', cart(undefined, { details: { to: { city: 'Oaxaca' } } }), 'details.to'],
  ])('has no place for %s', async (_what, body, field) => {
    const here = await shop()
    const { status, json } = await checkOut(here, body)
    expect([status, json['code'], json['errors']]).toMatchObject([400, 'invalid_request', [{ field }]])
    expect(await orders(here)).toEqual([])
  })
})

describe('a coupon that is not taken', () => {
  const day = 24 * hour
  const now = Date.UTC(2027, 0, 1)
  const tenth = { type: 'percent', percent: 10 } as const

  it.each([
    ['is not known', {}, 400, 'coupon_unknown', {}],
    [
      'is not begun',
      { terms: { discount: tenth, startsAt: instant(now + day) } },
      409,
      'coupon_not_started',
      { starts_at: '2027-01-02T00:00:00.000Z' },
    ],
    [
      'is over',
      { terms: { discount: tenth, endsAt: instant(now - day) } },
      409,
      'coupon_ended',
      { ends_at: '2026-12-31T00:00:00.000Z' },
    ],
    [
      'is for another currency',
      { terms: { discount: { type: 'amount', amount: { minorUnits: 1_00n, currency: 'EUR' } } } },
      400,
      'coupon_not_for_currency',
      {},
    ],
    [
      'wants more in the cart',
      { terms: { discount: tenth, minimum: { minorUnits: 500_00n, currency: 'MXN' } } },
      409,
      'coupon_minimum_not_reached',
      { minimum: '500.00', currency: 'MXN' },
    ],
    ['is used up', { terms: { discount: tenth, limit: 1 }, usedBy: ben }, 409, 'coupon_used_up', {}],
    [
      'was used by the same owner',
      { terms: { discount: tenth, limitPerOwner: 1 }, usedBy: ana },
      409,
      'coupon_used_by_you',
      {},
    ],
  ] as const)('because it %s is named, with what there is to know', async (_why, before, status, code, facts) => {
    const here = await shop()
    const body = cart(undefined, { coupon: 'special' })
    if ('terms' in before) {
      const terms = { code: 'SPECIAL' as CouponCode, ...before.terms } as never
      await here.holdfast.defineCoupon({ actor: { type: 'system' }, terms })
    }
    if ('usedBy' in before) await ordered(here, { as: before.usedBy, body })
    const held = (await stockOf(here, 'mug'))?.held
    const answer = await checkOut(here, body)
    expect([answer.status, answer.json]).toMatchObject([status, { code, field: 'coupon', retryable: false, ...facts }])
    expect((await stockOf(here, 'mug'))?.held).toBe(held)
  })
})

describe('goods that are not there', () => {
  it('are named by their line, with how many there are', async () => {
    const here = await shop()
    const lines = [
      { article_id: 'mug', quantity: 1 },
      { article_id: 'teapot', quantity: 6 },
    ]
    const { status, json } = await checkOut(here, cart(lines), { 'accept-language': 'es' })
    expect([status, json]).toMatchObject([
      409,
      {
        code: 'out_of_stock',
        detail: 'No quedan tantas unidades como quieres.',
        field: 'lines.1.quantity',
        article_id: 'teapot',
        available: 5,
      },
    ])
    expect(await stockOf(here, 'mug')).toMatchObject({ held: 0 })
  })
})

describe('a page that is not opened at once', () => {
  it('is 202 with where to look when the answer is not known yet', async () => {
    const here = await shop()
    here.provider.faults.next('openSession', 'answer_lost')
    const { status, headers, json } = await checkOut(here, cart())
    expect([status, headers.get('location')]).toEqual([202, '/api/payments/pay_0001/status/'])
    expect(json).toMatchObject({ status: 'pending', order_id: 'ord_0001', checkout_url: null })
  })

  it('is 503 while Stripe cannot be reached, and says which order can still be paid', async () => {
    const here = await shop()
    here.provider.faults.next('openSession', 'unreachable')
    const { status, json } = await checkOut(here, cart(), { 'idempotency-key': 'cart-1' })
    expect([status, json]).toMatchObject([
      503,
      { code: 'provider_unavailable', retryable: true, order_id: 'ord_0001', payment_id: 'pay_0001' },
    ])
    await here.clock.advance(60_000)
    await here.holdfast.workOnce()
    const again = await checkOut(here, cart(), { 'idempotency-key': 'cart-1' })
    expect([again.status, again.json['order_id']]).toEqual([200, 'ord_0001'])
  })

  it('ends the order where Stripe will not open one, and lets go of what it held', async () => {
    const here = await shop()
    here.provider.faults.next('openSession', 'refused')
    const { status, json } = await checkOut(here, cart())
    expect([status, json]).toMatchObject([402, { code: 'payment_declined', order_id: 'ord_0001' }])
    expect(await stockOf(here, 'mug')).toMatchObject({ held: 0 })
    const order = await here.call('GET', '/api/orders/ord_0001/', { as: ana })
    expect(order.json).toMatchObject({ order_status: 'CANCELLED', cancel_reason: 'payment_failed' })
  })
})

describe('a plain form', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' }
  const post = (here: World, fields: Readonly<Record<string, string>>) =>
    checkOut(here, new URLSearchParams(fields).toString(), form)

  it('leads a browser to Stripe with 303', async () => {
    const here = await shop()
    const { status, headers } = await post(here, {
      'lines.0.article_id': 'mug',
      'lines.0.quantity': '2',
      'lines.1.article_id': 'teapot',
      'lines.1.quantity': '0',
      'lines.2.article_id': 'book',
      'lines.2.quantity': '',
      currency: 'MXN',
      coupon: '',
      'details.ship_to': 'Calle 1',
    })
    expect([status, headers.get('location')]).toEqual([303, 'https://pay.example/cs_1'])
    expect(await orders(here)).toMatchObject([
      { lines: [{ articleId: 'mug', quantity: 2 }], details: { ship_to: 'Calle 1' } },
    ])
  })

  it.each([
    ['lines.0.quantity', 'two'],
    ['lines.0.price', '1.00'],
    ['lines.x.article_id', 'mug'],
    ['details.__proto__', 'x'],
    ['details.note', 'a\0b'],
    ['__proto__', 'x'],
    ['amount', '0.01'],
  ])('has no place for %s=%j', async (name, value) => {
    const here = await shop()
    const fields = { 'lines.0.article_id': 'mug', 'lines.0.quantity': '1', currency: 'MXN' }
    const { status, json } = await post(here, Object.fromEntries([...Object.entries(fields), [name, value]]))
    expect([status, json['code']]).toEqual([400, 'invalid_request'])
    expect(await orders(here)).toEqual([])
  })

  it("leads to the host's own page for a refusal, where there is one", async () => {
    const pages = { problem: ({ code }: { readonly code: string }) => `https://host.example/sorry?code=${code}` }
    const { status, headers } = await post(await shop({ pages }), { currency: 'MXN' })
    expect([status, headers.get('location')]).toEqual([303, 'https://host.example/sorry?code=invalid_payload'])
  })
})

describe('an order whose time is over', () => {
  it('is not paid any more: 409 that says so', async () => {
    const here = await shop()
    const actor = { type: 'owner', id: 'ana' as OwnerId } as const
    const lines = [{ articleId: 'mug', quantity: 2 }]
    const placed = await here.holdfast.placeOrder({ actor, cart: { lines, currency: currency('MXN') } })
    const paymentId = placed.ok ? placed.value.paymentId : ''
    await here.clock.advance(hour)
    const { status, json } = await here.call('POST', `/api/payments/${paymentId}/checkout/`, { as: ana })
    expect([status, json['code']]).toEqual([409, 'order_expired'])
  })

  it('is cancelled by itself, and what it held is free again', async () => {
    const here = await shop()
    const { orderId, paymentId } = await ordered(here)
    await here.clock.advance(hour)
    await here.holdfast.runTasks(10)
    const order = await here.call('GET', `/api/orders/${orderId}/`, { as: ana })
    expect(order.json).toMatchObject({ order_status: 'CANCELLED', cancel_reason: 'expired' })
    const payment = await here.call('GET', `/api/payments/${paymentId}/status/`, { as: ana })
    expect(payment.json).toMatchObject({ payment_status: 'CANCELLED', order_status: 'CANCELLED' })
    expect(await stockOf(here, 'mug')).toMatchObject({ onHand: 10, held: 0 })
  })
})
