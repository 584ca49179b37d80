import { instant, minute, type Effect, type Transaction, type UnitOfWork, type Work } from '@holdfast/core'
import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { jobQueues } from '../src/job-queues.ts'
import { hasRedis, openRedisPlace } from './redis/redis-place.ts'
import { messageEffect } from './world.ts'

const now = instant(1_000_000)

const row: Work<Effect> = {
  id: 'send_message:1',
  body: messageEffect('1'),
  status: 'waiting',
  dueAt: now,
  tries: 0,
  lease: 0,
  createdAt: now,
}

/** A database in which one row is as it was when the due ones are listed, and as it is by then when it is looked at. */
const database = (listed: Work<Effect>, found: Work<Effect>): UnitOfWork => {
  const nothing = { list: async () => [], find: async () => undefined }
  const tx = { tasks: nothing, inbox: nothing, outbox: { list: async () => [listed], find: async () => found } }
  const read: UnitOfWork['read'] = (work) => work(tx as unknown as Transaction)
  return { read, run: read }
}

const keeping = { completed: { age: 60, count: 10 }, failed: { age: 60, count: 10 } }

describe.runIf(hasRedis())('the refill', () => {
  it.each([
    ['is done by now', { ...row, status: 'done' }, 'kept'],
    ['is in another life by now', { ...row, lease: 1 }, 'kept'],
    ['is held by now', { ...row, lease: 1, tries: 1, leasedUntil: instant(now + minute) }, 'kept'],
    ['still waits', row, 'replaced'],
  ] as const)('of a row whose job has ended, and which %s', async (_what, found, becomes) => {
    const place = openRedisPlace()
    const connection = new Redis(place.url, { maxRetriesPerRequest: null })
    const queues = jobQueues({
      unitOfWork: database(row, found),
      clock: { now: () => now },
      connection,
      prefix: place.prefix,
      keeping,
    })
    const outbox = queues.all.find(({ name }) => name === 'outbox')!
    await outbox.add('send_message', { id: row.id, life: 0 }, { jobId: 'send_message~1.0' })
    const [hash, wait, completed] = ['send_message~1.0', 'wait', 'completed'].map((type) => outbox.toKey(type))
    await place.redis.multi().hset(hash!, 'finishedOn', 1).lrem(wait!, 0, 'send_message~1.0').exec()
    await place.redis.zadd(completed!, 1, 'send_message~1.0')

    await queues.refill(minute)
    const state = await (await outbox.getJob('send_message~1.0'))?.getState()
    connection.disconnect()
    await place.close()
    expect(state).toBe(becomes === 'kept' ? 'completed' : 'waiting')
  })
})
