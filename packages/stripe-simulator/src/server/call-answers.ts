import { apiVersion } from '../engine/emit.ts'
import type { FaultKind } from '../engine/tables.ts'
import type { World } from '../engine/world.ts'
import type { RecordedAnswer } from '../wire/answer.ts'
import { decodeForm, decodeJson, type RawObject } from '../wire/form.ts'
import { StripeError } from '../wire/stripe-error.ts'
import type { Sleep } from './outcome.ts'

/** What is known of a call from its arrival on. */
export interface Trace {
  readonly requestId: string
  readonly key: string | null
  readonly method: string
  readonly path: string
  readonly fault: FaultKind | null
}

/** An answer with its headers, not sent yet. */
export interface FullAnswer extends RecordedAnswer {
  readonly headers: Readonly<Record<string, string>>
}

/** A refusal that a fault brought about, so that the record of the call can say so. */
export class FaultyRefusal extends StripeError {
  readonly trace: Trace

  constructor(error: StripeError, trace: Trace) {
    super(error.status, error.body, error.effect, error.headers)
    this.trace = trace
  }
}

/** Marks a refusal as the work of a fault. */
export const withFault = (error: StripeError, trace: Trace): StripeError => new FaultyRefusal(error, trace)

/** The refusal of a call that came too soon. */
export const rateLimited = (trace: Trace, retryAfterS: number | null): StripeError =>
  withFault(
    new StripeError(
      429,
      {
        code: 'rate_limit',
        doc_url: 'https://stripe.com/docs/error-codes/rate-limit',
        message: 'Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.',
        type: 'invalid_request_error',
      },
      'not_executed',
      retryAfterS === null ? {} : { 'retry-after': String(retryAfterS) },
    ),
    trace,
  )

/** The refusal of a path that Stripe does not have. */
export const unrecognised = (method: string, path: string): StripeError =>
  new StripeError(
    404,
    {
      message:
        `Unrecognized request URL (${method}: ${path}). If you are trying to list objects, remove the ` +
        `trailing slash. If you are ` +
        'trying to retrieve an object, make sure you passed a valid (non-empty) identifier in your code. Please see ' +
        'https://stripe.com/docs or we can help at https://support.stripe.com/.',
      type: 'invalid_request_error',
    },
    'not_executed',
  )

/** The answer of a server that broke. */
export const brokenAnswer: RecordedAnswer = {
  status: 500,
  body: JSON.stringify({
    error: {
      message: 'An error occurred on our side. We have been told of it and will look into it.',
      type: 'api_error',
    },
  }),
}

/** The parameters of a call, from a form or from JSON. */
export const readRaw = (request: Request, text: string): RawObject =>
  (request.headers.get('content-type') ?? '').includes('application/json') ? decodeJson(text) : decodeForm(text)

/** A refusal as it is kept under an idempotency key. */
export const toRecorded = ({ status, body }: StripeError): RecordedAnswer => ({
  status,
  body: JSON.stringify({ error: body }),
})

/** The error code of an answer, if it is an error and has one. */
export const codeOf = (answer: RecordedAnswer): string | null => {
  if (answer.status < 400) return null
  const { error } = JSON.parse(answer.body) as { readonly error: { readonly code?: string } }
  return error.code ?? null
}

/** The headers that every answer carries. */
export const headersOf = ({ requestId, key }: Trace): Readonly<Record<string, string>> => ({
  'content-type': 'application/json',
  'request-id': requestId,
  'stripe-version': apiVersion,
  ...(key !== null && isHeaderSafe(key) && { 'idempotency-key': key }),
})

const isHeaderSafe = (value: string): boolean => /^[\x20-\x7e]*$/.test(value)

/** An answer ready to be sent, at this time of Stripe's. */
export const toResponse = ({ status, body, headers }: FullAnswer, nowMs: number): Response =>
  new Response(body, {
    status,
    headers: {
      ...headers,
      date: new Date(nowMs).toUTCString(),
      'content-length': String(Buffer.byteLength(body)),
    },
  })

/** An answer whose body ends in the middle. */
export const truncated = ({ status, body, headers }: FullAnswer): Response =>
  new Response(body.slice(0, Math.max(1, Math.floor(body.length / 2))), { status, headers })

/** Writes a call into the ledger. */
export const record = (
  world: World,
  { requestId, key, method, path, fault }: Trace,
  result: {
    readonly status: number | null
    readonly errorCode: string | null
    readonly replayed: boolean
    readonly executed: boolean
  },
): void => {
  world.transaction(() => {
    const sequence = world.nextSequence()
    world.put('call', requestId, {
      id: requestId,
      sequence,
      atMs: world.nowMs(),
      method,
      path,
      idempotencyKey: key,
      fault,
      ...result,
    })
  })
}

/** Lets time pass, unless the caller gives up first. */
export const waitOrAbort = async (sleep: Sleep, ms: number, { signal }: Request): Promise<void> => {
  if (ms <= 0) return
  signal.throwIfAborted()
  let stop = (): void => undefined
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    await Promise.race([sleep(ms), aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
