import type { Alternatives, HttpAdapter, CookieSessions, Metrics } from '@holdfast/adapter-http'
import { httpModule } from '@holdfast/adapter-http/inversify'
import { logFacts } from '@holdfast/adapter-observability'
import { observabilityModule } from '@holdfast/adapter-observability/inversify'
import {
  traceEventHistory,
  traceHoldfast,
  tracePaymentProvider,
  traceProviderAudit,
  traceUnitOfWork,
  traceWork,
} from '@holdfast/adapter-observability/opentelemetry'
import { circuitMetrics, countFacts } from '@holdfast/adapter-observability/prometheus'
import { sqlCircuitBreakerStates, sqlPaymentMethodCache, type SqlDatabase } from '@holdfast/adapter-sql'
import { sqlModule } from '@holdfast/adapter-sql/inversify'
import {
  defaultSettings,
  type Audited,
  type AroundWork,
  type CircuitBreakerOptions,
  type CircuitBreakerStates,
  type Clock,
  type FulfilmentKind,
  type Holdfast,
  type Ids,
  type Logger,
  type Notifier,
  type PaymentMethodCache,
  type ReturnUrls,
  type Settings,
  type ShopCatalogue,
  type UnitOfWork,
  type Worker,
} from '@holdfast/core'
import { coreModule } from '@holdfast/core/inversify'
import { randomIds } from '@holdfast/core/system'
import { trace } from '@opentelemetry/api'
import type { Hono } from 'hono'
import { Container, ContainerModule } from 'inversify'
import { Registry } from 'prom-client'
import { createAlternatives } from './alternatives.ts'
import { redisDispatch } from './background/redis-dispatch.ts'
import { clinicSchedules } from './clinic/clinic-kinds.ts'
import type { DatabaseConfig, RedisConfig } from './config.ts'
import { createKinds, type Kinds } from './kinds.ts'
import { openGuestBook, type GuestBook } from './messages/guest-book.ts'
import { guestBookNotifier } from './messages/notifier.ts'
import { createMetrics } from './metrics/metrics.ts'
import { findPerson, findPersonByEmail } from './people/people.ts'
import { sessionRoute } from './people/session-route.ts'
import { createReturnUrls } from './return-urls.ts'
import { createShopCatalogue } from './shop/shop-catalogue.ts'
import { cancellationTerms } from './stays/cancellation-terms.ts'
import type { StripeSide } from './stripe/stripe-side.ts'

/** What the container is filled from. */
export interface Parts {
  readonly database: DatabaseConfig
  /** The Redis that work goes through, where it does. */
  readonly redis?: RedisConfig | undefined
  readonly stripe: StripeSide
  readonly sessions: CookieSessions
  readonly cookies: { readonly secrets: readonly [string, ...string[]]; readonly secure: boolean }
  readonly publicUrl: string
  readonly production: boolean
  readonly logger: Logger
}

/** What the server takes out of it. */
export interface Wired {
  readonly holdfast: Holdfast
  readonly kinds: Kinds
  readonly unitOfWork: UnitOfWork
  readonly httpAdapter: HttpAdapter
  readonly guestBook: GuestBook
  /** Whether Stripe is called, as all processes on this database see it together. */
  readonly circuit: CircuitBreakerStates
  /** What Stripe holds, and whom to ask by name, for `reconcile`. */
  readonly audited: Audited
  /** What is free instead of what somebody wanted, as the API offers it too. */
  readonly alternatives: Alternatives
  /** Works in the background, through Redis or without. */
  readonly startWorker: () => Worker
  /** What the queues in Redis show of themselves, where work goes through them. */
  readonly queueBoard: Hono | undefined
  /** Closes the database. */
  readonly close: () => Promise<void>
}

