import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import { inject } from 'vitest'

/** What a test may use of a Redis: the keys that begin with its own prefix. */
export interface RedisPlace {
  readonly url: string
  readonly prefix: string
  readonly redis: Redis
  /** Deletes every key of this prefix, as if the server had been emptied. */
  wipe(): Promise<void>
  /** How many keys there are. */
  countKeys(): Promise<number>
  /** Wipes it, and closes the connection. */
  close(): Promise<void>
}

/** Whether there is a Redis for the tests. */
export const hasRedis = (): boolean => inject('redisUrl') !== undefined

/** A prefix that nobody else uses. */
export const openRedisPlace = (url: string = inject('redisUrl') ?? ''): RedisPlace => {
  const prefix = `holdfast-test-${randomBytes(6).toString('hex')}`
  const redis = new Redis(url)
  redis.on('error', () => {})
  const keys = async (): Promise<readonly string[]> => {
    const found: string[] = []
    let cursor = '0'
    do {
      const [next, some] = await redis.scan(cursor, 'MATCH', `${prefix}:*`, 'COUNT', 1_000)
      found.push(...some)
      cursor = next
    } while (cursor !== '0')
    return found
  }
  const wipe = async (): Promise<void> => {
    const all = await keys()
    // In one step, so that no job is left behind on a list that is gone, or the other way round.
    if (all.length > 0) await redis.del(...all)
  }
  return {
    url,
    prefix,
    redis,
    wipe,
    countKeys: async () => (await keys()).length,
    async close() {
      if (redis.status === 'ready') await wipe()
      redis.disconnect()
    },
  }
}
