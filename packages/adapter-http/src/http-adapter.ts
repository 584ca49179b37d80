import { Contention, listFreeSlots, parseId, silentLogger, StoreUnavailable, type Schedules } from '@holdfast/core'
import { Hono } from 'hono'
import { negotiateLanguage } from './language/language.ts'
import { docsRoutes } from './openapi/docs-page.ts'
import { openApiDocument } from './openapi/document.ts'
import type { Alternatives, HttpAdapterOptions, People } from './options.ts'
import { problemResponse } from './problem/problem.ts'
import type { Refusal } from './problem/refusal.ts'
import { routes } from './routes/routes.ts'
import type { Route } from './routes/route.ts'
import { corsPolicy } from './security/cors.ts'
import { sessionCookie } from './security/cookie-sessions.ts'
import { tokenBuckets } from './security/rate-limiter.ts'
import { requestIdOf } from './security/request-headers.ts'
import { wireNameOf } from './security/signed-cookie.ts'
import { offerAlternatives } from './serving/alternatives.ts'
import { currentIntents, type CurrentIntents } from './serving/current-intents.ts'
import { beginExchange, logExchange, type Exchange } from './serving/exchange.ts'
import { mountPoints } from './serving/mount-points.ts'
import { publicStats } from './serving/public-stats.ts'
import { respond } from './serving/respond.ts'
import type { Services } from './serving/services.ts'

/** Holdfast over HTTP, for any server that speaks `Request → Response`. */
export interface HttpAdapter {
  /** Answers a request. Never rejects: what goes wrong inside is a problem with status 500 or 503. */
  fetch(request: Request): Promise<Response>
  /** The OpenAPI 3.1 document of all routes, as `GET {basePath}/openapi.json` answers it. */
  openapi(): object
  /** What browsers are about to pay, for pages of the host's own: the cookie that the routes for intents use. */
  readonly currentIntents: CurrentIntents
  /** The table that everything here is made from. */
  readonly routes: readonly Route[]
}

/**
 * Builds the adapter: the application, its documentation and its guards, all from one table of routes.
 *
 * @throws RangeError for cookie secrets that are missing or short, for an allowed origin that is none, and for paths
 * that do not begin with a slash or that end with one.
 */
export const createHttpAdapter = (options: HttpAdapterOptions): HttpAdapter => {
  const { basePath = '/api', webhooksPath = `${basePath}/webhooks/stripe`, allowedOrigins = [] } = options
  if (basePath !== '') checkPath(basePath)
  checkPath(webhooksPath)
  const paths = { basePath, webhooksPath }
  const table = [...routes, ...(options.moreRoutes ?? [])].filter(
    ({ developersOnly }) => developersOnly !== true || !options.production,
  )
  const services = servicesOf(options, basePath)
  const { clock, logger } = services
  const cors = corsPolicy(allowedOrigins)
  const guards = {
    authenticator: options.authenticator,
    rateLimiter: options.rateLimiter ?? tokenBuckets({ clock }),
    allowedOrigins,
    bodyLimitBytes: services.bodyLimitBytes,
    services,
  }
  const document = once(() => openApiDocument(table, paths, sessionCookieOf(options)))

  const app = new Hono<{ Bindings: { readonly exchange: Exchange } }>({ strict: false })
  const allowed = new Map<string, Set<string>>()
  for (const route of table)
    for (const path of mountPoints(route, paths)) {
      app.on(route.method, path, (c) => respond(route, c.env.exchange, c.req.param('id'), guards))
      allowed.set(path, (allowed.get(path) ?? new Set()).add(route.method.toUpperCase()))
    }
  for (const { path, serve } of docsRoutes({ basePath, document, page: options.docs ?? true })) {
    app.get(path, serve)
    allowed.set(path, new Set(['GET']))
  }
  for (const [path, methods] of allowed)
    app.all(path, (c) => problemOf(c.env.exchange, { code: 'method_not_allowed', allow: [...methods] }))
  app.notFound((c) => problemOf(c.env.exchange, { code: 'not_found' }))
  const fail = (exchange: Exchange, error: unknown): Response => {
    if (error instanceof Contention) return problemOf(exchange, { code: 'contention' })
    const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    logger.log('error', 'request_failed', { request_id: exchange.requestId, route: exchange.log.route, detail })
    return problemOf(exchange, { code: error instanceof StoreUnavailable ? 'store_unavailable' : 'internal_error' })
  }
  app.onError((error, c) => fail(c.env.exchange, error))

  const answer = async (exchange: Exchange): Promise<Response> => {
    const { request } = exchange
    const origin = request.headers.get('origin')
    const isPreflight = request.method === 'OPTIONS' && request.headers.has('access-control-request-method')
    if (!isPreflight) return app.fetch(request, { exchange })
    return cors.allows(origin) && !isWebhook(request, webhooksPath)
      ? cors.preflight(origin)
      : problemOf(exchange, { code: 'origin_not_allowed' })
  }

  return {
    routes: table,
    currentIntents: services.currentIntents,
    openapi: document,
    async fetch(request) {
      const exchange = beginExchange(request, {
        requestId: requestIdOf(request),
        language: negotiateLanguage(request.headers.get('accept-language'), options.defaultLanguage ?? 'en'),
        startedAt: clock.now(),
      })
      const response = await answer(exchange).catch((error: unknown) => fail(exchange, error))
      const { headers } = response
      headers.set('x-request-id', exchange.requestId)
      for (const [name, value] of safeHeaders) if (!headers.has(name)) headers.set(name, value)
      if (headers.get('content-type')?.includes('json') === true) headers.set('content-language', exchange.language)
      headers.append('vary', 'Accept-Language')
      if (!isWebhook(request, webhooksPath))
        for (const [name, value] of Object.entries(cors.headersFor(request.headers.get('origin'))))
          headers.append(name, value)
      logExchange(logger, exchange, { status: response.status, endedAt: clock.now() })
      return response
    },
  }
}

