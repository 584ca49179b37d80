import { currency, hour, type OwnerId, type PaymentId } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { catalogues, languages, routes } from '../src/index.ts'
import { ana, ben, bookedReservation, cart, deliver, openIntent, ordered, staff, stocked, world } from './world.ts'
import type { AnyJson, Answered, World } from './world.ts'

/** A shop whose guest Ana has booked a house, and let her card be kept. */
const guest = async (change: Parameters<typeof world>[0] = {}) => {
  const here = world(change)
  await stocked(here)
  const { reservationId, paymentId: depositId } = await bookedReservation(here)
  return { here, reservationId, depositId, card: await cardOf(here) }
}

const cardOf = async (here: World, as = ana): Promise<string> => {
  const { json } = await here.call('GET', '/api/payment-methods/', { as })
  return (json['payment_methods'] as readonly { readonly payment_method_id: string }[])[0]?.payment_method_id ?? ''
}

interface Asked {
  readonly as?: string
  readonly headers?: Readonly<Record<string, string>>
}

const pay = (here: World, id: string, card: string, { as = ana, headers = {} }: Asked = {}): Promise<Answered> =>
  here.call('POST', `/api/${id.startsWith('pay_') ? 'payments' : 'intents'}/${id}/pay-with-saved-card/`, {
    as,
    headers,
    body: { payment_method_id: card },
  })

const checkOut = (here: World, card: string, { as = ana, headers = {} }: Asked = {}): Promise<Answered> =>
  here.call('POST', '/api/checkout/', { as, headers, body: cart(undefined, { payment_method_id: card }) })

/** A further card of Ana's. */
const furtherCard = async (here: World, kind: Parameters<World['provider']['payer']['saveCard']>[0]) => {
  const customerId = await here.unitOfWork.read((tx) => tx.customers.find('ana' as OwnerId))
  return (await here.provider.payer.saveCard(kind, customerId)).paymentMethodId
}

/** Charges that were made of saved cards. */
const charges = ({ provider }: World) => provider.truth.attempts().filter(({ kind }) => kind === 'off_session')

const orderOf = async (here: World, id: string) => (await here.call('GET', `/api/orders/${id}/`, { as: ana })).json

const year = 365 * 24 * hour

