/** Which pages of other origins may call, with their user's cookies. Closed unless a host opens it. */
export interface CorsPolicy {
  /** Whether this origin was let in by name. */
  allows(origin: string | null): origin is string
  /** What to add to an answer to this request: nothing for everybody who was not let in. */
  headersFor(origin: string | null): Readonly<Record<string, string>>
  /** The answer to a preflight of an origin that was let in. */
  preflight(origin: string): Response
}

/**
 * A policy from a list of origins such as `https://shop.example`.
 *
 * @throws RangeError for `*`, for `null`, and for anything but an origin: with credentials those would let everybody
 * in.
 */
export const corsPolicy = (allowedOrigins: readonly string[]): CorsPolicy => {
  for (const origin of allowedOrigins)
    if (!URL.canParse(origin) || new URL(origin).origin !== origin || origin === 'null')
      throw new RangeError(`An allowed origin is scheme, host and port, such as https://shop.example, not '${origin}'.`)
  const allows = (origin: string | null): origin is string => origin !== null && allowedOrigins.includes(origin)
  const headersFor = (origin: string | null): Readonly<Record<string, string>> => ({
    ...(allowedOrigins.length === 0 ? {} : { vary: 'Origin' }),
    ...(allows(origin)
      ? {
          'access-control-allow-origin': origin,
          'access-control-allow-credentials': 'true',
          'access-control-expose-headers': 'Location, Retry-After, X-Request-Id',
        }
      : {}),
  })
  return {
    allows,
    headersFor,
    preflight: () =>
      new Response(null, {
        status: 204,
        headers: {
          'access-control-allow-methods': 'GET, POST',
          'access-control-allow-headers': 'Accept-Language, Content-Type, Idempotency-Key, X-CSRF-Token, X-Request-Id',
          'access-control-max-age': '600',
        },
      }),
  }
}
