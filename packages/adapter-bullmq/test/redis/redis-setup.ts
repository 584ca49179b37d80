import { Redis } from 'ioredis'
import type { TestProject } from 'vitest/node'
import { hasRedisServer, startRedis } from './own-redis.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The Redis that the package's tests share, or nothing where there is none. Each test keeps to a prefix of its own. */
    readonly redisUrl: string | undefined
  }
}

/**
 * Finds a Redis for the tests: the one that `TEST_REDIS_URL` names, else one of their own where `redis-server` is installed. In the
 * continuous run a missing Redis is a failure; elsewhere the tests that need it are left out, and this says so.
 */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  if (!hasRedisServer())
    console.warn('\n  NOT TESTED: what happens when Redis is killed. Install redis-server to run these tests, too.\n')
  const given = process.env['TEST_REDIS_URL']
  if (given !== undefined && given !== '') {
    await requireAnswer(given)
    project.provide('redisUrl', given)
    return async () => {}
  }
  const own = await startRedis()
  if (own !== undefined) {
    project.provide('redisUrl', own.url)
    return own.stop
  }
  if (process.env['CI']) throw new Error('There is no Redis for the tests: set TEST_REDIS_URL.')
  console.warn(
    '\n  NOT TESTED: everything that needs Redis. Set TEST_REDIS_URL, or install redis-server, to run these tests, too.\n',
  )
  project.provide('redisUrl', undefined)
  return async () => {}
}

const requireAnswer = async (url: string): Promise<void> => {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null })
  redis.on('error', () => {})
  try {
    await redis.connect()
    await redis.ping()
  } catch (error) {
    throw new Error(`TEST_REDIS_URL is set, but the Redis that it names does not answer: ${String(error)}`, {
      cause: error,
    })
  } finally {
    redis.disconnect()
  }
}
