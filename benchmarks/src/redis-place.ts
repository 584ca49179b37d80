import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'

/** What of a Redis belongs to one run: the keys that begin with its prefix. */
export interface RedisPlace {
  readonly url: string
  readonly version: string
  /** A prefix that nobody else uses. */
  nextPrefix(): string
  /** Deletes every key of every prefix that was handed out, and closes the connection. @throws when some are left. */
  remove(): Promise<void>
}

/** The Redis at this address, or `undefined` where none answers. */
export const findRedis = async (url: string): Promise<RedisPlace | undefined> => {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 2_000 })
  redis.on('error', () => {})
  const connected = await redis.connect().then(
    () => true,
    () => false,
  )
  if (!connected) return undefined
  const own = `holdfast-bench-${randomBytes(6).toString('hex')}`
  let prefixes = 0
  return {
    url,
    version: /redis_version:(\S+)/.exec(await redis.info('server'))?.[1] ?? 'unknown',
    nextPrefix() {
      prefixes += 1
      return `${own}-${prefixes}`
    },
    async remove() {
      for (const key of await keysOf(redis, own)) await redis.del(key)
      const left = await keysOf(redis, own)
      redis.disconnect()
      if (left.length > 0) throw new Error(`${left.length} keys that begin with '${own}' are left in Redis.`)
    },
  }
}

const keysOf = async (redis: Redis, own: string): Promise<readonly string[]> => {
  const found: string[] = []
  let cursor = '0'
  do {
    const [next, some] = await redis.scan(cursor, 'MATCH', `${own}-*`, 'COUNT', 1_000)
    found.push(...some)
    cursor = next
  } while (cursor !== '0')
  return found
}
