import { createHoldfast, type Dependencies, type WebhookVerifier } from '@holdfast/core'
import { cookieSessions, createHttpAdapter } from '@holdfast/adapter-http'

/** What the other packages, or your own adapters, bring. */
declare const dependencies: Dependencies
declare const webhookVerifier: WebhookVerifier

const { unitOfWork, clock, logger } = dependencies
const cookies = { secrets: ['at least thirty-two characters, from your secret store'] } as const

/** Signs people in. Bring an `Authenticator` of your own if your host does that already. */
export const sessions = cookieSessions({ ...cookies, clock })

export const { fetch } = createHttpAdapter({
  holdfast: createHoldfast(dependencies),
  unitOfWork,
  clock,
  logger,
  webhookVerifier,
  authenticator: sessions,
  cookies,
  production: true,
  cancellationTerms: ({ slot }, _actor, now) => (slot.startsAt - now > 48 * 3_600_000 ? 'all' : 'nothing'),
})
