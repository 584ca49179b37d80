import { instant, type Json } from '@holdfast/core'
import { memoryUnitOfWork } from '@holdfast/core/memory'
import { expect, it } from 'vitest'
import { announcer } from '../src/announcer.ts'
import { startKeeper } from '../src/keeper.ts'
import { redisOutage } from '../src/redis-outage.ts'
import { eventually } from './world.ts'

const clock = { now: () => instant(1_000) }

/** An outage, and the events that it has told the log. */
const loggedOutage = () => {
  const events: string[] = []
  const logger = { log: (_: string, event: string, __: Readonly<Record<string, Json>>) => void events.push(event) }
  return { events, logger, outage: redisOutage({ logger, clock }) }
}

const away = new Error('connect ECONNREFUSED')

it('is told once when it begins, however often Redis is found to be away, and once when it ends', () => {
  const { events, outage } = loggedOutage()
  outage.end()
  outage.begin(away)
  outage.begin(away)
  outage.asking()()
  outage.end()
  expect(events).toEqual(['redis_unreachable', 'redis_reachable'])
})

it('is not ended by an answer to what was asked before it began', () => {
  const { events, outage } = loggedOutage()
  const answered = outage.asking()
  outage.begin(away)
  answered()
  expect(events).toEqual(['redis_unreachable'])
})

it('is not ended by an answer to what was asked before Redis was found to be away once more', () => {
  const { events, outage } = loggedOutage()
  outage.begin(away)
  const answered = outage.asking()
  outage.begin(away)
  answered()
  expect(events).toEqual(['redis_unreachable'])
})

it('is not ended by a refill with nothing to tell that was under way when it began', async () => {
  const { events, logger, outage } = loggedOutage()
  let probes = 0
  const keeper = startKeeper({
    holdfast: { startWorker: () => ({ stop: async () => {} }) },
    unitOfWork: memoryUnitOfWork(),
    clock,
    logger,
    outage,
    jobQueues: { refill: async () => outage.begin(away) },
    probe: async () => {
      probes += 1
      if (probes > 1) throw away
    },
    refillMs: 1,
    idleMs: 1,
  })
  await eventually(() => expect(probes).toBeGreaterThan(2))
  await keeper.stop()
  expect(events).toEqual(['redis_unreachable'])
})

it('is not ended by an announcement that was under way when it began', async () => {
  const { events, logger, outage } = loggedOutage()
  const announcing = announcer({
    jobQueues: { match: async () => outage.begin(away) },
    isReady: () => true,
    outage,
    logger,
  })
  announcing.announce([{ queue: 'tasks', id: 'sweep' }])
  await eventually(() => expect(events).not.toEqual([]))
  await announcing.stop()
  expect(events).toEqual(['redis_unreachable'])
})
