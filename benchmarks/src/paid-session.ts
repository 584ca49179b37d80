import { createHmac, randomBytes } from 'node:crypto'
import { after, hour, money, type AttemptId, type OwnerId, type PaymentId } from '@holdfast/core'
import { systemClock } from '@holdfast/core/system'
import { createStripe, stripeProvider } from '@holdfast/adapter-stripe'
import { createSimulator, simulatorHttpClient } from '@holdfast/stripe-simulator'

/** A payment whose page is open, by the names that an event about it bears. */
export interface OpenPage {
  readonly paymentId: string
  readonly attemptId: string
  readonly sessionId: string
}

/** What arrives at the endpoint: the bytes, and the signature over them. */
export interface Delivery {
  readonly rawBody: Uint8Array
  readonly signature: string
}

/** Signs deliveries, and verifies them. */
export const webhookSecret = 'whsec_benchmarks'

/** What every payment of the benchmarks is about. */
export const price = money(1_200_00n, 'MXN')

/** Writes the delivery that Stripe would send when this page has been paid. */
export type WriteDelivery = (page: OpenPage) => Delivery

/**
 * Pays one page at the simulated Stripe, and takes the `checkout.session.completed` that comes of it as the pattern for all
 * others: as long and as nested as a real one.
 */
export const deliveryWriter = async (): Promise<WriteDelivery> => {
  const { body, sessionId } = await payOnce()
  const event = JSON.parse(body) as {
    readonly id: string
    readonly data: { readonly object: { payment_intent: string } }
  }
  const pattern = JSON.stringify(JSON.parse(body), undefined, 2)
  return (page) => {
    const text = pattern
      .replaceAll(event.id, eventId())
      .replaceAll(sessionId, page.sessionId)
      .replaceAll(event.data.object.payment_intent, `pi_${page.sessionId}`)
      .replaceAll(blank.attemptId, page.attemptId)
      .replaceAll(blank.paymentId, page.paymentId)
    const atS = Math.floor(Date.now() / 1_000)
    const mac = createHmac('sha256', webhookSecret).update(`${atS}.${text}`).digest('hex')
    return { rawBody: new TextEncoder().encode(text), signature: `t=${atS},v1=${mac}` }
  }
}

/** As Stripe's: what comes later sorts later, and nobody guesses it. */
const eventId = (): string => `evt_1${Date.now().toString(36)}${randomBytes(9).toString('hex')}`

const blank = { attemptId: 'att_blank' as AttemptId, paymentId: 'pay_blank' as PaymentId }

const payOnce = async (): Promise<{ readonly body: string; readonly sessionId: string }> => {
  const bodies: string[] = []
  const simulator = createSimulator({
    webhooks: [{ url: 'http://shop.test/webhooks', secret: webhookSecret, events: ['checkout.session.completed'] }],
    deliver: async (request) => {
      bodies.push(await request.text())
      return new Response(null, { status: 200 })
    },
  })
  const stripe = createStripe({ apiKey: 'sk_test_benchmarks', httpClient: simulatorHttpClient(simulator) })
  const clock = systemClock()
  const opened = await stripeProvider({ stripe, clock }).openSession({
    ...blank,
    idempotencyKey: blank.attemptId,
    amount: price,
    item: { name: 'Ticket', description: 'One evening' },
    purpose: 'order',
    owner: 'ana' as OwnerId,
    metadata: { intent_id: 'int_blank' },
    saveCard: false,
    successUrl: 'https://shop.test/thanks',
    cancelUrl: 'https://shop.test/basket',
    expiresAt: after(clock.now(), 2 * hour),
  })
  const sessionId = opened.type === 'reported' ? (opened.report.providerId ?? '') : ''
  await simulator.fetch(`http://stripe.test/v1/payment_pages/${sessionId}/confirm`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'payment_method=pm_card_visa',
  })
  await simulator.settle()
  simulator.close()
  const [body] = bodies
  if (body === undefined) throw new Error(`The simulator sent no event for session '${sessionId}'.`)
  return { body, sessionId }
}
