import type { Outcome } from '@holdfast/stripe-simulator'
import Stripe from 'stripe'
import type { Epoch, Kernel } from '../kernel/kernel.ts'

/** What carries the calls of the SDK. */
export type HttpClient = ReturnType<typeof Stripe.createFetchHttpClient>

/** What a {@link networkOf} asks and tells. */
export interface NetworkOptions {
  readonly kernel: Kernel
  /** Hands a request to Stripe. */
  readonly send: (request: Request) => Promise<Outcome>
  readonly onCall: (epoch: Epoch, call: { readonly path: string; readonly key: string; readonly body: string }) => void
  /** The caller has given up, and Stripe has not. */
  readonly onGivenUp: (key: string | null) => void
}

/**
 * The network between the processes and Stripe, for the SDK: with a gate before a call is made, and one before its answer is
 * heard. Who gives up after the SDK's time-out gives up on the answer only: what was asked for may still come about later.
 */
export const networkOf =
  ({ kernel, send, onCall, onGivenUp }: NetworkOptions) =>
  (epoch: Epoch): HttpClient => ({
    getClientName: () => 'simulation',
    async makeRequest(_host, _port, path, method, headers, body, _protocol, timeoutMs) {
      const { pathname } = new URL(path, origin)
      const lane = `${method} ${pathname.replace(/\/(cs|pi|re|dp|du)_[^/]+/, '/{id}')}`
      const startedMs = kernel.now()
      await epoch.gate(`ask ${lane}`)
      // Whoever stands still before anything is sent finds, when he goes on, that the time for it has run out.
      if (kernel.now() - startedMs >= timeoutMs) throw Stripe.HttpClient.makeTimeoutError()
      const key = headers['Idempotency-Key']
      if (typeof key === 'string') onCall(epoch, { path: pathname, key, body })
      const request = new Request(`${origin}${path}`, {
        method,
        headers: headers as Record<string, string>,
        ...(method === 'GET' ? {} : { body }),
      })
      const outcome = await giveUpAfter(kernel, timeoutMs, send(request))
      if (outcome === 'given up') onGivenUp(typeof key === 'string' ? key : null)
      await epoch.gate(`hear ${lane}`)
      if (outcome === 'given up') throw Stripe.HttpClient.makeTimeoutError()
      if (outcome.type === 'dropped') throw connectionLost()
      return answerOf(outcome)
    },
  })

const origin = 'https://api.stripe.com'

const giveUpAfter = (kernel: Kernel, ms: number, sending: Promise<Outcome>): Promise<Outcome | 'given up'> =>
  new Promise((resolve, reject) => {
    const takeBack = kernel.at(ms, 'time-out', () => resolve('given up'))
    sending.then(resolve, reject).finally(takeBack)
  })

type HttpResponse = Awaited<ReturnType<HttpClient['makeRequest']>>

const answerOf = ({ type, response }: Exclude<Outcome, { readonly type: 'dropped' }>): HttpResponse => ({
  getStatusCode: () => response.status,
  getHeaders: () => Object.fromEntries(response.headers),
  getRawResponse: () => ({}),
  toStream: () => response.body,
  async toJSON() {
    if (type === 'reset') throw Stripe.HttpClient.makeResponseBodyError(connectionLost())
    return JSON.parse(await response.text()) as unknown
  },
})

const connectionLost = (): Error => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
