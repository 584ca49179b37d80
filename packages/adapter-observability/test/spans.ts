import { context, type Tracer } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base'

/** A tracer whose spans are kept, and what it has heard. */
export interface HeardSpans {
  readonly tracer: Tracer
  /** Those that have ended, in the order in which they began. */
  readonly spans: () => readonly ReadableSpan[]
}

/** A tracer as a host's SDK gives it, with the context that it keeps. */
export const listenToSpans = (): HeardSpans => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const exporter = new InMemorySpanExporter()
  const begun: string[] = []
  const order: SpanProcessor = {
    onStart: (span) => void begun.push(span.spanContext().spanId),
    onEnd: () => {},
    forceFlush: async () => {},
    shutdown: async () => {},
  }
  const provider = new BasicTracerProvider({ spanProcessors: [order, new SimpleSpanProcessor(exporter)] })
  const at = (span: ReadableSpan): number => begun.indexOf(span.spanContext().spanId)
  return {
    tracer: provider.getTracer('test'),
    spans: () => exporter.getFinishedSpans().toSorted((a, b) => at(a) - at(b)),
  }
}
