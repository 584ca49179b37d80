import { isUtf8 } from 'node:buffer'
import {
  err,
  instant,
  ok,
  type ProviderEvent,
  type Result,
  type WebhookRefusal,
  type WebhookVerifier,
} from '@holdfast/core'
import { isSignedBy, readSignatureHeader } from './signature.ts'
import { translateEvent } from './translate.ts'
import { eventWire } from './wire.ts'

/** What {@link stripeWebhookVerifier} needs. */
export interface StripeWebhookOptions {
  /** The endpoint's signing secrets, `whsec_…`. More than one while a secret is being rolled. */
  readonly secrets: readonly string[]
  /** How old a delivery may be, and how far ahead of our clock. Whole seconds count. Default 300 s. */
  readonly toleranceMs?: number
}

/**
 * Stripe's webhook deliveries, verified on the raw bytes and put in our words.
 *
 * Stricter than the SDK, which takes any time in the future. Thin events, and events of connected accounts, are refused
 * as `payload_invalid`: they are about objects that are not read here.
 *
 * @throws RangeError when there is no secret, when one is blank or has spaces around it, or for a tolerance that is not
 * positive: a server without a secret must not start.
 */
export const stripeWebhookVerifier = ({ secrets, toleranceMs = 300_000 }: StripeWebhookOptions): WebhookVerifier => {
  if (secrets.length === 0)
    throw new RangeError('No webhook signing secret was given: deliveries could not be verified.')
  for (const secret of secrets)
    if (secret === '' || secret !== secret.trim())
      throw new RangeError('A webhook signing secret is blank or has spaces around it.')
  if (!Number.isFinite(toleranceMs) || toleranceMs <= 0)
    throw new RangeError(
      `The tolerance for webhook signatures is a positive number of milliseconds, not ${toleranceMs}.`,
    )

  return {
    verify: async ({ rawBody, signature, receivedAt }) => {
      if (signature === undefined || signature === '') return err({ code: 'signature_missing' })
      const header = readSignatureHeader(signature)
      if (header === undefined || !isSignedBy(secrets, header, rawBody)) return err({ code: 'signature_invalid' })
      const ageMs = (Math.floor(receivedAt / 1_000) - header.atS) * 1_000
      if (ageMs > toleranceMs) return err({ code: 'signature_too_old', ageMs })
      if (-ageMs > toleranceMs) return err({ code: 'signature_in_future', aheadMs: -ageMs })
      return read(rawBody)
    },
  }
}

const read = (rawBody: Uint8Array): Result<ProviderEvent, WebhookRefusal> => {
  const body = parse(rawBody)
  if (body === undefined) return invalid('The body is not JSON in UTF-8.')
  const event = readEvent(body)
  return event.ok ? event : invalid(event.error)
}

/** An event as Stripe sends it, of whatever API version, in our words; or why it is turned away. */
export const readEvent = (body: unknown): Result<ProviderEvent, string> => {
  const parsed = eventWire.safeParse(body)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return err(`The body is not an event with its object in it: ${issue?.path.join('.')} ${issue?.message}`)
  }
  const event = parsed.data
  if (event.account) return err(`The event is of the connected account '${event.account}'.`)
  const news = translateEvent(event)
  if (!news.ok) return err(`The object of '${event.type}' is not what it should be: ${news.error}`)
  return ok({
    id: event.id,
    type: event.type,
    occurredAt: instant(event.created * 1_000),
    livemode: event.livemode,
    news: news.value,
  })
}

const invalid = (detail: string): Result<never, WebhookRefusal> => err({ code: 'payload_invalid', detail })

const parse = (rawBody: Uint8Array): unknown => {
  if (!isUtf8(rawBody)) return undefined
  try {
    return JSON.parse(Buffer.from(rawBody.buffer, rawBody.byteOffset, rawBody.byteLength).toString('utf8'))
  } catch {
    return undefined
  }
}
