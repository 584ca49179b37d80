import { getRequestListener } from '@hono/node-server'
import express from 'express'
import type { HttpAdapter } from '../../src/index.ts'
import { served, type Mounted } from './served.ts'

/** An Express application with a route of its own. */
export const mountInExpress = (holdfast: HttpAdapter): Promise<Mounted> => {
  const app = express()
  // #region mount
  const listener = getRequestListener(holdfast.fetch)
  app.use((req, res, next) => (req.url.startsWith('/api/') ? void listener(req, res) : next()))
  // #endregion mount
  app.use(express.json())
  app.post('/own', (req, res) => void res.json({ host: req.body as unknown }))
  return served(app)
}
