import { createHash } from 'node:crypto'
import type { IdempotencyRecord } from '../engine/tables.ts'
import type { World } from '../engine/world.ts'
import { canonical, type RawObject } from './form.ts'
import { invalidParameter, StripeError } from './stripe-error.ts'

/** Stripe keeps the answer of a key for at least a day; the simulator forgets it then. */
export const keyRetentionMs = 24 * 60 * 60 * 1000

/** A call that carries an idempotency key. */
export interface KeyedCall {
  readonly key: string
  readonly livemode: boolean
  readonly method: string
  readonly path: string
  readonly raw: RawObject
}

/**
 * What was kept under the call's key, when it is still remembered and belongs to the same call.
 *
 * Refuses a key over 255 characters, and one that was first used with other parameters or another path
 * (`idempotency_error`).
 */
export const findKept = (world: World, call: KeyedCall): IdempotencyRecord | undefined => {
  if (call.key.length > 255) {
    throw invalidParameter(
      undefined,
      'Idempotency keys may not be longer than 255 characters.',
      'idempotency_key_too_long',
    )
  }
  forgetOldKeys(world)
  const kept = world.find('idempotency_key', rowId(call.key, call.livemode))
  if (kept === undefined) return undefined
  if (kept.path !== call.path || kept.method !== call.method) {
    throw mismatch(
      `Keys for idempotent requests can only be used for the same endpoint they were first used for ` +
        `('${kept.path}' vs '${call.path}'). Try using a key other than '${call.key}' if you meant to ` +
        `execute a different request.`,
    )
  }
  if (kept.parameterHash !== hashOf(call.raw)) {
    throw mismatch(
      `Keys for idempotent requests can only be used with the same parameters they were first used with. ` +
        `Try using a key other than '${call.key}' if you meant to execute a different request.`,
    )
  }
  return kept
}

/** Keeps an answer under the call's key. */
export const keepAnswer = (
  world: World,
  call: KeyedCall,
  requestId: string,
  answer: IdempotencyRecord['answer'],
): void => {
  const { key, livemode, method, path, raw } = call
  world.put('idempotency_key', rowId(key, livemode), {
    key,
    livemode,
    method,
    path,
    parameterHash: hashOf(raw),
    requestId,
    createdMs: world.nowMs(),
    answer,
  })
}

/** Forgets every key older than {@link keyRetentionMs}. */
export const forgetOldKeys = (world: World): void => {
  const oldest = world.nowMs() - keyRetentionMs
  // Keys are in the order in which they were first used, so the old ones come first.
  for (const { key, livemode, createdMs } of world.rows('idempotency_key')) {
    if (createdMs > oldest) return
    world.remove('idempotency_key', rowId(key, livemode))
  }
}

/** The refusal of a key whose first call is still being executed. */
export const keyInUse = (key: string): StripeError =>
  new StripeError(
    409,
    {
      code: 'idempotency_key_in_use',
      doc_url: 'https://stripe.com/docs/error-codes/idempotency-key-in-use',
      message:
        `There is currently another in-progress request using this Idempotent Key (that probably ` +
        `means you submitted twice, and the other request is still going through): ${key}. Please try again later.`,
      type: 'idempotency_error',
    },
    'not_executed',
  )

/** The id under which a key is kept: test and live mode have keys of their own. */
export const rowId = (key: string, livemode: boolean): string => `${livemode ? 'live' : 'test'}:${key}`

const hashOf = (raw: RawObject): string => createHash('sha256').update(canonical(raw)).digest('hex').slice(0, 32)

const mismatch = (message: string): StripeError =>
  new StripeError(400, { message, type: 'idempotency_error' }, 'not_executed')
