import { createHttpAdapter } from '@holdfast/adapter-http'
import { countRows, countWrites } from '../floors/tables.ts'
import type { EventLine } from './line.ts'
import type { Location } from '../scratch.ts'
import type { Delivery } from '../paid-session.ts'
import { openIntents, wireHoldfast, type WiredHoldfast } from './holdfast-line.ts'
import type { KindOfSale } from './sale-kinds.ts'

/** From the signed bytes through the verifier to `receiveEvent`, as a host's own endpoint would. */
export const holdfastEvents =
  (sale: () => KindOfSale) =>
  async (location: Location): Promise<EventLine> => {
    const wired = await wireHoldfast(location, sale())
    const { holdfast, verifier, dependencies } = wired
    return eventLine(wired, location, async ({ rawBody, signature }) => {
      const verified = await verifier.verify({ rawBody, signature, receivedAt: dependencies.clock.now() })
      if (!verified.ok) throw new Error(`A delivery was refused: ${verified.error.code}.`)
      return holdfast.receiveEvent(verified.value)
    })
  }

/** The same behind the HTTP adapter, from `Request` to `Response`. */
export const holdfastEventsOverHttp =
  (sale: () => KindOfSale) =>
  async (location: Location): Promise<EventLine> => {
    const wired = await wireHoldfast(location, sale())
    const adapter = createHttpAdapter({
      holdfast: wired.holdfast,
      unitOfWork: wired.database.unitOfWork,
      clock: wired.dependencies.clock,
      webhookVerifier: wired.verifier,
      authenticator: { authenticate: async () => undefined },
      cookies: { secrets: ['a secret of the benchmarks, which nobody guards'] },
      production: true,
    })
    return eventLine(wired, location, async ({ rawBody, signature }) => {
      const response = await adapter.fetch(
        new Request('http://shop.test/api/webhooks/stripe/', {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'stripe-signature': signature },
          body: rawBody,
        }),
      )
      const { outcome } = (await response.json()) as { readonly outcome?: string }
      return outcome ?? `status ${response.status}`
    })
  }

const eventLine = (
  wired: WiredHoldfast,
  { kind }: Location,
  take: (delivery: Delivery) => Promise<string>,
): EventLine => {
  const { knex } = wired.database
  return {
    openPages: (count) => openIntents(wired, count, 'with-page'),
    async receive(delivery) {
      const outcome = await take(delivery)
      if (outcome !== 'applied') throw new Error(`A delivery was not applied but ${outcome}.`)
    },
    countCompleted: () => countRows(knex, 'holdfast_payments', 'completed'),
    ...(kind === 'sqlite' ? { countWrites: () => countWrites(knex) } : {}),
    close: () => wired.database.close(),
  }
}
