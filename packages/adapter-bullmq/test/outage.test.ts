import { hour } from '@holdfast/core'
import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { opened } from './closing.ts'
import { everyKind } from './databases.ts'
import { freePort, hasRedisServer, startRedis, type OwnRedis } from './redis/own-redis.ts'
import { hasRedis, openRedisPlace } from './redis/redis-place.ts'
import {
  abandonTask,
  eventually,
  expectEachOnce,
  jobIn,
  numbered,
  openWorld,
  owe,
  plan,
  type Logged,
  type TestProcess,
} from './world.ts'

const aboutRedis = (logged: readonly Logged[]): readonly string[] =>
  logged.map(({ event }) => event).filter((event) => event.startsWith('redis_') && event !== 'redis_worker_error')

/** Messages that arrive when they are let go, so that work can be caught in the middle. */
const heldPost = () => {
  let letGo = (): void => {}
  const free = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const begun: string[] = []
  return {
    begun,
    letGo: () => letGo(),
    post: async ({ id }: { readonly id: string }) => {
      begun.push(id)
      await free
    },
  }
}

const idsOfDone = async (process: TestProcess): Promise<number> =>
  (await process.dispatch.unitOfWork.read((tx) => tx.outbox.list({ status: 'done', limit: 1_000 }))).length

describe.runIf(hasRedis()).each(everyKind)('Redis emptied, on %s', (kind) => {
  it('does a hundred pieces once each when Redis is wiped while they are under way', async () => {
    const place = opened(openRedisPlace())
    const held = heldPost()
    const world = opened(await openWorld(kind, { post: held.post }))
    const process = world.process({ connection: place.url, prefix: place.prefix, concurrency: 20 })
    process.start()
    const ids = numbered(100)
    await owe(process.dispatch.unitOfWork, world.clock, ids)
    await eventually(() => expect(held.begun).toHaveLength(20))
    await place.wipe()
    held.letGo()
    await eventually(async () => expect(await idsOfDone(process)).toBe(100))
    expectEachOnce(world, ids)
    expect(aboutRedis(process.logged)).toEqual([])
  })

  it('does a hundred pieces once each when Redis is wiped again and again, with two processes at it', async () => {
    const place = opened(openRedisPlace())
    const world = opened(await openWorld(kind))
    const at = { connection: place.url, prefix: place.prefix }
    const processes = [world.process(at), world.process(at)]
    for (const process of processes) process.start()
    const ids = numbered(100)
    let wipes = 0
    for (const some of [ids.slice(0, 40), ids.slice(40, 80), ids.slice(80)]) {
      await owe(processes[0]!.dispatch.unitOfWork, world.clock, some)
      await place.wipe()
      wipes += 1
    }
    await eventually(async () => expect(await idsOfDone(processes[0]!)).toBe(100))
    expectEachOnce(world, ids)
    expect(wipes).toBe(3)
  })
})

describe.runIf(hasRedisServer()).each(everyKind)('Redis killed, on %s', (kind) => {
  const ownRedis = async (): Promise<OwnRedis> => {
    const redis = await startRedis()
    opened({ close: () => redis!.stop() })
    return redis!
  }

  it('goes on without it, and with it again once it is back, empty', async () => {
    const redis = await ownRedis()
    const world = opened(await openWorld(kind))
    const process = world.process({ connection: redis.url })
    process.start()
    const { unitOfWork } = process.dispatch
    await owe(unitOfWork, world.clock, numbered(10, 'before'))
    await eventually(() => expectEachOnce(world, numbered(10, 'before')))

    await redis.kill()
    await owe(unitOfWork, world.clock, numbered(10, 'without'))
    await eventually(() => expectEachOnce(world, [...numbered(10, 'before'), ...numbered(10, 'without')]))
    expect(aboutRedis(process.logged)).toEqual(['redis_unreachable'])

    await plan(unitOfWork, world.clock, [abandonTask('1')], hour)
    await redis.restart()
    await eventually(() => expect(aboutRedis(process.logged)).toEqual(['redis_unreachable', 'redis_reachable']))
    // Whoever has looked into the database meanwhile may be at its last look: this is done by a job, or by that.
    await owe(unitOfWork, world.clock, ['after'])
    await eventually(() => expectEachOnce(world, [...numbered(10, 'before'), ...numbered(10, 'without'), 'after']))
    world.clock.advance(hour)
    await jobIn(process.queue('tasks'), 'abandon_intent~int_1.0', 'completed')
    expect([...world.arrived.values()].filter((times) => times !== 1)).toEqual([])
  })

  it('does a hundred pieces once each when it is killed in the middle and comes back empty', async () => {
    const redis = await ownRedis()
    const held = heldPost()
    const world = opened(await openWorld(kind, { post: held.post }))
    const process = world.process({ connection: redis.url, concurrency: 20 })
    process.start()
    const ids = numbered(100)
    await owe(process.dispatch.unitOfWork, world.clock, ids)
    await eventually(() => expect(held.begun.length).toBeGreaterThanOrEqual(20))
    await redis.restart()
    held.letGo()
    await eventually(async () => expect(await idsOfDone(process)).toBe(100))
    expectEachOnce(world, ids)
  })

  it('stops at once while it is away, and waits for the work all the same', async () => {
    const redis = await ownRedis()
    const held = heldPost()
    const world = opened(await openWorld(kind, { post: held.post }))
    const process = world.process({ connection: redis.url })
    process.start()
    await owe(process.dispatch.unitOfWork, world.clock, ['m1'])
    await eventually(() => expect(held.begun).toEqual(['m1']))
    await redis.kill()
    await eventually(() => expect(aboutRedis(process.logged)).toEqual(['redis_unreachable']))
    let hasStopped = false
    const stopped = process.dispatch.stop().then(() => {
      hasStopped = true
    })
    // One that has nothing to wait for is stopped after it, and has long stopped.
    const idle = world.process({ connection: redis.url })
    idle.start()
    await eventually(() => expect(aboutRedis(idle.logged)).toEqual(['redis_unreachable']))
    await idle.dispatch.stop()
    expect(await idsOfDone(process)).toBe(0)
    expect(hasStopped).toBe(false)
    held.letGo()
    await stopped
    expect(await idsOfDone(process)).toBe(1)
  })
})

