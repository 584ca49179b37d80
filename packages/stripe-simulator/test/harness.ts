import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Stripe from 'stripe'
import { afterEach, beforeEach } from 'vitest'
import { createSimulator, simulatorHttpClient, type Simulator, type SimulatorOptions } from '../src/index.ts'

/** A place for a state file, another for each test, and gone after it. */
export const ownStateFile = (): { readonly path: string } => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stripe-simulator-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  return {
    get path() {
      return join(folder, 'state.jsonl')
    },
  }
}

/** Noon on a winter day: a fixed start for tests with a virtual clock. */
export const noonMs = Date.UTC(2027, 0, 15, 12)

/** A webhook that was delivered to a test. */
export interface Received {
  readonly event: Stripe.Event
  readonly signature: string
  readonly body: string
}

/** A simulator in this process with a virtual clock, the SDK on top of it, and a receiver of webhooks. */
export interface Bench {
  readonly simulator: Simulator
  readonly stripe: Stripe
  readonly received: Received[]
  /** What the receiver answers; 200 at first. */
  answerWith: number | 'nothing'
  /** A control call. */
  readonly control: (method: string, path: string, body?: unknown) => Promise<Answer>
  /** Pays a session by program. */
  readonly pay: (session: string, paymentMethod?: string, more?: Record<string, unknown>) => Promise<Answer>
}

export interface Answer {
  readonly status: number
  readonly body: Body
}

/** JSON of an answer, as loose as a test wants it. */
export interface Body {
  readonly [field: string]: Body & string & number
}

export const secret = 'whsec_bench'

export const createBench = (options: SimulatorOptions = {}): Bench => {
  const received: Received[] = []
  const simulator = createSimulator({
    seed: 'bench',
    now: () => noonMs,
    sleep: () => Promise.resolve(),
    webhooks: [{ url: 'http://shop.test/webhooks', secret }],
    deliver: async (request) => {
      if (bench.answerWith === 'nothing') throw new TypeError('fetch failed')
      const body = await request.text()
      if (bench.answerWith < 300) {
        received.push({
          event: JSON.parse(body) as Stripe.Event,
          signature: request.headers.get('stripe-signature') ?? '',
          body,
        })
      }
      return new Response(null, { status: bench.answerWith })
    },
    ...options,
  })
  const stripe = sdkFor(simulator)
  const bench: Bench = {
    simulator,
    stripe,
    received,
    answerWith: 200,
    control: (method, path, body) => ask(simulator, method, `/_simulator${path}`, body),
    pay: (session, payment_method = 'pm_card_visa', more = {}) =>
      ask(simulator, 'POST', `/v1/payment_pages/${session}/confirm`, { payment_method, ...more }),
  }
  return bench
}

export const sdkFor = (simulator: Pick<Simulator, 'fetch'>, key = 'sk_test_bench'): Stripe =>
  new Stripe(key, { httpClient: simulatorHttpClient(simulator), telemetry: false, maxNetworkRetries: 0 })

export const ask = async (
  simulator: Pick<Simulator, 'fetch'>,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> => {
  const response = await simulator.fetch(`http://127.0.0.1:12111${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  return { status: response.status, body: (await response.json()) as Body }
}

/** The parameters of an ordinary session of 50.00 EUR, for a test to vary. */
export const sessionParams = (
  more: Partial<Stripe.Checkout.SessionCreateParams> = {},
): Stripe.Checkout.SessionCreateParams => ({
  mode: 'payment',
  success_url: 'https://shop.test/thanks?session={CHECKOUT_SESSION_ID}',
  cancel_url: 'https://shop.test/cart',
  line_items: [
    {
      quantity: 2,
      price_data: { currency: 'eur', unit_amount: 2500, product_data: { name: 'Chair', description: 'Oak' } },
    },
  ],
  metadata: { payment_id: 'pay_1' },
  ...more,
})

/** The error that a call ends with. Fails the test when it ends without one. */
export const failure = async (call: Promise<unknown>): Promise<Stripe.errors.StripeError> => {
  try {
    await call
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error
    throw error
  }
  throw new Error('The call was expected to fail and did not.')
}

export const types = (events: readonly { readonly type: string }[]): readonly string[] => events.map(({ type }) => type)

/** A header of the answer an object came with. The SDK hands out the HTTP client's own response, here one of fetch. */
export const header = (object: { readonly lastResponse: unknown }, name: string): string | null =>
  (object.lastResponse as Response).headers.get(name)
