import { spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { opened } from './closing.ts'
import { everyKind } from './databases.ts'
import { hasRedis, openRedisPlace } from './redis/redis-place.ts'
import { eventually, expectEachOnce, numbered, openWorld, owe, type World } from './world.ts'

/** How many messages are on their way at once, and which process took each: the one whose post it is. */
const countingPost = () => {
  let now = 0
  let most = 0
  return {
    most: () => most,
    post: async () => {
      now += 1
      most = Math.max(most, now)
      await new Promise((resolve) => setImmediate(resolve))
      now -= 1
    },
  }
}

const doneIn = (world: World): Promise<number> =>
  world.unitOfWork.read(async (tx) => (await tx.outbox.list({ status: 'done', limit: 1_000 })).length)

describe.runIf(hasRedis()).each(everyKind)('several processes, on %s', (kind) => {
  it('share the work, each piece once, and none does more at once than it may', async () => {
    const place = opened(openRedisPlace())
    const counting = countingPost()
    const world = opened(await openWorld(kind, { post: counting.post }))
    const at = { connection: place.url, prefix: place.prefix, concurrency: 3 }
    const host = world.process(at)
    const workers = [world.process(at), world.process(at)]
    for (const worker of workers) worker.start()
    const ids = numbered(100)
    await Promise.all(ids.map((id) => owe(host.dispatch.unitOfWork, world.clock, [id])))
    await eventually(async () => expect(await doneIn(world)).toBe(100))
    expectEachOnce(world, ids)
    expect(counting.most()).toBeLessThanOrEqual(2 * 3)
    await eventually(async () => expect(await host.queue('outbox').getCompletedCount()).toBe(100))
  })

  it('leaves to the others what one has not begun when it is stopped, and waits for what it has', async () => {
    const place = opened(openRedisPlace())
    let letGo = (): void => {}
    const free = new Promise<void>((resolve) => {
      letGo = resolve
    })
    const begun: string[] = []
    const world = opened(
      await openWorld(kind, {
        post: async ({ id }) => {
          begun.push(id)
          await free
        },
      }),
    )
    const at = { connection: place.url, prefix: place.prefix, concurrency: 4 }
    const first = world.process(at)
    first.start()
    const ids = numbered(20)
    await owe(first.dispatch.unitOfWork, world.clock, ids)
    await eventually(() => expect(begun).toHaveLength(4))
    const stopped = first.dispatch.stop()
    expect(await doneIn(world)).toBe(0)
    letGo()
    await stopped
    expect(await doneIn(world)).toBe(4)
    expect(begun).toHaveLength(4)

    world.process(at).start()
    await eventually(async () => expect(await doneIn(world)).toBe(20))
    expectEachOnce(world, ids)
  })

  it('stops twice as once, starts once, and leaves the unit of work good', async () => {
    const place = opened(openRedisPlace())
    const world = opened(await openWorld(kind))
    const one = world.process({ connection: place.url, prefix: place.prefix })
    one.start()
    expect(() => one.start()).toThrow('A dispatch is started once.')
    await Promise.all([one.dispatch.stop(), one.dispatch.stop()])
    expect(() => one.start()).toThrow('A dispatch is started once.')
    await owe(one.dispatch.unitOfWork, world.clock, ['m1'])
    expect(await world.unitOfWork.read((tx) => tx.outbox.find('send_message:m1'))).toMatchObject({ status: 'waiting' })
  })
})

describe.runIf(hasRedis())('a process that is killed in the middle', () => {
  it('is taken over from, when its leases have ended', async () => {
    const place = opened(openRedisPlace())
    const world = opened(await openWorld('postgres'))
    const script = fileURLToPath(new URL('./worker-process.mjs', import.meta.url))
    const child = spawn(process.execPath, [script, world.databasePlace, place.url, place.prefix])
    let said = ''
    child.stdout.on('data', (text: Buffer) => {
      said += text.toString()
    })
    const ids = numbered(5)
    const other = world.process({ connection: place.url, prefix: place.prefix })
    try {
      await owe(other.dispatch.unitOfWork, world.clock, ids)
      await eventually(() => expect(said.match(/begun/g)).toHaveLength(5))
    } finally {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    expect(await doneIn(world)).toBe(0)
    other.start()
    await eventually(async () => expect(await doneIn(world)).toBe(5), 45_000)
    expectEachOnce(world, ids)
    await eventually(async () => expect(await other.queue('outbox').getCompletedCount()).toBe(5))
  })
})
