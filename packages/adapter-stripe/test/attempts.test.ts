import type { AttemptId } from '@holdfast/core'
import Stripe from 'stripe'
import { afterEach, describe, expect, it } from 'vitest'
import { createStripe, stripeProvider, type StripeClientOptions } from '../src/index.ts'
import { chargeRequest, clock, intent, noon, session } from './samples.ts'
import { answering, failing, standIn, type Behaviour } from './stand-in.ts'

let server: Awaited<ReturnType<typeof standIn>> | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

/** The adapter on a stand-in that answers by method and path; what is not listed is a 500. */
const facing = async (
  routes: Readonly<Record<string, Behaviour>>,
  { httpClient, ...more }: Pick<StripeClientOptions, 'httpClient'> & { readonly lookUpPages?: number } = {},
) => {
  server = await standIn((response, request, body) => {
    const [path = ''] = (request.url ?? '').split('?')
    const behaviour =
      routes[`${request.method} ${path.replace('/v1/', '')}`] ?? failing(500, { message: `No route for ${path}` })
    behaviour(response, request, body)
  })
  const stripe = createStripe({ apiKey: 'sk_test_1', apiBase: server.apiBase, ...(httpClient && { httpClient }) })
  return { provider: stripeProvider({ stripe, clock, ...more }), requests: server.requests }
}

const attemptId = 'att_1' as AttemptId
const ofCharge = { kind: 'off_session', attemptId, requestedAt: noon } as const
const ofPage = { kind: 'hosted', attemptId, requestedAt: noon } as const
const list = (data: readonly unknown[], more = false): Behaviour =>
  answering(200, { object: 'list', data, has_more: more, url: '/' })
const stateOf = (answer: unknown) => (answer as { readonly report: { readonly state: unknown } }).report.state
const waiting = intent({ status: 'requires_action', amount_received: 0 })
const cancelled = intent({ status: 'canceled', amount_received: 0 })
const wrongState = failing(400, { type: 'invalid_request_error', code: 'payment_intent_unexpected_state' })

describe('a charge that waits for somebody who is not there', () => {
  it('is cancelled, and only then declined for authentication', async () => {
    const { provider, requests } = await facing({
      'POST payment_intents': answering(200, waiting),
      'POST payment_intents/pi_1/cancel': answering(200, cancelled),
    })
    expect(await provider.chargeSavedCard(chargeRequest())).toMatchObject({
      type: 'reported',
      report: {
        providerId: 'pi_1',
        state: { type: 'declined', failure: { code: 'authentication_required', retryable: true } },
      },
    })
    expect(requests.map(({ url }) => url)).toEqual(['/v1/payment_intents', '/v1/payment_intents/pi_1/cancel'])
    expect(requests[1]?.key).not.toBe('att_1')
  })
  it('is cancelled by a look-up as well', async () => {
    for (const query of [ofCharge, { ...ofCharge, providerId: 'pi_1' }]) {
      const { provider } = await facing({
        'GET payment_intents': list([waiting]),
        'GET payment_intents/pi_1': answering(200, waiting),
        'POST payment_intents/pi_1/cancel': answering(200, cancelled),
      })
      expect(stateOf(await provider.findAttempt(query))).toMatchObject({
        type: 'declined',
        failure: { code: 'authentication_required' },
      })
      await server?.close()
    }
  })
  it('is expired when it was cancelled before anything was tried', async () => {
    for (const status of ['requires_confirmation', 'requires_payment_method']) {
      const { provider } = await facing({
        'GET payment_intents/pi_1': answering(200, intent({ status })),
        'POST payment_intents/pi_1/cancel': answering(200, cancelled),
      })
      expect(stateOf(await provider.findAttempt({ ...ofCharge, providerId: 'pi_1' }))).toEqual({ type: 'expired' })
      await server?.close()
    }
  })
  it('is what it has become, when it moved on before it could be cancelled', async () => {
    const { provider } = await facing({
      'POST payment_intents': answering(200, waiting),
      'POST payment_intents/pi_1/cancel': wrongState,
      'GET payment_intents/pi_1': answering(200, intent()),
    })
    expect(stateOf(await provider.chargeSavedCard(chargeRequest()))).toMatchObject({ type: 'captured' })
  })
  it('is unknown, not declined, while it may be alive', async () => {
    const { provider } = await facing({ 'POST payment_intents': answering(200, waiting) })
    expect(await provider.chargeSavedCard(chargeRequest())).toMatchObject({ type: 'unknown' })
  })
})

