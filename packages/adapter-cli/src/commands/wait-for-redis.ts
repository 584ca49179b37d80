import { defineCommand } from '../command.ts'
import { WrongUsage } from '../problem.ts'
import { parseRedisUrl, pingRedis, RedisRefused } from '../waiting/ping-redis.ts'
import { waitedAnswer, waitingOptions, waitUntil } from '../waiting/wait-until.ts'

/** Waits until a Redis answers a PING. It needs no host, and so no configuration. */
export const waitForRedis = defineCommand({
  name: 'wait-for-redis',
  summary: 'wait until Redis answers',
  description: `Sends a PING until it is answered: for scripts that start something which needs Redis.
It ends with 0 as soon as Redis answers, and with 1 when it did not in time.`,
  options: (line) =>
    waitingOptions(line).option(
      '--url <url>',
      'where it is; rediss:// for TLS (default: REDIS_URL, or redis://127.0.0.1:6379)',
    ),
  async run({ url: given, timeout, interval }, { environment, progress }) {
    const named = given ?? environment['REDIS_URL']
    const place = parseRedisUrl(named ?? 'redis://127.0.0.1:6379')
    // An address may hold a password: it is not said again.
    if (place === undefined)
      throw new WrongUsage(
        `${given === undefined ? 'REDIS_URL' : '--url'} is no address of a Redis. Give one such as redis://127.0.0.1:6379, or rediss://user:password@host:6380 for TLS.`,
      )
    const { host, port } = place
    const what = `Redis at ${host.includes(':') ? `[${host}]` : host}:${port}`
    const waited = await waitUntil((withinMs) => pingRedis(place, withinMs), { timeout, interval }, progress).catch(
      (error: unknown) => {
        if (!(error instanceof RedisRefused)) throw error
        throw new WrongUsage(
          `${what} answers, and will not be asked: ${error.message}\nGive the user and the password in the address: redis://user:password@${host}:${port}`,
        )
      },
    )
    return waitedAnswer(waited, {
      command: 'wait-for-redis',
      what,
      facts: { host, port },
      hint: 'Is it started, and is this where it listens? REDIS_URL or --url says where to look, --timeout for how long.',
    })
  },
})
