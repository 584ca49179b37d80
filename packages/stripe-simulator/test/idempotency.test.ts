import { expect, it } from 'vitest'
import { createBench, failure, header, sdkFor, sessionParams } from './harness.ts'

const url = 'http://127.0.0.1:12111/v1/customers'
const post = (body: string, key: string): RequestInit => ({
  method: 'POST',
  body,
  headers: { authorization: 'Bearer sk_test_1', 'idempotency-key': key },
})

it('answers the same key with the same object, and says so', async () => {
  const { stripe, simulator } = createBench()
  const first = await stripe.customers.create(
    { email: 'ana@example.com', metadata: { a: '1', b: '2' } },
    { idempotencyKey: 'k' },
  )
  const second = await stripe.customers.create(
    { metadata: { b: '2', a: '1' }, email: 'ana@example.com' },
    { idempotencyKey: 'k' },
  )
  expect(second).toEqual(first)
  expect(header(second, 'idempotent-replayed')).toBe('true')
  expect(header(first, 'idempotent-replayed')).toBeNull()
  expect(header(second, 'original-request')).toBe(header(first, 'request-id'))
  expect((await stripe.customers.list()).data).toHaveLength(1)
  expect(simulator.ledger().idempotency_keys).toMatchObject([{ key: 'k', path: '/v1/customers' }])
})

it('refuses a key that comes back with other parameters or for another call', async () => {
  const { stripe } = createBench()
  await stripe.customers.create({ email: 'ana@example.com' }, { idempotencyKey: 'k' })
  const error = await failure(stripe.customers.create({ email: 'ben@example.com' }, { idempotencyKey: 'k' }))
  expect(error).toMatchObject({
    type: 'StripeIdempotencyError',
    statusCode: 400,
    rawType: 'idempotency_error',
    message:
      'Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other ' +
      "than 'k' if you meant to execute a different request.",
  })
  expect(await failure(stripe.setupIntents.create({}, { idempotencyKey: 'k' }))).toMatchObject({
    statusCode: 400,
    rawType: 'idempotency_error',
  })
})

it('forgets a key after 24 hours', async () => {
  const { stripe, simulator } = createBench()
  const first = await stripe.customers.create({}, { idempotencyKey: 'k' })
  await simulator.advance(86_399_000)
  expect((await stripe.customers.create({}, { idempotencyKey: 'k' })).id).toBe(first.id)
  await simulator.advance(1000)
  expect((await stripe.customers.create({}, { idempotencyKey: 'k' })).id).not.toBe(first.id)
})

it('keeps a decline: another card needs another key', async () => {
  const { stripe } = createBench()
  const intent = {
    amount: 500,
    currency: 'eur',
    confirm: true,
    payment_method: 'pm_card_chargeDeclined',
    return_url: 'https://shop.test/',
  }
  const first = await failure(stripe.paymentIntents.create(intent, { idempotencyKey: 'k' }))
  const second = await failure(stripe.paymentIntents.create(intent, { idempotencyKey: 'k' }))
  expect(second.charge).toBe(first.charge)
  expect(second.headers?.['idempotent-replayed']).toBe('true')
  expect((await stripe.charges.list()).data).toHaveLength(1)
})

it('keeps a refusal by the state of things', async () => {
  const { stripe } = createBench()
  const { id } = await stripe.checkout.sessions.create(sessionParams())
  await stripe.checkout.sessions.expire(id)
  await failure(stripe.checkout.sessions.expire(id, {}, { idempotencyKey: 'k' }))
  expect(
    (await failure(stripe.checkout.sessions.expire(id, {}, { idempotencyKey: 'k' }))).headers?.['idempotent-replayed'],
  ).toBe('true')
})

it('keeps nothing of a call whose parameters did not pass', async () => {
  const { stripe, simulator } = createBench()
  const wrong = { amount: 1, currency: 'eur' }
  await failure(stripe.paymentIntents.create(wrong, { idempotencyKey: 'k' }))
  await failure(stripe.paymentIntents.create({ ...wrong, customer: 'cus_none', amount: 500 }, { idempotencyKey: 'k' }))
  expect((await stripe.paymentIntents.create({ ...wrong, amount: 500 }, { idempotencyKey: 'k' })).amount).toBe(500)
  expect(simulator.ledger().idempotency_keys).toHaveLength(1)
})

it('answers 409 while the first call under a key is still under way', async () => {
  let release = (): void => undefined
  const bench = createBench({ sleep: () => new Promise((resolve) => (release = resolve)) })
  bench.simulator.addFault({ match: 'POST /v1/customers', kind: 'latency', ms: 1000 })
  const first = bench.simulator.fetch(url, post('email=a', 'k'))
  await new Promise(setImmediate)
  const second = await bench.simulator.fetch(url, post('email=a', 'k'))
  expect(second.status).toBe(409)
  expect(await second.json()).toMatchObject({ error: { code: 'idempotency_key_in_use', type: 'idempotency_error' } })
  release()
  expect((await first).status).toBe(200)
  expect((await bench.simulator.fetch(url, post('email=a', 'k'))).headers.get('idempotent-replayed')).toBe('true')
})

it('keeps keys of test and live mode apart, and refuses an overlong one', async () => {
  const { stripe, simulator } = createBench()
  const live = sdkFor(simulator, 'sk_live_bench')
  const here = await stripe.customers.create({}, { idempotencyKey: 'k' })
  const there = await live.customers.create({}, { idempotencyKey: 'k' })
  expect(there.id).not.toBe(here.id)
  expect(there.livemode).toBe(true)
  expect((await failure(live.customers.retrieve(here.id))).message).toContain(
    'a similar object exists in test mode, but a live mode key was used',
  )
  expect((await live.customers.list()).data.map(({ id }) => id)).toEqual([there.id])
  expect((await failure(stripe.customers.create({}, { idempotencyKey: 'x'.repeat(256) }))).statusCode).toBe(400)
})
