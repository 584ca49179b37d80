import { readFileSync } from 'node:fs'
import {
  after,
  day,
  ListingInterrupted,
  instant,
  second,
  type EventPeriod,
  type ProviderEvent,
  type ProviderEventHistory,
} from '@holdfast/core'
import { providerEventHistoryContract } from '@holdfast/core/contracts'
import { createSimulator, simulatorHttpClient } from '@holdfast/stripe-simulator'
import { describe, expect, it } from 'vitest'
import { createStripe, stripeEventHistory, stripeProvider, stripeWebhookVerifier } from '../src/index.ts'
import { openInProcess } from './bench.ts'
import { noon, refundRequest, session, sessionRequest } from './samples.ts'
import { answering, answeringInTurn, failing, listing, type Behaviour } from './stand-in.ts'

providerEventHistoryContract({
  name: 'stripe in this process',
  open: async () => {
    const bench = await openInProcess()
    const { stripe, simulator } = bench
    return {
      ...bench,
      history: stripeEventHistory({ stripe }),
      pass: (ms) => simulator.advance(ms),
      turnAway: () => void simulator.addFault({ match: 'GET /v1/*', kind: '429' }),
    }
  },
})

const all = async (history: ProviderEventHistory, period: EventPeriod): Promise<readonly ProviderEvent[]> => {
  const events: ProviderEvent[] = []
  for await (const page of history.events(period)) events.push(...page)
  return events
}

/** The adapter on a simulator all of whose deliveries are lost. */
const losingAll = async () => {
  const delivered: Request[] = []
  const simulator = createSimulator({
    seed: 'lost',
    now: () => noon,
    webhooks: [{ url: 'http://shop.test/webhooks', secret: 'whsec_lost' }],
    deliver: async (request) => {
      delivered.push(request)
      return new Response(null, { status: 200 })
    },
  })
  const apiBase = 'http://127.0.0.1:12111'
  const post = async (path: string, init: RequestInit): Promise<void> => {
    const response = await simulator.fetch(`${apiBase}${path}`, { method: 'POST', ...init })
    if (!response.ok) throw new Error(await response.text())
  }
  await post('/_simulator/webhooks', {
    body: JSON.stringify({ mode: 'drop' }),
    headers: { 'content-type': 'application/json' },
  })
  const stripe = createStripe({ apiKey: 'sk_test_lost', httpClient: simulatorHttpClient(simulator) })
  const provider = stripeProvider({ stripe, clock: { now: () => instant(simulator.nowMs()) } })
  /** Sells a page, and answers the id of its charge. */
  const sell = async (): Promise<string> => {
    const opened = await provider.openSession(sessionRequest())
    const id = opened.type === 'reported' ? (opened.report.providerId ?? '') : ''
    await post(`/v1/payment_pages/${id}/confirm`, {
      body: new URLSearchParams({ payment_method: 'pm_card_visa' }),
      headers: { authorization: 'Bearer sk_test_lost' },
    })
    const paid = await stripe.checkout.sessions.retrieve(id)
    return typeof paid.payment_intent === 'string' ? paid.payment_intent : ''
  }
  return { simulator, stripe, provider, sell, delivered, history: stripeEventHistory({ stripe }) }
}

const untilNow = (now: number): EventPeriod => ({ from: instant(now - day), to: instant(now + second) })

describe('where every webhook is lost', () => {
  it('tells of each event what its delivery would have said, newest first', async () => {
    const { simulator, stripe, provider, sell, delivered, history } = await losingAll()
    const chargeId = await sell()
    await simulator.advance(60 * second)
    await provider.refund(refundRequest({ chargeId, amount: sessionRequest().amount }))
    await simulator.settle()
    expect(delivered).toEqual([])

    const told = await all(history, untilNow(simulator.nowMs()))
    const verifier = stripeWebhookVerifier({ secrets: ['whsec_lost'] })
    for (const event of told) {
      const payload = JSON.stringify(await stripe.events.retrieve(event.id))
      const signature = stripe.webhooks.generateTestHeaderString({
        payload,
        secret: 'whsec_lost',
        timestamp: noon / 1_000,
      })
      const rawBody = new TextEncoder().encode(payload)
      expect(await verifier.verify({ rawBody, signature, receivedAt: noon })).toEqual({ ok: true, value: event })
    }
    const types = told.map(({ type }) => type)
    expect(types).toEqual(
      expect.arrayContaining(['checkout.session.completed', 'payment_intent.succeeded', 'refund.created']),
    )
    expect(types.indexOf('refund.created')).toBeLessThan(types.indexOf('checkout.session.completed'))
    // What nobody here makes news of is not asked for.
    expect(types).not.toContain('charge.succeeded')
  })

  it('tells of what happened within the period, and of customers’ cards, too', async () => {
    const { simulator, stripe, sell, history } = await losingAll()
    await sell()
    await simulator.advance(2 * day)
    const customer = await stripe.customers.create({})
    await stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id })
    const told = await all(history, untilNow(simulator.nowMs()))
    expect(told.map(({ type }) => type)).toEqual(['payment_method.attached'])
    expect(told[0]?.news).toEqual({ about: 'payment_methods', customerId: customer.id })
  })
})

