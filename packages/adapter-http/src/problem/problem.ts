import type { Catalogue } from '../language/catalogue.ts'
import { factsOf } from './facts.ts'
import { problemKinds, type ProblemKind } from './problem-kinds.ts'
import type { Refusal } from './refusal.ts'

/**
 * A refusal as `application/problem+json` (RFC 9457): `type`, `title`, `status`, `detail` in the payer's language, and
 * beside them the stable `code`, `retryable`, the request's id and the facts of the refusal.
 *
 * A refusal that says when to come back says so in `Retry-After` too.
 */
export const problemResponse = (
  refusal: Refusal,
  { words, requestId }: { readonly words: Catalogue; readonly requestId: string },
): Response => {
  const { status, retryAfterS }: ProblemKind = problemKinds[refusal.code]
  const body = problemBody(refusal, { words, requestId })
  const waitS = 'retryAfterMs' in refusal ? Math.max(1, Math.ceil(refusal.retryAfterMs / 1000)) : retryAfterS
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      'content-type': 'application/problem+json',
      ...(waitS === undefined ? {} : { 'retry-after': String(waitS) }),
      ...(refusal.code === 'method_not_allowed' ? { allow: refusal.allow.join(', ') } : {}),
    },
  })
}

/** What stands in the problem of a refusal. */
export const problemBody = (
  refusal: Refusal,
  { words, requestId }: { readonly words: Catalogue; readonly requestId: string },
): Record<string, unknown> => {
  const { code } = refusal
  const { status, retryable }: ProblemKind = problemKinds[code]
  return {
    type: `urn:holdfast:problem:${code}`,
    title: titleOf(code),
    status,
    detail: words.problems[code],
    code,
    retryable,
    request_id: requestId,
    ...factsOf(refusal, words),
  }
}

/** `payment_not_found` → `Payment not found`: the same for every occurrence, as the RFC wants a title to be. */
const titleOf = (code: string): string => {
  const text = code.replaceAll('_', ' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}
