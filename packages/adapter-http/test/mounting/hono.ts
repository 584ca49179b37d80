import { Hono } from 'hono'
import type { HttpAdapter } from '../../src/index.ts'
import type { Mounted } from './served.ts'

/** A Hono application with a route of its own. */
export const mountInHono = async (holdfast: HttpAdapter): Promise<Mounted> => {
  const app = new Hono()
  // #region mount
  app.all('/api/*', (c) => holdfast.fetch(c.req.raw))
  // #endregion mount
  app.post('/own', async (c) => c.json({ host: await c.req.json<unknown>() }))
  return { ask: async (path, init) => app.request(`https://host.example${path}`, init), close: async () => {} }
}
