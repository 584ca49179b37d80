import { z } from 'zod'

/** What the simulator can be told to do with webhooks, as the console offers it. */
export const webhookModes = ['normal', 'paused', 'drop', 'duplicate'] as const

/** One of {@link webhookModes}. */
export type WebhookMode = (typeof webhookModes)[number]

/** The levers of a simulated Stripe. Stripe itself has none of them. */
export interface DemoControl {
  /** Where a person can read everything that the simulator holds. */
  readonly ledgerUrl: string
  /** What the simulator's clock says at this very moment, in milliseconds. */
  readonly readClockMs: () => Promise<number>
  /** Moves the clock forward; what falls due at Stripe on the way happens on the way. */
  readonly advance: (ms: number) => Promise<void>
  /** The mode in force; the simulator may have been put into one that the console does not offer. */
  readonly readWebhookMode: () => Promise<WebhookMode | 'reorder' | 'delay'>
  readonly setWebhookMode: (mode: WebhookMode) => Promise<void>
  /** Takes a saved card away, as its owner might: charges of it fail from then on. */
  readonly detachCard: (paymentMethodId: string) => Promise<void>
}

/** The simulator's process is gone, or stands still: nobody knows whether it has done what it was asked. */
export class SimulatorUnreachable extends Error {
  override readonly name = 'SimulatorUnreachable'
}

/** Sends a request to the simulator, wherever it is. @throws {@link SimulatorUnreachable} */
export type SendToSimulator = (path: string, init?: RequestInit) => Promise<Response>

/** Reads a simulator's clock, in milliseconds. */
export const readSimulatorClock = async (send: SendToSimulator): Promise<number> =>
  clockAnswer.parse(await json(await send('/_simulator/clock'))).now_ms

/** The levers of the simulator that `send` reaches. `afterAdvance` runs before `advance` is over. */
export const demoControl = ({
  send,
  apiKey,
  ledgerUrl,
  afterAdvance = async () => {},
}: {
  readonly send: SendToSimulator
  readonly apiKey: string
  readonly ledgerUrl: string
  readonly afterAdvance?: () => Promise<void>
}): DemoControl => ({
  ledgerUrl,
  readClockMs: () => readSimulatorClock(send),
  advance: async (ms) => {
    await json(await send('/_simulator/clock', post({ advance_s: Math.ceil(ms / 1000) })))
    await afterAdvance()
  },
  readWebhookMode: async () => modeAnswer.parse(await json(await send('/_simulator/webhooks'))).mode,
  setWebhookMode: async (mode) => {
    await json(await send('/_simulator/webhooks', post({ mode })))
  },
  detachCard: async (paymentMethodId) => {
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/x-www-form-urlencoded' }
    const response = await send(`/v1/payment_methods/${encodeURIComponent(paymentMethodId)}/detach`, {
      method: 'POST',
      headers,
    })
    // A card that is detached already is refused with a 400, and is what was wanted.
    if (response.status !== 400) await json(response)
  },
})

const clockAnswer = z.object({ now_ms: z.number() })
const modeAnswer = z.object({ mode: z.enum([...webhookModes, 'reorder', 'delay']) })

const post = (body: Readonly<Record<string, unknown>>): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

const json = async (response: Response): Promise<unknown> => {
  if (!response.ok)
    throw new Error(`The simulator answered ${response.status}: ${(await response.text()).slice(0, 200)}`)
  return response.json()
}
