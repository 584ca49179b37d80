import { minute, hour } from '@holdfast/core'
import { describe, expect, it } from 'vitest'
import { opened } from './closing.ts'
import { everyKind } from './databases.ts'
import { hasRedis, openRedisPlace, type RedisPlace } from './redis/redis-place.ts'
import {
  abandonTask,
  eventAbout,
  eventually,
  expectEachOnce,
  jobIn,
  numbered,
  openWorld,
  owe,
  plan,
  type Post,
  type World,
} from './world.ts'

const openBoth = async (
  kind: (typeof everyKind)[number],
  options: Parameters<typeof openWorld>[1] = {},
): Promise<{ readonly world: World; readonly place: RedisPlace }> => {
  const place = opened(openRedisPlace())
  const world = opened(await openWorld(kind, options))
  return { world, place }
}

const at = ({ url, prefix }: RedisPlace) => ({ connection: url, prefix })

/** Something that fails until it is told not to. */
const failing = (): { readonly post: Post; recover(): void } => {
  let isBroken = true
  return {
    post: async () => {
      if (isBroken) throw new Error('The mail server is away.')
    },
    recover() {
      isBroken = false
    },
  }
}

describe.runIf(hasRedis()).each(everyKind)('work through Redis, on %s', (kind) => {
  it('does every kind of work, and answers its result as that of the job', async () => {
    const { world, place } = await openBoth(kind)
    // Redis alone brings it: nobody compares, and no worker stands in.
    const process = world.process({ ...at(place), refillMs: hour })
    process.start()
    const { dispatch, logged } = process
    await eventually(async () => expect(await process.queue('tasks').getJob('sweep.0')).toBeDefined())

    await plan(dispatch.unitOfWork, world.clock, [abandonTask('1')])
    await owe(dispatch.unitOfWork, world.clock, ['m1'])
    await dispatch.unitOfWork.run(async (tx) => {
      const now = world.clock.now()
      await tx.inbox.record(eventAbout('evt_1', { about: 'nothing' }), { status: 'waiting', at: now })
    })

    const task = await jobIn(process.queue('tasks'), 'abandon_intent~int_1.0', 'completed')
    expect([task.name, task.data, task.returnvalue]).toEqual([
      'abandon_intent',
      { id: 'abandon_intent:int_1', life: 0 },
      { intent: 'gone' },
    ])
    await jobIn(process.queue('outbox'), 'send_message~m1.0', 'completed')
    await jobIn(process.queue('inbox'), 'evt_1.0', 'completed')
    expectEachOnce(world, ['m1'])
    const depths = await world.unitOfWork.read((tx) =>
      Promise.all([tx.tasks, tx.outbox, tx.inbox].map((queue) => queue.depth(world.clock.now()))),
    )
    expect(depths).toMatchObject([{ waiting: 1 }, { waiting: 0 }, { waiting: 0 }])
    expect(logged.filter(({ level }) => level !== 'debug')).toEqual([])
  })

  it('fails the job of work that is given up, with its error, and does it again once it is revived', async () => {
    const mail = failing()
    const { world, place } = await openBoth(kind, { post: mail.post, settings: { triesBeforeDead: 1 } })
    const process = world.process(at(place))
    process.start()
    await owe(process.dispatch.unitOfWork, world.clock, ['m1'])
    const failed = await jobIn(process.queue('outbox'), 'send_message~m1.0', 'failed')
    expect(failed.failedReason).toContain('The mail server is away.')

    mail.recover()
    const revived = await process.dispatch.unitOfWork.run((tx) =>
      tx.outbox.revive('send_message:m1', world.clock.now()),
    )
    expect(revived).toBe(true)
    await jobIn(process.queue('outbox'), 'send_message~m1.1', 'completed')
    expectEachOnce(world, ['m1'])
  })

  it('does what failed again when it is due, as the same job', async () => {
    const mail = failing()
    const { world, place } = await openBoth(kind, { post: mail.post })
    const process = world.process(at(place))
    process.start()
    await owe(process.dispatch.unitOfWork, world.clock, ['m1'])
    const job = await jobIn(process.queue('outbox'), 'send_message~m1.0', 'delayed')
    const { logs } = await process.queue('outbox').getJobLogs(job.id!)
    expect(logs).toEqual([expect.stringMatching(/^Try 1: .*The mail server is away\..* Again at \d{4}-/)])

    mail.recover()
    world.clock.advance(minute)
    await eventually(async () => expect(await job.getState()).toBe('completed'))
    expectEachOnce(world, ['m1'])
  })

  it('does delayed work at its time, and sooner where it is asked for sooner', async () => {
    const { world, place } = await openBoth(kind)
    const process = world.process({ ...at(place), refillMs: hour })
    process.start()
    const { unitOfWork } = process.dispatch
    const asked = world.clock.now()
    await owe(unitOfWork, world.clock, ['soon'], 700)
    await owe(unitOfWork, world.clock, ['late'], hour)
    await eventually(async () => expect(await process.queue('outbox').getDelayedCount()).toBe(2))
    expect(world.arrived.size).toBe(0)
    await eventually(() => expectEachOnce(world, ['soon']))
    expect(world.clock.now() - asked).toBeGreaterThanOrEqual(700)

    await owe(unitOfWork, world.clock, ['late'])
    await eventually(() => expectEachOnce(world, ['soon', 'late']))
  })

  it('does nothing before its time, also where somebody moves its job by hand', async () => {
    const { world, place } = await openBoth(kind)
    const process = world.process({ ...at(place), refillMs: hour })
    process.start()
    await owe(process.dispatch.unitOfWork, world.clock, ['m1'], hour)
    const job = await jobIn(process.queue('outbox'), 'send_message~m1.0', 'delayed')
    await job.promote()
    await eventually(async () => {
      const looked = await process.queue('outbox').getJob('send_message~m1.0')
      expect([looked?.attemptsStarted, await looked?.getState()]).toEqual([1, 'delayed'])
    })
    expect(world.arrived.size).toBe(0)
  })

  it('keeps a task going that plans itself again, and shows the result of each time', async () => {
    const { world, place } = await openBoth(kind)
    const process = world.process(at(place))
    process.start()
    const tasks = process.queue('tasks')
    for (const life of [0, 1, 2]) {
      await jobIn(tasks, `sweep.${life}`, 'delayed')
      world.clock.advance(hour)
      const { returnvalue } = await jobIn(tasks, `sweep.${life}`, 'completed')
      expect(returnvalue).toEqual({ asked: 0, moved: 0, failed: 0 })
    }
  })

  it('finds what it was not told of', async () => {
    const { world, place } = await openBoth(kind)
    const process = world.process(at(place))
    process.start()
    await owe(world.unitOfWork, world.clock, numbered(30))
    await eventually(() => expectEachOnce(world, numbered(30)))
    await eventually(async () => expect(await process.queue('outbox').getCompletedCount()).toBe(30))
  })

  it('completes the job of work that somebody else has done', async () => {
    const { world, place } = await openBoth(kind)
    const process = world.process({ ...at(place), refillMs: hour })
    process.start()
    const { unitOfWork } = process.dispatch
    await plan(unitOfWork, world.clock, [abandonTask('1')], hour)
    const job = await jobIn(process.queue('tasks'), 'abandon_intent~int_1.0', 'delayed')
    await unitOfWork.run(async (tx) => {
      const now = world.clock.now()
      const taken = await tx.tasks.take('abandon_intent:int_1', { now, leaseMs: minute })
      await tx.tasks.finish(taken!.id, taken!.lease, { at: now, result: { by: 'hand', amount: 12n } })
    })
    expect((await jobIn(process.queue('tasks'), job.id!, 'completed')).returnvalue).toEqual({
      by: 'hand',
      amount: { $bigint: '12' },
    })
  })

  it('takes no job for lost that is on no list, or that has ended while its row waits', async () => {
    const { world, place } = await openBoth(kind)
    const host = world.process(at(place))
    await owe(host.dispatch.unitOfWork, world.clock, ['m1', 'm2'])
    const outbox = host.queue('outbox')
    await eventually(async () => expect(await outbox.getWaitingCount()).toBe(2))
    const { redis } = place
    await redis.lrem(outbox.toKey('wait'), 1, 'send_message~m1.0')
    const now = Date.now()
    await redis.hset(outbox.toKey('send_message~m2.0'), 'finishedOn', now)
    await redis.lrem(outbox.toKey('wait'), 1, 'send_message~m2.0')
    await redis.zadd(outbox.toKey('completed'), now, 'send_message~m2.0')

    world.process(at(place)).start()
    await eventually(() => expectEachOnce(world, ['m1', 'm2']))
  })

  it('does not work with a Holdfast that was created on another unit of work', async () => {
    const { world, place } = await openBoth(kind)
    const { dispatch, logged } = world.process(at(place))
    dispatch.start(world.strayHoldfast)
    await owe(dispatch.unitOfWork, world.clock, ['m1'])
    await eventually(() =>
      expect(logged).toContainEqual({
        level: 'error',
        event: 'work_failed',
        data: { detail: expect.stringContaining('was not created with the unit of work of the dispatch') },
      }),
    )
  })
})
