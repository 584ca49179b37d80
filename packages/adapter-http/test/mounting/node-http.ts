import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { HttpAdapter } from '../../src/index.ts'
import { askAt, originOf, type Mounted } from './served.ts'

/** A server of Node's own, with nothing beside Holdfast. */
export const mountInNode = async (holdfast: HttpAdapter): Promise<Mounted> => {
  const port = 0
  // #region mount
  const listener = getRequestListener(holdfast.fetch)
  const server = createServer((req, res) => void listener(req, res)).listen(port, '127.0.0.1')
  // #endregion mount
  return { ask: askAt(await originOf(server)), close: async () => void server.close() }
}
