import type { PaymentFailure, ProviderAnswer } from '@holdfast/core'
import Stripe from 'stripe'
import { ConnectionClosed } from './client.ts'
import { failureOfCard } from './declines.ts'
import { cardErrorWire, intentWire, type IntentWire } from './wire.ts'

/** What an error of the SDK's means for the call that ended in it. */
export type Problem =
  | Extract<ProviderAnswer<never>, { readonly type: 'refused' | 'unreachable' | 'unknown' }>
  /** The bank said no. The PaymentIntent is there where a charge was tried. */
  | { readonly type: 'declined'; readonly failure: PaymentFailure; readonly intent?: IntentWire }
  /** Something that the call names does not exist: what its path names, or the parameter `param`. */
  | { readonly type: 'missing'; readonly param?: string; readonly failure: PaymentFailure }

/**
 * Sorts an error by what it proves.
 *
 * Nothing happened: not connected, a wrong key (401, 403: money must not be declared dead over a misconfiguration),
 * 429, a path that is not Stripe's. Nothing will: 400 and 404. Unheard: the connection was lost, the time was up, or
 * another call holds the key (409). An answer that says nothing about the effect: 5xx, what is no JSON, a key that was
 * used with other parameters (something was done under it), and everything not listed.
 *
 * Whatever a 4xx proves, it is Stripe that says so: it is in service. A 5xx that it only repeats (`Idempotent-Replayed`) is of an
 * earlier moment, and says nothing of this one.
 */
export const problemOf = (error: unknown): Problem => {
  if (!(error instanceof Stripe.errors.StripeError)) return unheard(messageOf(error))
  const detail = detailOf(error)
  if (error instanceof Stripe.errors.StripeConnectionError)
    return neverConnected(error.detail)
      ? { type: 'unreachable', detail }
      : { ...unheard(detail), ...(wasClosed(error.detail) ? { closed: true } : {}) }
  if (error.rawType === 'idempotency_error')
    return error.statusCode === 409
      ? { ...unheard(detail), inService: true }
      : { type: 'unknown', answered: true, inService: true, detail }
  switch (error.statusCode) {
    case 400:
      return error.code === 'rate_limit' ? turnedAway(error, detail) : refusal(error, detail)
    case 404:
      return refusal(error, detail)
    case 402:
      return decline(error)
    case 401:
    case 403:
      return { type: 'unreachable', inService: true, detail: `Stripe does not accept the API key for this: ${detail}` }
    case 429:
      return turnedAway(error, detail)
    case 409:
      return { ...unheard(detail), inService: true }
    case undefined:
    default:
      return { type: 'unknown', answered: true, ...(isRepeated(error) ? { repeated: true } : {}), detail }
  }
}

const unheard = (detail: string): Extract<Problem, { readonly type: 'unknown' }> => ({
  type: 'unknown',
  answered: false,
  detail,
})

const turnedAway = (error: Stripe.errors.StripeError, detail: string): Problem => {
  const retryAfterMs = readRetryAfter(error.headers?.['retry-after'])
  return { type: 'unreachable', inService: true, detail, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
}

/** True when this is not an answer of now: Stripe repeats what it has kept under the key. */
const isRepeated = ({ headers }: Stripe.errors.StripeError): boolean => headers?.['idempotent-replayed'] === 'true'

const refusal = (error: Stripe.errors.StripeError, detail: string): Problem => {
  const { code, param } = error
  if (error.statusCode === 404 && code !== 'resource_missing')
    return { type: 'unreachable', inService: true, detail: `This is no address of Stripe's API: ${detail}` }
  if (code === 'resource_missing' && /similar object exists in (live|test) mode/i.test(error.message))
    return { type: 'unreachable', inService: true, detail: `The API key is of the other mode: ${detail}` }
  const providerCode = code === undefined ? {} : { providerCode: code }
  if (code !== 'resource_missing')
    return { type: 'refused', failure: { code: 'provider_rejected', retryable: false, ...providerCode, detail } }
  // A saved card that is gone can be replaced by another; nothing else that is missing can.
  const isCard = param === 'payment_method' || param === 'customer'
  return {
    type: 'missing',
    ...(param === undefined ? {} : { param }),
    failure: { code: isCard ? 'invalid_card' : 'provider_rejected', retryable: isCard, ...providerCode, detail },
  }
}

const decline = (error: Stripe.errors.StripeError): Problem => {
  const card = cardErrorWire.safeParse(error.raw)
  const intent = intentWire.safeParse(error.payment_intent)
  return {
    type: 'declined',
    failure: failureOfCard(card.success ? card.data : { message: error.message }),
    ...(intent.success ? { intent: intent.data } : {}),
  }
}

const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'])
const badCertificate = /^(CERT_|ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/

/** True when the failure is one of connecting: not a byte of the request was sent. */
const neverConnected = (error: unknown, depth = 0): boolean => {
  if (typeof error !== 'object' || error === null || depth > 4) return false
  const { code, syscall, cause } = error as {
    readonly code?: unknown
    readonly syscall?: unknown
    readonly cause?: unknown
  }
  if (syscall === 'connect' || syscall === 'getaddrinfo') return true
  if (typeof code === 'string' && (neverSent.has(code) || badCertificate.test(code))) return true
  return neverConnected(cause, depth + 1)
}

/** True when the connection was closed, and the time was not up. */
const wasClosed = (error: unknown): boolean => error instanceof ConnectionClosed

const longestWaitMs = 3_600_000

/** `Retry-After` in seconds, at most an hour. Its other form, a date, is not Stripe's. */
const readRetryAfter = (header: unknown): number | undefined => {
  const seconds = typeof header === 'string' && header.trim() !== '' ? Number(header) : Number.NaN
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(Math.ceil(seconds * 1_000), longestWaitMs) : undefined
}

const detailOf = (error: Stripe.errors.StripeError): string => {
  const where = [error.statusCode, error.code, error.requestId].filter((part) => part !== undefined && part !== '')
  const reason = error.detail === undefined ? '' : ` ${messageOf(error.detail)}`
  return `${error.message}${reason}${where.length === 0 ? '' : ` (${where.join(', ')})`}`
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
