import Stripe from 'stripe'

type HttpClient = NonNullable<NonNullable<ConstructorParameters<typeof Stripe>[1]>['httpClient']>

/** How Stripe is reached. */
export interface StripeClientOptions {
  /** The account's secret or restricted key. */
  readonly apiKey: string
  /**
   * Where the API is, such as `http://127.0.0.1:12111` for a simulator. Default: Stripe's own. Scheme, host and port
   * only.
   */
  readonly apiBase?: string
  /** How long a call may stand still before its outcome is called unknown. Default 10 s. */
  readonly timeoutMs?: number
  /** What carries the calls. Default: the SDK's own over Node's http. */
  readonly httpClient?: HttpClient
}

/**
 * The official SDK, set up so that one call here is one request there.
 *
 * It never retries: the outbox does, under the same idempotency key, and knows what it has not heard. It sends no
 * telemetry. Its API version is the one this version of the SDK was made for.
 *
 * @throws RangeError when the key is blank, the base is no address or more than one, or the timeout is not positive.
 */
export const createStripe = ({ apiKey, apiBase, timeoutMs = 10_000, httpClient }: StripeClientOptions): Stripe => {
  if (apiKey.trim() === '' || apiKey !== apiKey.trim())
    throw new RangeError('The Stripe API key is blank or has spaces around it.')
  if (!Number.isSafeInteger(timeoutMs) || timeoutMs <= 0)
    throw new RangeError(`A timeout is a positive whole number of milliseconds, not ${timeoutMs}.`)
  return new Stripe(apiKey, {
    timeout: timeoutMs,
    maxNetworkRetries: 0,
    telemetry: false,
    httpClient: oneTry(httpClient ?? Stripe.createNodeHttpClient()),
    ...(apiBase === undefined ? {} : address(apiBase)),
  })
}

const address = (
  apiBase: string,
): { readonly protocol: 'http' | 'https'; readonly host: string; readonly port: number } => {
  const url = URL.canParse(apiBase) ? new URL(apiBase) : undefined
  const protocol = url?.protocol === 'http:' ? 'http' : url?.protocol === 'https:' ? 'https' : undefined
  if (url === undefined || protocol === undefined)
    throw new RangeError(`The address of the Stripe API is no http address: '${apiBase}'.`)
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '')
    throw new RangeError(`The address of the Stripe API is a scheme, a host and a port, and no more: '${apiBase}'.`)
  // Brackets belong to the address, not to the name a socket connects to.
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  return { protocol, host, port: url.port === '' ? (protocol === 'http' ? 80 : 443) : Number(url.port) }
}

/**
 * Keeps the SDK from doing two things that would make an outcome look more certain than it is.
 *
 * It repeats a call whose connection was closed even when told not to retry, and then tells of the second try alone:
 * "refused to connect" would hide that the first may have done its work. And a body that is JSON but no object makes it
 * wait for ever (both read in the code of version 23.1).
 */
const oneTry = (client: HttpClient): HttpClient => ({
  getClientName: () => client.getClientName(),
  makeRequest: async (...request) => {
    try {
      const response = await client.makeRequest(...request)
      const readJson = response.toJSON.bind(response)
      return Object.assign(response, { toJSON: async (): Promise<unknown> => objectOf(await readJson()) })
    } catch (cause) {
      throw isClosed(cause) ? new ConnectionClosed(cause) : cause
    }
  },
})

/** The other side closed the connection, or it was dead already. Without a code, by which the SDK would repeat the call. */
export class ConnectionClosed extends Error {
  override readonly name = 'ConnectionClosed'
  constructor(cause: unknown) {
    super('The connection was closed before the answer came.', { cause })
  }
}

const isClosed = (error: unknown): boolean =>
  typeof error === 'object' &&
  error !== null &&
  'code' in error &&
  (error.code === 'ECONNRESET' || error.code === 'EPIPE')

const objectOf = (body: unknown): unknown => {
  if (typeof body === 'object' && body !== null) return body
  throw new SyntaxError('The body is JSON, but not an object.')
}
