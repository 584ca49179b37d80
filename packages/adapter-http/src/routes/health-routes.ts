import { z } from '@hono/zod-openapi'
import type { HealthCheck } from '../options.ts'
import { plainText, refused, reply, route } from './route.ts'

const tag = 'Health'

const alive = route({
  name: 'healthz',
  method: 'get',
  path: '/healthz',
  mount: 'root_and_base',
  tag,
  summary: 'This process is alive.',
  who: 'anyone',
  answers: { 200: z.object({ status: z.literal('ok') }).openapi('Alive') },
  refusals: [],
  handle: async () => reply(200, { status: 'ok' as const }),
})

const verdict = z.enum(['ok', 'failed'])
const checks = z.record(z.string(), verdict)

const ready = route({
  name: 'readyz',
  method: 'get',
  path: '/readyz',
  mount: 'root_and_base',
  tag,
  summary: 'This process reaches what it needs.',
  who: 'anyone',
  answers: {
    200: z.object({ status: z.literal('ready'), checks }).openapi('Ready'),
    503: z.object({ status: z.literal('not_ready'), checks }).openapi('NotReady'),
  },
  refusals: [],
  handle: async ({ requestId }, { unitOfWork, healthChecks, logger }) => {
    const database: HealthCheck = {
      name: 'database',
      check: async () => void (await unitOfWork.read((tx) => tx.attention.list(1))),
    }
    const verdicts = await Promise.all(
      [database, ...healthChecks].map(async (each): Promise<readonly [string, z.infer<typeof verdict>]> => {
        try {
          await inTime(each.check())
          return [each.name, 'ok']
        } catch (error) {
          const detail = error instanceof Error ? error.message : String(error)
          logger.log('warn', 'health_check_failed', { request_id: requestId, check: each.name, detail })
          return [each.name, 'failed']
        }
      }),
    )
    const all = Object.fromEntries(verdicts)
    return verdicts.every(([, each]) => each === 'ok')
      ? reply(200, { status: 'ready' as const, checks: all })
      : reply(503, { status: 'not_ready' as const, checks: all })
  },
})

const metrics = route({
  name: 'metrics',
  method: 'get',
  path: '/metrics',
  mount: 'root_and_base',
  tag,
  summary: 'What this process has counted, for Prometheus; 404 where the host has given nothing to tell.',
  who: 'anyone',
  plain: true,
  answers: { 200: z.string() },
  refusals: ['not_found', 'contention', 'store_unavailable'],
  handle: async (_ask, services) => {
    if (services.metrics === undefined) return refused({ code: 'not_found' })
    const { contentType, body } = await services.metrics()
    return plainText(contentType, body)
  },
})

/** For whoever starts, stops, watches and routes to processes. */
export const healthRoutes = [alive, ready, metrics] as const

/** A check that does not answer has failed. Real time, not the clock's: it is this process that is asked about. */
const inTime = async (check: Promise<void>): Promise<void> => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer in ${longestCheckMs} ms.`)), longestCheckMs)
  })
  try {
    await Promise.race([check, late])
  } finally {
    clearTimeout(timer)
  }
}

const longestCheckMs = 2_000
