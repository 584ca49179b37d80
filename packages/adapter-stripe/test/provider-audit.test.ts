import { after, ListingInterrupted, money, second, type AuditPeriod } from '@holdfast/core'
import { providerAuditContract, type ProviderAuditFixture } from '@holdfast/core/contracts'
import { describe, expect, it } from 'vitest'
import { stripeAudit } from '../src/index.ts'
import { openInProcess, overHttp, type StripeBench } from './bench.ts'
import { intent, noon, refund, session } from './samples.ts'
import { answering, answeringInTurn, failing, listing, type Behaviour } from './stand-in.ts'

const audited = (bench: StripeBench): ProviderAuditFixture => {
  const { stripe, simulator, payer, refundThere } = bench
  return {
    ...bench,
    audit: stripeAudit({ stripe }),
    pass: (ms) => simulator.advance(ms),
    strangerSells: async () => {
      const { id } = await stripe.checkout.sessions.create({
        mode: 'payment',
        line_items: [
          { quantity: 1, price_data: { currency: 'eur', unit_amount: 8_00, product_data: { name: 'Theirs' } } },
        ],
        success_url: 'https://another.example',
        metadata: { payment_id: 'theirs' },
      })
      await payer.pay(id)
      const { payment_intent: paid } = await stripe.checkout.sessions.retrieve(id)
      await refundThere(typeof paid === 'string' ? paid : '', 3_00n)
    },
    turnAway: () => void simulator.addFault({ match: 'GET /v1/*', kind: '429' }),
  }
}

providerAuditContract({ name: 'stripe in this process', open: async () => audited(await openInProcess()) })
const served = overHttp()
providerAuditContract({ name: 'stripe over HTTP', open: async () => audited(await served.open()), close: served.close })

const facing = async (...behaviours: readonly Behaviour[]) => {
  const { stripe, requests } = await answeringInTurn(...behaviours)
  return { audit: stripeAudit({ stripe }), requests }
}

const period: AuditPeriod = { from: noon, to: after(noon, 10 * second) }
const created = noon / second
const all = async <Row>(pages: AsyncIterable<readonly Row[]>): Promise<readonly Row[]> => {
  const rows: Row[] = []
  for await (const page of pages) rows.push(...page)
  return rows
}

describe('a list that is asked for', () => {
  it('is bounded by whole seconds, and goes on after the last object of a page', async () => {
    const first = { ...session({ id: 'cs_2' }), created }
    const { audit, requests } = await facing(listing([first], true), listing([{ ...session(), created }]))
    const odd = { from: after(noon, -999), to: after(noon, 1) }
    expect((await all(audit.sessions(odd))).map(({ id }) => id)).toEqual(['cs_2', 'cs_1'])
    const [one, two] = requests.map(({ url }) => new URL(url, 'http://stripe').searchParams)
    expect(Object.fromEntries(one ?? [])).toEqual({
      'created[gte]': String(created),
      'created[lt]': String(created + 1),
      limit: '100',
    })
    expect(two?.get('starting_after')).toBe('cs_2')
  })

  it('is asked for again where Stripe failed, without anybody noticing', async () => {
    const { audit, requests } = await facing(failing(500, { type: 'api_error' }), listing([]))
    expect(await all(audit.refunds(period))).toEqual([])
    expect(requests.map(({ method }) => method)).toEqual(['GET', 'GET'])
  })

  it.each([
    ['turns it away', failing(429, { code: 'rate_limit' }, { 'retry-after': '7' }), 7_000, true],
    ['does not accept the key', failing(401, { message: 'Invalid API Key' }), undefined, true],
    [
      'answers with something else',
      answering(200, { object: 'list', data: [{ id: 'x' }], has_more: false }),
      undefined,
      false,
    ],
    ['refuses the request', failing(400, { type: 'invalid_request_error' }), undefined, true],
  ])('is interrupted where Stripe %s', async (_what, behaviour, retryAfterMs, inService) => {
    const { audit } = await facing(behaviour)
    const error: unknown = await all(audit.charges(period)).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ListingInterrupted)
    expect(error).toMatchObject({ retryAfterMs, inService })
  })
})

describe('an object as it is read', () => {
  it('is a page that asks for nothing, or whose status nobody knows', async () => {
    const { audit } = await facing(
      listing([
        { ...session({ amount_total: null, currency: null, metadata: {} }), created },
        { ...session({ id: 'cs_2', status: 'half_way_there' }), created },
      ]),
    )
    const [bare, odd] = await all(audit.sessions(period))
    for (const absent of ['amount', 'marks']) expect(bare).not.toHaveProperty(absent)
    expect(odd).toMatchObject({ status: 'unrecognized', paid: false })
  })

  it('is a charge that waits for somebody: it brought nothing, whatever it asks for', async () => {
    const { audit } = await facing(
      listing([{ ...intent({ status: 'requires_action', amount_received: 0, latest_charge: null }), created }]),
    )
    expect(await all(audit.charges(period))).toMatchObject([
      { captured: false, amount: money(10_00, 'EUR'), refunded: 0n, disputed: false },
    ])
  })

  it('is a refund of a charge without a PaymentIntent, which is never ours', async () => {
    const { audit } = await facing(listing([{ ...refund({ payment_intent: null, metadata: {} }), created }]))
    const [found] = await all(audit.refunds(period))
    expect(found).toMatchObject({ id: 're_1', amount: money(10_00, 'EUR'), state: { type: 'succeeded' } })
    for (const absent of ['chargeId', 'refundId']) expect(found).not.toHaveProperty(absent)
  })
})
