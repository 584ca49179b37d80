/**
 * What becomes of a request: an answer, or the loss of the connection. Each skin makes the loss real in its own way.
 */
export type Outcome =
  | { readonly type: 'answer'; readonly response: Response }
  /** The connection ends without an answer. */
  | { readonly type: 'dropped' }
  /** The connection ends after the headers and a part of the body of `response`. */
  | { readonly type: 'reset'; readonly response: Response }

/** Waits for real time to pass. Injected, so that a simulation can make it pass by itself. */
export type Sleep = (ms: number) => Promise<void>

/** Waits with a timer. */
export const sleepByTimer: Sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** An answer of JSON. */
export const jsonAnswer = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })

/** An answer of HTML, which may load nothing and be framed by nobody. */
export const htmlAnswer = (status: number, body: string): Response =>
  new Response(body, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
      'x-content-type-options': 'nosniff',
    },
  })

/** Sends the browser elsewhere with GET. */
export const redirect = (location: string): Response => new Response(null, { status: 303, headers: { location } })