describe('paying with a saved card', () => {
  it('pays a payment at once, and answers in the language of whoever asks', async () => {
    const { here, card } = await guest()
    const { orderId, paymentId } = await ordered(here)
    const headers = { 'accept-language': 'es', 'idempotency-key': 'once' }
    const paid = await pay(here, paymentId, card, { headers })
    expect([paid.status, paid.json]).toEqual([
      200,
      {
        status: 'paid',
        payment_id: paymentId,
        payment_status: 'COMPLETED',
        amount: '240.00',
        currency: 'MXN',
        message: 'Pagado con la tarjeta guardada.',
      },
    ])
    expect((await pay(here, paymentId, card, { headers })).text).toBe(paid.text)
    expect(charges(here)).toHaveLength(1)
    expect(await orderOf(here, orderId)).toMatchObject({ order_status: 'COMPLETED' })
  })

  it('pays an intent, which becomes its record', async () => {
    const { here, card } = await guest()
    const { intentId, paymentId } = await openIntent(here, { day: 2 })
    expect((await pay(here, intentId, card)).json).toMatchObject({ status: 'paid', payment_id: paymentId })
    const intent = await here.call('GET', `/api/intents/${intentId}/`, { as: ana })
    expect(intent.json).toMatchObject({ status: 'fulfilled', record: { type: 'reservation' } })
  })

  it('closes a page that is open first', async () => {
    const { here, card } = await guest()
    const { paymentId, sessionId } = await ordered(here)
    await pay(here, paymentId, card)
    await expect(here.provider.payer.pay(sessionId)).rejects.toThrow(RangeError)
  })

  it('is 202 with where to look while it is not known what became of it', async () => {
    const { here, card } = await guest()
    const { paymentId } = await ordered(here)
    here.provider.faults.next('chargeSavedCard', 'answer_lost')
    const { status, json, headers } = await pay(here, paymentId, card)
    expect([status, json]).toEqual([
      202,
      {
        status: 'pending',
        payment_id: paymentId,
        message: 'The payment is on its way. Ask again in a moment.',
      },
    ])
    expect([headers.get('location'), headers.get('retry-after')]).toEqual([`/api/payments/${paymentId}/status/`, '1'])
  })

  it('tells, where it is declined, why: in three languages, and whether it may be tried again', async () => {
    const { here } = await guest()
    const declining = await furtherCard(here, 'declining')
    const { orderId, paymentId } = await ordered(here)
    for (const language of languages) {
      const { status, json } = await pay(here, paymentId, declining, { headers: { 'accept-language': language } })
      expect([status, json]).toMatchObject([
        402,
        {
          code: 'payment_declined',
          detail: catalogues[language].problems.payment_declined,
          retryable: true,
          failure: { code: 'card_declined', message: catalogues[language].failures.card_declined, retryable: true },
        },
      ])
    }
    expect(await orderOf(here, orderId)).toMatchObject({ order_status: 'PENDING' })
    const page = await here.call('POST', `/api/payments/${paymentId}/checkout/`, { as: ana })
    expect(page.json['status']).toBe('open')
  })

  it("answers for somebody else's payment and card exactly what it answers for none", async () => {
    const { here, card } = await guest()
    const { paymentId } = await ordered(here)
    const { intentId } = await openIntent(here, { day: 2 })
    const headers = { 'x-request-id': 'the-same-for-all' }
    for (const id of [paymentId, intentId]) {
      const others = await pay(here, id, card, { as: ben, headers })
      expect(others.status).toBe(404)
      expect(others.text).toBe((await pay(here, `${id}x`, card, { as: ben, headers })).text)
    }
    const { paymentId: ofBen } = await openIntent(here, { as: ben, day: 3 })
    const others = await pay(here, ofBen, card, { as: ben, headers })
    expect([others.status, others.json['field']]).toEqual([404, 'payment_method_id'])
    expect(others.text).toBe((await pay(here, ofBen, 'pm_none', { as: ben, headers })).text)
    expect(charges(here)).toEqual([])
  })

  it('is for owners alone: staff have no cards', async () => {
    const { here, card } = await guest()
    const { paymentId } = await ordered(here)
    expect((await pay(here, paymentId, card, { as: staff })).status).toBe(403)
  })

  it('is limited', async () => {
    const { here, card } = await guest()
    const { paymentId } = await ordered(here)
    const limited = world({ ...here.options, rateLimiter: { take: async () => ({ ok: false, retryAfterMs: 2_000 }) } })
    const { status, json } = await pay(limited, paymentId, card)
    expect([status, json['code']]).toEqual([429, 'rate_limited'])
  })

  it.each([
    [{}, 'payment_method_id'],
    [{ payment_method_id: '' }, 'payment_method_id'],
    [{ payment_method_id: 'no id' }, 'payment_method_id'],
    [{ payment_method_id: 5 }, 'payment_method_id'],
    [{ payment_method_id: 'pm_1', amount: '0.01' }, 'amount'],
    [{ payment_method_id: 'pm_1', customer_id: 'cus_1' }, 'customer_id'],
  ])('takes no %j, and names the field', async (body, field) => {
    const { here } = await guest()
    const { paymentId } = await ordered(here)
    const path = `/api/payments/${paymentId}/pay-with-saved-card/`
    const { status, json } = await here.call('POST', path, { as: ana, body })
    expect([status, json['code'], json['errors']]).toMatchObject([400, 'invalid_request', [{ field }]])
  })
})