/** What an answer carries unless it says otherwise: it is nobody's to keep, to frame or to guess the type of. */
const safeHeaders = [
  ['cache-control', 'no-store'],
  ['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
  ['referrer-policy', 'no-referrer'],
  ['x-content-type-options', 'nosniff'],
  ['x-frame-options', 'DENY'],
] as const

const sessionCookieOf = ({ authenticator, cookies }: HttpAdapterOptions): string =>
  authenticator.cookieName ?? wireNameOf(sessionCookie, cookies)

const servicesOf = (options: HttpAdapterOptions, basePath: string): Services => ({
  holdfast: options.holdfast,
  unitOfWork: options.unitOfWork,
  clock: options.clock,
  webhookVerifier: options.webhookVerifier,
  logger: options.logger ?? silentLogger,
  healthChecks: options.healthChecks ?? [],
  bodyLimitBytes: options.bodyLimitBytes ?? 1_048_576,
  cancellationTerms: options.cancellationTerms ?? (() => 'all'),
  orderCancellationTerms: options.orderCancellationTerms ?? (() => 'all'),
  publicStats: publicStats(options),
  listFreeSlots: listFreeSlots({ ...options, schedules: options.schedules ?? noSchedules }),
  pages: options.pages ?? {},
  currentIntents: currentIntents({ ...options, maxAgeS: options.intentCookieMaxAgeS ?? 24 * 60 * 60 }),
  people: options.people ?? peopleById,
  offerAlternatives: offerAlternatives({
    alternatives: options.alternatives ?? nothingInstead,
    logger: options.logger ?? silentLogger,
  }),
  metrics: options.metrics,
  urlOf: (path) => `${basePath}${path}/`,
})

const nothingInstead: Alternatives = async () => []

/** People of whom nothing is known but their ids: one stands where an address would. */
const peopleById: People = { findOwner: (id) => parseId<'owner'>(id), findEmail: () => undefined }

const noSchedules: Schedules = { find: async () => undefined }

/** Nobody may ever ask for it, so it is built for the first who does. */
const once = <T>(build: () => T): (() => T) => {
  let built: { readonly value: T } | undefined
  return () => (built ??= { value: build() }).value
}

const problemOf = (exchange: Exchange, refusal: Refusal): Response => {
  exchange.log.code = refusal.code
  return problemResponse(refusal, exchange)
}

const isWebhook = (request: Request, webhooksPath: string): boolean =>
  new URL(request.url).pathname.replace(/\/$/, '') === webhooksPath

const checkPath = (path: string): void => {
  if (!path.startsWith('/') || path.endsWith('/'))
    throw new RangeError(`A path begins with a slash and does not end with one, unlike '${path}'.`)
}
