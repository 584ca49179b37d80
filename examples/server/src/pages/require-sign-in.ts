import type { MiddlewareHandler } from 'hono'
import type { Env } from './desk.ts'

/** Leads whoever has not signed in to the door, and back to where they wanted to go. */
export const requireSignIn: MiddlewareHandler<Env> = async (c, next) => {
  if (c.get('visitor').signedIn !== undefined) return next()
  const url = new URL(c.req.url)
  const wanted = c.req.method === 'GET' ? `${url.pathname}${url.search}` : '/'
  return c.redirect(`/sign-in?next=${encodeURIComponent(wanted)}`, 303)
}
