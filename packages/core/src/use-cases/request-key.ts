import { encodeJson } from '../kernel/json.ts'
import type { Instant } from '../kernel/instant.ts'
import { derivedId, type Id, type IdKind } from '../kernel/ids.ts'
import type { Ids } from '../ports/ids.ts'
import type { Claim, Transaction } from '../ports/unit-of-work.ts'
import type { Actor } from './actor.ts'

/**
 * The key a caller gives a request: the same key with the same request is answered once and remembered, refusals
 * included. One caller's keys never meet another's.
 *
 * Answers that say "not now" (`provider_unavailable`, `pending`) are not kept: the same key goes on where it stood.
 */
export interface Keyed {
  readonly actor: Actor
  readonly idempotencyKey?: string
}

/** The refusal of a key that was used for something else. */
export interface KeyReused {
  readonly code: 'idempotency_key_reused'
}

/** The key as it is kept: that of one caller alone, whatever is in their id or in the key. */
export const keyOfCaller = (actor: Actor, key: string): string =>
  actor.type === 'system' ? `system:${key}` : `${actor.type}:${actor.id.replace(/[%:]/g, encodeURIComponent)}:${key}`

/** Claims the request's key in this transaction. Without a key every request is fresh. */
export const claimKey = async <Outcome>(
  tx: Transaction,
  { actor, idempotencyKey }: Keyed,
  asked: { readonly useCase: string } & Readonly<Record<string, unknown>>,
  now: Instant,
): Promise<Claim<Outcome>> =>
  idempotencyKey === undefined
    ? { type: 'fresh' }
    : tx.requests.claim(keyOfCaller(actor, idempotencyKey), encodeJson(asked), now)

/** Keeps the outcome under the request's key; answers the one that counts, which is the first. */
export const settleKey = async <Outcome>(
  tx: Transaction,
  { actor, idempotencyKey }: Keyed,
  outcome: Outcome,
): Promise<Outcome> =>
  idempotencyKey === undefined ? outcome : tx.requests.settle(keyOfCaller(actor, idempotencyKey), outcome)

/**
 * The id of what a request makes. Under a key it follows from the key, so that a request which is repeated after a backup was
 * restored means what it meant before; without one it is new.
 */
export const idOfRequest = <Kind extends IdKind>(
  ids: Ids,
  kind: Kind,
  { actor, idempotencyKey }: Keyed,
  about: string,
): Id<Kind> =>
  idempotencyKey === undefined ? ids.next(kind) : derivedId(kind, `${about} ${keyOfCaller(actor, idempotencyKey)}`)
