import Stripe from 'stripe'
import { createSimulator, simulatorHttpClient } from '@holdfast/stripe-simulator'

const heard: string[] = []
const simulator = createSimulator({
  seed: 'a',
  webhooks: [{ url: 'http://shop.test/webhooks', secret: 'whsec_test' }],
  // Webhooks go straight to a handler: no port is opened.
  deliver: async (request) => {
    heard.push(((await request.json()) as Stripe.Event).type)
    return new Response(null, { status: 200 })
  },
})
const stripe = new Stripe('sk_test_anything', { httpClient: simulatorHttpClient(simulator), telemetry: false })

const customer = await stripe.customers.create({ email: 'ana@example.com' })
simulator.addFault({ match: 'POST /v1/refunds', kind: 'timeout_after_effect' })
await simulator.settle() // sends every webhook that is due
await simulator.advance(24 * 60 * 60 * 1000) // and a day goes by
console.log(customer.id, heard, simulator.ledger().derived)
