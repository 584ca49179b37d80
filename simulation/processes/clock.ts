import { signPayload } from '@holdfast/stripe-simulator'
import { eventually } from '../../examples/server/test/eventually.ts'
import { webhookSecret, type Machine } from './machine.ts'
import type { Program } from './program.ts'

/** Moves the clock of everything, and waits until every server that is up has seen it. */
export const advance = async ({ stripe, servers }: Machine, ms: number): Promise<void> => {
  await stripe.advance(ms)
  for (const server of servers)
    await eventually(`the clock of ${server.name}`, async () => !server.isUp() || !(await isBehind(server, stripe)))
}

/**
 * Servers read the simulator's clock a few times a second, and do not tell what they have read. What they tell is whether
 * a webhook of now comes from the future: this one has no content, and is not taken in.
 */
const isBehind = async ({ origin }: Program, stripe: Machine['stripe']): Promise<boolean> => {
  const payload = '{}'
  const headers = {
    'stripe-signature': signPayload(payload, [webhookSecret], Math.floor((await stripe.nowMs()) / 1000)),
  }
  const url = new URL('/api/webhooks/stripe', origin)
  const response = await fetch(url, {
    method: 'POST',
    headers,
    body: payload,
    signal: AbortSignal.timeout(5_000),
  }).catch(() => undefined)
  return response !== undefined && (await response.text()).includes('signature_in_future')
}
