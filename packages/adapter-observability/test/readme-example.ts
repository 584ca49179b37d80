import { logFacts, withRequestId } from '@holdfast/adapter-observability'
import { traceHoldfast, tracePaymentProvider, traceUnitOfWork } from '@holdfast/adapter-observability/opentelemetry'
import { pinoLogger } from '@holdfast/adapter-observability/pino'
import { circuitMetrics, countFacts, registerGauges } from '@holdfast/adapter-observability/prometheus'
import { sqlCircuitBreakerStates, type SqlDatabase } from '@holdfast/adapter-sql'
import { createHoldfast, type Dependencies, type Holdfast } from '@holdfast/core'
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base'
import { pino, type DestinationStream } from 'pino'
import { Gauge, Registry } from 'prom-client'

type Rest = Omit<Dependencies, 'unitOfWork' | 'logger'>

export const watch = (database: SqlDatabase, rest: Rest, out: DestinationStream) => {
  // #region wiring
  const logger = pinoLogger(pino({ base: null }, out))
  const registry = new Registry()
  const tracer = trace.getTracer('my-shop')

  const logged = logFacts(database.unitOfWork, logger)
  const counted = countFacts(logged, { registry })
  const unitOfWork = traceUnitOfWork(counted, tracer, { system: 'postgresql' })
  const paymentProvider = tracePaymentProvider(rest.paymentProvider, tracer, { service: 'stripe' })

  const states = sqlCircuitBreakerStates(unitOfWork)
  const circuitBreaker = { states, observe: circuitMetrics({ registry, states }) }

  const watched = { ...rest, unitOfWork, paymentProvider, circuitBreaker, logger }
  const holdfast: Holdfast = traceHoldfast(createHoldfast(watched), tracer)
  registerGauges(unitOfWork, { registry, clock: rest.clock })
  // #endregion wiring
  return { holdfast, registry, logger, unitOfWork }
}

export const serve = (registry: Registry, shop: (request: Request) => Promise<Response>) => {
  // #region serving
  const answer = async (request: Request): Promise<Response> => {
    if (new URL(request.url).pathname === '/metrics')
      return new Response(await registry.metrics(), { headers: { 'content-type': registry.contentType } })
    const requestId = request.headers.get('x-request-id') ?? crypto.randomUUID()
    return withRequestId(requestId, () => shop(request))
  }
  // #endregion serving
  return answer
}

// #region own-gauge
export const watchVisitors = (registry: Registry, count: () => number): void => {
  new Gauge({
    name: 'my_shop_visitors',
    help: 'How many are in the shop.',
    registers: [registry],
    collect() {
      this.set(count())
    },
  })
}
// #endregion own-gauge

// #region sdk
export const startTracing = (exporter: SpanExporter): BasicTracerProvider => {
  const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  trace.setGlobalTracerProvider(provider)
  return provider
}
// #endregion sdk
