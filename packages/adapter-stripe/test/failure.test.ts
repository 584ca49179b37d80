import type { ProviderAnswer } from '@holdfast/core'
import { afterEach, describe, expect, it } from 'vitest'
import { createStripe, stripeProvider, type StripeClientOptions } from '../src/index.ts'
import { chargeRequest, clock, intent, noon, refundRequest, session, sessionRequest } from './samples.ts'
import { answering, failing, standIn, type Behaviour } from './stand-in.ts'

type StandIn = Awaited<ReturnType<typeof standIn>>
let server: StandIn | undefined

afterEach(async () => {
  await server?.close()
  server = undefined
})

const facing = async (behaviour: Behaviour, more: Partial<StripeClientOptions> = {}) => {
  server = await standIn(behaviour)
  const stripe = createStripe({ apiKey: 'sk_test_1', apiBase: server.apiBase, ...more })
  return { provider: stripeProvider({ stripe, clock }), server }
}

const inUse = { type: 'idempotency_error', code: 'idempotency_key_in_use' }
const otherParameters = { type: 'idempotency_error' }
const rejected = { type: 'refused', failure: { code: 'provider_rejected', retryable: false } }
const unknown = (answered: boolean) => ({ type: 'unknown', answered })

/** What each way of a call to end says about its effect, for a call that makes something. */
const table: readonly (readonly [string, Behaviour, object])[] = [
  [
    '400: the request is at fault',
    failing(400, { type: 'invalid_request_error', code: 'amount_too_small', param: 'amount' }),
    {
      ...rejected,
      failure: { providerCode: 'amount_too_small', detail: expect.stringContaining('req_1') },
    },
  ],
  ['400 without a code', failing(400, { type: 'invalid_request_error' }), rejected],
  [
    '400 with the code of a rate limit',
    failing(400, { type: 'invalid_request_error', code: 'rate_limit' }),
    { type: 'unreachable' },
  ],
  [
    '400 for a key used with other parameters: something was done under it',
    failing(400, otherParameters),
    unknown(true),
  ],
  [
    '404 for something that is missing',
    failing(404, { type: 'invalid_request_error', code: 'resource_missing', param: 'id' }),
    rejected,
  ],
  ['404 for an address that is not Stripe’s', failing(404, { type: 'invalid_request_error' }), { type: 'unreachable' }],
  [
    '404 for an object of the other mode',
    failing(404, {
      type: 'invalid_request_error',
      code: 'resource_missing',
      message: "No such customer: 'cus_1'; a similar object exists in live mode, but a test mode key was used.",
    }),
    { type: 'unreachable', detail: expect.stringContaining('other mode') },
  ],
  ['404 JSON without an error', answering(404, { message: 'no route' }), unknown(true)],
  [
    '401: the key is wrong',
    failing(401, { type: 'invalid_request_error' }),
    { type: 'unreachable', detail: expect.stringContaining('API key') },
  ],
  ['403: the key may not', failing(403, { type: 'invalid_request_error' }), { type: 'unreachable' }],
  ['409: another call holds the key', failing(409, inUse), unknown(false)],
  ['409 of another kind', failing(409, { type: 'api_error' }), unknown(false)],
  [
    '429 with a wait',
    failing(429, { type: 'invalid_request_error', code: 'rate_limit' }, { 'retry-after': '7' }),
    {
      type: 'unreachable',
      retryAfterMs: 7_000,
    },
  ],
  [
    '429 with a wait beyond an hour',
    failing(429, {}, { 'retry-after': '86400' }),
    { type: 'unreachable', retryAfterMs: 3_600_000 },
  ],
  [
    '429 with a date to wait for',
    failing(429, {}, { 'retry-after': 'Fri, 15 Jan 2027 12:00:07 GMT' }),
    {
      type: 'unreachable',
      detail: expect.any(String),
    },
  ],
  ['429 because of a lock', failing(429, { code: 'lock_timeout' }), { type: 'unreachable' }],
  ['500 of Stripe’s', failing(500, { type: 'api_error' }), unknown(true)],
  [
    '500 that asks to be retried',
    failing(500, { type: 'api_error' }, { 'stripe-should-retry': 'true' }),
    unknown(true),
  ],
  ['503 of somebody in between', answering(503, '<html>busy</html>'), unknown(true)],
  ['502 with an error that is text', answering(502, { error: 'Bad gateway' }), unknown(true)],
  ['200 with an error in it', answering(200, { error: { message: 'odd' } }), unknown(true)],
  ['200 that is no JSON', answering(200, '{"object":"checkout.ses'), unknown(true)],
  ['200 with nothing in it', answering(200, ''), unknown(true)],
  ['200 that is null', answering(200, 'null'), unknown(true)],
  ['200 that is a number', answering(200, '5'), unknown(true)],
  ['200 that is text', answering(200, '"ok"'), unknown(true)],
  ['200 with another object', answering(200, { object: 'customer', id: 'cus_1' }), unknown(true)],
  ['the connection is closed before an answer', (response) => response.destroy(), { ...unknown(false), closed: true }],
  [
    'the connection is closed in the middle of the answer',
    (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
      response.write('{"object":"checkout.session"', () => response.destroy())
    },
    unknown(false),
  ],
]

