import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { serve } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { createSimulator, type Simulator, type SimulatorOptions } from '../simulator.ts'

/** How the HTTP server is set up. */
export interface ServeOptions extends SimulatorOptions {
  /** 12111 unless given; 0 takes a free one. */
  readonly port?: number
  /** 127.0.0.1 unless given: the simulator has no lock on its door. */
  readonly host?: string
}

/** A running simulator. */
export interface SimulatorServer {
  readonly simulator: Simulator
  /** Where it is reached, without a trailing slash. */
  readonly url: string
  readonly port: number
  readonly host: string
  /** Stops listening, ends open connections and lets go of the state file. */
  readonly close: () => Promise<void>
}

/**
 * Starts a simulator that speaks HTTP. Webhooks are sent by themselves unless `autoDeliver` is false.
 *
 * Rejects when the address cannot be had. A state file is not touched before it is had: it may be that of whoever has it.
 */
export const serveSimulator = async (options: ServeOptions = {}): Promise<SimulatorServer> => {
  const { port = 12_111, host = '127.0.0.1', ...rest } = options
  const server = serve({
    fetch: async (request: Request, env: unknown) => answer(await opening, request, env as NodeExchange),
    port,
    hostname: host,
  }) as Server
  const opening = listening(server).then(() => createSimulator({ autoDeliver: true, ...rest }))
  const simulator = await opening.catch(async (error: unknown) => {
    if (server.listening) await stop(server)
    throw error
  })
  const address = server.address()
  const actual = typeof address === 'object' && address !== null ? address.port : port
  return {
    simulator,
    host,
    port: actual,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${actual}`,
    close: async () => {
      await stop(server)
      simulator.close()
    },
  }
}

const stop = async (server: Server): Promise<void> => {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeAllConnections()
  await closed
}

interface NodeExchange {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
}

const answer = async (
  simulator: Simulator,
  request: Request,
  { incoming, outgoing }: NodeExchange,
): Promise<Response> => {
  const outcome = await simulator.respond(request)
  switch (outcome.type) {
    case 'answer':
      return outcome.response
    case 'dropped':
      incoming.socket.destroy()
      return RESPONSE_ALREADY_SENT
    case 'reset': {
      const text = await outcome.response.text()
      outgoing.writeHead(outcome.response.status, Object.fromEntries(outcome.response.headers))
      await new Promise<void>((resolve) => outgoing.write(text.slice(0, text.length / 2), () => resolve()))
      incoming.socket.destroy()
      return RESPONSE_ALREADY_SENT
    }
  }
}

const listening = (server: Server): Promise<void> =>
  new Promise((resolve, reject) => {
    if (server.listening) return resolve()
    server.once('listening', resolve)
    server.once('error', reject)
  })
