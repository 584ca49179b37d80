import type Stripe from 'stripe'
import { expect, it } from 'vitest'
import { testCards } from '../src/index.ts'
import { createBench, failure, noonMs, sessionParams, types, type Bench } from './harness.ts'

const savedCard = async (
  bench: Bench,
  method: string,
): Promise<{ readonly customer: string; readonly payment_method: string }> => {
  const customer = await bench.stripe.customers.create()
  const attached = await bench.stripe.paymentMethods.attach(method, { customer: customer.id })
  return { customer: customer.id, payment_method: attached.id }
}

const offSession = (saved: object, more: object = {}): Stripe.PaymentIntentCreateParams =>
  ({
    amount: 3000,
    currency: 'mxn',
    confirm: true,
    off_session: true,
    ...saved,
    ...more,
  }) as Stripe.PaymentIntentCreateParams

it('charges a saved card off-session', async () => {
  const bench = createBench()
  const saved = await savedCard(bench, 'pm_card_visa')
  const intent = await bench.stripe.paymentIntents.create(
    offSession(saved, { metadata: { payment_id: 'p1' }, description: 'Balance' }),
  )
  expect(intent).toMatchObject({
    object: 'payment_intent',
    status: 'succeeded',
    amount: 3000,
    amount_received: 3000,
    currency: 'mxn',
    capture_method: 'automatic_async',
    customer: saved.customer,
    payment_method: saved.payment_method,
    metadata: { payment_id: 'p1' },
    last_payment_error: null,
  })
  const charge = await bench.stripe.charges.retrieve(String(intent.latest_charge), { expand: ['balance_transaction'] })
  expect(charge).toMatchObject({
    amount: 3000,
    paid: true,
    metadata: { payment_id: 'p1' },
    balance_transaction: { amount: 3000, type: 'charge' },
  })
})

it('answers a decline with 402, and the intent waits for another card', async () => {
  const bench = createBench()
  const saved = await savedCard(bench, 'pm_card_chargeCustomerFail')
  const error = await failure(bench.stripe.paymentIntents.create(offSession(saved), { idempotencyKey: 'decline-1' }))
  expect(error).toMatchObject({
    type: 'StripeCardError',
    rawType: 'card_error',
    statusCode: 402,
    code: 'card_declined',
    decline_code: 'generic_decline',
    message: 'Your card was declined.',
  })
  expect(error.raw).toMatchObject({
    advice_code: 'try_again_later',
    network_decline_code: '01',
    payment_method: { id: saved.payment_method },
  })
  expect(error.charge).toMatch(/^ch_/)
  const intent = await bench.stripe.paymentIntents.retrieve(error.payment_intent?.id ?? '')
  expect(intent).toMatchObject({
    status: 'requires_payment_method',
    payment_method: null,
    latest_charge: error.charge,
    last_payment_error: {
      code: 'card_declined',
      decline_code: 'generic_decline',
      payment_method: { id: saved.payment_method },
    },
  })
  expect(await bench.stripe.charges.retrieve(error.charge ?? '')).toMatchObject({
    status: 'failed',
    paid: false,
    failure_code: 'card_declined',
  })
  await bench.simulator.settle()
  const told = bench.received.map(({ event }) => event).slice(-3)
  expect(types(told)).toEqual(['payment_intent.created', 'charge.failed', 'payment_intent.payment_failed'])
  expect(told[2]?.request).toMatchObject({ idempotency_key: 'decline-1' })
})

it.each(
  testCards
    .filter(({ decline, attachable }) => decline !== null && !attachable)
    .map((card) => [card.ids[0] ?? '', card] as const),
)('declines %s with its own code', async (id, { decline }) => {
  const { stripe } = createBench()
  const error = await failure(
    stripe.paymentIntents.create({
      amount: 3000,
      currency: 'usd',
      confirm: true,
      payment_method: id,
      return_url: 'https://shop.test/',
    }),
  )
  expect(error).toMatchObject({
    statusCode: 402,
    code: decline?.code,
    message: decline?.message,
    decline_code: decline?.declineCode ?? '',
  })
  const customer = await stripe.customers.create()
  expect(await failure(stripe.paymentMethods.attach(id, { customer: customer.id }))).toMatchObject({
    statusCode: 402,
    code: decline?.code,
  })
})

