import type { PaymentProvider, ProviderAnswer } from '@holdfast/core'
import { SpanKind, type Span, type Tracer } from '@opentelemetry/api'
import { scrub } from '../logging/scrub.ts'
import { idsIn, textAt } from './ids.ts'
import { failSpan, inSpan } from './span.ts'

/** What can be said of a provider that is traced. */
export interface TracePaymentProviderOptions {
  /** Who it is, for maps of services: `stripe`. Under `peer.service`. */
  readonly service?: string
}

/**
 * The same provider, with a span around each call: `payment_provider.open_session`, of kind client, with the ids that are
 * known and, under `holdfast.outcome`, how it ended: `reported` (and under `holdfast.provider.state` what), `refused`
 * (under `holdfast.provider.failure`, why), `absent`, `unreachable` or `unknown`. The last two are errors: nothing was heard. A card that is
 * declined is none. Without a tracer it is what it was.
 */
export const tracePaymentProvider = (
  provider: PaymentProvider,
  tracer: Tracer | undefined,
  { service }: TracePaymentProviderOptions = {},
): PaymentProvider => {
  if (tracer === undefined) return provider
  const called = service === undefined ? {} : { 'peer.service': service }
  const traced =
    <Query, Report>(name: string, call: (query: Query) => Promise<ProviderAnswer<Report>>) =>
    (query: Query): Promise<ProviderAnswer<Report>> =>
      inSpan(
        tracer,
        { name: `payment_provider.${name}`, kind: SpanKind.CLIENT, attributes: { ...called, ...idsIn(query) } },
        () => call(query),
        noteAnswer,
      )
  return {
    openSession: traced('open_session', (request) => provider.openSession(request)),
    chargeSavedCard: traced('charge_saved_card', (request) => provider.chargeSavedCard(request)),
    closeAttempt: traced('close_attempt', (attempt) => provider.closeAttempt(attempt)),
    findAttempt: traced('find_attempt', (query) => provider.findAttempt(query)),
    findForgottenCharge: traced('find_forgotten_charge', (query) => provider.findForgottenCharge(query)),
    refund: traced('refund', (request) => provider.refund(request)),
    findRefund: traced('find_refund', (query) => provider.findRefund(query)),
    findCharge: traced('find_charge', (query) => provider.findCharge(query)),
    listPaymentMethods: traced('list_payment_methods', (query) => provider.listPaymentMethods(query)),
    detachPaymentMethod: traced('detach_payment_method', (method) => provider.detachPaymentMethod(method)),
  }
}

const noteAnswer = (span: Span, answer: ProviderAnswer<unknown>): void => {
  span.setAttribute('holdfast.outcome', answer.type)
  switch (answer.type) {
    case 'reported': {
      const { report } = answer
      const state: unknown = typeof report === 'object' && report !== null ? Reflect.get(report, 'state') : undefined
      const type = textAt(state, 'type')
      if (type !== undefined) span.setAttribute('holdfast.provider.state', type)
      return
    }
    case 'refused':
      span.setAttribute('holdfast.provider.failure', answer.failure.code)
      return
    case 'unreachable':
    case 'unknown':
      failSpan(span, answer.type, scrub(answer.detail))
      return
    case 'absent':
      return
  }
}
