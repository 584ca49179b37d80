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
  /** Told what is asked, by whoever asks, before anything is sent. */
  readonly onAsk: (lane: string) => void
  readonly onCall: (epoch: Epoch, call: { readonly path: string; readonly key: string; readonly body: string }) => void
  /** The caller has given up, and Stripe has not. */
  readonly onGivenUp: (key: string | null) => void
  /** Told every request that makes something: whether a proxy sends it a second time, and what is heard then. */
  readonly sendsTwice: (what: Doubled) => Twice | undefined
  /** What this attempt or refund asks for was asked for a second time, and nobody here knows. */
  readonly onSentTwice: (id: string) => void
}

/** What there are two of where a request is sent twice. */
export type Doubled = 'page' | 'charge' | 'refund'

const doubled: Readonly<Record<string, Doubled>> = {
  'POST /v1/checkout/sessions': 'page',
  'POST /v1/payment_intents': 'charge',
  'POST /v1/refunds': 'refund',
}

/** Of a request that was sent twice, whose answer is heard. */
export const twice = ['first', 'second', 'neither'] as const
export type Twice = (typeof twice)[number]

/**
 * The network between the processes and Stripe, for the SDK: with a gate before a call is made, and one before its answer is
 * heard. Who gives up after the SDK's time-out gives up on the answer only: what was asked for may still come about later.
 */
export const networkOf =
  ({ kernel, send, onAsk, onCall, onGivenUp, sendsTwice, onSentTwice }: NetworkOptions) =>
  (epoch: Epoch): HttpClient => ({
    getClientName: () => 'simulation',
    async makeRequest(_host, _port, path, method, headers, body, _protocol, timeoutMs) {
      const { pathname } = new URL(path, origin)
      const lane = `${method} ${pathname.replace(/\/(cs|pi|re|dp|du)_[^/]+/, '/{id}')}`
      onAsk(lane)
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
      const what = doubled[lane]
      const heard = what && sendsTwice(what)
      if (heard !== undefined) onSentTwice(markIn(body))
      const sending = heard === undefined ? send(request) : sendTwice(send, request, heard)
      const outcome = await giveUpAfter(kernel, timeoutMs, sending)
      if (outcome === 'given up') onGivenUp(typeof key === 'string' ? key : null)
      await epoch.gate(`hear ${lane}`)
      if (outcome === 'given up') throw Stripe.HttpClient.makeTimeoutError()
      if (outcome.type === 'dropped') throw connectionLost()
      return answerOf(outcome)
    },
  })

const origin = 'https://api.stripe.com'

/** What a proxy does that takes a request for lost: it sends it again, without its key, and Stripe takes it for another one. */
const sendTwice = async (send: NetworkOptions['send'], request: Request, heard: Twice): Promise<Outcome> => {
  const again = request.clone()
  again.headers.delete('Idempotency-Key')
  const first = await send(request)
  const second = await send(again)
  if (heard === 'neither') return { type: 'dropped' }
  return heard === 'first' ? first : second
}

const markIn = (body: string): string => {
  const parameters = new URLSearchParams(body)
  return parameters.get('metadata[refund_id]') ?? parameters.get('metadata[attempt_id]') ?? ''
}

const giveUpAfter = (kernel: Kernel, ms: number, sending: Promise<Outcome>): Promise<Outcome | 'given up'> =>
  new Promise((resolve, reject) => {
    const takeBack = kernel.at(ms, 'time-out', () => resolve('given up'))
    sending.then(resolve, reject).finally(takeBack)
  })

type HttpResponse = Awaited<ReturnType<HttpClient['makeRequest']>>

const answerOf = ({ type, response }: Exclude<Outcome, { readonly type: 'dropped' }>): HttpResponse => {
  const headers = Object.fromEntries(response.headers)
  return {
    getStatusCode: () => response.status,
    getHeaders: () => headers,
    // As Node's http has it. When Stripe answered is read off this.
    getRawResponse: () => ({ headers }),
    toStream: () => response.body,
    async toJSON() {
      if (type === 'reset') throw Stripe.HttpClient.makeResponseBodyError(connectionLost())
      return JSON.parse(await response.text()) as unknown
    },
  }
}

const connectionLost = (): Error => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
