import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import { HonoAdapter } from '@bull-board/hono'
import { bullmqDispatch } from '@holdfast/adapter-bullmq'
import { createHoldfast, type Dependencies } from '@holdfast/core'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'

/** Holdfast as the host has put it together, with its work going through Redis and a dashboard at `/queues`. */
export const openBackgroundWork = (dependencies: Dependencies, redis: { url: string; prefix: string }) => {
  const { unitOfWork, clock, logger } = dependencies
  const dispatch = bullmqDispatch({ unitOfWork, clock, logger, connection: redis.url, prefix: redis.prefix })
  const holdfast = createHoldfast({ ...dependencies, unitOfWork: dispatch.unitOfWork })
  dispatch.start(holdfast)

  const serverAdapter = new HonoAdapter(serveStatic).setBasePath('/queues')
  const queues = dispatch.queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: true }))
  createBullBoard({ queues, serverAdapter })
  // It asks nobody who they are: put your own check of who is staff before it.
  const app = new Hono().route('/queues', serverAdapter.registerPlugin())

  return { holdfast, fetch: app.fetch, stop: dispatch.stop }
}
