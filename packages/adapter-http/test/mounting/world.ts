import { ok } from '@holdfast/core'
import { world, type World } from '../world.ts'

/** A world whose webhooks are believed whatever they are, and which keeps the bytes that came. */
export const mounting = (): World & { readonly webhooks: readonly string[] } => {
  const webhooks: string[] = []
  const here = world({
    allowedOrigins: ['https://shop.example'],
    webhookVerifier: {
      verify: async ({ rawBody }) => {
        webhooks.push(new TextDecoder().decode(rawBody))
        return ok({
          id: `evt_${webhooks.length}`,
          type: 'x',
          occurredAt: here.clock.now(),
          livemode: false,
          news: { about: 'nothing' },
        })
      },
    },
  })
  return { ...here, webhooks }
}
