import type { Actor } from '@holdfast/core'

/** A person who may call: never `system`, which no request can be. */
export type Caller = Extract<Actor, { readonly type: 'owner' | 'staff' }>

/** Who sent a request. */
export interface Authentication {
  readonly actor: Caller
  /**
   * Present when it was a cookie that said so. A browser sends cookies whoever made the page, so whatever changes
   * something must then bring this token too, in `X-CSRF-Token`. Absent for credentials that a page has to add itself,
   * such as a bearer token.
   */
  readonly csrf?: { readonly token: string; readonly via: 'cookie' }
}

/** Knows the host's people. Port of this adapter: the host brings its own, or takes `cookieSessions`. */
export interface Authenticator {
  /** Who sent this, or `undefined` for nobody we know. Reads headers only: the body belongs to the route. */
  authenticate(request: Request): Promise<Authentication | undefined>
  /** The cookie that signs callers in, by its name on the wire, for the documentation. Absent: the one of `cookieSessions`. */
  readonly cookieName?: string
}

/** Who may call a route. What belongs to whom is not decided here but by the use cases. */
export type Audience = 'anyone' | 'owner' | 'staff' | 'owner_or_staff'

/** Whether this caller is among those a route is for. */
export const isAmong = (audience: Audience, { type }: Caller): boolean =>
  audience === 'anyone' || audience === 'owner_or_staff' || audience === type
