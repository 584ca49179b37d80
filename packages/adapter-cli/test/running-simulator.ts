import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Stripe from 'stripe'
import { runCommandLine, type ExitCode } from '../src/index.ts'
import { heardTerminal } from './terminals.ts'

/** What the command says of a simulator with `--json`. */
export interface SimulatorFacts {
  readonly url: string
  readonly sdk: {
    readonly api_key: string
    readonly host: string
    readonly port: number
    readonly protocol: 'http' | 'https'
  }
  readonly faults_url: string
  readonly ledger_url: string
}

/** A simulator that runs in this process, and listens. */
export interface RunningSimulator {
  readonly out: () => string
  readonly err: () => string
  /** Stops it, and answers how it ended. */
  readonly stop: () => Promise<ExitCode>
}

/** Runs the command in this process until it listens. @throws what it said instead, when it ended. */
export const runSimulator = async (...args: readonly string[]): Promise<RunningSimulator> => {
  const terminal = heardTerminal()
  const stop = new AbortController()
  const options = { terminal, folder: '/', environment: {}, stop: stop.signal }
  let isOver = false
  const ended = runCommandLine(['stripe-simulator', '--port', '0', ...args], options).finally(() => (isOver = true))
  while (terminal.heard.out() === '') {
    if (isOver) throw new Error(`It ended without listening: ${terminal.heard.err()}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return {
    ...terminal.heard,
    stop: () => {
      stop.abort()
      return ended
    },
  }
}

/** What it said, for a program. */
export const factsIn = ({ out }: Pick<RunningSimulator, 'out'>): SimulatorFacts => JSON.parse(out()) as SimulatorFacts

/** The official SDK, with nothing but what the command said. */
export const sdkOf = ({ sdk: { api_key: key, ...place } }: SimulatorFacts): Stripe =>
  new Stripe(key, { ...place, telemetry: false, maxNetworkRetries: 0 })

/** A webhook as it came. */
export interface HeardWebhook {
  readonly body: string
  readonly signature: string
}

/** Something that webhooks are sent to. */
export interface Receiver {
  readonly url: string
  /** The first that comes is 1. Resolves when it has come. */
  readonly heard: (count: number) => Promise<HeardWebhook>
  readonly close: () => void
}

/** Receives webhooks on this machine, and answers each after so long. */
export const receiveWebhooks = async (answerAfterMs = 0): Promise<Receiver> => {
  const all: HeardWebhook[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const signature = String(request.headers['stripe-signature'])
      all.push({ body: Buffer.concat(chunks).toString(), signature })
      setTimeout(() => response.end(), answerAfterMs)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`,
    heard: async (count) => {
      for (;;) {
        const found = all[count - 1]
        if (found !== undefined) return found
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    },
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
