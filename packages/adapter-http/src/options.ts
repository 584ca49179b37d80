import type {
  Clock,
  Holdfast,
  Instant,
  Json,
  Logger,
  Order,
  OwnerId,
  PaymentId,
  PendingIntent,
  Reservation,
  ResourceId,
  Schedules,
  UnitOfWork,
  WebhookVerifier,
} from '@holdfast/core'
import type { Language } from './language/language.ts'
import type { RefusalCode } from './problem/refusal.ts'
import type { Route } from './routes/route.ts'
import type { Authenticator, Caller } from './security/authenticator.ts'
import type { RateLimiter } from './security/rate-limiter.ts'
import type { CookieOptions } from './security/signed-cookie.ts'

/** What the HTTP adapter needs, and what a host may choose. */
export interface HttpAdapterOptions {
  readonly holdfast: Holdfast
  /** For lists and look-ups, which are no use cases: they decide nothing. */
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
  /** Without one there is no server: a webhook that anybody can write is a way to take goods for free. */
  readonly webhookVerifier: WebhookVerifier
  readonly authenticator: Authenticator
  /** Signs and names the cookie that holds a pending intent's token. */
  readonly cookies: CookieOptions
  /** Default: nobody is told. */
  readonly logger?: Logger
  /** Where everything but the webhook is mounted, such as `/api`, or `''` for the root. Default `/api`. */
  readonly basePath?: string
  /** Default: `{basePath}/webhooks/stripe`. */
  readonly webhooksPath?: string
  /** Other origins whose pages may call with their user's cookies. Default none. */
  readonly allowedOrigins?: readonly string[]
  /** True leaves out the routes that are for developers. */
  readonly production: boolean
  /** What `/readyz` asks, beside the database. */
  readonly healthChecks?: readonly HealthCheck[]
  /** The largest body that is read, webhooks included. Default 1 MiB. */
  readonly bodyLimitBytes?: number
  /** For what opens intents, orders and payment pages, by caller. Default: {@link tokenBuckets} in this process. */
  readonly rateLimiter?: RateLimiter
  /** Whether what was paid goes back when a reservation is cancelled. Default: all of it. */
  readonly cancellationTerms?: CancellationTerms
  /** Whether what was paid goes back when an order is cancelled that was not sent. Default: all of it. */
  readonly orderCancellationTerms?: OrderCancellationTerms
  /** When what can be booked is open, for the list of free slots. Default: nothing has a schedule. */
  readonly schedules?: Schedules
  /** Who has which e-mail address, for the calls that are for developers. Default: people are known by their ids alone. */
  readonly people?: People
  /** What to offer to somebody whose slot is gone. Default: nothing. */
  readonly alternatives?: Alternatives
  /** What `/metrics` answers to whoever can reach it. Default: nothing is there (404). */
  readonly metrics?: () => Promise<Metrics>
  /** The language for those who want none of ours. Default English. */
  readonly defaultLanguage?: Language
  /** The host's own pages for a person whose browser was to be led to the provider. */
  readonly pages?: Pages
  /** How long a pending intent's cookie is kept, in seconds. Default one day: the intent's own end decides. */
  readonly intentCookieMaxAgeS?: number
  /** Serve the documentation page. Default true. */
  readonly docs?: boolean
  /** Routes of the host's own, under the same base path and the same guards, and in the same documentation. */
  readonly moreRoutes?: readonly Route[]
}

/** Something that has to work for this process to be of use. Rejecting, or taking longer than two seconds, is a no. */
export interface HealthCheck {
  /** As it stands in the answer of `/readyz`: `redis`. */
  readonly name: string
  check(): Promise<void>
}

/** What a process has counted, for whoever scrapes it. */
export interface Metrics {
  /** Such as prom-client's `registry.contentType`. */
  readonly contentType: string
  readonly body: string
}

/** The e-mail addresses of the host's people: only the host knows them. */
export interface People {
  /** Who has this address, as it was typed; `undefined`: nobody. */
  findOwner(email: string): OwnerId | undefined | Promise<OwnerId | undefined>
  /** The address of an owner, or of somebody of the staff, by the id that the host has for them; `undefined`: none is known. */
  findEmail(id: string): string | undefined | Promise<string | undefined>
}

/** What somebody wanted: the kind, and the payload as it was sent. Of a payload that was refused, no more is known. */
export type Wanted = Pick<PendingIntent, 'kind' | 'payload'>

/** A slot that is free now, and how to ask for it. */
export interface Alternative {
  readonly resourceId: ResourceId
  readonly startsAt: Instant
  readonly endsAt: Instant
  /** What to send as `payload`, with the same kind, to want this one. */
  readonly payload: Readonly<Record<string, Json>>
}

/**
 * The host's offer to somebody whose slot is taken: slots that are free now, the one to be shown first first, at most `limit`.
 * None for kinds that take no slot.
 *
 * No promise is made with it: whoever pays first has it. One that rejects is logged, and offers nothing.
 */
export type Alternatives = (wanted: Wanted, limit: number) => Promise<readonly Alternative[]>

/** The host's terms: whether what was paid goes back. The same reservation at the same time has the same answer. */
export type CancellationTerms = (
  reservation: Reservation,
  actor: Caller,
  /** When it is cancelled; for one that was cancelled before, when that was. */
  now: number,
) => 'all' | 'nothing' | Promise<'all' | 'nothing'>

/** As {@link CancellationTerms}, for an order. What nobody has paid is cancelled whatever they say. */
export type OrderCancellationTerms = (
  order: Order,
  actor: Caller,
  /** When it is cancelled; for one that was cancelled before, when that was. */
  now: number,
) => 'all' | 'nothing' | Promise<'all' | 'nothing'>

/** Where to send a person instead of showing them JSON. An absent function or answer leaves the JSON. */
export interface Pages {
  /** A page that explains a refusal. */
  problem?(refusal: { readonly code: RefusalCode; readonly requestId: string }): string | undefined
  /** A page that waits for the provider's page to be opened, or for the money, and shows what has become of the payment. */
  pending?(paymentId: PaymentId): string | undefined
}