it('charges every card that is meant to succeed', async () => {
  const { stripe } = createBench()
  for (const card of testCards.filter(
    ({ decline, authentication }) => decline === null && authentication === 'never',
  )) {
    for (const payment_method of card.ids) {
      const intent = await stripe.paymentIntents.create({
        amount: 3000,
        currency: 'usd',
        confirm: true,
        payment_method,
        return_url: 'https://shop.test/',
      })
      expect([payment_method, intent.status]).toEqual([payment_method, 'succeeded'])
    }
  }
})

it('needs authentication off-session every time with one card, and never again with another set up for later', async () => {
  const bench = createBench()
  const always = await savedCard(bench, 'pm_card_authenticationRequired')
  expect(await failure(bench.stripe.paymentIntents.create(offSession(always)))).toMatchObject({
    statusCode: 402,
    code: 'authentication_required',
    decline_code: 'authentication_required',
    message: 'Your card was declined. This transaction requires authentication.',
  })

  const customer = await bench.stripe.customers.create()
  const session = await bench.stripe.checkout.sessions.create(
    sessionParams({ customer: customer.id, payment_intent_data: { setup_future_usage: 'off_session' } }),
  )
  expect((await bench.pay(session.id, 'pm_card_authenticationRequiredOnSetup')).body['challenge_url']).not.toBeNull()
  await bench.simulator.fetch(`http://127.0.0.1:12111/v1/payment_pages/${session.id}/authenticate`, {
    method: 'POST',
    body: 'outcome=succeeded',
  })
  const [saved] = (await bench.stripe.customers.listPaymentMethods(customer.id)).data
  const intent = await bench.stripe.paymentIntents.create(
    offSession({ customer: customer.id, payment_method: saved?.id }),
  )
  expect(intent.status).toBe('succeeded')

  const attachedOnly = await savedCard(bench, 'pm_card_authenticationRequiredOnSetup')
  expect(await failure(bench.stripe.paymentIntents.create(offSession(attachedOnly)))).toMatchObject({
    code: 'authentication_required',
  })
})

it('makes nothing of a call whose card is turned away before anything was attempted', async () => {
  const { stripe, simulator } = createBench()
  expect((await failure(stripe.customers.create({ payment_method: 'pm_card_chargeDeclined' }))).statusCode).toBe(402)
  const card = { number: '4242424242424241', exp_month: 12, exp_year: 2034, cvc: '123' }
  expect(await failure(stripe.paymentMethods.create({ type: 'card', card }))).toMatchObject({
    statusCode: 402,
    code: 'incorrect_number',
  })
  const { objects, events } = simulator.ledger()
  expect([objects.customer.length, objects.payment_method.length, events.length]).toEqual([0, 0, 0])
})

it('can be declined, given another card and confirmed again', async () => {
  const { stripe } = createBench()
  const intent = await stripe.paymentIntents.create({ amount: 500, currency: 'eur' })
  expect(intent.status).toBe('requires_payment_method')
  await failure(
    stripe.paymentIntents.confirm(intent.id, {
      payment_method: 'pm_card_chargeDeclined',
      return_url: 'https://shop.test/',
    }),
  )
  const paid = await stripe.paymentIntents.confirm(intent.id, {
    payment_method: 'pm_card_visa',
    return_url: 'https://shop.test/',
  })
  expect(paid).toMatchObject({ status: 'succeeded', last_payment_error: null })
  expect((await failure(stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa' }))).code).toBe(
    'payment_intent_unexpected_state',
  )
})

it('captures by hand, in part, and lets an authorisation go after seven days', async () => {
  const { stripe, simulator } = createBench()
  const hold = () =>
    stripe.paymentIntents.create({
      amount: 5000,
      currency: 'usd',
      capture_method: 'manual',
      confirm: true,
      payment_method: 'pm_card_visa',
      return_url: 'https://shop.test/',
    })
  const first = await hold()
  expect(first).toMatchObject({ status: 'requires_capture', amount_capturable: 5000, amount_received: 0 })
  expect(await failure(stripe.paymentIntents.capture(first.id, { amount_to_capture: 5001 }))).toMatchObject({
    code: 'amount_too_large',
  })
  expect(await stripe.paymentIntents.capture(first.id, { amount_to_capture: 3000 })).toMatchObject({
    status: 'succeeded',
    amount_received: 3000,
  })

  const second = await hold()
  await simulator.advance(7 * 86_400_000)
  expect(await stripe.paymentIntents.retrieve(second.id)).toMatchObject({
    status: 'canceled',
    cancellation_reason: 'automatic',
    amount_capturable: 0,
  })
  expect((await failure(stripe.refunds.create({ payment_intent: second.id }))).message).toContain('not been captured')
})

it('is cancelled only while it is not paid, with Stripe’s words', async () => {
  const bench = createBench()
  const waiting = await bench.stripe.paymentIntents.create({ amount: 500, currency: 'eur' })
  expect(await bench.stripe.paymentIntents.cancel(waiting.id, { cancellation_reason: 'abandoned' })).toMatchObject({
    status: 'canceled',
    cancellation_reason: 'abandoned',
    canceled_at: noonMs / 1000,
  })
  const paid = await bench.stripe.paymentIntents.create(offSession(await savedCard(bench, 'pm_card_visa')))
  const error = await failure(bench.stripe.paymentIntents.cancel(paid.id))
  expect(error).toMatchObject({
    statusCode: 400,
    code: 'payment_intent_unexpected_state',
    payment_intent: { id: paid.id },
  })
  expect(error.message).toContain('You cannot cancel this PaymentIntent because it has a status of succeeded.')
})

it('does not let a method be used twice without a customer, nor with somebody else’s', async () => {
  const bench = createBench()
  const method = await bench.stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } })
  const once = {
    amount: 500,
    currency: 'eur',
    confirm: true,
    payment_method: method.id,
    return_url: 'https://shop.test/',
  }
  await bench.stripe.paymentIntents.create(once)
  expect((await failure(bench.stripe.paymentIntents.create(once))).message).toContain('previously used')

  const ana = await savedCard(bench, 'pm_card_visa')
  const ben = await bench.stripe.customers.create()
  expect(
    (await failure(bench.stripe.paymentIntents.create(offSession({ ...ana, customer: ben.id })))).message,
  ).toContain('does not have a payment method')
  await bench.stripe.paymentMethods.detach(ana.payment_method)
  expect((await failure(bench.stripe.paymentIntents.create(offSession(ana)))).message).toContain(
    'detached from a Customer',
  )
})

