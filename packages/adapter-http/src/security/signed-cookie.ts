import { parseSigned, serializeSigned } from 'hono/utils/cookie'

/** How cookies are made. */
export interface CookieOptions {
  /** The first signs; any of them verifies, so that an old one can be phased out. Each at least 32 characters. */
  readonly secrets: readonly [string, ...string[]]
  /** Send over HTTPS only, under a `__Host-` name. Default true; false is for a developer's own machine. */
  readonly secure?: boolean
}

/** One cookie: HTTP-only, `SameSite=Lax`, for the whole host, and signed. */
export interface SignedCookie {
  /** The name it has on the wire. */
  readonly name: string
  /** The value that came with a request; `undefined` when there is none, or it was not signed by us for this cookie. */
  read(request: Request): Promise<string | undefined>
  /** The `Set-Cookie` header that hands it out. */
  write(value: string): Promise<string>
  /** The `Set-Cookie` header that takes it back. */
  clear(): Promise<string>
}

/**
 * A signed cookie (HMAC-SHA-256). The signature covers the cookie's name too, so that one cookie's value is never good
 * for another.
 *
 * @throws RangeError for secrets that are missing or short: better no server than one whose cookies can be forged.
 */
export const signedCookie = (
  { secrets, secure = true }: CookieOptions,
  { name, maxAgeS }: { readonly name: string; readonly maxAgeS: number },
): SignedCookie => {
  const [signing] = secrets
  if (signing === undefined || secrets.some((secret) => secret.length < shortestSecret))
    throw new RangeError(`Cookies need at least one secret, of ${shortestSecret} characters or more each.`)
  const wireName = wireNameOf(name, { secure })
  const mark = `${name}.`
  const serialize = (value: string, maxAge: number): Promise<string> =>
    serializeSigned(wireName, mark + value, signing, { path: '/', httpOnly: true, sameSite: 'Lax', secure, maxAge })
  return {
    name: wireName,
    async read(request) {
      const header = request.headers.get('cookie')
      if (header === null) return undefined
      for (const secret of secrets) {
        const value = (await parseSigned(header, secret, wireName))[wireName]
        if (typeof value === 'string' && value.startsWith(mark)) return value.slice(mark.length)
      }
      return undefined
    },
    write: (value) => serialize(value, maxAgeS),
    clear: () => serialize('', 0),
  }
}

/** What a cookie of this name is called on the wire. */
export const wireNameOf = (name: string, { secure = true }: Pick<CookieOptions, 'secure'>): string =>
  secure ? `__Host-${name}` : name

const shortestSecret = 32
