import { expect, it } from 'vitest'
import { createBench, failure, noonMs, sessionParams, types } from './harness.ts'

const noon = noonMs / 1000

it('opens a complete session without a PaymentIntent', async () => {
  const { stripe } = createBench()
  const session = await stripe.checkout.sessions.create(
    sessionParams({ client_reference_id: 'cart-7', locale: 'es', customer_email: 'ana@example.com' }),
  )
  expect(session).toMatchObject({
    object: 'checkout.session',
    status: 'open',
    payment_status: 'unpaid',
    payment_intent: null,
    customer: null,
    amount_total: 5000,
    currency: 'eur',
    client_reference_id: 'cart-7',
    locale: 'es',
    customer_email: 'ana@example.com',
    customer_creation: 'if_required',
    expires_at: noon + 86_400,
    livemode: false,
    metadata: { payment_id: 'pay_1' },
    mode: 'payment',
  })
  expect(session.id).toMatch(/^cs_test_[A-Za-z0-9]{60}$/)
  expect(session.url).toBe(`http://127.0.0.1:12111/c/pay/${session.id}`)
  expect(session.line_items).toBeUndefined()
})

it('completes when it is paid, and tells of it in order', async () => {
  const { stripe, pay, simulator, received } = createBench()
  const customer = await stripe.customers.create({ email: 'ana@example.com' })
  const { id } = await stripe.checkout.sessions.create(
    sessionParams({
      customer: customer.id,
      payment_intent_data: { setup_future_usage: 'off_session', metadata: { booking_id: '7' }, description: 'Deposit' },
    }),
  )
  const paid = await pay(id, 'pm_card_visa', { expected_amount: 5000 })
  expect(paid).toMatchObject({ status: 200, body: { status: 'complete', payment_status: 'paid' } })

  const session = await stripe.checkout.sessions.retrieve(id, {
    expand: ['payment_intent.latest_charge', 'line_items', 'customer'],
  })
  expect(session).toMatchObject({
    status: 'complete',
    payment_status: 'paid',
    url: null,
    customer: { id: customer.id, email: 'ana@example.com' },
    line_items: { data: [{ description: 'Chair', quantity: 2, amount_total: 5000 }] },
    payment_intent: {
      status: 'succeeded',
      amount_received: 5000,
      metadata: { booking_id: '7' },
      description: 'Deposit',
      setup_future_usage: 'off_session',
      latest_charge: { status: 'succeeded', captured: true, amount_captured: 5000, metadata: { booking_id: '7' } },
    },
  })
  const saved = await stripe.customers.listPaymentMethods(customer.id)
  expect(saved.data).toHaveLength(1)

  await simulator.settle()
  expect(types(received.map(({ event }) => event))).toEqual([
    'customer.created',
    'payment_intent.created',
    'payment_method.attached',
    'charge.succeeded',
    'payment_intent.succeeded',
    'checkout.session.completed',
  ])
})

it('leaves the customer null unless one is asked for', async () => {
  const { stripe, pay } = createBench()
  const guest = await stripe.checkout.sessions.create(sessionParams())
  await pay(guest.id)
  expect((await stripe.checkout.sessions.retrieve(guest.id)).customer).toBeNull()

  const known = await stripe.checkout.sessions.create(sessionParams({ customer_creation: 'always' }))
  await pay(known.id)
  expect((await stripe.checkout.sessions.retrieve(known.id)).customer).toMatch(/^cus_/)
})

it('stays open after a decline, keeps its PaymentIntent, and can be paid with another card', async () => {
  const { stripe, pay } = createBench()
  const { id } = await stripe.checkout.sessions.create(sessionParams())
  const declined = await pay(id, 'pm_card_visa_chargeDeclinedInsufficientFunds')
  expect(declined).toMatchObject({
    status: 402,
    body: {
      error: {
        type: 'card_error',
        code: 'card_declined',
        decline_code: 'insufficient_funds',
        message: 'Your card has insufficient funds.',
      },
    },
  })
  const open = await stripe.checkout.sessions.retrieve(id)
  expect(open).toMatchObject({ status: 'open', payment_status: 'unpaid' })
  expect(open.payment_intent).toMatch(/^pi_/)

  await pay(id)
  const complete = await stripe.checkout.sessions.retrieve(id)
  expect(complete).toMatchObject({ status: 'complete', payment_intent: open.payment_intent })
  const charges = await stripe.charges.list({ payment_intent: String(open.payment_intent) })
  expect(charges.data.map(({ status }) => status)).toEqual(['succeeded', 'failed'])
})