describe('an ending of a call', () => {
  it.each(table)('%s', async (_name, behaviour, expected) => {
    const { provider, server } = await facing(behaviour)
    expect(await provider.openSession(sessionRequest())).toMatchObject(expected)
    expect(server.requests).toHaveLength(1)
  })

  it.each([
    ['a limit', failing(429, { code: 'rate_limit' })],
    ['a limit in a 400', failing(400, { type: 'invalid_request_error', code: 'rate_limit' })],
    ['a wrong key', failing(401, { type: 'invalid_request_error' })],
    ['a key that may not', failing(403, { type: 'invalid_request_error' })],
    ['an address that is not Stripe’s', failing(404, {})],
    ['a key that another call holds', failing(409, inUse)],
    ['a conflict of another kind', failing(409, { type: 'api_error' })],
    ['a key used with other parameters', failing(400, otherParameters)],
  ])('says that Stripe is in service, for %s', async (_name, behaviour) => {
    const { provider } = await facing(behaviour)
    expect(await provider.openSession(sessionRequest())).toMatchObject({ inService: true })
  })

  it.each<[string, Behaviour]>([
    ['a 500', failing(500, { type: 'api_error' })],
    ['somebody in between', answering(503, '<html>busy</html>')],
    ['no JSON', answering(200, '{"object":"checkout.ses')],
    ['another object', answering(200, { object: 'customer', id: 'cus_1' })],
    ['a connection that was closed', (response) => response.destroy()],
  ])('does not say that Stripe is in service, for %s', async (_name, behaviour) => {
    const { provider } = await facing(behaviour)
    const answer = await provider.openSession(sessionRequest())
    expect(['unknown', 'unreachable']).toContain(answer.type)
    expect(answer).not.toHaveProperty('inService')
    expect(answer).not.toHaveProperty('repeated')
  })

  it('is known as the repetition that it is, where Stripe answers what it has kept under the key', async () => {
    const { provider } = await facing(failing(500, { type: 'api_error' }, { 'idempotent-replayed': 'true' }))
    const answer = await provider.openSession(sessionRequest())
    expect(answer).toMatchObject({ ...unknown(true), repeated: true })
    expect(answer).not.toHaveProperty('inService')
  })

  it('is unknown when the time is up', async () => {
    const { provider, server } = await facing(() => {}, { timeoutMs: 30 })
    expect(await provider.openSession(sessionRequest())).toMatchObject(unknown(false))
    expect(server.requests).toHaveLength(1)
  })

  it('is unknown when the time is up in the middle of the answer', async () => {
    const { provider } = await facing((response) => void response.writeHead(200).write('{'), { timeoutMs: 30 })
    expect(await provider.openSession(sessionRequest())).toMatchObject(unknown(false))
  })

  it('is unreachable when nobody listens', async () => {
    const { provider, server } = await facing(() => {})
    await server.close()
    expect(await provider.openSession(sessionRequest())).toMatchObject({
      type: 'unreachable',
      detail: expect.stringContaining('ECONNREFUSED'),
    })
  })

  it.each([
    ['a name that is not found', { code: 'ENOTFOUND', syscall: 'getaddrinfo' }, 'unreachable'],
    ['a certificate that does not fit', { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'unreachable'],
    ['a connection that could not be made in time', { code: 'ETIMEDOUT', syscall: 'connect' }, 'unreachable'],
    ['a refusal inside another error', { cause: { code: 'ECONNREFUSED', syscall: 'connect' } }, 'unreachable'],
    ['a connection that broke', { code: 'ECONNRESET', syscall: 'read' }, 'unknown'],
    ['a pipe that broke', { code: 'EPIPE', syscall: 'write' }, 'unknown'],
    ['an error without a name', {}, 'unknown'],
  ])('is told by what happened to the connection: %s', async (_name, fields, expected) => {
    let tries = 0
    const httpClient = {
      getClientName: () => 'broken',
      makeRequest: async (): Promise<never> => {
        tries += 1
        throw Object.assign(new TypeError('fetch failed'), fields)
      },
    }
    const provider = stripeProvider({ stripe: createStripe({ apiKey: 'sk_test_1', httpClient }), clock })
    expect((await provider.openSession(sessionRequest())).type).toBe(expected)
    expect(tries).toBe(1)
  })

  it('is unknown, not a hang, when the carrier throws at once', async () => {
    const httpClient = {
      getClientName: () => 'broken',
      makeRequest: (): never => {
        throw new Error('no')
      },
    }
    const provider = stripeProvider({ stripe: createStripe({ apiKey: 'sk_test_1', httpClient }), clock })
    expect(await provider.openSession(sessionRequest())).toMatchObject(unknown(false))
  })
})

describe('a decline', () => {
  const declined = { type: 'card_error', code: 'card_declined', decline_code: 'insufficient_funds' }

  it('of a saved card is a report that names the PaymentIntent', async () => {
    const body = intent({ status: 'requires_payment_method', payment_method: null })
    const { provider } = await facing(failing(402, { ...declined, payment_intent: body }))
    expect(await provider.chargeSavedCard(chargeRequest())).toEqual({
      type: 'reported',
      report: {
        providerId: 'pi_1',
        livemode: false,
        state: {
          type: 'declined',
          failure: { code: 'insufficient_funds', retryable: true, providerCode: 'insufficient_funds', detail: 'No.' },
        },
      },
    })
  })

  it('of which there is no PaymentIntent is a refusal: nothing was tried', async () => {
    const { provider } = await facing(failing(402, declined))
    expect(await provider.chargeSavedCard(chargeRequest())).toMatchObject({
      type: 'refused',
      failure: { code: 'insufficient_funds' },
    })
  })

  it('of a card that is gone says so, and that another will do', async () => {
    const gone = failing(400, { type: 'invalid_request_error', code: 'resource_missing', param: 'payment_method' })
    const { provider } = await facing(gone)
    expect(await provider.chargeSavedCard(chargeRequest())).toMatchObject({
      type: 'refused',
      failure: { code: 'invalid_card', retryable: true },
    })
  })
})

describe('a look-up', () => {
  const missing = failing(404, { type: 'invalid_request_error', code: 'resource_missing', param: 'id' })
  const query = {
    kind: 'hosted',
    attemptId: sessionRequest().attemptId,
    providerId: 'cs_1',
    requestedAt: noon,
  } as const
  const refundQuery = { refundId: refundRequest().refundId, chargeId: 'pi_1', providerId: 're_1' }

  it('answers absent for what is missing, and for nothing else', async () => {
    const { provider } = await facing(missing)
    expect(await provider.findAttempt(query)).toMatchObject({ type: 'absent' })
    expect(await provider.findAttempt({ ...query, kind: 'off_session' })).toMatchObject({ type: 'absent' })
    expect(await provider.findRefund(refundQuery)).toMatchObject({ type: 'absent' })
    expect(await provider.closeAttempt(query)).toMatchObject({ type: 'absent' })
  })

  it.each<[string, Behaviour]>([
    ['400', failing(400, { type: 'invalid_request_error' })],
    ['402', failing(402, { type: 'card_error' })],
    ['another object', answering(200, { object: 'customer' })],
    ['a list without a list', answering(200, { object: 'list' })],
    ['a 404 without a code', failing(404, {})],
    ['a session without its fields', answering(200, { object: 'checkout.session', id: 'cs_1' })],
  ])('is never absent or refused for %s', async (_name, behaviour) => {
    const { provider } = await facing(behaviour)
    const answers: ProviderAnswer<unknown>[] = [
      await provider.findAttempt(query),
      await provider.findAttempt({ kind: 'hosted', attemptId: query.attemptId, requestedAt: noon }),
      await provider.findAttempt({ kind: 'off_session', attemptId: query.attemptId, requestedAt: noon }),
      await provider.findRefund(refundQuery),
      await provider.findRefund({ refundId: refundQuery.refundId, chargeId: 'pi_1' }),
      await provider.closeAttempt(query),
    ]
    for (const { type } of answers) expect(['unknown', 'unreachable']).toContain(type)
  })

  it('that was refused was refused by somebody: Stripe is in service', async () => {
    const { provider } = await facing(failing(400, { type: 'invalid_request_error' }))
    expect(await provider.findAttempt(query)).toMatchObject({ type: 'unknown', inService: true })
  })
})

describe('a refund that is refused', () => {
  const nothingLeft = failing(400, { type: 'invalid_request_error', code: 'charge_already_refunded' })
  const list = (data: readonly unknown[]) =>
    answering(200, { object: 'list', data, has_more: false, url: '/v1/refunds' })
  const ours = {
    object: 'refund',
    id: 're_1',
    status: 'succeeded',
    amount: 10_00,
    currency: 'eur',
    failure_reason: null,
    payment_intent: { id: 'pi_1', livemode: false },
    metadata: { refund_id: 'rf_1' },
  }
  const both =
    (answerToList: Behaviour): Behaviour =>
    (response, request, body) =>
      (request.method === 'POST' ? nothingLeft : answerToList)(response, request, body)

  it('was made by an earlier try, where it is there', async () => {
    const { provider } = await facing(both(list([ours])))
    expect(await provider.refund(refundRequest())).toMatchObject({
      type: 'reported',
      report: { providerId: 're_1', chargeId: 'pi_1' },
    })
  })
  it('is refused where it is not there', async () => {
    const { provider } = await facing(both(list([{ ...ours, metadata: {} }])))
    expect(await provider.refund(refundRequest())).toMatchObject({
      type: 'refused',
      failure: { providerCode: 'charge_already_refunded' },
    })
  })
  it('is not called refused where nobody knows', async () => {
    const { provider } = await facing(both(failing(500, {})))
    expect(await provider.refund(refundRequest())).toMatchObject({ type: 'unknown', answered: true })
  })
})

describe('a customer that is gone', () => {
  it('does not keep its owner from paying: the page makes a new one', async () => {
    const gone = failing(400, { type: 'invalid_request_error', code: 'resource_missing', param: 'customer' })
    const { provider, server } = await facing((response, request, body) =>
      (body.includes('customer=cus_gone') ? gone : answering(200, session()))(response, request, body),
    )
    const answer = await provider.openSession(sessionRequest({ customerId: 'cus_gone', saveCard: true }))
    expect(answer).toMatchObject({ type: 'reported', report: { providerId: 'cs_1' } })
    expect(server.requests.map(({ key }) => key)).toEqual(['att_1', 'att_1'])
    expect(server.requests[1]?.body.get('customer_creation')).toBe('always')
    expect(server.requests[1]?.body.has('customer')).toBe(false)
  })
})