describe.runIf(hasRedisServer())('Redis that takes no writes', () => {
  it('is as good as none, and is used again when it does', async () => {
    const redis = opened(await startRedis().then((started) => ({ ...started!, close: () => started!.stop() })))
    const operator = new Redis(redis.url)
    opened({ close: async () => operator.disconnect() })
    const world = opened(await openWorld('sqlite'))
    const process = world.process({ connection: redis.url })
    process.start()
    await owe(process.dispatch.unitOfWork, world.clock, ['before'])
    await eventually(() => expectEachOnce(world, ['before']))
    await operator.config('SET', 'min-replicas-to-write', '1')
    await eventually(() => expect(aboutRedis(process.logged)).toEqual(['redis_unreachable']))
    await owe(process.dispatch.unitOfWork, world.clock, ['meanwhile'])
    await eventually(() => expectEachOnce(world, ['before', 'meanwhile']))
    await operator.config('SET', 'min-replicas-to-write', '0')
    await eventually(() => expect(aboutRedis(process.logged)).toEqual(['redis_unreachable', 'redis_reachable']))
    await owe(process.dispatch.unitOfWork, world.clock, ['after'])
    await jobIn(process.queue('outbox'), 'send_message~after.0', 'completed')
    expectEachOnce(world, ['before', 'meanwhile', 'after'])
  })
})

describe.runIf(hasRedisServer())('Redis that stands still', () => {
  it('is as good as none, and is used again when it goes on', async () => {
    const redis = opened(await startRedis().then((started) => ({ ...started!, close: () => started!.stop() })))
    const world = opened(await openWorld('sqlite'))
    const process = world.process({ connection: redis.url })
    process.start()
    await owe(process.dispatch.unitOfWork, world.clock, ['before'])
    await eventually(() => expectEachOnce(world, ['before']))
    redis.pause()
    await owe(process.dispatch.unitOfWork, world.clock, ['meanwhile'])
    await eventually(() => expectEachOnce(world, ['before', 'meanwhile']))
    expect(aboutRedis(process.logged)).toEqual(['redis_unreachable'])
    redis.resume()
    await eventually(() => expect(aboutRedis(process.logged)).toEqual(['redis_unreachable', 'redis_reachable']))

    redis.pause()
    await process.dispatch.stop()
    redis.resume()
  })
})

describe.each(everyKind)('no Redis at all, on %s', (kind) => {
  it('does the work, holds up nobody, and says so once', async () => {
    const world = opened(await openWorld(kind))
    const process = world.process({ connection: `redis://127.0.0.1:${await freePort()}` })
    const quiet = world.process({ connection: `redis://127.0.0.1:${await freePort()}` })
    process.start()
    const ids = numbered(50)
    await owe(process.dispatch.unitOfWork, world.clock, ids.slice(0, 25))
    await owe(quiet.dispatch.unitOfWork, world.clock, ids.slice(25))
    await eventually(() => expectEachOnce(world, ids))
    // The sweep is planned, too: it finds what nobody tells of.
    await eventually(async () =>
      expect((await world.unitOfWork.read((tx) => tx.tasks.find('sweep')))?.status).toBe('waiting'),
    )
    await eventually(() => expect(aboutRedis(quiet.logged)).toEqual(['redis_unreachable']))
    expect(aboutRedis(process.logged)).toEqual(['redis_unreachable'])
    expect(process.logged.find(({ event }) => event === 'redis_unreachable')).toMatchObject({
      level: 'warn',
      data: { detail: expect.stringContaining('ECONNREFUSED') },
    })
  })
})
