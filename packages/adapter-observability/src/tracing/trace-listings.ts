import type { ProviderAudit, ProviderEventHistory } from '@holdfast/core'
import { SpanKind, type Tracer } from '@opentelemetry/api'
import { inSpan, type SpanBegin } from './span.ts'
import type { TracePaymentProviderOptions } from './trace-payment-provider.ts'

/**
 * The same history, with a span around each page that is asked for: `payment_provider.list_events`, of kind client, with how many
 * things were on it under `holdfast.provider.listed`; 0 when it was found that there are no more. A list that breaks off is an
 * error. Without a tracer it is what it was.
 */
export const traceEventHistory = (
  history: ProviderEventHistory,
  tracer: Tracer | undefined,
  options: TracePaymentProviderOptions = {},
): ProviderEventHistory => {
  if (tracer === undefined) return history
  const list = pagesOf(tracer, options)
  return { events: (period) => list('list_events', history.events(period)) }
}

/** As {@link traceEventHistory}: `payment_provider.list_sessions`, `…list_charges`, `…list_refunds`. */
export const traceProviderAudit = (
  audit: ProviderAudit,
  tracer: Tracer | undefined,
  options: TracePaymentProviderOptions = {},
): ProviderAudit => {
  if (tracer === undefined) return audit
  const list = pagesOf(tracer, options)
  return {
    sessions: (period) => list('list_sessions', audit.sessions(period)),
    charges: (period) => list('list_charges', audit.charges(period)),
    refunds: (period) => list('list_refunds', audit.refunds(period)),
  }
}

type Pages<Item> = AsyncIterable<readonly Item[]>

const pagesOf =
  (tracer: Tracer, { service }: TracePaymentProviderOptions) =>
  <Item>(name: string, pages: Pages<Item>): Pages<Item> => {
    const begin: SpanBegin = {
      name: `payment_provider.${name}`,
      kind: SpanKind.CLIENT,
      attributes: service === undefined ? {} : { 'peer.service': service },
    }
    return inSpans(tracer, begin, pages)
  }

/** Somebody who stops in between lets go of the list, as without spans. */
async function* inSpans<Item>(tracer: Tracer, begin: SpanBegin, pages: Pages<Item>) {
  const iterator = pages[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await inSpan(
        tracer,
        begin,
        () => iterator.next(),
        (span, { done, value }) =>
          span.setAttribute('holdfast.provider.listed', done === true ? 0 : (value as readonly Item[]).length),
      )
      if (next.done === true) return
      yield next.value
    }
  } finally {
    await iterator.return?.()
  }
}
