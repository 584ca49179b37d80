import type { Delivery } from '../engine/tables.ts'
import type { World } from '../engine/world.ts'
import { dropDelivery, recordAttempt } from './deliveries.ts'
import { signPayload } from './signature.ts'

/** Carries a webhook to where it belongs. A test may pass its server's own handler. */
export type Deliver = (request: Request) => Promise<Response>

/** Delivers over HTTP, and gives the receiver 20 seconds to answer. */
export const deliverByHttp: Deliver = (request) =>
  fetch(request, { redirect: 'manual', signal: AbortSignal.timeout(20_000) })

/** The signed request that delivers an event. Undefined when the event or the endpoint is gone. */
export const webhookRequest = (world: World, delivery: Delivery): Request | undefined => {
  const event = world.find('event', delivery.event)
  const secret = world.find('endpoint_secret', delivery.endpoint)?.secret
  if (event === undefined || secret === undefined) return undefined
  const payload = JSON.stringify(event, null, 2)
  return new Request(delivery.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
      'stripe-signature': signPayload(payload, [secret], world.now()),
    },
    body: payload,
  })
}

/** Makes one attempt to deliver and writes down how it went. Never throws: a failed attempt is a recorded one. */
export const sendDelivery = async (world: World, id: string, deliver: Deliver): Promise<Delivery | undefined> => {
  const delivery = world.find('delivery', id)
  const request = delivery === undefined ? undefined : webhookRequest(world, delivery)
  if (delivery === undefined || request === undefined) {
    if (delivery !== undefined) dropDelivery(world, delivery)
    return undefined
  }
  const atMs = world.nowMs()
  try {
    const response = await deliver(request)
    await response.arrayBuffer()
    return recordAttempt(world, id, { atMs, status: response.status, error: null })
  } catch (error) {
    return recordAttempt(world, id, {
      atMs,
      status: null,
      error: error instanceof Error ? error.message : String(error),
    })
  }
}
