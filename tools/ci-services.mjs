import net from 'node:net'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { whyNotReachable } from './pg-test/reachable.mjs'

// Prints the address of the PostgreSQL that the tests are to use, and fails with a reason when it or Redis is missing.

const given = process.env['TEST_DATABASE_URL']
const databases = given ? [given] : ['postgres', 'root'].map((user) => `postgres://${user}@127.0.0.1:5432/postgres`)

const firstReachable = async () => {
  const reasons = []
  for (const url of databases) {
    const problem = await whyNotReachable(url)
    if (problem === undefined) return url
    reasons.push(`  ${url}: ${problem}`)
  }
  console.error(`PostgreSQL is missing: nothing answers at\n${reasons.join('\n')}`)
  return undefined
}

const redisAnswers = async () => {
  const url = new URL(process.env['TEST_REDIS_URL'] ?? 'redis://127.0.0.1:6379')
  const socket = net.connect(Number(url.port || 6379), url.hostname)
  try {
    socket.write('PING\r\n')
    const [answer] = await Promise.race([once(socket, 'data'), sleep(2_000).then(() => ['no answer within 2 seconds'])])
    // A server that wants a password says so, and is there all the same.
    if (/^(\+PONG|-NOAUTH)/.test(String(answer))) return true
    throw new Error(String(answer))
  } catch (error) {
    console.error(`Redis is missing: ${url.host} does not answer (${/** @type {Error} */ (error).message})`)
    return false
  } finally {
    socket.destroy()
  }
}

const [database, hasRedis] = await Promise.all([firstReachable(), redisAnswers()])
if (database === undefined || !hasRedis) process.exit(1)
console.log(database)
