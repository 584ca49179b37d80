import { randomBytes } from 'node:crypto'
import { createControl } from './control/control.ts'
import { readLedger, type Ledger } from './control/ledger.ts'
import type { Delivery, Fault } from './engine/tables.ts'
import { runDueTimers, type TimerHandlers } from './engine/timers.ts'
import { createWorld, type Behaviour } from './engine/world.ts'
import { addFault, clearFaults, type CallSummary, type NewFault } from './faults/faults.ts'
import { createPages } from './page/pages.ts'
import { areas } from './resources/index.ts'
import { addEndpoint } from './resources/webhook-endpoints.ts'
import { createApi, type ChosenFault } from './server/api.ts'
import { sleepByTimer, type Outcome, type Sleep } from './server/outcome.ts'
import { createPump } from './server/pump.ts'
import { openStateFile } from './server/state-file.ts'
import { listDueDeliveries, setWebhookMode, type WebhookSettings } from './webhooks/deliveries.ts'
import { deliverByHttp, type Deliver } from './webhooks/send.ts'
import { forgetOldKeys } from './wire/idempotency.ts'

/** A webhook endpoint that is there from the start. */
export interface WebhookTarget {
  readonly url: string
  /** What signs the deliveries: `whsec_…`. */
  readonly secret: string
  /** The event types it hears of; all, unless told. */
  readonly events?: readonly string[]
}

/** How a simulator is set up. Everything has a default. */
export interface SimulatorOptions {
  /** Makes ids, secrets and every chance decision repeatable. A new random one each time unless given. */
  readonly seed?: string | number
  /** The clock in milliseconds; the machine's own unless given. `advance` adds to either. */
  readonly now?: () => number
  /** How real time passes where a fault takes time. A timer unless given. */
  readonly sleep?: Sleep
  /** What `livemode` is, whatever the API key says; read off the key's prefix unless given. */
  readonly livemode?: boolean
  /**
   * Where hosted pages are reached. The address of the request unless given, or http://127.0.0.1:12111 for Stripe's
   * own.
   */
  readonly publicUrl?: string
  readonly webhooks?: readonly WebhookTarget[]
  /** Carries webhooks; over HTTP unless given. */
  readonly deliver?: Deliver
  /** Whether webhooks are sent, and things happen by themselves, without being asked: with timers. Off unless given. */
  readonly autoDeliver?: boolean
  /** Where the whole state is kept, so that it survives the process. In memory only, unless given. */
  readonly stateFile?: string
  /** Decides on the spot what goes wrong with a call, before the armed faults are looked at. */
  readonly chooseFault?: (call: CallSummary) => ChosenFault | undefined
  /** How long a bank debit takes; four days unless given. */
  readonly bankDebitSettlesAfterMs?: number
  /**
   * How long a failed webhook waits for its second attempt; ten seconds unless given. Each further wait is four times
   * as long.
   */
  readonly webhookFirstRetryMs?: number
}

/** A Stripe of one's own. */
export interface Simulator {
  /** Answers a request. A connection that a fault drops rejects with a TypeError, as the global `fetch` does. */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>
  /** Answers a request, with a lost connection as a value: for those who write a skin of their own. */
  readonly respond: (request: Request) => Promise<Outcome>
  /** The simulator's time in milliseconds. */
  readonly nowMs: () => number
  /** Moves the clock forward: sessions expire, keys are forgotten, debits settle, each at its own time. */
  readonly advance: (ms: number) => Promise<void>
  /** When something will happen by itself next, in milliseconds; undefined when nothing will. */
  readonly nextDueAt: () => number | undefined
  /** Webhooks that are due now, in order. */
  readonly dueDeliveries: () => readonly Delivery[]
  /** Sends one webhook now. Undefined when there is none of this id. */
  readonly deliver: (id: string) => Promise<Delivery | undefined>
  /** Sends every webhook that is due, in order, until none is. */
  readonly settle: () => Promise<void>
  readonly setWebhooks: (settings: Partial<WebhookSettings>) => void
  readonly addFault: (fault: NewFault) => Fault
  readonly clearFaults: () => void
  /** The ground truth. */
  readonly ledger: () => Ledger
  /** Forgets everything but the endpoints given as options. */
  readonly reset: () => void
  /**
   * Stops timers and lets go of the state file. What a webhook under way comes to by then is not written down: a simulator that
   * starts from the same file sends it again.
   */
  readonly close: () => void
}

const defaultPublicUrl = 'http://127.0.0.1:12111'

