import { dirname } from 'node:path'
import { randomBytes } from 'node:crypto'
import { stripeModule } from '@holdfast/adapter-stripe/inversify'
import type { Clock } from '@holdfast/core'
import { systemClock } from '@holdfast/core/system'
import { createSimulator, simulatorHttpClient } from '@holdfast/stripe-simulator'
import type { ContainerModule } from 'inversify'
import { followClock } from '../clock/followed-clock.ts'
import { simulatorClock } from '../clock/simulator-clock.ts'
import type { StripeConfig } from '../config.ts'
import {
  demoControl,
  readSimulatorClock,
  SimulatorUnreachable,
  type DemoControl,
  type SendToSimulator,
} from './demo-control.ts'
import { mountSimulator, type MountedSimulator } from './mounted-simulator.ts'
import { makeFolder } from '../make-folder.ts'

/** The Stripe that this server talks to, and everything that depends on which one it is. */
export interface StripeSide {
  /** For people, at the start: which Stripe it is. */
  readonly description: string
  /** Binds `paymentProvider` and `webhookVerifier`. */
  readonly module: ContainerModule
  /** The clock of the whole application. */
  readonly clock: Clock
  readonly livemode: boolean
  /** The levers, where it is a simulator that may be moved. */
  readonly demo: DemoControl | undefined
  /** The simulator in this process, to be served beside the pages. */
  readonly mounted: MountedSimulator | undefined
  /** Ends what runs on this side; everything that it holds is on disk afterwards. */
  readonly close: () => Promise<void>
}

/** Sets up this side. `receiveWebhook` is where a simulator in this process delivers. */
export const openStripeSide = async (
  config: StripeConfig,
  {
    publicUrl,
    receiveWebhook,
  }: { readonly publicUrl: string; readonly receiveWebhook: (request: Request) => Promise<Response> },
): Promise<StripeSide> => (config.type === 'simulator' ? inProcess(config, publicUrl, receiveWebhook) : remote(config))

/** The endpoint that the simulator knows: never looked up, since it delivers within the process. */
export const inProcessWebhookUrl = 'http://holdfast.invalid/api/webhooks/stripe'

const inProcess = async (
  { stateFile }: Extract<StripeConfig, { readonly type: 'simulator' }>,
  publicUrl: string,
  receiveWebhook: (request: Request) => Promise<Response>,
): Promise<StripeSide> => {
  makeFolder(dirname(stateFile))
  // A new one at every start: nobody but this process has to know it, and what is still to be sent is signed when it is.
  const secret = `whsec_${randomBytes(24).toString('hex')}`
  const apiKey = 'sk_test_in_process'
  const underWay = new Set<Promise<unknown>>()
  let closing = false
  const simulator = createSimulator({
    stateFile,
    publicUrl,
    livemode: false,
    autoDeliver: true,
    webhooks: [{ url: inProcessWebhookUrl, secret }],
    deliver: async (request) => {
      if (closing) return new Response(null, { status: 503 })
      const delivery = receiveWebhook(request)
      underWay.add(delivery)
      return delivery.finally(() => underWay.delete(delivery))
    },
  })
  const clock = simulatorClock(simulator)
  const send: SendToSimulator = (path, init) => simulator.fetch(new URL(path, publicUrl), init)
  return {
    description: `the simulator in this process (state in ${stateFile})`,
    module: stripeModule({
      apiKey,
      apiBase: publicUrl,
      httpClient: simulatorHttpClient(simulator),
      clock,
      webhooks: { secrets: [secret] },
    }),
    clock,
    livemode: false,
    demo: demoControl({ send, apiKey, ledgerUrl: '/_simulator/ledger' }),
    mounted: mountSimulator(simulator),
    close: async () => {
      closing = true
      await Promise.allSettled(underWay)
      // What was delivered last is still being written down, one turn of the loop later.
      await new Promise((resolve) => setImmediate(resolve))
      simulator.close()
    },
  }
}

const remote = async (config: Extract<StripeConfig, { readonly type: 'remote' }>): Promise<StripeSide> => {
  const { apiKey, apiBase, webhookSecrets, livemode } = config
  const address = apiBase === undefined ? {} : { apiBase }
  const options = { apiKey, ...address, webhooks: { secrets: webhookSecrets } }
  if (!config.followClock || apiBase === undefined) {
    const clock = systemClock()
    const description = `${apiBase ?? 'Stripe'}, ${livemode ? 'LIVE mode: real money' : 'test mode'}`
    return {
      description,
      module: stripeModule({ ...options, clock }),
      clock,
      livemode,
      demo: undefined,
      mounted: undefined,
      close: async () => {},
    }
  }
  const send: SendToSimulator = async (path, init) => {
    // What moves its clock does everything that falls due on the way.
    const signal = AbortSignal.timeout(init?.method === 'POST' ? 10_000 : 2_000)
    try {
      return await fetch(new URL(path, apiBase), { ...init, signal })
    } catch (error) {
      throw new SimulatorUnreachable(`The simulator at ${apiBase} does not answer.`, { cause: error })
    }
  }
  const clock = await followClock(() => readSimulatorClock(send))
  return {
    description: `the simulator at ${apiBase}, whose clock is followed`,
    module: stripeModule({ ...options, clock }),
    clock,
    livemode,
    demo: demoControl({ send, apiKey, ledgerUrl: `${apiBase}/_simulator/ledger`, afterAdvance: clock.refresh }),
    mounted: undefined,
    close: async () => clock.stop(),
  }
}
