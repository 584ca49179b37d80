import {
  createSimulator,
  faultKinds,
  type CallSummary,
  type FaultKind,
  type Ledger,
  type Outcome,
  type Simulator,
} from '@holdfast/stripe-simulator'
import type { Epoch, Kernel } from '../kernel/kernel.ts'
import { networkOf, type Doubled, type HttpClient, type Twice } from './network.ts'

/** A call that a process made, as the network saw it. */
export interface SeenCall {
  readonly key: string
  readonly path: string
  /** Its parameters, but for when the page is to end: that may have to be moved into Stripe's bounds. */
  readonly parameters: string
  readonly atMs: number
}

/** Something that Stripe would tell the world. */
export interface News {
  readonly eventId: string
  readonly type: string
  readonly payload: string
}

/** The simulated Stripe in its place between the processes and the ground truth. */
export interface Stripe {
  readonly simulator: Simulator
  /** What a process's SDK sends its calls with. */
  clientOf(epoch: Epoch): HttpClient
  /** What a person does at Stripe: on a page, or in the dashboard. Never struck by a fault. */
  act(
    path: string,
    form: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number; readonly body: unknown }>
  /** Lets happen what is due, and hands over what there is to tell. */
  catchUp(): Promise<void>
  /** The ground truth as it is now. */
  ledger(): Ledger
  /** How many calls processes have made. */
  readonly calls: number
  /** The attempts and refunds that were asked for a second time without their key, so that there may be two of each. */
  readonly sentTwice: ReadonlySet<string>
  /** True when something may have changed at Stripe since this was asked last. */
  takeDirty(): boolean
}

/** What a call asks of Stripe. */
export type Asked = Pick<CallSummary, 'path' | 'isList'>

/** What can go wrong with a call: only a list can lag. */
export const faultsOf = ({ isList }: Pick<CallSummary, 'isList'>): readonly FaultKind[] =>
  isList ? faultKinds : faultsOfOthers
const faultsOfOthers = faultKinds.filter((kind) => kind !== 'list_lag')

/** What a {@link Stripe} is told and asked. */
export interface StripeOptions {
  readonly kernel: Kernel
  readonly seed: string
  readonly livemode: boolean
  /** How likely a call goes wrong. */
  readonly faultRate: () => number
  /** Says what goes wrong with a call, the calls counted from 1, instead of chance. */
  readonly faultAt?: (call: number, asked: Asked) => FaultKind | undefined
  readonly onFault: (kind: FaultKind, key: string | null) => void
  readonly onGivenUp: (key: string | null) => void
  readonly onAsk: (lane: string) => void
  readonly onCall: (epoch: Epoch, call: SeenCall) => void
  /** Whether a proxy sends a request that makes something a second time, and what is heard then. */
  readonly sendsTwice: (what: Doubled) => Twice | undefined
  readonly onNews: (news: News) => void
}

/** The event types the endpoint asked for: what the adapter reads, and one that it does not know. */
const eventTypes = [
  'checkout.session.completed',
  'checkout.session.async_payment_succeeded',
  'checkout.session.async_payment_failed',
  'checkout.session.expired',
  'payment_intent.succeeded',
  'payment_intent.processing',
  'payment_intent.requires_action',
  'payment_intent.payment_failed',
  'payment_intent.canceled',
  'refund.created',
  'refund.updated',
  'refund.failed',
  'charge.dispute.created',
  'charge.dispute.funds_withdrawn',
  'charge.dispute.closed',
  'charge.succeeded',
]

/** Stripe in this process, on virtual time. */
export const createStripe = (options: StripeOptions): Stripe => {
  const { kernel } = options
  let dirty = false
  let known: Ledger | undefined
  let byPerson = false
  let calls = 0
  const sentTwice = new Set<string>()
  const simulator = createSimulator({
    seed: options.seed,
    now: kernel.now,
    sleep: (ms) => kernel.aside(kernel.sleep(ms)),
    livemode: options.livemode,
    autoDeliver: false,
    webhooks: [{ url: 'http://host.example/webhooks/stripe', secret: 'whsec_of_the_simulator', events: eventTypes }],
    // The postman takes everything at once, and decides for himself what becomes of it.
    deliver: async (request) => {
      const payload = await request.text()
      const { id, type } = JSON.parse(payload) as { readonly id: string; readonly type: string }
      options.onNews({ eventId: id, type, payload })
      return new Response(null, { status: 200 })
    },
    chooseFault: ({ path, idempotencyKey, isList }) => {
      if (byPerson || path.startsWith('/v1/payment_pages')) return undefined
      calls += 1
      const told = options.faultAt?.(calls, { path, isList })
      const scripted = told === 'list_lag' && !isList ? undefined : told
      if (scripted !== undefined) options.onFault(scripted, idempotencyKey)
      if (scripted !== undefined) return { kind: scripted, ms: scripted === 'list_lag' ? 100_000 : 10_000 }
      if (!kernel.tape.chance(options.faultRate(), 'fault')) return undefined
      const kinds = faultsOf({ isList })
      const kind = kinds[kernel.tape.choose(kinds.length, 'fault kind')] ?? 'latency'
      options.onFault(kind, idempotencyKey)
      if (kind === '429') {
        const retryAfterS = [undefined, 1, 30][kernel.tape.choose(3, 'retry after')]
        return { kind, ...(retryAfterS === undefined ? {} : { retryAfterS }) }
      }
      if (kind === 'list_lag') return { kind, ms: [1_000, 20_000, 100_000][kernel.tape.choose(3, 'list lag')] ?? 1_000 }
      const slow = kind === 'latency' || kind === 'timeout_before_effect' || kind === 'timeout_after_effect'
      return slow ? { kind, ms: [200, 3_000, 10_000, 80_000][kernel.tape.choose(4, 'fault ms')] ?? 200 } : { kind }
    },
  })

  const send = async (request: Request): Promise<Outcome> => {
    try {
      return await kernel.busy(simulator.respond(request))
    } finally {
      dirty = true
      known = undefined
    }
  }

  return {
    simulator,
    clientOf: networkOf({
      kernel,
      send,
      onAsk: options.onAsk,
      onCall: (epoch, { path, key, body }) =>
        options.onCall(epoch, { key, path, parameters: withoutEnding(body), atMs: kernel.now() }),
      onGivenUp: options.onGivenUp,
      sendsTwice: options.sendsTwice,
      onSentTwice: (id) => void sentTwice.add(id),
    }),
    async act(path, form) {
      byPerson = true
      const isControl = path.startsWith('/_simulator')
      const request = new Request(`https://api.stripe.com${path}`, {
        method: 'POST',
        headers: {
          authorization: 'Bearer sk_test_simulation',
          ...(isControl ? { 'content-type': 'application/json' } : {}),
        },
        body: isControl ? JSON.stringify(form) : new URLSearchParams(form).toString(),
      })
      try {
        const outcome = await send(request)
        if (outcome.type !== 'answer') throw new Error('Somebody at Stripe was struck by a fault.')
        return { status: outcome.response.status, body: await outcome.response.json() }
      } finally {
        byPerson = false
      }
    },
    async catchUp() {
      known = undefined
      await kernel.busy(simulator.settle())
      known = undefined
    },
    ledger: () => (known ??= simulator.ledger()),
    get calls() {
      return calls
    },
    sentTwice,
    takeDirty() {
      const was = dirty
      dirty = false
      return was
    },
  }
}

const withoutEnding = (body: string): string =>
  body
    .split('&')
    .filter((part) => !part.startsWith('expires_at='))
    .join('&')
