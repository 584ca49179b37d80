import { z } from '@hono/zod-openapi'
import { readBytes } from '../security/read-body.ts'
import { refused, reply, route } from './route.ts'

/**
 * Where the provider delivers its events. Told to be taken in only when they are durable: everything else makes it
 * deliver them again.
 */
export const webhookRoute = route({
  name: 'receive_webhook',
  method: 'post',
  path: '/webhooks/stripe',
  mount: 'webhooks',
  tag: 'Webhooks',
  summary: 'Takes in an event of Stripe, signed over its raw bytes. Answered only when the event is durable.',
  who: 'anyone',
  answers: {
    200: z.object({ received: z.literal(true), outcome: z.enum(['applied', 'known', 'stored']) }).openapi('Received'),
  },
  refusals: [
    'body_too_large',
    'signature_missing',
    'signature_invalid',
    'signature_too_old',
    'signature_in_future',
    'payload_invalid',
    'event_not_stored',
  ],
  handle: async ({ request, requestId }, { holdfast, webhookVerifier, clock, logger, bodyLimitBytes }) => {
    const receivedAt = clock.now()
    const rawBody = await readBytes(request, bodyLimitBytes)
    if (!rawBody.ok) return refused(rawBody.error)
    const signature = request.headers.get('stripe-signature') ?? undefined
    const verified = await webhookVerifier.verify({ rawBody: rawBody.value, signature, receivedAt })
    if (!verified.ok) return refused(verified.error)
    try {
      return reply(200, { received: true as const, outcome: await holdfast.receiveEvent(verified.value) })
    } catch (error) {
      const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
      logger.log('error', 'event_not_stored', { request_id: requestId, event: verified.value.id, detail })
      return refused({ code: 'event_not_stored' })
    }
  },
})
