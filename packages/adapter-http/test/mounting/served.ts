import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Holdfast in somebody's server. */
export interface Mounted {
  /** Sends a request to the server. Redirects are not followed. */
  readonly ask: (path: string, init?: RequestInit) => Promise<Response>
  readonly close: () => Promise<void>
}

/** Serves a listener of Node's kind on a free port. */
export const served = async (listener: RequestListener): Promise<Mounted> => {
  const server = createServer(listener).listen(0, '127.0.0.1')
  return { ask: askAt(await originOf(server)), close: async () => void server.close() }
}

/** Where a server listens, once it does. */
export const originOf = async (server: Server): Promise<string> => {
  if (!server.listening) await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Sends requests to what listens at `origin`. */
export const askAt =
  (origin: string): Mounted['ask'] =>
  (path, init) =>
    fetch(`${origin}${path}`, { redirect: 'manual', ...init })