it('expires when its time is up, once', async () => {
  const { stripe, simulator, received } = createBench()
  const { id } = await stripe.checkout.sessions.create(sessionParams({ expires_at: noon + 1800 }))
  await simulator.advance(1_799_000)
  expect((await stripe.checkout.sessions.retrieve(id)).status).toBe('open')
  await simulator.advance(1000)
  expect(await stripe.checkout.sessions.retrieve(id)).toMatchObject({
    status: 'expired',
    url: null,
    payment_status: 'unpaid',
  })
  await simulator.advance(86_400_000)
  await simulator.settle()
  expect(types(received.map(({ event }) => event))).toEqual(['checkout.session.expired'])
  expect(received[0]?.event).toMatchObject({ created: noon + 1800, request: { id: null, idempotency_key: null } })
})

it('can be expired only while it is open', async () => {
  const { stripe, pay } = createBench()
  const first = await stripe.checkout.sessions.create(sessionParams())
  expect(await stripe.checkout.sessions.expire(first.id)).toMatchObject({ status: 'expired', url: null })
  expect(await failure(stripe.checkout.sessions.expire(first.id))).toMatchObject({
    statusCode: 400,
    message:
      'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of `expired`.',
  })
  const second = await stripe.checkout.sessions.create(sessionParams())
  await pay(second.id)
  expect((await failure(stripe.checkout.sessions.expire(second.id))).message).toContain('`complete`')
  expect((await pay(first.id)).body['error']?.['message']).toContain('`expired`')
  expect((await pay(second.id)).body['error']?.['message']).toContain('`complete`')
})

it('refuses to pay another amount than the one shown', async () => {
  const { stripe, pay } = createBench()
  const { id } = await stripe.checkout.sessions.create(sessionParams())
  expect(await pay(id, 'pm_card_visa', { expected_amount: 4999 })).toMatchObject({
    status: 400,
    body: { error: { param: 'expected_amount' } },
  })
  expect((await stripe.checkout.sessions.retrieve(id)).payment_intent).toBeNull()
})

