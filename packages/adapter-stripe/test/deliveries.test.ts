import { instant, type ProviderEvent } from '@holdfast/core'
import { createSimulator, simulatorHttpClient } from '@holdfast/stripe-simulator'
import { describe, expect, it } from 'vitest'
import { createStripe, stripeProvider, stripeWebhookVerifier } from '../src/index.ts'
import { chargeRequest, noon, refundRequest, sessionRequest } from './samples.ts'

const secret = 'whsec_deliveries'

/** The adapter on a simulator whose webhooks are verified and kept. */
const begin = () => {
  const verifier = stripeWebhookVerifier({ secrets: [secret] })
  const events: ProviderEvent[] = []
  const simulator = createSimulator({
    seed: 'deliveries',
    now: () => noon,
    webhooks: [{ url: 'http://shop.test/webhooks', secret }],
    deliver: async (request) => {
      const verified = await verifier.verify({
        rawBody: new Uint8Array(await request.arrayBuffer()),
        signature: request.headers.get('stripe-signature') ?? undefined,
        receivedAt: instant(simulator.nowMs()),
      })
      if (!verified.ok) throw new Error(JSON.stringify(verified.error))
      events.push(verified.value)
      return new Response(null, { status: 200 })
    },
  })
  const stripe = createStripe({ apiKey: 'sk_test_deliveries', httpClient: simulatorHttpClient(simulator) })
  const provider = stripeProvider({ stripe, clock: { now: () => noon } })
  const act = (session: string, path: string, body: Readonly<Record<string, string>>) =>
    simulator.fetch(`http://127.0.0.1:12111/v1/payment_pages/${session}/${path}`, {
      method: 'POST',
      body: new URLSearchParams(body),
      headers: { authorization: 'Bearer sk_test_deliveries' },
    })
  const pay = (session: string, paymentMethod: string) => act(session, 'confirm', { payment_method: paymentMethod })
  const authenticate = (session: string, outcome: string) => act(session, 'authenticate', { outcome })
  /** What was told of payments since the last time it was asked, in short. */
  const told = async () => {
    await simulator.settle()
    return events.splice(0).flatMap(({ type, news }) => {
      if (news.about === 'nothing' || news.about === 'payment_methods') return []
      if (news.about === 'dispute') return [`${type}: ${news.outcome}`]
      if (news.about === 'refund') return [`${type}: ${news.report.state.type} ${news.refundId ?? 'theirs'}`]
      return [`${type}: ${news.report === 'ask' ? 'ask' : news.report.state.type} ${news.attemptId ?? ''}`]
    })
  }
  /** The tries on pages that it was said were declined. */
  const declined = async () => {
    await simulator.settle()
    return events
      .splice(0)
      .flatMap(({ news }) =>
        news.about === 'attempt' && news.report !== 'ask' && news.report.state.type === 'page_declined'
          ? [news.report.state.declined]
          : [],
      )
  }
  /** What was told of customers' cards. */
  const toldOfCards = async () => {
    await simulator.settle()
    return events
      .splice(0)
      .flatMap(({ type, news }) => (news.about === 'payment_methods' ? [`${type}: ${news.customerId}`] : []))
  }
  const open = async (saveCard = false): Promise<string> => {
    const answer = await provider.openSession(sessionRequest({ saveCard }))
    return answer.type === 'reported' ? (answer.report.providerId ?? '') : ''
  }
  return { simulator, stripe, provider, pay, authenticate, told, declined, toldOfCards, open }
}

