import type { Answer } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'

/** A simulator that listens, and what it was told. */
export interface Listening {
  /** As it was given: on every address, perhaps. */
  readonly host: string
  readonly port: number
  /** Stripe's, as the simulator speaks it. */
  readonly apiVersion: string
  readonly webhooks: readonly Endpoint[]
  /** Where the state is kept; absent: in memory. */
  readonly stateFile: string | undefined
  /** Where people reach its pages, where that is another address. */
  readonly publicUrl: string | undefined
}

/** Where webhooks go. `secret`: what signs them, where it is the default; one that was given is not said again. */
export interface Endpoint {
  readonly url: string
  readonly secret: string | undefined
}

/** Any key of this shape will do. */
const apiKey = 'sk_test_anything'

/** All that has to be known to use a simulator: what the official SDK takes, and where its behaviour is controlled. */
export const listeningAnswer = (listening: Listening): Answer => {
  const host = callableHost(listening.host)
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${listening.port}`
  return {
    exitCode: exitCodes.done,
    json: json(listening, host, url),
    oneLine: true,
    text: `${lines(listening, host, url).join('\n')}\n`,
  }
}

const json = ({ port, apiVersion, webhooks, stateFile, publicUrl }: Listening, host: string, url: string) => ({
  command: 'stripe-simulator',
  url,
  sdk: { api_key: apiKey, host, port, protocol: 'http' },
  api_version: apiVersion,
  webhooks: webhooks.map(({ url: to, secret = null }) => ({ url: to, secret })),
  faults_url: `${url}/_simulator/faults`,
  ledger_url: `${url}/_simulator/ledger`,
  public_url: publicUrl ?? null,
  state_file: stateFile ?? null,
})

const lines = (
  { host: given, port, apiVersion, webhooks, stateFile, publicUrl }: Listening,
  host: string,
  url: string,
): readonly string[] => [
  `The Stripe simulator listens on ${url}. Ctrl-C or SIGTERM stops it.`,
  ...(isLocal(given) ? [] : [`It has no lock: whoever reaches ${given} from elsewhere can use it, too.`]),
  '',
  `SDK       new Stripe('${apiKey}', { host: '${host}', port: ${port}, protocol: 'http' })`,
  `          API version ${apiVersion}; any key that begins with sk_test_ will do`,
  ...(webhooks.length === 0 ? ['webhooks  none: --webhook-url says where they go'] : webhooks.map(webhookLine)),
  ...(publicUrl === undefined ? [] : [`pages     ${publicUrl}`]),
  `state     ${stateFile ?? 'in memory, and gone when it stops; --state <file> keeps it'}`,
  `ledger    ${url}/_simulator/ledger`,
  `faults    ${url}/_simulator/faults, to make a call fail:`,
  `          curl ${url}/_simulator/faults -d '{"match": "POST /v1/refunds", "kind": "500_no_effect"}'`,
]

const webhookLine = ({ url, secret }: Endpoint): string =>
  `webhooks  ${url}, signed with ${secret ?? 'the secret that was given'}`

/** The address to call, where it listens on all of them. */
const callableHost = (host: string): string => (host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host)

const isLocal = (host: string): boolean => /^(localhost|::1|127\.\d+\.\d+\.\d+)$/.test(host)