it('tells of each card that is declined on it, by its PaymentIntent with what that was marked with, and stays open', async () => {
  const { stripe, pay, simulator, received } = createBench()
  const { id } = await stripe.checkout.sessions.create(
    sessionParams({ payment_intent_data: { metadata: { attempt_id: 'att_1' } } }),
  )
  for (const [card, code, declineCode] of [
    ['pm_card_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
  ]) {
    received.length = 0
    await pay(id, String(card))
    await simulator.settle()
    const [told, ...more] = received.filter(({ event }) => event.type === 'payment_intent.payment_failed')
    expect(more).toEqual([])
    expect(told?.event.data.object).toMatchObject({
      status: 'requires_payment_method',
      payment_method: null,
      metadata: { attempt_id: 'att_1' },
      last_payment_error: {
        type: 'card_error',
        code,
        decline_code: declineCode,
        charge: expect.stringMatching(/^ch_/),
        payment_method: { object: 'payment_method', type: 'card' },
      },
    })
    const open = await stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent'] })
    expect(open).toMatchObject({ status: 'open', payment_intent: told?.event.data.object })
  }
  expect(await stripe.checkout.sessions.expire(id, { expand: ['payment_intent'] })).toMatchObject({
    status: 'expired',
    payment_intent: { status: 'canceled', last_payment_error: { decline_code: 'insufficient_funds' } },
  })
})

it('keeps its PaymentIntent from being confirmed or cancelled directly, and cancels it when it expires', async () => {
  const { stripe, pay } = createBench()
  const { id } = await stripe.checkout.sessions.create(sessionParams())
  await pay(id, 'pm_card_chargeDeclined')
  const intent = String((await stripe.checkout.sessions.retrieve(id)).payment_intent)
  const message =
    'You cannot perform this action on PaymentIntents created by Checkout. Try expiring the Checkout Session instead.'
  expect((await failure(stripe.paymentIntents.cancel(intent))).message).toBe(message)
  expect((await failure(stripe.paymentIntents.confirm(intent, { payment_method: 'pm_card_visa' }))).message).toBe(
    message,
  )
  await stripe.checkout.sessions.expire(id)
  expect(await stripe.paymentIntents.retrieve(intent)).toMatchObject({
    status: 'canceled',
    cancellation_reason: 'expired',
  })
})

it('asks for 3-D Secure and completes, or stays open, by its outcome', async () => {
  const { stripe, pay, simulator } = createBench()
  const { id } = await stripe.checkout.sessions.create(sessionParams())
  const asked = await pay(id, 'pm_card_authenticationRequired')
  expect(asked).toMatchObject({
    status: 200,
    body: { status: 'open', challenge_url: `http://127.0.0.1:12111/c/pay/${id}/challenge` },
  })
  const authenticate = (outcome: string) =>
    simulator.fetch(`http://127.0.0.1:12111/v1/payment_pages/${id}/authenticate`, {
      method: 'POST',
      body: `outcome=${outcome}`,
    })

  expect((await authenticate('failed')).status).toBe(400)
  const open = await stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent'] })
  expect(open).toMatchObject({
    status: 'open',
    payment_intent: {
      status: 'requires_payment_method',
      last_payment_error: { code: 'payment_intent_authentication_failure' },
    },
  })
  await pay(id, 'pm_card_authenticationRequired')
  expect((await authenticate('succeeded')).status).toBe(200)
  expect((await stripe.checkout.sessions.retrieve(id)).payment_status).toBe('paid')
})

it.each([
  ['pm_usBankAccount_success', 'paid', 'checkout.session.async_payment_succeeded'],
  ['pm_usBankAccount_insufficientFunds', 'unpaid', 'checkout.session.async_payment_failed'],
])('completes unpaid with %s and hears later how it ended', async (method, status, event) => {
  const { stripe, pay, simulator, received } = createBench()
  const { id } = await stripe.checkout.sessions.create(sessionParams())
  await pay(id, method)
  expect(await stripe.checkout.sessions.retrieve(id)).toMatchObject({ status: 'complete', payment_status: 'unpaid' })
  await simulator.settle()
  expect(types(received.map((each) => each.event))).toEqual([
    'payment_intent.created',
    'charge.pending',
    'payment_intent.processing',
    'checkout.session.completed',
  ])
  await simulator.advance(4 * 86_400_000)
  await simulator.settle()
  expect(received.at(-1)?.event.type).toBe(event)
  const ended = await stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent'] })
  expect(ended).toMatchObject({ status: 'complete', payment_status: status })
  // Whoever hears of the PaymentIntent alone can tell that it was no card.
  if (status === 'unpaid')
    expect(ended.payment_intent).toMatchObject({
      last_payment_error: { payment_method: { type: 'us_bank_account' }, charge: expect.stringMatching(/^py_|^ch_/) },
    })
})

it('settles a bank debit by hand', async () => {
  const { stripe, pay, control } = createBench()
  const { id } = await stripe.checkout.sessions.create(sessionParams())
  await pay(id, 'pm_usBankAccount')
  expect((await control('POST', `/sessions/${id}/settle`, { outcome: 'succeeded' })).body).toMatchObject({
    payment_status: 'paid',
  })
  expect((await control('POST', `/sessions/${id}/settle`, { outcome: 'failed' })).status).toBe(400)
})

it('saves a card in setup mode', async () => {
  const { stripe, pay } = createBench()
  const customer = await stripe.customers.create()
  const session = await stripe.checkout.sessions.create({
    mode: 'setup',
    currency: 'eur',
    customer: customer.id,
    success_url: 'https://shop.test/saved',
  })
  expect(session).toMatchObject({ mode: 'setup', amount_total: null, payment_status: 'no_payment_required' })
  expect(session.setup_intent).toMatch(/^seti_/)
  await pay(session.id)
  const complete = await stripe.checkout.sessions.retrieve(session.id, { expand: ['setup_intent'] })
  expect(complete).toMatchObject({ status: 'complete', setup_intent: { status: 'succeeded' } })
  expect((await stripe.paymentMethods.list({ customer: customer.id })).data).toHaveLength(1)
})

it('lists newest first, by status, customer and time, page by page', async () => {
  const { stripe, simulator } = createBench()
  const ids: string[] = []
  for (let count = 0; count < 5; count += 1) {
    ids.unshift(
      (await stripe.checkout.sessions.create(sessionParams({ expires_at: noon + 1800 + count * 60 + 7200 }))).id,
    )
    await simulator.advance(60_000)
  }
  const oldest = ids.at(-1) ?? ''
  await stripe.checkout.sessions.expire(oldest)
  const page = await stripe.checkout.sessions.list({ limit: 2 })
  expect(page).toMatchObject({ object: 'list', has_more: true, url: '/v1/checkout/sessions' })
  expect(page.data.map(({ id }) => id)).toEqual(ids.slice(0, 2))
  const next = await stripe.checkout.sessions.list({ limit: 2, starting_after: ids[1] ?? '' })
  expect(next.data.map(({ id }) => id)).toEqual(ids.slice(2, 4))
  const back = await stripe.checkout.sessions.list({ limit: 2, ending_before: ids[3] ?? '' })
  expect(back.data.map(({ id }) => id)).toEqual(ids.slice(1, 3))
  expect((await stripe.checkout.sessions.list({ status: 'expired' })).data.map(({ id }) => id)).toEqual([oldest])
  expect((await stripe.checkout.sessions.list({ created: { gte: noon + 180 } })).data.map(({ id }) => id)).toEqual(
    ids.slice(0, 2),
  )
  const all: string[] = []
  for await (const { id } of stripe.checkout.sessions.list({ limit: 2 })) all.push(id)
  expect(all).toEqual(ids)
})
