import { z } from 'zod'

/** A page as a visitor has it before them. */
export interface SeenPage {
  readonly status: number
  /** Where the visitor ended up, without the origin where it is our own. */
  readonly path: string
  readonly html: string
  /** The page as it reads: no tags, single spaces, and entities as the characters they stand for. */
  readonly text: string
}

/** Somebody at a browser without a screen: keeps cookies, follows redirects, fills in forms. */
export interface Visitor {
  readonly get: (path: string) => Promise<SeenPage>
  /** Sends the form on the page with this action. `fields` are what the visitor types; the rest is on the page. */
  readonly submit: (page: SeenPage, action: string, fields?: Readonly<Record<string, string>>) => Promise<SeenPage>
  /** Sends one request and follows nothing. */
  readonly send: (path: string, init?: RequestInit) => Promise<Response>
  /** Signs in by the API. */
  readonly signIn: (email: string) => Promise<{ readonly csrfToken: string }>
}

/** A visitor of the server at `origin`. A redirect that fails to connect, as to a Stripe that is down, rejects. */
export const createVisitor = (origin: string, { language = 'en' } = {}): Visitor => {
  const jar = new Map<string, string>()
  const send = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(path, origin)
    const headers = new Headers(init.headers)
    if (jar.size > 0) headers.set('cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '))
    if (!headers.has('accept-language')) headers.set('accept-language', language)
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';')
      const at = pair.indexOf('=')
      if (/; max-age=0(;|$)/i.test(cookie)) jar.delete(pair.slice(0, at))
      else jar.set(pair.slice(0, at), pair.slice(at + 1))
    }
    return response
  }
  const follow = async (path: string, init?: RequestInit): Promise<SeenPage> => {
    let [response, where] = [await send(path, init), new URL(path, origin)]
    for (let hops = 0; hops < 10 && response.status >= 300 && response.status < 400; hops += 1) {
      where = new URL(response.headers.get('location') ?? '', where)
      response = await send(where.href)
    }
    const html = await response.text()
    const path_ = where.origin === origin ? `${where.pathname}${where.search}` : where.href
    return { status: response.status, path: path_, html, text: readable(html) }
  }
  return {
    get: (path) => follow(path),
    submit: (page, action, fields = {}) =>
      follow(action, { method: 'POST', body: new URLSearchParams({ ...hiddenFieldsOf(page, action), ...fields }) }),
    send,
    signIn: async (email) => {
      const response = await send('/api/session', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email }),
      })
      return { csrfToken: z.object({ csrf_token: z.string() }).parse(await response.json()).csrf_token }
    },
  }
}

/** The hidden fields of the form with this action. @throws when the page has no such form. */
const hiddenFieldsOf = ({ html, path }: SeenPage, action: string): Readonly<Record<string, string>> => {
  const form = html.split('<form ').find((part) => part.includes(`action="${action}"`))
  if (form === undefined) throw new Error(`The page ${path} has no form for ${action}.`)
  const [inside = ''] = form.split('</form>')
  const fields = inside.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)
  return Object.fromEntries([...fields].map(([, name = '', value = '']) => [name, value]))
}

const readable = (html: string): string =>
  html
    .replaceAll(/<(style|script|head)[\s\S]*?<\/\1>/g, ' ')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ')
