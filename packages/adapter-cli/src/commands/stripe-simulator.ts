import { defineCommand } from '../command.ts'
import { each, httpUrl, nonEmpty, portNumber } from '../option-values.ts'
import { WrongUsage } from '../problem.ts'
import { listeningAnswer, type Endpoint } from '../stripe-simulator/listening-answer.ts'
import { loadSimulator } from '../stripe-simulator/load-simulator.ts'
import { serveUntil } from '../stripe-simulator/serve-until.ts'

/** Serves a simulated Stripe until it is told to stop. It needs no host, and so no configuration. */
export const stripeSimulator = defineCommand({
  name: 'stripe-simulator',
  summary: 'serve a simulated Stripe, until it is stopped',
  description: `A stateful Stripe on this machine, for the official SDK: pages to pay on, signed webhooks, faults at will.
Once it listens it says what to put into the SDK. Ctrl-C or SIGTERM stops it, and it ends with 0. It comes
with the package @holdfast/stripe-simulator, which has to be installed as well.`,
  options: (line) =>
    line
      .option('--port <number>', 'where to listen; 0 takes a free one', portNumber, 12_111)
      .option('--host <address>', 'on which address; it has no lock, so keep it local', nonEmpty, '127.0.0.1')
      .option('--webhook-url <url>', 'send every event there, signed; may be given more than once', each(httpUrl))
      .option(
        '--webhook-secret <secret>',
        `what signs them, one for all or one for each (default: ${defaultSecret})`,
        each(nonEmpty),
      )
      .option('--state <file>', 'keep everything in this file, and start from it (default: in memory)', nonEmpty)
      .option('--seed <text>', 'make ids and chance repeatable (default: at random)', nonEmpty)
      .option('--public-url <url>', 'where people reach its pages, if not where it is called', httpUrl),
  async run(given, { announce, stopSignal, terminal }) {
    const webhooks = webhooksOf(given.webhookUrl ?? [], given.webhookSecret)
    const { port, host, seed, state: stateFile, publicUrl } = given
    const options = {
      port,
      host,
      webhooks,
      ...(seed !== undefined && { seed }),
      ...(stateFile !== undefined && { stateFile }),
      ...(publicUrl !== undefined && { publicUrl }),
    }
    const stop = stopSignal()
    const simulator = await loadSimulator()
    const answer = await serveUntil(simulator, options, stop, (server) => {
      const { apiVersion } = simulator
      const said = { host, port: server.port, apiVersion, stateFile, publicUrl, webhooks: webhooks.map(sayable) }
      const listening = listeningAnswer(said)
      announce(listening)
      return listening
    })
    terminal.err.write('Stopped.\n')
    return answer
  },
})

const defaultSecret = 'whsec_simulator'

const webhooksOf = (urls: readonly string[], secrets: readonly string[] = []) => {
  if (secrets.length > 0 && urls.length === 0)
    throw new WrongUsage('--webhook-secret signs what is sent to a --webhook-url: give one of those, too.')
  if (secrets.length > 1 && secrets.length !== urls.length)
    throw new WrongUsage('Give --webhook-secret once, or once for each --webhook-url.')
  return urls.map((url, at) => ({ url, secret: secrets[at] ?? secrets[0] ?? defaultSecret }))
}

/** A secret that is no default of everybody's is not said again. */
const sayable = ({ url, secret }: Endpoint): Endpoint => ({
  url,
  secret: secret === defaultSecret ? secret : undefined,
})
