export { createHttpAdapter, type HttpAdapter } from './http-adapter.ts'
export type { Catalogue, MessageKey } from './language/catalogue.ts'
export { catalogues, languages, negotiateLanguage, type Language } from './language/language.ts'
export type {
  Alternative,
  Alternatives,
  CancellationTerms,
  HealthCheck,
  HttpAdapterOptions,
  Metrics,
  OrderCancellationTerms,
  Pages,
  People,
  Wanted,
} from './options.ts'
export { problemKinds, type ProblemKind } from './problem/problem-kinds.ts'
export type {
  AdapterRefusal,
  FieldError,
  Refusal,
  RefusalCode,
  RefusalWith,
  UseCaseRefusal,
} from './problem/refusal.ts'
export {
  refused,
  reply,
  route,
  seeOther,
  plainText,
  type Answer,
  type Ask,
  type Redirect,
  type Refused,
  type Reply,
  type Route,
  type RouteSpec,
  type PlainText,
} from './routes/route.ts'
export { routes } from './routes/routes.ts'
export type { Audience, Authentication, Authenticator, Caller } from './security/authenticator.ts'
export { cookieSessions, type CookieSessionOptions, type CookieSessions } from './security/cookie-sessions.ts'
export { tokenBuckets, type RateLimiter, type TokenBucketOptions } from './security/rate-limiter.ts'
export { signedCookie, type CookieOptions, type SignedCookie } from './security/signed-cookie.ts'
export type { CurrentIntent, CurrentIntents, FoundIntent } from './serving/current-intents.ts'
export type { Services } from './serving/services.ts'
