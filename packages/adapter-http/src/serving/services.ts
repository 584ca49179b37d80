import type { Clock, Holdfast, ListFreeSlots, Logger, UnitOfWork, WebhookVerifier } from '@holdfast/core'
import type { CancellationTerms, HealthCheck, Metrics, OrderCancellationTerms, Pages, People } from '../options.ts'
import type { PublicStats } from '../wire/payment-stats.ts'
import type { OfferAlternatives } from './alternatives.ts'
import type { CurrentIntents } from './current-intents.ts'

/** What handlers work with: the options, with nothing left open. */
export interface Services {
  readonly holdfast: Holdfast
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
  readonly webhookVerifier: WebhookVerifier
  readonly logger: Logger
  readonly healthChecks: readonly HealthCheck[]
  readonly bodyLimitBytes: number
  readonly cancellationTerms: CancellationTerms
  readonly orderCancellationTerms: OrderCancellationTerms
  readonly listFreeSlots: ListFreeSlots
  /** What anyone may know of how payments go. */
  readonly publicStats: () => Promise<PublicStats>
  readonly pages: Pages
  readonly currentIntents: CurrentIntents
  readonly people: People
  readonly offerAlternatives: OfferAlternatives
  readonly metrics: (() => Promise<Metrics>) | undefined
  /** Where a path of this API is, such as `/api/payments/pay_1/status/` for `/payments/pay_1/status`. */
  readonly urlOf: (path: string) => string
}
