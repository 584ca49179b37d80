import { parseId, type Clock } from '@holdfast/core'
import type { Authenticator, Caller } from './authenticator.ts'
import { signedCookie, type CookieOptions } from './signed-cookie.ts'

/** What {@link cookieSessions} needs. */
export interface CookieSessionOptions extends CookieOptions {
  readonly clock: Pick<Clock, 'now'>
  /** Default `holdfast_session`, with `__Host-` before it where cookies are secure. */
  readonly name?: string
  /** How long somebody stays signed in. Default twelve hours. */
  readonly maxAgeS?: number
}

/** Sessions in signed cookies, with the two helpers a host's own sign-in and sign-out routes need. */
export interface CookieSessions extends Authenticator {
  /** The name of the cookie on the wire. */
  readonly cookieName: string
  /**
   * Signs somebody in whom the host has just made sure of: the `Set-Cookie` header to answer with, and the token that
   * the page has to send as `X-CSRF-Token` with everything that changes something.
   *
   * @throws RangeError for an id that `parseId` would not take.
   */
  signIn(actor: Caller): Promise<{ readonly setCookie: string; readonly csrfToken: string }>
  /** The `Set-Cookie` header that signs whoever gets it out. */
  signOut(): Promise<string>
}

/**
 * Sessions that live in the cookie itself, signed and with an end: no store, and any process knows them.
 *
 * The price is that signing out forgets the cookie in that browser only. A host that must revoke sessions brings an
 * {@link Authenticator} with a store.
 *
 * @throws RangeError for secrets that are missing or short.
 */
export const cookieSessions = ({
  clock,
  name = 'holdfast_session',
  maxAgeS = 12 * 60 * 60,
  ...cookies
}: CookieSessionOptions): CookieSessions => {
  const cookie = signedCookie(cookies, { name, maxAgeS })
  return {
    cookieName: cookie.name,
    async authenticate(request) {
      const value = await cookie.read(request)
      const session = value === undefined ? undefined : decode(value)
      if (session === undefined || session.expiresAt <= clock.now()) return undefined
      return { actor: session.actor, csrf: { token: session.csrfToken, via: 'cookie' } }
    },
    async signIn(actor) {
      if (parseId(actor.id) === undefined) throw new RangeError('Nobody who signs in can have an id like this one.')
      const csrfToken = randomToken()
      const setCookie = await cookie.write(encode({ actor, csrfToken, expiresAt: clock.now() + maxAgeS * 1000 }))
      return { setCookie, csrfToken }
    },
    signOut: () => cookie.clear(),
  }
}

interface Session {
  readonly actor: Caller
  readonly csrfToken: string
  readonly expiresAt: number
}

const encode = ({ actor, csrfToken, expiresAt }: Session): string =>
  [actor.type, actor.id, csrfToken, expiresAt].join('!')

/**
 * Reads what {@link encode} wrote. It was signed, so anything else is from another version of this program: no session.
 */
const decode = (value: string): Session | undefined => {
  const [type, text = '', csrfToken = '', expiry = ''] = value.split('!')
  const expiresAt = Number(expiry)
  const id = parseId<'owner'>(text)
  if (id === undefined || csrfToken === '' || !Number.isSafeInteger(expiresAt)) return undefined
  if (type === 'owner') return { actor: { type, id }, csrfToken, expiresAt }
  return type === 'staff' ? { actor: { type, id }, csrfToken, expiresAt } : undefined
}

const randomToken = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(24)), (byte) => byte.toString(16).padStart(2, '0')).join('')
