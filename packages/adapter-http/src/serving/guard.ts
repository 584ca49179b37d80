import { err, ok, parseId, type Id, type Result } from '@holdfast/core'
import { catalogues, fieldMessages, type Language } from '../language/language.ts'
import type { Refusal, RefusalWith } from '../problem/refusal.ts'
import { missingCodes, type Ask, type IdName, type Route } from '../routes/route.ts'
import { isAmong, type Authentication, type Authenticator } from '../security/authenticator.ts'
import { csrfField, csrfHeader, hasToken, isSameSite } from '../security/csrf.ts'
import type { RateLimiter } from '../security/rate-limiter.ts'
import { mediaType } from '../security/read-body.ts'
import { idempotencyKeyOf } from '../security/request-headers.ts'
import { readJsonOrForm } from './read-json-or-form.ts'
import { fieldErrors, nothing, readQuery } from './validate.ts'

/** What the guards need. */
export interface GuardOptions {
  readonly authenticator: Authenticator
  readonly rateLimiter: RateLimiter
  readonly allowedOrigins: readonly string[]
  readonly bodyLimitBytes: number
}

/** What a handler gets from the guards; the rest of an {@link Ask} is known without them. */
export type Guarded = Pick<Ask, 'actor' | 'id' | 'query' | 'body' | 'keyed'>

/**
 * Lets a request through to its handler, or refuses it. Nothing is read of a stranger's body before it is known that
 * the caller may call at all.
 *
 * Refuses, first match wins: `unauthenticated`, `forbidden`, `csrf_failed`, `rate_limited`, `invalid_idempotency_key`,
 * what the path's id names as not found, `invalid_request` for the query, and for the body `body_too_large`,
 * `unsupported_media_type`, `invalid_json`, `json_too_deep`, `invalid_request`.
 */
export const guard = async (
  route: Route,
  request: Request,
  rawId: string | undefined,
  { language, ...options }: GuardOptions & { readonly language: Language },
): Promise<Result<Guarded, Refusal>> => {
  const caller = await authenticate(route, request, options)
  if (!caller.ok) return caller
  const { actor, csrf } = caller.value ?? {}
  // Only a plain form, where a route takes one, has the token in its body.
  const mayBeForm = route.leadsOn === true && mediaType(request) === formType
  if (csrf !== undefined && route.method !== 'get' && !mayBeForm)
    if (!(await hasToken(csrf, request.headers.get(csrfHeader)))) return err({ code: 'csrf_failed' })

  if (route.limited === true && actor !== undefined) {
    const taken = await options.rateLimiter.take(`${actor.type}:${actor.id}`)
    if (!taken.ok) return err({ code: 'rate_limited', retryAfterMs: taken.retryAfterMs })
  }
  const keyed = route.keyed === true ? idempotencyKeyOf(request) : ok({})
  if (!keyed.ok) return keyed
  const id = pathId(route, rawId)
  if (!id.ok) return id
  const query = route.query === undefined ? ok(undefined) : validate(route.query, readQuery(request), language)
  if (!query.ok) return query

  if (route.method === 'get' || route.mount === 'webhooks')
    return ok({ actor, id: id.value, query: query.value, body: undefined, keyed: keyed.value })
  const read = await readJsonOrForm(request, { limitBytes: options.bodyLimitBytes, formToo: mayBeForm })
  if (!read.ok) return read
  const { [csrfField]: brought, ...form } = read.value.form ?? {}
  if (csrf !== undefined && mayBeForm && !(await hasToken(csrf, brought ?? request.headers.get(csrfHeader))))
    return err({ code: 'csrf_failed' })
  const sent = read.value.form === undefined ? read.value.json : (route.form?.(form) ?? form)
  const body = validate(route.body, sent, language)
  return body.ok ? ok({ actor, id: id.value, query: query.value, body: body.value, keyed: keyed.value }) : body
}

const formType = 'application/x-www-form-urlencoded'

const authenticate = async (
  { who, method, mount }: Route,
  request: Request,
  { authenticator, allowedOrigins }: GuardOptions,
): Promise<Result<Authentication | undefined, Refusal>> => {
  const isForeign = method !== 'get' && mount !== 'webhooks' && !isSameSite(request, allowedOrigins)
  // Where nobody has to have signed in, somebody may be signed in: by no page but our own.
  if (who === 'anyone') return isForeign ? err({ code: 'csrf_failed' }) : ok(undefined)
  const authentication = await authenticator.authenticate(request)
  if (authentication === undefined) return err({ code: 'unauthenticated' })
  if (!isAmong(who, authentication.actor)) return err({ code: 'forbidden' })
  return isForeign && authentication.csrf !== undefined ? err({ code: 'csrf_failed' }) : ok(authentication)
}

/** An id that no id can look like names nothing, and is told so in the same words as one that nobody has. */
const pathId = ({ id: name }: Route, raw: string | undefined): Result<Id<IdName>, Refusal> => {
  if (name === undefined) return ok('' as Id<IdName>)
  const id = raw === undefined ? undefined : parseId<IdName>(raw)
  return id === undefined ? err({ code: missingCodes[name] } as Refusal) : ok(id)
}

const validate = (
  schema: Route['body'],
  value: unknown,
  language: Language,
): Result<unknown, RefusalWith<'invalid_request'>> => {
  const parsed = (schema ?? nothing).safeParse(value === undefined ? {} : value, { error: fieldMessages[language] })
  return parsed.success
    ? ok(parsed.data)
    : err({ code: 'invalid_request', errors: fieldErrors(parsed.error, catalogues[language]) })
}
