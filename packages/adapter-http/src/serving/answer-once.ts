import { encodeJson, err, keyOfCaller, type KeyReused, type Result } from '@holdfast/core'
import type { Caller } from '../security/authenticator.ts'
import type { Services } from './services.ts'

/**
 * Answers a request with a key once, for use cases that take none because doing them twice is doing them once: the same
 * key with the same request gets the first answer, with another request `idempotency_key_reused`.
 *
 * The key is kept beside those of the use cases, so it cannot be used there for something else either. An answer that
 * says "not now", as a refusal or by `isNotNow`, is not kept: the same key goes on where it stood.
 */
export const answerOnce = async <Value, Refusal extends { readonly code: string }>(
  { unitOfWork, clock }: Pick<Services, 'unitOfWork' | 'clock'>,
  { actor, idempotencyKey }: { readonly actor: Caller; readonly idempotencyKey?: string },
  asked: { readonly useCase: string } & Readonly<Record<string, unknown>>,
  work: () => Promise<Result<Value, Refusal>>,
  isNotNow: (value: Value) => boolean = () => false,
): Promise<Result<Value, Refusal | KeyReused>> => {
  if (idempotencyKey === undefined) return work()
  const key = keyOfCaller(actor, idempotencyKey)
  const claim = await unitOfWork.run((tx) =>
    tx.requests.claim<Result<Value, Refusal>>(key, encodeJson(asked), clock.now()),
  )
  if (claim.type === 'reused') return err({ code: 'idempotency_key_reused' })
  if (claim.type === 'settled') return claim.outcome
  const outcome = await work()
  if (outcome.ok ? isNotNow(outcome.value) : notNow.has(outcome.error.code)) return outcome
  return unitOfWork.run((tx) => tx.requests.settle(key, outcome))
}

const notNow: ReadonlySet<string> = new Set(['provider_unavailable', 'charge_in_flight'])