describe('what a complete page says', () => {
  const complete = (payment_intent: unknown, more: object = {}) =>
    answering(200, session({ status: 'complete', url: null, payment_intent, ...more }))
  const failed = { code: 'payment_intent_payment_attempt_failed', message: 'The bank said no.' }
  it.each([
    [
      'paid',
      complete(intent(), { payment_status: 'paid' }),
      { type: 'captured', charge: { id: 'pi_1', paymentMethodId: 'pm_1' } },
    ],
    [
      'paid, with the card unheard of',
      complete('pi_1', { payment_status: 'paid' }),
      { type: 'captured', charge: { id: 'pi_1' } },
    ],
    ['paid without a charge', complete(null, { payment_status: 'paid' }), { type: 'unrecognized' }],
    ['on its way', complete(intent({ status: 'processing' })), { type: 'processing' }],
    ['a voucher that can still be paid', complete(intent({ status: 'requires_action' })), { type: 'processing' }],
    ['set aside', complete(intent({ status: 'requires_capture' })), { type: 'authorized' }],
    [
      'refused by the bank',
      complete(intent({ status: 'requires_payment_method', last_payment_error: failed })),
      {
        type: 'declined',
        failure: { code: 'card_declined', providerCode: 'payment_intent_payment_attempt_failed' },
      },
    ],
    ['a voucher that nobody paid', complete(intent({ status: 'requires_payment_method' })), { type: 'declined' }],
    ['given up', complete(intent({ status: 'canceled' })), { type: 'expired' }],
    [
      'nothing to pay',
      complete(null, { payment_status: 'no_payment_required' }),
      { type: 'unrecognized', status: 'no_payment_required' },
    ],
  ])('%s', async (_name, behaviour, expected) => {
    const { provider, requests } = await facing({ 'GET checkout/sessions/cs_1': behaviour })
    expect(stateOf(await provider.findAttempt({ ...ofPage, providerId: 'cs_1' }))).toMatchObject(expected)
    expect(requests[0]?.url).toContain('payment_intent')
  })
})

describe('closing', () => {
  it('asks again what it is, where Stripe will not close it', async () => {
    const notOpen = failing(400, { type: 'invalid_request_error' })
    const { provider } = await facing({
      'POST checkout/sessions/cs_1/expire': notOpen,
      'GET checkout/sessions/cs_1': answering(200, session({ status: 'expired' })),
      'POST payment_intents/pi_1/cancel': wrongState,
      'GET payment_intents/pi_1': answering(200, intent({ status: 'processing' })),
    })
    expect(stateOf(await provider.closeAttempt({ kind: 'hosted', providerId: 'cs_1' }))).toEqual({ type: 'expired' })
    expect(stateOf(await provider.closeAttempt({ kind: 'off_session', providerId: 'pi_1' }))).toEqual({
      type: 'processing',
    })
  })
  it('is unknown where neither worked', async () => {
    const { provider } = await facing({
      'POST checkout/sessions/cs_1/expire': failing(400, { type: 'invalid_request_error' }),
    })
    expect(await provider.closeAttempt({ kind: 'hosted', providerId: 'cs_1' })).toMatchObject({ type: 'unknown' })
  })
})