describe('a saved card that is not charged', () => {
  type Prepared = { readonly here: World; readonly id: string; readonly card: string; readonly headers?: AnyJson }
  type Guest = Awaited<ReturnType<typeof guest>>
  /** A code, its status, what leads to it, and what stands beside the code. */
  type Case = readonly [code: string, status: number, prepare: (at: Guest) => Promise<Prepared>, facts: AnyJson]

  const withOrder = async (
    at: Guest,
    change: (ids: Awaited<ReturnType<typeof ordered>>) => Promise<unknown> = async () => undefined,
  ) => {
    const ids = await ordered(at.here)
    await change(ids)
    return { ...at, id: ids.paymentId }
  }
  const actor = { type: 'owner', id: 'ana' as OwnerId } as const

  const cases: readonly Case[] = [
    ['payment_not_found', 404, async (at) => ({ ...at, id: 'pay_none' }), {}],
    ['intent_not_found', 404, async (at) => ({ ...at, id: 'int_none' }), {}],
    [
      'idempotency_key_reused',
      422,
      async (at) => {
        const { paymentId } = await ordered(at.here)
        const headers = { 'idempotency-key': 'once' }
        await pay(at.here, paymentId, 'pm_other', { headers })
        return { ...at, id: paymentId, headers }
      },
      {},
    ],
    [
      'saved_card_not_for_this',
      409,
      async (at) => {
        const { json } = await at.here.call('GET', `/api/reservations/${at.reservationId}/`, { as: ana })
        return { ...at, id: (json['balance'] as { readonly payment_id: string }).payment_id }
      },
      {},
    ],
    ['payment_already_completed', 409, async (at) => ({ ...at, id: at.depositId }), {}],
    [
      'payment_cancelled',
      409,
      async (at) => {
        const { paymentId } = await openIntent(at.here, { day: 2 })
        await at.here.call('POST', `/api/payments/${paymentId}/cancel/`, { as: ana })
        return { ...at, id: paymentId }
      },
      {},
    ],
    [
      'charge_in_flight',
      409,
      (at) =>
        withOrder(at, async ({ sessionId }) => {
          await at.here.provider.payer.payLater(sessionId)
          await deliver(at.here.holdfast, at.here.provider.events())
        }),
      {},
    ],
    [
      'order_expired',
      409,
      async (at) => {
        const lines = [{ articleId: 'mug', quantity: 2 }]
        const placed = await at.here.holdfast.placeOrder({ actor, cart: { lines, currency: currency('MXN') } })
        await at.here.clock.advance(hour)
        return { ...at, id: placed.ok ? placed.value.paymentId : '' }
      },
      {},
    ],
    [
      'intent_expired',
      409,
      async (at) => {
        const { intentId } = await openIntent(at.here, { day: 2 })
        await at.here.clock.advance(48 * hour)
        return { ...at, id: intentId }
      },
      {},
    ],
    [
      'slot_taken',
      409,
      async (at) => {
        const { intentId } = await openIntent(at.here, { day: 2 })
        await bookedReservation(at.here, { as: ben, day: 2 })
        return { ...at, id: intentId }
      },
      {},
    ],
    [
      'payment_method_not_found',
      404,
      async (at) => ({ ...(await withOrder(at)), card: 'pm_none' }),
      { field: 'payment_method_id' },
    ],
    [
      'payment_method_expired',
      409,
      async (at) => {
        await at.here.clock.advance(5 * year)
        return withOrder(at)
      },
      { field: 'payment_method_id' },
    ],
    [
      'payment_declined',
      402,
      async (at) => ({
        ...(await withOrder(at)),
        card: await furtherCard(at.here, 'authenticating'),
      }),
      { retryable: true, failure: { code: 'authentication_required' } },
    ],
    [
      'provider_unavailable',
      503,
      (at) => withOrder(at, async () => at.here.provider.faults.next('listPaymentMethods', 'unreachable')),
      {},
    ],
  ]

  it('has every refusal of its routes below, but for what only somebody else in the same moment brings about', () => {
    const refusals = routes.filter(({ path }) => path.endsWith('/pay-with-saved-card')).flatMap((each) => each.refusals)
    const codes = cases.map(([code]) => code)
    expect(new Set([...codes, 'reservation_cancelled', 'order_cancelled'])).toEqual(new Set(refusals))
  })

  it.each(cases)('is refused with %s, in three languages', async (code, status, prepare, facts) => {
    const seen: unknown[] = []
    for (const language of languages) {
      const { here, id, card, headers = {} } = await prepare(await guest())
      const asked = { 'accept-language': language, ...(headers as Record<string, string>) }
      const before = charges(here).length
      const answer = await pay(here, id, card, { headers: asked })
      const retryable = ['charge_in_flight', 'provider_unavailable'].includes(code)
      expect([answer.status, answer.json]).toMatchObject([status, { code, retryable, ...facts }])
      expect(answer.headers.has('retry-after')).toBe(retryable)
      expect(
        charges(here)
          .slice(before)
          .map(({ state }) => state.type),
      ).toEqual(code === 'payment_declined' ? ['declined'] : [])
      seen.push(answer.json['detail'])
    }
    expect(new Set(seen).size).toBe(languages.length)
  })
})

