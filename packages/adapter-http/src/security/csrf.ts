import { timingSafeEqual } from 'hono/utils/buffer'
import type { Authentication } from './authenticator.ts'

/** The header that carries the session's token, and the field that does in a plain HTML form. */
export const csrfHeader = 'x-csrf-token'
export const csrfField = 'csrf_token'

/**
 * Whether a request that may change something comes from a page of ours, as far as the browser tells.
 *
 * `Sec-Fetch-Site` and `Origin` cannot be set by a page. A program sends neither: it has the token alone to show. Hosts
 * are compared and not schemes, since whatever ends TLS in front of us leaves only the host as it was.
 */
export const isSameSite = (request: Request, allowedOrigins: readonly string[]): boolean => {
  const origin = request.headers.get('origin')
  if (origin !== null && allowedOrigins.includes(origin)) return true
  const site = request.headers.get('sec-fetch-site')
  if (site !== null && site !== 'same-origin' && site !== 'none') return false
  return origin === null || hostOf(origin) === new URL(request.url).host
}

/** Whether the token that came is the session's own. Takes the same time whatever it is. */
export const hasToken = async (
  { token }: NonNullable<Authentication['csrf']>,
  brought: string | null | undefined,
): Promise<boolean> => brought !== null && brought !== undefined && (await timingSafeEqual(token, brought))

const hostOf = (origin: string): string | undefined => (URL.canParse(origin) ? new URL(origin).host : undefined)
