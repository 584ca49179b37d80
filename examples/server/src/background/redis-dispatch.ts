import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import { HonoAdapter } from '@bull-board/hono'
import { bullmqDispatch, type BullmqDispatch } from '@holdfast/adapter-bullmq'
import type { Clock, Holdfast, Logger, UnitOfWork, Worker } from '@holdfast/core'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono, type MiddlewareHandler } from 'hono'
import { ContainerModule } from 'inversify'
import type { RedisConfig } from '../config.ts'

/** Where the dashboard of the queues is, for staff. */
export const queueBoardPath = '/console/queues'

/** Work that goes through Redis. */
export interface RedisDispatch {
  /** Decorates the container's unit of work. To be loaded before anything is asked for. */
  readonly module: ContainerModule
  readonly start: (holdfast: Holdfast) => Worker
  /** Read-only: what is given up is made to wait again in the console. */
  readonly board: () => Hono
  readonly stop: () => Promise<void>
}

/** Hands work out through the Redis at this address. */
export const redisDispatch = (parts: {
  readonly redis: RedisConfig
  readonly clock: Clock
  readonly logger: Logger
}): RedisDispatch => {
  let dispatch: BullmqDispatch | undefined
  const made = (): BullmqDispatch => {
    if (dispatch === undefined) throw new Error('Nobody has asked for the unit of work yet.')
    return dispatch
  }
  const stop = async (): Promise<void> => dispatch?.stop()
  return {
    module: new ContainerModule(({ onActivation }) => {
      onActivation<UnitOfWork>('unitOfWork', (_context, unitOfWork) => {
        const { redis, ...rest } = parts
        dispatch = bullmqDispatch({ ...rest, unitOfWork, connection: redis.url, prefix: redis.prefix })
        return dispatch.unitOfWork
      })
    }),
    start(holdfast) {
      made().start(holdfast)
      return { stop }
    },
    board() {
      const serverAdapter = new HonoAdapter(serveStatic).setBasePath(queueBoardPath)
      const queues = made().queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: true }))
      createBullBoard({ queues, serverAdapter })
      const board = new Hono()
      board.use(withoutStrangers)
      return board.route('/', serverAdapter.registerPlugin())
    },
    stop,
  }
}

/** The dashboard's page asks a stranger for its letters, and there is no option to keep it from that. It has others to fall back on. */
const withoutStrangers: MiddlewareHandler = async (c, next) => {
  await next()
  if (!(c.res.headers.get('content-type') ?? '').startsWith('text/html')) return
  const page = await c.res.text()
  c.res = new Response(page.replaceAll(/<link [^>]*href="https?:[^>]*>\s*/g, ''), c.res)
}
