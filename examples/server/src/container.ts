import type { HttpAdapter, CookieSessions } from '@holdfast/adapter-http'
import { httpModule } from '@holdfast/adapter-http/inversify'
import { logFacts } from '@holdfast/adapter-observability'
import { observabilityModule } from '@holdfast/adapter-observability/inversify'
import { traceHoldfast, tracePaymentProvider, traceUnitOfWork } from '@holdfast/adapter-observability/opentelemetry'
import { circuitMetrics, countFacts } from '@holdfast/adapter-observability/prometheus'
import { sqlCircuitBreakerStates, type SqlDatabase } from '@holdfast/adapter-sql'
import { sqlModule } from '@holdfast/adapter-sql/inversify'
import {
  defaultSettings,
  type CircuitBreakerOptions,
  type CircuitBreakerStates,
  type Clock,
  type FulfilmentKind,
  type Holdfast,
  type Ids,
  type Logger,
  type Notifier,
  type PaymentMethodCache,
  type PaymentProvider,
  type ProviderAudit,
  type ReturnUrls,
  type Settings,
  type ShopCatalogue,
  type UnitOfWork,
  type Worker,
} from '@holdfast/core'
import { coreModule } from '@holdfast/core/inversify'
import { memoryPaymentMethodCache } from '@holdfast/core/memory'
import { randomIds } from '@holdfast/core/system'
import { trace } from '@opentelemetry/api'
import type { Hono } from 'hono'
import { Container, ContainerModule } from 'inversify'
import { Registry } from 'prom-client'
import { watchLastSweep, type LastSweep, type LastSweepWatch } from './background/last-sweep.ts'
import { redisDispatch } from './background/redis-dispatch.ts'
import { clinicSchedules, createClinicKinds } from './clinic/clinic-kinds.ts'
import type { DatabaseConfig, RedisConfig } from './config.ts'
import { openGuestBook, type GuestBook } from './messages/guest-book.ts'
import { guestBookNotifier } from './messages/notifier.ts'
import { sessionRoute } from './people/session-route.ts'
import { createReturnUrls } from './return-urls.ts'
import { createShopCatalogue } from './shop/shop-catalogue.ts'
import { cancellationTerms } from './stays/cancellation-terms.ts'
import { stayKind } from './stays/stay-kind.ts'
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
  readonly unitOfWork: UnitOfWork
  readonly httpAdapter: HttpAdapter
  readonly guestBook: GuestBook
  /** Whether Stripe is called, as all processes on this database see it together. */
  readonly circuit: CircuitBreakerStates
  /** What Stripe holds, and whom to ask by name, for `reconcile`. */
  readonly audited: { readonly audit: ProviderAudit; readonly paymentProvider: PaymentProvider }
  /** What the last sweep of this process saw; `undefined`: none since it began. */
  readonly lastSweep: () => LastSweep | undefined
  /** What is counted by this process. */
  readonly registry: Registry
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
  const sweeps = watchLastSweep()
  const container = new Container({ defaultScope: 'Singleton' })
  container.load(
    watchModule(parts, registry, sweeps),
    coreModule({ logger }),
    sqlModule(locationOf(parts.database)),
    stripe.module,
    httpModule({
      cookies: parts.cookies,
      production: parts.production,
      cancellationTerms,
      schedules: clinicSchedules,
      moreRoutes: [sessionRoute(parts.sessions)],
      pages: {
        pending: (paymentId) => `/payment/opening?payment_id=${paymentId}`,
        problem: ({ code, requestId }) => `/problem?code=${code}&request_id=${encodeURIComponent(requestId)}`,
      },
    }),
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
    const circuit = sqlCircuitBreakerStates(container.get('unitOfWork'))
    container.load(hostModule(parts, guestBook), guardModule(parts, circuit, registry))
    const holdfast = container.get<Holdfast>('holdfast')
    return {
      holdfast,
      unitOfWork: container.get('unitOfWork'),
      httpAdapter: container.get('httpAdapter'),
      guestBook,
      circuit,
      audited: { audit: container.get('providerAudit'), paymentProvider: container.get('paymentProvider') },
      lastSweep: sweeps.read,
      registry,
      startWorker: () => dispatch?.start(holdfast) ?? holdfast.startWorker(),
      queueBoard: dispatch?.board(),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** What is done here is logged, counted, and traced where the process was started with OpenTelemetry's SDK. */
const watchModule = ({ logger, database }: Parts, registry: Registry, sweeps: LastSweepWatch): ContainerModule => {
  const tracer = trace.getTracer('holdfast')
  const system = database.type === 'sqlite' ? 'sqlite' : 'postgresql'
  return observabilityModule({
    unitOfWork: [
      (unitOfWork) => logFacts(unitOfWork, logger),
      (unitOfWork) => countFacts(unitOfWork, { registry }),
      sweeps.watch,
      (unitOfWork) => traceUnitOfWork(unitOfWork, tracer, { system }),
    ],
    paymentProvider: [(provider) => tracePaymentProvider(provider, tracer, { service: 'stripe' })],
    holdfast: [(holdfast) => traceHoldfast(holdfast, tracer)],
  })
}

/** Leaves Stripe in peace while it is away, and asks it for somebody's cards no more often than they change. */
const guardModule = ({ stripe }: Parts, states: CircuitBreakerStates, registry: Registry): ContainerModule =>
  new ContainerModule(({ bind }) => {
    const observe = circuitMetrics({ registry, states })
    bind<CircuitBreakerOptions>('circuitBreaker').toConstantValue({ states, observe })
    bind<PaymentMethodCache>('paymentMethodCache').toConstantValue(memoryPaymentMethodCache({ clock: stripe.clock }))
  })

/** This example's own part: its clock, its people, its stays, its clinic and its shop, and how it tells guests things. */
const hostModule = ({ stripe, sessions, publicUrl }: Parts, guestBook: GuestBook): ContainerModule =>
  new ContainerModule(({ bind }) => {
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
    bind<readonly FulfilmentKind[]>('fulfilmentKinds')
      .toResolvedValue(
        (unitOfWork: UnitOfWork) => [stayKind(unitOfWork), ...createClinicKinds(unitOfWork)],
        ['unitOfWork'],
      )
      .inSingletonScope()
  })

/** Where the tables are, for adapter-sql. */
export const locationOf = (database: DatabaseConfig) =>
  database.type === 'sqlite'
    ? ({ kind: 'sqlite', filename: database.file } as const)
    : ({ kind: 'postgres', url: database.url } as const)