describe('a search by our mark', () => {
  it('begins ten minutes before the attempt was asked for, and passes over what is not ours', async () => {
    const { provider, requests } = await facing({
      'GET checkout/sessions': list([
        { id: 'cs_x', object: 'checkout.session' },
        session({ id: 'cs_y', metadata: null }),
        'nonsense',
        session(),
        session({ id: 'cs_z', metadata: { attempt_id: 'att_2', kind: 'hosted' } }),
      ]),
    })
    expect(await provider.findAttempt(ofPage)).toMatchObject({
      type: 'reported',
      report: { providerId: 'cs_1', state: { type: 'opened' } },
    })
    const query = new URL(requests[0]?.url ?? '', 'http://x').searchParams
    expect(query.get('created[gte]')).toBe(String((noon - 600_000) / 1_000))
    expect(query.get('limit')).toBe('100')
  })

  const pages =
    (...all: readonly (readonly unknown[])[]): Behaviour =>
    (response, request, body) => {
      const after = new URL(request.url ?? '', 'http://x').searchParams.get('starting_after')
      const index =
        after === null
          ? 0
          : all.findIndex((page) => page.some((each) => (each as { readonly id: string }).id === after)) + 1
      list(all[index] ?? [], index + 1 < all.length)(response, request, body)
    }
  const foreign = (id: string) => session({ id, metadata: {} })

  it('goes on to the end of the list', async () => {
    const { provider, requests } = await facing({
      'GET checkout/sessions': pages([foreign('a'), foreign('b')], [foreign('c')], [session()]),
    })
    expect(await provider.findAttempt(ofPage)).toMatchObject({ report: { providerId: 'cs_1' } })
    expect(requests.map(({ url }) => new URL(url, 'http://x').searchParams.get('starting_after'))).toEqual([
      null,
      'b',
      'c',
    ])
  })
  it('does not say that there is none of a list it has not seen to the end', async () => {
    const { provider } = await facing(
      { 'GET checkout/sessions': pages([foreign('a')], [foreign('b')], [session()]) },
      { lookUpPages: 2 },
    )
    expect(await provider.findAttempt(ofPage)).toMatchObject({
      type: 'unknown',
      detail: expect.stringContaining('2 pages'),
    })
  })
  it('does not say that there is none when a later page failed', async () => {
    const broken: Behaviour = (response, request, body) =>
      (request.url?.includes('starting_after') ? failing(500, {}) : list([foreign('a')], true))(response, request, body)
    const { provider } = await facing({ 'GET checkout/sessions': broken })
    expect(await provider.findAttempt(ofPage)).toMatchObject({ type: 'unknown' })
  })
  it('tells of the money first, then of what may bring some, and names the others that are not dead', async () => {
    const paid = session({
      id: 'cs_paid',
      status: 'complete',
      payment_status: 'paid',
      payment_intent: intent({ metadata: {} }),
    })
    const { provider } = await facing({
      'GET checkout/sessions': list([session({ id: 'cs_dead', status: 'expired' }), session({ id: 'cs_open' }), paid]),
    })
    expect(await provider.findAttempt(ofPage)).toMatchObject({ report: { providerId: 'cs_paid', others: ['cs_open'] } })
  })
  it("says as of when there is none, by Stripe's clock and before it went on to the next page", async () => {
    const at =
      (date: string, more: boolean): Behaviour =>
      (response, request, body) => {
        if (date === '') response.sendDate = false
        else response.setHeader('Date', date)
        list([foreign('a')], more)(response, request, body)
      }
    const dated: Behaviour = (response, request, body) =>
      (request.url?.includes('starting_after')
        ? at('Sat, 02 Jan 2027 00:00:09 GMT', false)
        : at('Sat, 02 Jan 2027 00:00:00 GMT', true))(response, request, body)
    for (const httpClient of [undefined, Stripe.createNodeHttpClient(), Stripe.createFetchHttpClient()])
      for (const [behaviour, answer] of [
        [dated, { type: 'absent', asOf: Date.UTC(2027, 0, 2) }],
        [at('', false), { type: 'absent' }],
        [at('yesterday', false), { type: 'absent' }],
      ] as const) {
        const { provider } = await facing({ 'GET checkout/sessions': behaviour }, httpClient && { httpClient })
        expect(await provider.findAttempt(ofPage)).toStrictEqual(answer)
        await server?.close()
      }
  })
  it('of a charge is not taken in by the PaymentIntent of a page', async () => {
    const { provider } = await facing({
      'GET payment_intents': list([intent({ metadata: { attempt_id: 'att_1', kind: 'hosted' } })]),
    })
    expect(await provider.findAttempt(ofCharge)).toMatchObject({ type: 'absent' })
  })
  it('does not hide one of ours that it cannot read', async () => {
    const { provider } = await facing({ 'GET checkout/sessions': list([session({ expires_at: 'soon' })]) })
    expect(await provider.findAttempt(ofPage)).toMatchObject({
      type: 'unknown',
      detail: expect.stringContaining('expires_at'),
    })
  })
})

describe('a status from the future', () => {
  it('is text, never a state and never an error', async () => {
    const { provider } = await facing({
      'GET checkout/sessions/cs_1': answering(200, session({ status: 'folded' })),
      'GET payment_intents/pi_1': answering(200, intent({ status: 'requires_patience' })),
    })
    expect(stateOf(await provider.findAttempt({ ...ofPage, providerId: 'cs_1' }))).toEqual({
      type: 'unrecognized',
      status: 'folded',
    })
    expect(stateOf(await provider.findAttempt({ ...ofCharge, providerId: 'pi_1' }))).toEqual({
      type: 'unrecognized',
      status: 'requires_patience',
    })
  })
})
