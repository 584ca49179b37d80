import { expect, it } from 'vitest'
import { createBench, noonMs, sessionParams } from './harness.ts'

it('moves the clock, and lets everything happen at its own time', async () => {
  const { control, stripe, simulator } = createBench()
  expect((await control('GET', '/clock')).body).toEqual({ now_ms: noonMs, now: '2027-01-15T12:00:00.000Z' })
  const early = await stripe.checkout.sessions.create(sessionParams({ expires_at: noonMs / 1000 + 3600 }))
  const late = await stripe.checkout.sessions.create(sessionParams({ expires_at: noonMs / 1000 + 7200 }))
  expect((await control('POST', '/clock', { advance_s: 86_400 })).body).toMatchObject({ now_ms: noonMs + 86_400_000 })
  expect(simulator.ledger().events.map((event) => [(event.data.object as { id: string }).id, event.created])).toEqual([
    [early.id, noonMs / 1000 + 3600],
    [late.id, noonMs / 1000 + 7200],
  ])
  expect((await control('POST', '/clock', { advance_s: -1 })).status).toBe(400)
  expect((await control('POST', '/clock', {})).body['error']?.['param']).toBe('advance_s')
})

it('retries webhooks in time order while the clock is moved, when it delivers by itself', async () => {
  const bench = createBench({ autoDeliver: true })
  bench.answerWith = 500
  await bench.stripe.customers.create()
  await bench.simulator.advance(3 * 86_400_000)
  const [delivery] = bench.simulator.ledger().deliveries
  expect(delivery?.status).toBe('failed')
  expect(delivery?.attempts.slice(0, 4).map(({ atMs }) => atMs - noonMs)).toEqual([0, 10_000, 50_000, 210_000])
  bench.simulator.close()
})

it('sums up the truth in the ledger', async () => {
  const { control, stripe, pay } = createBench()
  const first = await stripe.checkout.sessions.create(sessionParams({ metadata: { payment_id: 'p1' } }))
  const second = await stripe.checkout.sessions.create(sessionParams({ metadata: { payment_id: 'p1' } }))
  const open = (await control('GET', '/ledger')).body
  expect(open['derived']?.['open_sessions_by_payment_id']).toEqual({ p1: [first.id, second.id] })
  await pay(first.id)
  await pay(second.id)
  const { payment_intent } = await stripe.checkout.sessions.retrieve(second.id)
  await stripe.refunds.create({ payment_intent: String(payment_intent) })
  const { derived, calls } = (await control('GET', '/ledger')).body
  expect(derived).toMatchObject({
    open_sessions_by_payment_id: {},
    money_by_payment_id: { p1: { captured: 10_000, refunded: 5000, charges: 2, unrefunded: 1 } },
    totals: { eur: { captured: 10_000, refunded: 5000 } },
    sessions: [{ id: first.id, status: 'complete', metadata: { payment_id: 'p1' } }, { id: second.id }],
  })
  expect(
    (calls as unknown as readonly { sequence: number; method: string; path: string }[]).map(
      ({ sequence, method, path }) => [sequence, `${method} ${path}`],
    ),
  ).toEqual([
    [1, 'POST /v1/checkout/sessions'],
    [2, 'POST /v1/checkout/sessions'],
    [3, `POST /v1/payment_pages/${first.id}/confirm`],
    [4, `POST /v1/payment_pages/${second.id}/confirm`],
    [5, `GET /v1/checkout/sessions/${second.id}`],
    [6, 'POST /v1/refunds'],
  ])
})

it('resets to nothing but its endpoints', async () => {
  const { control, stripe, simulator } = createBench()
  await stripe.customers.create()
  await control('POST', '/faults', { match: '* *', kind: '429' })
  expect((await control('POST', '/reset')).status).toBe(200)
  const { objects, events, calls, faults } = simulator.ledger()
  expect([objects.customer, events, calls, faults].map((rows) => rows.length)).toEqual([0, 0, 0, 0])
  expect(objects.webhook_endpoint).toHaveLength(1)
})

it.each([
  ['GET', '/nothing', undefined, 404],
  ['PUT', '/clock', {}, 404],
  ['POST', '/webhooks', { mode: 'mayhem' }, 400],
  ['POST', '/disputes', {}, 400],
  ['POST', '/disputes', { payment_intent: 'pi_none' }, 400],
  ['POST', '/refunds/re_none', { status: 'failed' }, 404],
  ['POST', '/sessions/cs_none/settle', { outcome: 'succeeded' }, 404],
  ['POST', '/clock', [1], 400],
])('answers %s %s %j with %i and a sentence', async (method, path, body, status) => {
  const answer = await createBench().control(method, path, body)
  expect(answer.status).toBe(status)
  expect(answer.body['error']?.['message']).toMatch(/\w+ \w+/)
})

it('has an open page ask for another sum, and in another currency', async () => {
  const { control, stripe, pay, simulator } = createBench()
  const page = await stripe.checkout.sessions.create(sessionParams())
  await pay(page.id, 'pm_card_chargeDeclined')
  const changed = await control('POST', `/sessions/${page.id}/total`, { amount: 4000, currency: 'usd' })
  expect(changed.body).toMatchObject({ amount_total: 4000, currency: 'usd', status: 'open' })
  expect((await control('POST', `/sessions/${page.id}/total`, { amount: 1 })).status).toBe(400)
  await pay(page.id)
  expect(simulator.ledger().derived.totals).toMatchObject({ usd: { captured: 4000, charges: 1 } })
  expect((await control('POST', `/sessions/${page.id}/total`, { amount: 5000 })).status).toBe(400)
})

it('gives pages the address it was told', async () => {
  const { stripe } = createBench({ publicUrl: 'https://pay.test/' })
  const { id, url } = await stripe.checkout.sessions.create(sessionParams())
  expect(url).toBe(`https://pay.test/c/pay/${id}`)
})
