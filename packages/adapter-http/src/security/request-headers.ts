import { err, ok, type Result } from '@holdfast/core'
import type { RefusalWith } from '../problem/refusal.ts'

/**
 * The id that a request is known by in answers and logs: the sender's `X-Request-Id` where it is 1 to 128 letters,
 * digits and `_ . : @ -`, else a new one.
 */
export const requestIdOf = (request: Request): string => {
  const sent = request.headers.get('x-request-id')
  return sent !== null && /^[\w.:@-]{1,128}$/.test(sent) ? sent : crypto.randomUUID()
}

/**
 * The sender's `Idempotency-Key`, in the shape the use cases take it; `{}` without one. Refuses:
 * `invalid_idempotency_key`.
 */
export const idempotencyKeyOf = (
  request: Request,
): Result<{ readonly idempotencyKey?: string }, RefusalWith<'invalid_idempotency_key'>> => {
  const idempotencyKey = request.headers.get('idempotency-key')
  if (idempotencyKey === null) return ok({})
  return /^[\x20-\x7e]{1,255}$/.test(idempotencyKey) ? ok({ idempotencyKey }) : err({ code: 'invalid_idempotency_key' })
}

/**
 * Whether the sender would rather have a page than JSON: a person's browser names `text/html`, and a program that takes
 * anything names only `*` or nothing.
 */
export const wantsPage = (request: Request): boolean => {
  const accept = (request.headers.get('accept') ?? '').toLowerCase()
  const weightOf = (type: string): number => {
    const part = accept.split(',').find((each) => each.split(';')[0]?.trim() === type)
    return part === undefined ? 0 : Number(/;\s*q=([\d.]+)/.exec(part)?.[1] ?? 1)
  }
  return weightOf('text/html') > weightOf('application/json')
}
