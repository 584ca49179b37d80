import { instant, type PaymentProvider, type SavedCard } from '@holdfast/core'
import type { ContractFault, PaymentProviderFixture } from '@holdfast/core/contracts'
import {
  serveSimulator,
  simulatorHttpClient,
  createSimulator,
  type FaultKind,
  type Simulator,
} from '@holdfast/stripe-simulator'
import Stripe from 'stripe'
import { createStripe, stripeProvider, type StripeClientOptions } from '../src/index.ts'

export const startMs = Date.UTC(2027, 0, 15, 12)
const dayMs = 24 * 60 * 60 * 1_000

type HttpClient = NonNullable<StripeClientOptions['httpClient']>

/** The adapter on a simulator, and what the contract needs to put it to the test. */
export interface StripeBench extends PaymentProviderFixture {
  readonly simulator: Simulator
  readonly stripe: Stripe
}

/** The adapter on a simulator in this process. */
export const openInProcess = async (): Promise<StripeBench> => {
  const simulator = createSimulator({ seed: 'adapter', now: () => startMs, sleep: async () => {} })
  return benchOn(simulator, 'http://127.0.0.1:12111', simulatorHttpClient(simulator))
}

/** The adapter on a simulator behind HTTP, each on a port of its own; `close` ends them all. */
export const overHttp = () => {
  const servers: { readonly close: () => Promise<void> }[] = []
  return {
    open: async (): Promise<StripeBench> => {
      const server = await serveSimulator({
        seed: 'adapter',
        now: () => startMs,
        sleep: async () => {},
        port: 0,
        autoDeliver: false,
      })
      servers.push(server)
      return benchOn(server.simulator, server.url, Stripe.createNodeHttpClient())
    },
    close: async (): Promise<void> => {
      for (const server of servers.splice(0)) await server.close()
    },
  }
}

const benchOn = (simulator: Simulator, apiBase: string, client: HttpClient): StripeBench => {
  const oddities = { next: false }
  const stripe = createStripe({ apiKey: 'sk_test_adapter', apiBase, httpClient: withOddStatus(client, oddities) })
  const now = () => instant(simulator.nowMs())
  const pay = async (session: string, paymentMethod: string): Promise<void> => {
    const body = new URLSearchParams({ payment_method: paymentMethod })
    const response = await simulator.fetch(`${apiBase}/v1/payment_pages/${session}/confirm`, {
      method: 'POST',
      body,
      headers: { authorization: 'Bearer sk_test_adapter' },
    })
    if (!response.ok) throw new Error(await response.text())
  }
  const control = async (path: string, body: object): Promise<void> => {
    const response = await simulator.fetch(`${apiBase}/_simulator${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    })
    if (!response.ok) throw new Error(await response.text())
  }
  return {
    simulator,
    stripe,
    provider: stripeProvider({ stripe, clock: { now } }),
    now,
    payer: {
      pay: (session) => pay(session, 'pm_card_visa'),
      payLater: (session, outcome) =>
        pay(session, outcome === 'paid' ? 'pm_usBankAccount_success' : 'pm_usBankAccount_insufficientFunds'),
      settle: () => simulator.advance(5 * dayMs),
      declineOnPage: (session) => pay(session, 'pm_card_chargeDeclined').catch(() => undefined),
      expire: async () => simulator.advance(dayMs),
      saveCard: (kind, customerId) => saveCard(stripe, cards[kind], customerId),
    },
    refundThere: async (payment_intent, minorUnits) =>
      void (await stripe.refunds.create({ payment_intent, amount: Number(minorUnits) })),
    disputeThere: (payment_intent, outcome, cents) =>
      control('/disputes', {
        payment_intent,
        ...(outcome === 'opened' ? {} : { outcome }),
        ...(cents === undefined ? {} : { amount: Number(cents) }),
      }),
    sendBackThere: (refund) => control(`/refunds/${refund}`, { status: 'failed' }),
    faults: {
      next: (call, fault) => {
        if (fault === 'unrecognized_status') oddities.next = true
        else simulator.addFault({ match: paths[call], kind: kinds[fault] })
      },
    },
    truth: {
      pages: async () => simulator.ledger().derived.sessions.length,
      openPages: async () => simulator.ledger().derived.sessions.filter(({ status }) => status === 'open').length,
      charges: async () => simulator.ledger().objects.charge.filter(({ captured }) => captured).length,
      refunds: async () => simulator.ledger().objects.refund.filter(({ status }) => status !== 'failed').length,
    },
  }
}

const cards = {
  working: 'pm_card_visa',
  declining: 'pm_card_chargeCustomerFail',
  authenticating: 'pm_card_authenticationRequired',
} as const

const saveCard = async (stripe: Stripe, paymentMethod: string, customerId?: string): Promise<SavedCard> => {
  const customer = customerId ?? (await stripe.customers.create({})).id
  const { id } = await stripe.paymentMethods.attach(paymentMethod, { customer })
  return { customerId: customer, paymentMethodId: id }
}

const paths: Readonly<Record<keyof PaymentProvider, string>> = {
  openSession: 'POST /v1/checkout/sessions',
  chargeSavedCard: 'POST /v1/payment_intents',
  closeAttempt: 'POST /v1/checkout/sessions/{id}/expire',
  findAttempt: 'GET /v1/checkout/sessions',
  findForgottenCharge: 'GET /v1/payment_intents',
  refund: 'POST /v1/refunds',
  findRefund: 'GET /v1/refunds',
  findCharge: 'GET /v1/payment_intents/{id}',
  listPaymentMethods: 'GET /v1/customers/{id}/payment_methods',
  detachPaymentMethod: 'POST /v1/payment_methods/{id}/detach',
}

const kinds: Readonly<Record<Exclude<ContractFault, 'unrecognized_status'>, FaultKind>> = {
  answer_lost: 'timeout_after_effect',
  request_lost: 'timeout_before_effect',
  unreachable: '429',
  error_with_effect: '500_with_effect',
  error_without_effect: '500_no_effect',
}

/** Gives the next answer a status that no version of Stripe has had. */
const withOddStatus = (client: HttpClient, oddities: { next: boolean }): HttpClient => ({
  getClientName: () => client.getClientName(),
  makeRequest: async (...request) => {
    const response = await client.makeRequest(...request)
    if (!oddities.next) return response
    oddities.next = false
    const readJson = response.toJSON.bind(response)
    return Object.assign(response, { toJSON: async () => ({ ...(await readJson()), status: 'half_way_there' }) })
  },
})
