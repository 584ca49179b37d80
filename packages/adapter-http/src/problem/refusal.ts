import type { BuiltInPayloadReason, Holdfast, Order, Payment, WebhookRefusal } from '@holdfast/core'
import type { Alternative } from '../options.ts'

/**
 * Whatever the use cases may refuse with, read off the use cases themselves: a code added there is one missing here.
 */
export type UseCaseRefusal = { [Name in keyof Holdfast]: RefusalOf<Holdfast[Name]> }[keyof Holdfast]

/** One part of a request that will not do. `field` is its path: `item.name`, or `body` for all of it. */
export interface FieldError {
  readonly field: string
  /** What is wrong, in a word that never changes: `invalid_type`, `unrecognized_keys`, `too_small`. */
  readonly code: string
  /** The same for people, in the language that was asked for. */
  readonly message: string
  /** What there is to act on beside the code: a limit, a length of time. */
  readonly facts?: Readonly<Record<string, unknown>>
}

/** What this adapter refuses by itself, before or after any use case. */
export type AdapterRefusal =
  | { readonly code: 'unauthenticated' }
  | { readonly code: 'forbidden' }
  | { readonly code: 'csrf_failed' }
  | { readonly code: 'origin_not_allowed' }
  | { readonly code: 'not_found' }
  | { readonly code: 'method_not_allowed'; readonly allow: readonly string[] }
  | { readonly code: 'unsupported_media_type' }
  | { readonly code: 'body_too_large'; readonly limitBytes: number }
  | { readonly code: 'invalid_json' }
  | { readonly code: 'json_too_deep'; readonly limit: number }
  | { readonly code: 'invalid_request'; readonly errors: readonly FieldError[] }
  | { readonly code: 'invalid_idempotency_key' }
  | { readonly code: 'rate_limited'; readonly retryAfterMs: number }
  | { readonly code: 'intent_not_found' }
  | { readonly code: 'work_not_found' }
  | { readonly code: 'attention_not_found' }
  | { readonly code: 'article_not_found' }
  /** As a use case refuses it, with the order that was paid. */
  | { readonly code: 'payment_already_completed'; readonly payment: Payment; readonly order: Order | undefined }
  /** As a use case refuses it, with what the host offers instead. */
  | { readonly code: 'slot_taken'; readonly alternatives: readonly Alternative[] }
  /** As a use case refuses it. `of`: the field is one of the body itself, and not of a `payload` in it. */
  | {
      readonly code: 'invalid_payload'
      readonly of: 'body'
      readonly field: string
      readonly message: string
      readonly reason: BuiltInPayloadReason
    }
  /** The event is not durable, so the provider is told to deliver it again. */
  | { readonly code: 'event_not_stored' }
  /** The store kept losing to other writers. Nothing was done. */
  | { readonly code: 'contention' }
  /** The store went away. The same request under the same key finds out whether it was done. */
  | { readonly code: 'store_unavailable' }
  | { readonly code: 'internal_error' }

/** Every way a request can be refused. */
export type Refusal = UseCaseRefusal | WebhookRefusal | AdapterRefusal

/** The stable name of a refusal: what programs act on. */
export type RefusalCode = Refusal['code']

/** The refusal of this code, with its facts. */
export type RefusalWith<Code extends RefusalCode> = Extract<Refusal, { readonly code: Code }>

type RefusalOf<UseCase> = UseCase extends (...request: never[]) => Promise<infer Outcome> ? ErrorIn<Outcome> : never
type ErrorIn<Outcome> = Outcome extends { readonly ok: false; readonly error: infer Error } ? Error : never
