import { afterEach, describe, expect, it } from 'vitest'
import { createStripe, stripeProvider } from '../src/index.ts'
import { clock } from './samples.ts'
import { answering, failing, standIn, type Behaviour } from './stand-in.ts'

let server: Awaited<ReturnType<typeof standIn>> | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

/** The adapter on a stand-in that answers by method and path, each time with the next of what is listed, the last for ever. */
const facing = async (routes: Readonly<Record<string, Behaviour | readonly Behaviour[]>>) => {
  const asked = new Map<string, number>()
  server = await standIn((response, request, body) => {
    const [path = ''] = (request.url ?? '').split('?')
    const route = `${request.method} ${path.replace('/v1/', '')}`
    const answers = [routes[route] ?? failing(500, { message: `No route for ${route}` })].flat()
    const times = asked.get(route) ?? 0
    asked.set(route, times + 1)
    answers[Math.min(times, answers.length - 1)]?.(response, request, body)
  })
  const stripe = createStripe({ apiKey: 'sk_test_1', apiBase: server.apiBase })
  return { provider: stripeProvider({ stripe, clock }), requests: server.requests }
}

const card = { customerId: 'cus_1', paymentMethodId: 'pm_1' }
/** As Stripe sends it: with a fingerprint and an address, which are nobody's business here. */
const method = (more: Readonly<Record<string, unknown>> = {}) => ({
  object: 'payment_method',
  id: 'pm_1',
  type: 'card',
  customer: 'cus_1',
  billing_details: { name: 'Ana', address: { line1: 'Calle 1' } },
  card: { brand: 'visa', last4: '4242', exp_month: 12, exp_year: 2030, fingerprint: 'abc', country: 'MX' },
  metadata: {},
  ...more,
})
const shown = { id: 'pm_1', brand: 'visa', last4: '4242', expiryMonth: 12, expiryYear: 2030 }
const list = (data: readonly unknown[]): Behaviour =>
  answering(200, { object: 'list', data, has_more: false, url: '/' })
const missing = failing(404, { type: 'invalid_request_error', code: 'resource_missing', param: 'payment_method' })
const refusing = failing(400, { type: 'invalid_request_error', message: 'It is not attached.' })
const find = 'GET customers/cus_1/payment_methods/pm_1'
const detach = 'POST payment_methods/pm_1/detach'

describe('the cards of a customer', () => {
  it('are asked for as cards, and nothing of them is passed on but what may be shown', async () => {
    const { provider, requests } = await facing({ 'GET customers/cus_1/payment_methods': list([method()]) })
    expect(await provider.listPaymentMethods(card)).toEqual({ type: 'reported', report: [shown] })
    const query = new URL(requests[0]?.url ?? '', 'http://x').searchParams
    expect([query.get('type'), query.get('limit')]).toEqual(['card', '100'])
    expect(requests).toHaveLength(1)
  })
  it('are not listed without one that cannot be read', async () => {
    const odd = method({ id: 'pm_2', card: { brand: 'visa', last4: '4242', exp_month: 13, exp_year: 2030 } })
    const { provider } = await facing({ 'GET customers/cus_1/payment_methods': list([method(), odd]) })
    expect(await provider.listPaymentMethods(card)).toMatchObject({
      type: 'unknown',
      detail: expect.stringContaining('exp_month') as string,
    })
  })
  it.each<[string, Behaviour, object]>([
    ['a customer that is gone', missing, { type: 'absent' }],
    ['a 400', refusing, { type: 'unknown', inService: true }],
    ['a 500', failing(500, {}), { type: 'unknown' }],
    ['another object', answering(200, method()), { type: 'unknown' }],
    ['a limit', failing(429, {}, { 'retry-after': '3' }), { type: 'unreachable', retryAfterMs: 3_000 }],
  ])('end, for %s, as any look-up does', async (_name, behaviour, expected) => {
    const { provider } = await facing({ 'GET customers/cus_1/payment_methods': behaviour })
    expect(await provider.listPaymentMethods(card)).toMatchObject(expected)
  })
})

describe('taking a card away', () => {
  it('looks whose it is first, and answers what it was', async () => {
    const { provider, requests } = await facing({
      [find]: answering(200, method()),
      [detach]: answering(200, method({ customer: null })),
    })
    expect(await provider.detachPaymentMethod(card)).toEqual({ type: 'reported', report: shown })
    expect(requests.map(({ method, url }) => `${method} ${url.replace('/v1/', '')}`)).toEqual([find, detach])
  })
  it('touches nothing of somebody else’s', async () => {
    const { provider, requests } = await facing({ [find]: missing, [detach]: answering(200, method()) })
    expect(await provider.detachPaymentMethod(card)).toEqual({ type: 'absent' })
    expect(requests).toHaveLength(1)
  })
  it('touches nothing where it cannot be seen whose it is', async () => {
    const { provider, requests } = await facing({ [find]: failing(500, {}), [detach]: answering(200, method()) })
    expect(await provider.detachPaymentMethod(card)).toMatchObject({ type: 'unknown', answered: true })
    expect(requests).toHaveLength(1)
  })
  it('finds none where somebody else was faster', async () => {
    const { provider } = await facing({ [find]: [answering(200, method()), missing], [detach]: refusing })
    expect(await provider.detachPaymentMethod(card)).toEqual({ type: 'absent' })
  })
  it('is refused where Stripe will not, and the card is still there', async () => {
    const { provider } = await facing({ [find]: answering(200, method()), [detach]: refusing })
    expect(await provider.detachPaymentMethod(card)).toMatchObject({
      type: 'refused',
      failure: { code: 'provider_rejected', detail: expect.stringContaining('not attached') as string },
    })
  })
  it('is unknown where nothing was heard of it', async () => {
    const { provider } = await facing({ [find]: answering(200, method()), [detach]: (response) => response.destroy() })
    expect(await provider.detachPaymentMethod(card)).toMatchObject({ type: 'unknown', answered: false })
  })
})
