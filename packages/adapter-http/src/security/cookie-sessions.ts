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
  /**
   * The generation that a person's sessions are of: a whole number that the host keeps with the person, and raises to
   * end every session there is, as when a password changes, a role is taken away, or somebody signs out everywhere.
   * `undefined` for somebody who may not be signed in at all any more. Asked at sign-in and with every request.
   *
   * Default: the same for all for ever, so that a session ends only with its time.
   */
  readonly generationOf?: (actor: Caller) => Promise<number | undefined>
}

/** Sessions in signed cookies, with the two helpers a host's own sign-in and sign-out routes need. */
export interface CookieSessions extends Authenticator {
  /** The name of the cookie on the wire. */
  readonly cookieName: string
  /**
   * Signs somebody in whom the host has just made sure of: the `Set-Cookie` header to answer with, and the token that
   * the page has to send as `X-CSRF-Token` with everything that changes something.
   *
   * @throws RangeError for an id that `parseId` would not take, and for somebody who has no generation.
   */
  signIn(actor: Caller): Promise<{ readonly setCookie: string; readonly csrfToken: string }>
  /** The `Set-Cookie` header that signs whoever gets it out. */
  signOut(): Promise<string>
}

/**
 * Sessions that live in the cookie itself, signed and with an end: no store, and any process knows them.
 *
 * The price is that signing out forgets the cookie in that browser only. A host that must end the others too keeps one
 * number for each person, and passes {@link CookieSessionOptions.generationOf}.
 *
 * @throws RangeError for secrets that are missing or short.
 */
export const cookieSessions = ({
  clock,
  name = sessionCookie,
  maxAgeS = 12 * 60 * 60,
  generationOf = async () => 0,
  ...cookies
}: CookieSessionOptions): CookieSessions => {
  const cookie = signedCookie(cookies, { name, maxAgeS })
  return {
    cookieName: cookie.name,
    async authenticate(request) {
      const value = await cookie.read(request)
      const session = value === undefined ? undefined : decode(value)
      if (session === undefined || session.expiresAt <= clock.now()) return undefined
      if ((await generationOf(session.actor)) !== session.generation) return undefined
      return { actor: session.actor, csrf: { token: session.csrfToken, via: 'cookie' } }
    },
    async signIn(actor) {
      if (parseId(actor.id) === undefined) throw new RangeError('Nobody who signs in can have an id like this one.')
      const generation = await generationOf(actor)
      if (generation === undefined || !Number.isSafeInteger(generation))
        throw new RangeError('Whoever signs in has a generation of sessions, which is a whole number.')
      const csrfToken = randomToken()
      const expiresAt = clock.now() + maxAgeS * 1000
      const setCookie = await cookie.write(encode({ actor, csrfToken, expiresAt, generation }))
      return { setCookie, csrfToken }
    },
    signOut: () => cookie.clear(),
  }
}

/** What the cookie is called where nothing else is said. */
export const sessionCookie = 'holdfast_session'

interface Session {
  readonly actor: Caller
  readonly csrfToken: string
  readonly expiresAt: number
  readonly generation: number
}

const encode = ({ actor, csrfToken, expiresAt, generation }: Session): string =>
  [actor.type, actor.id, csrfToken, expiresAt, generation].join('!')

/**
 * Reads what {@link encode} wrote. It was signed, so anything else is from another version of this program: no session.
 */
const decode = (value: string): Session | undefined => {
  const [type, text = '', csrfToken = '', expiry = '', number = ''] = value.split('!')
  const [expiresAt, generation] = [Number(expiry), Number(number)]
  const id = parseId<'owner'>(text)
  if (id === undefined || csrfToken === '' || number === '') return undefined
  if (!Number.isSafeInteger(expiresAt) || !Number.isSafeInteger(generation)) return undefined
  if (type === 'owner') return { actor: { type, id }, csrfToken, expiresAt, generation }
  return type === 'staff' ? { actor: { type, id }, csrfToken, expiresAt, generation } : undefined
}

const randomToken = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(24)), (byte) => byte.toString(16).padStart(2, '0')).join('')
