import { SpanStatusCode, type Attributes, type Span, type SpanOptions, type Tracer } from '@opentelemetry/api'
import { scrub } from '../logging/scrub.ts'

/** What a span is begun with. */
export interface SpanBegin extends Pick<SpanOptions, 'kind'> {
  readonly name: string
  readonly attributes: Attributes
}

/**
 * Does `work` in a span that is the parent of whatever is traced meanwhile. What it throws is recorded, scrubbed, and makes
 * the span an error; `note` says of an outcome what is worth saying.
 */
export const inSpan = <T>(
  tracer: Tracer,
  { name, ...options }: SpanBegin,
  work: (span: Span) => Promise<T>,
  note?: (span: Span, outcome: T) => void,
): Promise<T> =>
  tracer.startActiveSpan(name, options, async (span) => {
    try {
      const outcome = await work(span)
      note?.(span, outcome)
      return outcome
    } catch (error) {
      recordError(span, error)
      throw error
    } finally {
      span.end()
    }
  })

const recordError = (span: Span, error: unknown): void => {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
  const text = scrub(message)
  span.recordException({ name, message: text, ...(stack === undefined ? {} : { stack: scrub(stack) }) })
  failSpan(span, name, text)
}

/** Makes a span an error, of a type that few values of name. */
export const failSpan = (span: Span, type: string, message: string): void => {
  span.setAttribute('error.type', type)
  span.setStatus({ code: SpanStatusCode.ERROR, message })
}
