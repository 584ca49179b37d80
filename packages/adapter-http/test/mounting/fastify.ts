import { getRequestListener } from '@hono/node-server'
import fastify from 'fastify'
import type { HttpAdapter } from '../../src/index.ts'
import { askAt, type Mounted } from './served.ts'

/** A Fastify application with a route of its own. */
export const mountInFastify = async (holdfast: HttpAdapter): Promise<Mounted> => {
  const app = fastify()
  // #region mount
  const listener = getRequestListener(holdfast.fetch)
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
    scope.all('/api/*', async (request, reply) => {
      reply.hijack()
      await listener(request.raw, reply.raw)
    })
  })
  // #endregion mount
  app.post('/own', (request) => ({ host: request.body }))
  const origin = await app.listen({ host: '127.0.0.1', port: 0 })
  return { ask: askAt(origin), close: () => app.close() }
}