const facing = async (...behaviours: readonly Behaviour[]) => {
  const { stripe, requests } = await answeringInTurn(...behaviours)
  return { history: stripeEventHistory({ stripe }), requests }
}

const period: EventPeriod = { from: noon, to: after(noon, 10 * second) }
const marked = session({ metadata: { attempt_id: 'att_1', payment_id: 'pay_1' } })
const event = (id: string, more: Readonly<Record<string, unknown>> = {}) => ({
  id,
  object: 'event',
  type: 'checkout.session.expired',
  created: noon / second,
  livemode: false,
  api_version: '2026-10-28.endive',
  data: { object: marked },
  ...more,
})

describe('the list of events', () => {
  it('is asked for by whole seconds and types, 20 at most at a time, and goes on after the last of a page', async () => {
    const { history, requests } = await facing(listing([event('evt_2')], true), listing([event('evt_1')]), listing([]))
    const odd = { from: after(noon, -999), to: after(noon, 1) }
    expect((await all(history, odd)).map(({ id }) => id)).toEqual(['evt_2', 'evt_1'])
    const queries = requests.map(({ url }) => new URL(url, 'http://stripe').searchParams)
    const typesOf = (query?: URLSearchParams): readonly string[] =>
      [...(query ?? [])].flatMap(([name, value]) => (name.startsWith('types[') ? [value] : []))
    const [first, next, third] = queries
    for (const query of queries) {
      expect(query.get('created[gte]')).toBe(String(noon / second))
      expect(query.get('created[lt]')).toBe(String(noon / second + 1))
      expect(query.get('limit')).toBe('100')
      expect(typesOf(query).length).toBeLessThanOrEqual(20)
    }
    expect(next?.get('starting_after')).toBe('evt_2')
    expect(third?.has('starting_after')).toBe(false)
    expect(typesOf(next)).toEqual(typesOf(first))

    // Those that webhooks are to be registered for, and no others.
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
    const [, section = ''] = readme.split('## Webhooks')
    const named = section
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, type]) => type))
    expect([...typesOf(first), ...typesOf(third)].toSorted()).toEqual(named.toSorted())
  })

  it('is read as deliveries are: other API versions and other programs’ objects too, and what is turned away is passed over', async () => {
    const { history } = await facing(
      listing([
        event('evt_5', { account: 'acct_another' }),
        event('evt_4', { data: { object: { ...marked, expires_at: 'soon' } } }),
        event('evt_3', { api_version: '2019-02-11', account: null }),
        event('evt_2', { data: { object: session({ metadata: {} }) } }),
        event('evt_1', { type: 'checkout.session.from_the_future' }),
      ]),
      listing([]),
    )
    const told = await all(history, period)
    expect(told.map(({ id, news }) => [id, news.about])).toEqual([
      ['evt_3', 'attempt'],
      ['evt_2', 'nothing'],
      ['evt_1', 'nothing'],
    ])
  })

  it('goes on after a page of which nothing could be read', async () => {
    const { history, requests } = await facing(
      listing([event('evt_2', { account: 'acct_another' })], true),
      listing([event('evt_1')]),
      listing([]),
    )
    expect((await all(history, period)).map(({ id }) => id)).toEqual(['evt_1'])
    expect(requests[1]?.url).toContain('starting_after=evt_2')
  })

  it('is asked for a page at a time, as it is wanted', async () => {
    const { history, requests } = await facing(listing([event('evt_1')], true))
    for await (const page of history.events(period)) {
      expect(page).toHaveLength(1)
      break
    }
    expect(requests).toHaveLength(1)
  })

  it.each([
    ['turns it away', failing(429, { code: 'rate_limit' }, { 'retry-after': '7' }), 7_000, true],
    ['does not let this key read events', failing(403, { message: 'Not with this key.' }), undefined, true],
    ['answers with something else', answering(200, { object: 'list', data: [{}], has_more: false }), undefined, false],
    ['refuses the request', failing(400, { type: 'invalid_request_error' }), undefined, true],
  ])('is interrupted where Stripe %s', async (_what, behaviour, retryAfterMs, inService) => {
    const { history } = await facing(behaviour)
    const error: unknown = await all(history, period).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ListingInterrupted)
    expect(error).toMatchObject({ retryAfterMs, inService })
  })

  it('is asked for again where Stripe failed, without anybody noticing', async () => {
    const { history, requests } = await facing(failing(500, { type: 'api_error' }), listing([]), listing([]))
    expect(await all(history, period)).toEqual([])
    expect(requests).toHaveLength(3)
  })
})
