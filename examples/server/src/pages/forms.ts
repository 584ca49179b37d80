import { randomBytes, timingSafeEqual } from 'node:crypto'
import { html } from 'hono/html'
import type { Html } from './layout.ts'
import type { SignedIn } from './visitor.ts'

/** What every form that changes something carries: the session's token, and a key that makes a double click one click. */
export const hiddenFields = ({ csrfToken }: SignedIn): Html =>
  html`<input type="hidden" name="csrf_token" value="${csrfToken}"><input type="hidden" name="key" value="${randomBytes(12).toString('hex')}">`

/** What a form carries that is also for people who have not signed in: the session's token, where there is a session. */
export const tokenField = (signedIn: SignedIn | undefined): Html | string =>
  signedIn === undefined ? '' : html`<input type="hidden" name="csrf_token" value="${signedIn.csrfToken}">`

/** A form of one button. */
export const buttonForm = (
  signedIn: SignedIn,
  action: string,
  label: string,
  {
    look = 'primary',
    fields = {},
  }: { readonly look?: 'primary' | 'quiet' | 'danger'; readonly fields?: Readonly<Record<string, string>> } = {},
): Html =>
  html`<form method="post" action="${action}">${hiddenFields(signedIn)}${Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )}<button class="button ${look}">${label}</button></form>`

/** The fields of a form that was sent: one value each, and nothing but text. */
export type Fields = Readonly<Record<string, string>>

/** Whether a form comes from a page of ours: as the browser says, and as the token shows that only our pages know. */
export const isOurs = (request: Request, signedIn: SignedIn | undefined, fields: Fields): boolean =>
  isSameSite(request) && (signedIn === undefined || sameText(signedIn.csrfToken, fields['csrf_token'] ?? ''))

/** The form's own key, for the use cases that answer the same key once. */
export const keyOf = (fields: Fields): { readonly idempotencyKey?: string } => {
  const { key } = fields
  return key !== undefined && /^[0-9a-f]{24}$/.test(key) ? { idempotencyKey: key } : {}
}

/** No page can set these headers. A program sends neither, and has only the token to show. */
const isSameSite = (request: Request): boolean => {
  const site = request.headers.get('sec-fetch-site')
  if (site !== null && site !== 'same-origin' && site !== 'none') return false
  const origin = request.headers.get('origin')
  if (origin === null) return true
  return URL.canParse(origin) && new URL(origin).host === (request.headers.get('host') ?? new URL(request.url).host)
}

const sameText = (left: string, right: string): boolean => {
  const [a, b] = [Buffer.from(left), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}
