import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname } from 'node:path'
import { serve } from '@hono/node-server'
import { cookieSessions } from '@holdfast/adapter-http'
import type { Logger, Worker } from '@holdfast/core'
import { systemClock } from '@holdfast/core/system'
import type { Config } from './config.ts'
import { wire, type Wired } from './container.ts'
import { loadAssets } from './pages/assets.ts'
import { keptSessionSecret } from './session-secrets.ts'
import { cartCookie } from './shop/cart-cookie.ts'
import { openShop } from './shop/open-shop.ts'
import { openStripeSide, type StripeSide } from './stripe/stripe-side.ts'
import { createWeb } from './web.ts'
import { makeFolder } from './make-folder.ts'

/** A server that is up. */
export interface RunningServer {
  /** Where people reach it, without a slash at the end. */
  readonly url: string
  /** For people: what it talks to and where it keeps things. */
  readonly facts: readonly string[]
  /** Takes no more, finishes what is under way, and leaves everything on disk. */
  readonly drain: () => Promise<void>
}

/**
 * Starts the server and its work in the background.
 *
 * It listens first, and answers as soon as the rest stands: only then is it known where it is.
 *
 * @throws what keeps it from running; then nothing is left running.
 */
export const startServer = async (config: Config, logger: Logger): Promise<RunningServer> => {
  const parts: { worker?: Worker; stripe?: StripeSide; wired?: Wired } = {}
  let open = (_answer: Answer): void => {}
  const answering = new Promise<Answer>((resolve) => {
    open = resolve
  })
  const server = await listen(config, async (request) => (await answering)(request))
  const drain = async (): Promise<void> => {
    await closeServer(server)
    await parts.worker?.stop()
    await parts.stripe?.close()
    await parts.wired?.close()
  }
  try {
    const address = addressOf(config.host, server)
    const publicUrl = config.publicUrl ?? address
    const cookies = {
      secrets: config.sessionSecrets ?? ([keptSessionSecret(config.dataFolder)] as const),
      secure: publicUrl.startsWith('https:'),
    }
    // Sessions last by the clock on the wall: moving the demonstration's clock signs nobody out.
    const sessions = cookieSessions({ ...cookies, clock: systemClock() })
    const receiveWebhook: Answer = async (request) => (await answering)(request)
    const { database, redis, production } = config
    if (database.type === 'sqlite') makeFolder(dirname(database.file))

    const stripe = (parts.stripe = await openStripeSide(config.stripe, { publicUrl, receiveWebhook }))
    const wired = (parts.wired = await wire({
      database,
      redis,
      stripe,
      sessions,
      cookies,
      publicUrl,
      production,
      logger,
    }))
    await openShop(wired)
    parts.worker = wired.startWorker()
    const { clock, livemode, demo, mounted } = stripe
    open(
      createWeb({
        ...wired,
        sessions,
        carts: cartCookie(cookies),
        clock,
        livemode,
        demo,
        mounted,
        logger,
        payOrigins: payOriginsOf(config),
        assets: loadAssets(),
      }),
    )
    return {
      url: publicUrl,
      facts: [
        ...(publicUrl === address ? [] : [`address    ${address}`]),
        `database   ${database.type === 'sqlite' ? database.file : 'PostgreSQL'}`,
        ...(redis === undefined ? [] : [`redis      ${new URL(redis.url).host}`]),
        `stripe     ${stripe.description}`,
      ],
      drain,
    }
  } catch (error) {
    server.closeAllConnections()
    await drain()
    throw error
  }
}

type Answer = (request: Request) => Promise<Response>

const addressOf = (host: string, server: Server): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`

/** Where a form of ours may lead on to, beside our own pages. */
const payOriginsOf = ({ stripe }: Config): readonly string[] =>
  stripe.type === 'simulator' ? [] : [stripe.apiBase ?? 'https://checkout.stripe.com']

const listen = async ({ host, port }: Config, fetch: (request: Request) => Promise<Response>): Promise<Server> => {
  const server = serve({ fetch, hostname: host, port }) as Server
  await new Promise<void>((resolve, reject) => {
    if (server.listening) return resolve()
    server.once('listening', resolve)
    server.once('error', reject)
  })
  return server
}

/** No more connections; what is under way is finished, for a while. */
const closeServer = async (server: Server): Promise<void> => {
  if (!server.listening) return
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  // A connection that has got its answer stays open for the next request: there will be none.
  const tidying = setInterval(() => server.closeIdleConnections(), 50)
  const impatience = setTimeout(() => server.closeAllConnections(), longestAnswerMs)
  await closed
  clearInterval(tidying)
  clearTimeout(impatience)
}

const longestAnswerMs = 10_000