describe('what Stripe delivers', () => {
  it('of a paid page is its money, twice', async () => {
    const { open, pay, told } = begin()
    await pay(await open(), 'pm_card_visa')
    expect((await told()).toSorted()).toEqual([
      'checkout.session.completed: captured att_1',
      'payment_intent.succeeded: captured att_1',
    ])
  })

  it('of a page that kept a card is its money with the card, and a session to ask for', async () => {
    const { open, pay, told, provider } = begin()
    const session = await open(true)
    await pay(session, 'pm_card_visa')
    expect((await told()).toSorted()).toEqual([
      'checkout.session.completed: ask att_1',
      'payment_intent.succeeded: captured att_1',
    ])
    expect(
      await provider.findAttempt({
        kind: 'hosted',
        attemptId: sessionRequest().attemptId,
        providerId: session,
        requestedAt: noon,
      }),
    ).toMatchObject({
      report: {
        state: {
          charge: { customerId: expect.stringMatching(/^cus_/), paymentMethodId: expect.stringMatching(/^pm_/) },
        },
      },
    })
  })

  it('of a card declined on a page is that it was, each time, and the page is still open', async () => {
    const { open, pay, provider, told } = begin()
    const id = await open()
    const page = { kind: 'hosted', attemptId: sessionRequest().attemptId, requestedAt: noon, providerId: id } as const
    await pay(id, 'pm_card_chargeDeclined')
    expect(await told()).toEqual(['payment_intent.payment_failed: page_declined att_1'])
    await pay(id, 'pm_card_chargeDeclinedInsufficientFunds')
    expect(await told()).toEqual(['payment_intent.payment_failed: page_declined att_1'])
    expect(await provider.findAttempt(page)).toMatchObject({
      report: { state: { type: 'opened', declined: { failure: { code: 'insufficient_funds' } } } },
    })
    await pay(id, 'pm_card_visa')
    expect((await told()).toSorted()).toEqual([
      'checkout.session.completed: captured att_1',
      'payment_intent.succeeded: captured att_1',
    ])
    expect(await provider.findAttempt(page)).toMatchObject({ report: { state: { type: 'captured' } } })
  })

  it('of a payer who did not prove to be the owner of a card is that it was declined, under one name for each try', async () => {
    const { open, pay, authenticate, provider, declined } = begin()
    const id = await open()
    const page = { kind: 'hosted', attemptId: sessionRequest().attemptId, requestedAt: noon, providerId: id } as const
    const names: string[] = []
    for (const _try of [1, 2]) {
      await pay(id, 'pm_card_authenticationRequired')
      await authenticate(id, 'failed')
      const [told, ...more] = await declined()
      expect(more).toEqual([])
      expect(told).toMatchObject({ failure: { code: 'authentication_required', retryable: true } })
      expect(await provider.findAttempt(page)).toMatchObject({ report: { state: { type: 'opened', declined: told } } })
      names.push(told?.id ?? '')
    }
    expect(new Set(names).size).toBe(2)
    // The card's own id is told to nobody.
    expect(names.join()).not.toContain('pm_')
  })

  it('of a page that ran out is a session to ask for', async () => {
    const { open, simulator, told } = begin()
    await open()
    await simulator.advance(24 * 60 * 60 * 1_000)
    expect(await told()).toEqual(['checkout.session.expired: ask att_1'])
  })

  it.each([
    [
      'pm_usBankAccount_success',
      ['checkout.session.async_payment_succeeded: captured att_1', 'payment_intent.succeeded: captured att_1'],
    ],
    [
      'pm_usBankAccount_insufficientFunds',
      ['checkout.session.async_payment_failed: declined att_1', 'payment_intent.payment_failed: ask att_1'],
    ],
  ])('of money that takes days (%s) is that it is on its way, and then its end', async (method, end) => {
    const { open, pay, simulator, told } = begin()
    await pay(await open(), method)
    expect((await told()).toSorted()).toEqual([
      'checkout.session.completed: processing att_1',
      'payment_intent.processing: ask att_1',
    ])
    await simulator.advance(5 * 24 * 60 * 60 * 1_000)
    expect((await told()).toSorted()).toEqual(end)
  })

  it.each([
    ['pm_card_visa', ['payment_intent.succeeded: captured att_1']],
    ['pm_card_chargeCustomerFail', ['payment_intent.payment_failed: declined att_1']],
  ])('of a saved card (%s) is how its charge ended', async (method, end) => {
    const { stripe, provider, told } = begin()
    const customer = await stripe.customers.create({})
    const { id } = await stripe.paymentMethods.attach(method, { customer: customer.id })
    await provider.chargeSavedCard(chargeRequest({ card: { customerId: customer.id, paymentMethodId: id } }))
    expect(await told()).toEqual(end)
  })

  it('of refunds is ours by our id, and theirs without one', async () => {
    const { open, pay, provider, stripe, told } = begin()
    const session = await open()
    await pay(session, 'pm_card_visa')
    await told()
    const { payment_intent: chargeId } = await stripe.checkout.sessions.retrieve(session)
    const amount = { ...refundRequest().amount, currency: sessionRequest().amount.currency }
    await provider.refund(refundRequest({ chargeId: String(chargeId), amount }))
    await stripe.refunds.create({ payment_intent: String(chargeId), amount: 1_000 })
    const lines = await told()
    expect(lines).toContain('refund.created: succeeded rf_1')
    expect(lines).toContain('refund.created: succeeded theirs')
  })

  it.each([
    ['pm_card_createDispute', ['charge.dispute.created: opened', 'charge.dispute.funds_withdrawn: opened']],
    ['pm_card_createDisputeInquiry', []],
  ])('of what a bank asks (%s) is a dispute where money is at stake', async (method, lines) => {
    const { open, pay, simulator, told } = begin()
    await pay(await open(), method)
    await simulator.advance(60 * 60 * 1_000)
    expect((await told()).filter((line) => line.startsWith('charge.dispute'))).toEqual(lines)
  })

  it('of a card that a page has kept, and of one that changes, is whose cards to ask for anew', async () => {
    const { open, pay, provider, stripe, toldOfCards } = begin()
    await pay(await open(true), 'pm_card_visa')
    const [attached = '', ...rest] = await toldOfCards()
    expect(rest).toEqual([])
    const [event, customerId = ''] = attached.split(': ')
    expect(event).toBe('payment_method.attached')
    const { data } = await stripe.customers.listPaymentMethods(customerId)
    const paymentMethodId = data[0]?.id ?? ''
    await stripe.paymentMethods.update(paymentMethodId, { card: { exp_month: 1, exp_year: 2035 } })
    expect(await toldOfCards()).toEqual([`payment_method.updated: ${customerId}`])
    await stripe.customers.update(customerId, { name: 'Ana' })
    expect(await toldOfCards()).toEqual([`customer.updated: ${customerId}`])
    expect(await provider.detachPaymentMethod({ customerId, paymentMethodId })).toMatchObject({
      type: 'reported',
      report: { id: paymentMethodId, expiryMonth: 1, expiryYear: 2035 },
    })
    expect(await toldOfCards()).toEqual([`payment_method.detached: ${customerId}`])
    await stripe.customers.del(customerId)
    expect(await toldOfCards()).toEqual([`customer.deleted: ${customerId}`])
  })
})