describe('checking a cart out with a saved card', () => {
  it('orders it, charges the card, and answers that it is paid', async () => {
    const { here, card } = await guest()
    const headers = { 'idempotency-key': 'cart-1' }
    const paid = await checkOut(here, card, { headers })
    expect([paid.status, paid.json]).toEqual([
      200,
      {
        status: 'paid',
        order_id: 'ord_0001',
        payment_id: expect.stringMatching(/^pay_/),
        amount: '240.00',
        currency: 'MXN',
        payable_until: '2027-01-01T01:00:00.000Z',
        payment_status: 'COMPLETED',
        message: 'Paid with the saved card.',
      },
    ])
    expect((await checkOut(here, card, { headers })).text).toBe(paid.text)
    expect(charges(here)).toHaveLength(1)
    expect(await orderOf(here, 'ord_0001')).toMatchObject({ order_status: 'COMPLETED' })
    const other = await here.call('POST', '/api/checkout/', { as: ana, headers, body: cart() })
    expect([other.status, other.json['code']]).toEqual([422, 'idempotency_key_reused'])
  })

  it('leads to the page where its bank wants to see its owner', async () => {
    const { here } = await guest()
    const { status, json } = await checkOut(here, await furtherCard(here, 'authenticating'))
    expect([status, json]).toMatchObject([200, { status: 'open', checkout_url: expect.stringMatching(/^https:/) }])
  })

  it('is 202 with where to look while it is not known what became of it', async () => {
    const { here, card } = await guest()
    here.provider.faults.next('chargeSavedCard', 'answer_lost')
    const { status, json, headers } = await checkOut(here, card, { headers: { 'accept-language': 'es' } })
    expect([status, json]).toMatchObject([
      202,
      {
        status: 'pending',
        order_id: 'ord_0001',
        checkout_url: null,
        message: 'El pago está en camino. Pregunta de nuevo en un momento.',
      },
    ])
    expect(headers.get('location')).toBe(`/api/payments/${String(json['payment_id'])}/status/`)
  })

  it('leaves the order to be paid in another way where the card is declined, and says which it is', async () => {
    const { here, card } = await guest()
    const { status, json } = await checkOut(here, await furtherCard(here, 'declining'))
    expect([status, json]).toMatchObject([
      402,
      { code: 'payment_declined', failure: { code: 'card_declined' }, order_id: 'ord_0001' },
    ])
    expect(await orderOf(here, 'ord_0001')).toMatchObject({ order_status: 'PENDING' })
    const paid = await pay(here, json['payment_id'] as string, card)
    expect(paid.json['status']).toBe('paid')
  })

  it.each([
    ['payment_method_not_found', 404, async () => 'pm_none'],
    [
      'payment_method_expired',
      409,
      async ({ here, card }: Awaited<ReturnType<typeof guest>>) => {
        await here.clock.advance(5 * year)
        return card
      },
    ],
  ] as const)('is refused with %s, by the name of the field, before anything is held', async (code, status, cardIn) => {
    const at = await guest()
    const answer = await checkOut(at.here, await cardIn(at))
    expect([answer.status, answer.json]).toMatchObject([status, { code, field: 'payment_method_id', retryable: false }])
    expect(answer.json).not.toHaveProperty('order_id')
    expect(await at.here.unitOfWork.read((tx) => tx.orders.list({ limit: 1 }))).toEqual([])
  })

  it("answers for somebody else's card exactly what it answers for none", async () => {
    const { here, card } = await guest()
    const headers = { 'x-request-id': 'the-same-for-all' }
    const others = await checkOut(here, card, { as: ben, headers })
    expect(others.status).toBe(404)
    expect(others.text).toBe((await checkOut(here, 'pm_none', { as: ben, headers })).text)
  })

  it('is 503 while Stripe cannot be asked for the card, and nothing is ordered', async () => {
    const { here, card } = await guest()
    here.provider.faults.next('listPaymentMethods', 'unreachable')
    const { status, json, headers } = await checkOut(here, card)
    expect([status, json['code'], headers.get('retry-after')]).toEqual([503, 'provider_unavailable', '5'])
    expect(json).not.toHaveProperty('order_id')
  })
})

describe('a plain form that pays with a saved card', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' }
  const pages = {
    pending: (id: PaymentId) => `https://host.example/outcome?payment=${id}`,
    problem: ({ code }: { readonly code: string }) => `https://host.example/sorry?code=${code}`,
  }
  const post = (here: World, path: string, fields: Readonly<Record<string, string>>) =>
    here.call('POST', path, { as: ana, headers: form, body: new URLSearchParams(fields).toString() })
  const cartFields = { 'lines.0.article_id': 'mug', 'lines.0.quantity': '2', currency: 'MXN' }

  it('leads a browser to where it comes after paying', async () => {
    const { here, card } = await guest({ pages })
    const bought = await post(here, '/api/checkout/', { ...cartFields, payment_method_id: card })
    expect([bought.status, bought.headers.get('location')]).toMatchObject([
      303,
      expect.stringMatching(/outcome\?payment=pay_\d+$/),
    ])
    const { paymentId } = await ordered(here)
    const paid = await post(here, `/api/payments/${paymentId}/pay-with-saved-card/`, { payment_method_id: card })
    expect([paid.status, paid.headers.get('location')]).toEqual([303, pages.pending(paymentId as PaymentId)])
    expect(charges(here)).toHaveLength(2)
  })

  it('leads to the page of Stripe where it names none', async () => {
    const { here } = await guest({ pages })
    const { status, headers } = await post(here, '/api/checkout/', { ...cartFields, payment_method_id: '' })
    expect([status, headers.get('location')]).toMatchObject([303, expect.stringMatching(/^https:\/\/pay\.example\//)])
  })

  it("leads to the host's own page for a card that is declined", async () => {
    const { here } = await guest({ pages })
    const card = await furtherCard(here, 'declining')
    const { status, headers } = await post(here, '/api/checkout/', { ...cartFields, payment_method_id: card })
    expect([status, headers.get('location')]).toEqual([303, 'https://host.example/sorry?code=payment_declined'])
  })

  it('answers JSON where the host has no pages', async () => {
    const { here, card } = await guest()
    expect((await post(here, '/api/checkout/', { ...cartFields, payment_method_id: card })).json).toMatchObject({
      status: 'paid',
    })
  })
})