it.each([
  ['eur', 49, 'amount_too_small'],
  ['eur', 50, null],
  ['mxn', 999, 'amount_too_small'],
  ['mxn', 1000, null],
  ['jpy', 49, 'amount_too_small'],
  ['jpy', 50, null],
  ['gbp', 30, null],
  ['isk', 550, 'invalid_charge_amount_no_decimal_compatible'],
  ['isk', 500, null],
  ['usd', 100_000_000, 'amount_too_large'],
  ['usd', 99_999_999, null],
] as const)('judges %s %i as Stripe does', async (currency, amount, code) => {
  const { stripe } = createBench()
  const call = stripe.paymentIntents.create({ amount, currency })
  if (code === null) expect(await call).toMatchObject({ amount, currency })
  else expect(await failure(call)).toMatchObject({ statusCode: 400, code, param: 'amount' })
})

it('rounds three-decimal currencies to ten', async () => {
  const { stripe } = createBench()
  expect((await failure(stripe.paymentIntents.create({ amount: 5124, currency: 'kwd' }))).param).toBe('amount')
  expect((await stripe.paymentIntents.create({ amount: 5120, currency: 'kwd' })).amount).toBe(5120)
})

it('needs a return address when the payment may redirect', async () => {
  const { stripe } = createBench()
  const given = { amount: 500, currency: 'eur', confirm: true, payment_method: 'pm_card_visa' }
  expect(await failure(stripe.paymentIntents.create(given))).toMatchObject({ statusCode: 400, param: 'return_url' })
  const intent = await stripe.paymentIntents.create({
    ...given,
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  })
  expect(intent.status).toBe('succeeded')
})

it('sets a card up for later through a SetupIntent', async () => {
  const { stripe, control } = createBench()
  const customer = await stripe.customers.create()
  const setup = await stripe.setupIntents.create({
    customer: customer.id,
    confirm: true,
    payment_method: 'pm_card_authenticationRequiredOnSetup',
    return_url: 'https://shop.test/',
    usage: 'off_session',
  })
  expect(setup).toMatchObject({ status: 'requires_action', next_action: { type: 'redirect_to_url' } })
  expect(
    (await control('POST', `/setup_intents/${setup.id}/authenticate`, { outcome: 'succeeded' })).body,
  ).toMatchObject({ status: 'succeeded' })
  const charged = await stripe.paymentIntents.create(
    offSession({ customer: customer.id, payment_method: String(setup.payment_method) }),
  )
  expect(charged.status).toBe('succeeded')
  expect(
    await failure(stripe.setupIntents.create({ confirm: true, payment_method: 'pm_card_chargeDeclined' })),
  ).toMatchObject({
    statusCode: 402,
    setup_intent: { status: 'requires_payment_method' },
  })
})