/** A simulated Stripe in this process. */
export const createSimulator = (options: SimulatorOptions = {}): Simulator => {
  let stateFile = options.stateFile === undefined ? undefined : openStateFile(options.stateFile)
  const world = createWorld({
    seed: String(options.seed ?? randomBytes(12).toString('hex')),
    now: options.now ?? Date.now,
    behaviour: behaviourOf(options),
    journal: (changes) => {
      stateFile?.append(changes)
      if (stateFile?.isBloated() === true) stateFile.rewrite(world.snapshot())
    },
  })
  const timers: TimerHandlers = Object.assign({}, ...areas.map((area) => area.timers))
  const catchUp = (): void => {
    runDueTimers(world, timers)
    forgetOldKeys(world)
  }
  const addTargets = (): void =>
    world.transaction(() => {
      for (const { url, secret, events = ['*'] } of options.webhooks ?? []) {
        const known = [...world.rows('webhook_endpoint')].find((each) => each.url === url)
        if (known === undefined) {
          addEndpoint(world, {
            url,
            secret,
            events,
            apiVersion: null,
            description: null,
            metadata: {},
            livemode: options.livemode ?? false,
            bothModes: true,
          })
        } else world.put('endpoint_secret', known.id, { endpoint: known.id, secret, bothModes: true })
      }
    })
  const reset = (): void => {
    world.clear()
    if (options.seed === undefined)
      world.put('setting', 'seed', { name: 'seed', value: randomBytes(12).toString('hex') })
    addTargets()
    stateFile?.rewrite(world.snapshot())
  }

  world.restore(stateFile?.changes ?? [])
  addTargets()
  const pump = createPump({ world, deliver: options.deliver ?? deliverByHttp, catchUp })
  if (options.autoDeliver === true) pump.start()
  const api = createApi({ world, sleep: options.sleep ?? sleepByTimer, chooseFault: options.chooseFault, catchUp })
  const control = createControl({ world, pump, catchUp, reset })
  const pages = createPages({ world, catchUp })

  const respond = async (request: Request): Promise<Outcome> => {
    const url = new URL(request.url)
    const publicUrl = options.publicUrl?.replace(/\/+$/, '') ?? ownAddress(request, url)
    try {
      if (url.pathname.startsWith('/v1/')) return await api(request, url, publicUrl)
      if (url.pathname.startsWith('/_simulator/')) return answer(await control(request, url))
      return answer(await pages(request, url, publicUrl))
    } finally {
      pump.kick()
    }
  }

  return {
    respond,
    fetch: async (input, init) => toFetchResult(await respond(new Request(input, init))),
    nowMs: world.nowMs,
    advance: pump.advance,
    nextDueAt: pump.nextDueAtMs,
    dueDeliveries: () => listDueDeliveries(world),
    deliver: pump.deliver,
    settle: pump.settle,
    setWebhooks: ({ mode = 'normal', copies = 2, ms = 0 }) => {
      world.transaction(() => setWebhookMode(world, { mode, copies, ms }))
      pump.kick()
    },
    addFault: (fault) => addFault(world, fault),
    clearFaults: () => void clearFaults(world),
    ledger: () => {
      catchUp()
      return readLedger(world)
    },
    reset,
    close: () => {
      pump.stop()
      stateFile?.close()
      stateFile = undefined
    },
  }
}

const dayMs = 24 * 60 * 60 * 1000

const behaviourOf = (options: SimulatorOptions): Behaviour => ({
  livemode: options.livemode,
  bankDebitSettlesAfterMs: options.bankDebitSettlesAfterMs ?? 4 * dayMs,
  webhookFirstRetryMs: options.webhookFirstRetryMs ?? 10_000,
  webhookLongestRetryMs: dayMs / 2,
  webhookGivesUpAfterMs: 3 * dayMs,
})

// The SDK asks `api.stripe.com` when it was given nothing but an HTTP client: pages are not there.
const ownAddress = (request: Request, url: URL): string => {
  const host = request.headers.get('host') ?? url.host
  return /(^|\.)stripe\.com(:\d+)?$/.test(host) ? defaultPublicUrl : `${url.protocol}//${host}`
}

const answer = (response: Response): Outcome => ({ type: 'answer', response })

const toFetchResult = async (outcome: Outcome): Promise<Response> => {
  switch (outcome.type) {
    case 'answer':
      return outcome.response
    case 'dropped':
      throw connectionLost()
    case 'reset': {
      const { status, headers } = outcome.response
      const text = await outcome.response.text()
      const body = new ReadableStream({
        start: (controller) => {
          controller.enqueue(new TextEncoder().encode(text.slice(0, text.length / 2)))
          setImmediate(() => controller.error(connectionLost()))
        },
      })
      return new Response(body, { status, headers })
    }
  }
}

// The shape in which the global `fetch` reports a lost connection.
const connectionLost = (): TypeError =>
  new TypeError('fetch failed', { cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }) })