/** Puts all packages together, each by its own module, and brings the tables up to date. */
export const wire = async (parts: Parts): Promise<Wired> => {
  const { stripe, logger } = parts
  const registry = new Registry()
  const container = new Container({ defaultScope: 'Singleton' })
  container.load(
    watchModule(parts, registry),
    coreModule({ logger }),
    sqlModule(locationOf(parts.database)),
    stripe.module,
  )
  const { redis } = parts
  const dispatch = redis === undefined ? undefined : redisDispatch({ redis, clock: stripe.clock, logger })
  if (dispatch !== undefined) container.load(dispatch.module)
  const close = async (): Promise<void> => {
    await dispatch?.stop()
    await container.unbindAllAsync()
  }
  try {
    const sql = container.get<SqlDatabase>('sqlDatabase')
    await sql.migrate()
    const guestBook = await openGuestBook(sql)
    const unitOfWork = container.get<UnitOfWork>('unitOfWork')
    const { clock } = stripe
    const circuit = sqlCircuitBreakerStates(unitOfWork)
    const alternatives = createAlternatives({ unitOfWork, clock })
    const metrics = createMetrics({ unitOfWork, clock, registry })
    container.load(
      hostModule(parts, guestBook),
      guardModule(parts, circuit, registry),
      apiModule(parts, { alternatives, metrics }),
    )
    const holdfast = container.get<Holdfast>('holdfast')
    return {
      holdfast,
      kinds: container.get<Kinds>('kinds'),
      unitOfWork,
      httpAdapter: container.get('httpAdapter'),
      guestBook,
      circuit,
      audited: container.get('audited'),
      alternatives,
      startWorker: () => dispatch?.start(holdfast) ?? holdfast.startWorker(),
      queueBoard: dispatch?.board(),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Everything over HTTP, but for the pages. */
const apiModule = (
  { cookies, production, sessions }: Parts,
  hooks: { readonly alternatives: Alternatives; readonly metrics: () => Promise<Metrics> },
): ContainerModule =>
  httpModule({
    ...hooks,
    cookies,
    production,
    cancellationTerms,
    schedules: clinicSchedules,
    people: { findOwner: (email) => findPersonByEmail(email)?.id, findEmail: (id) => findPerson(id)?.email },
    moreRoutes: [sessionRoute(sessions)],
    pages: {
      pending: (paymentId) => `/payment/opening?payment_id=${paymentId}`,
      problem: ({ code, requestId }) => `/problem?code=${code}&request_id=${encodeURIComponent(requestId)}`,
    },
  })

/** What is done here is logged, counted, and traced where the process was started with OpenTelemetry's SDK. */
const watchModule = ({ logger, database }: Parts, registry: Registry): ContainerModule => {
  const tracer = trace.getTracer('holdfast')
  const system = database.type === 'sqlite' ? 'sqlite' : 'postgresql'
  return observabilityModule({
    unitOfWork: [
      (unitOfWork) => logFacts(unitOfWork, logger),
      (unitOfWork) => countFacts(unitOfWork, { registry }),
      (unitOfWork) => traceUnitOfWork(unitOfWork, tracer, { system }),
    ],
    paymentProvider: [(provider) => tracePaymentProvider(provider, tracer, { service: 'stripe' })],
    eventHistory: [(history) => traceEventHistory(history, tracer, { service: 'stripe' })],
    providerAudit: [(audit) => traceProviderAudit(audit, tracer, { service: 'stripe' })],
    holdfast: [(holdfast) => traceHoldfast(holdfast, tracer)],
  })
}

/** Leaves Stripe in peace while it is away, and asks it for somebody's cards no more often than they change. */
const guardModule = ({ stripe }: Parts, states: CircuitBreakerStates, registry: Registry): ContainerModule =>
  new ContainerModule(({ bind }) => {
    const observe = circuitMetrics({ registry, states })
    bind<CircuitBreakerOptions>('circuitBreaker').toConstantValue({ states, observe })
    // Shared by all processes on the database: a webhook that one of them takes in drops a list for the others as well.
    bind<PaymentMethodCache>('paymentMethodCache')
      .toResolvedValue(
        (unitOfWork: UnitOfWork) => sqlPaymentMethodCache(unitOfWork, { clock: stripe.clock }),
        ['unitOfWork'],
      )
      .inSingletonScope()
  })

/** This example's own part: its clock, its people, its stays, its clinic and its shop, and how it tells guests things. */
const hostModule = ({ stripe, sessions, publicUrl }: Parts, guestBook: GuestBook): ContainerModule =>
  new ContainerModule(({ bind }) => {
    bind<AroundWork>('aroundWork').toConstantValue(traceWork(trace.getTracer('holdfast')))
    bind<Clock>('clock').toConstantValue(stripe.clock)
    bind<Ids>('ids').toConstantValue(randomIds())
    bind<Settings>('settings').toConstantValue({
      ...defaultSettings,
      livemode: stripe.livemode,
      // Somebody who paid by card for a slot that was lost gets the money back to the card: they asked for an appointment,
      // not for credit with us, and a guest who lost nights has no use for a wallet. Who paid from the wallet has the
      // money back there, in the same commit, whatever is said here.
      walletRefunds: [],
    })
    bind<CookieSessions>('authenticator').toConstantValue(sessions)
    bind<Notifier>('notifier').toConstantValue(guestBookNotifier(guestBook, stripe.clock))
    bind<ReturnUrls>('returnUrls').toConstantValue(createReturnUrls(publicUrl, guestBook))
    bind<ShopCatalogue>('shopCatalogue').toConstantValue(createShopCatalogue(guestBook))
    bind<Kinds>('kinds')
      .toResolvedValue(
        (unitOfWork: UnitOfWork) => createKinds(unitOfWork, (owner) => guestBook.findLanguage(owner) ?? 'en'),
        ['unitOfWork'],
      )
      .inSingletonScope()
    bind<readonly FulfilmentKind[]>('fulfilmentKinds')
      .toResolvedValue((kinds: Kinds) => Object.values(kinds), ['kinds'])
      .inSingletonScope()
  })

/** Where the tables are, for adapter-sql. */
export const locationOf = (database: DatabaseConfig) =>
  database.type === 'sqlite'
    ? ({ kind: 'sqlite', filename: database.file } as const)
    : ({ kind: 'postgres', url: database.url } as const)
