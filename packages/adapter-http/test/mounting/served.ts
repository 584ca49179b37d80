import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Holdfast in somebody's server. */
export interface Mounted {
  /** Sends a request to the server. Redirects are not followed. */
  readonly ask: (path: string, init?: RequestInit) => Promise<Response>
  readonly close: () => Promise<void>
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
