import { readFileSync } from 'node:fs'
import { defaultSettings, silentLogger, type Dependencies } from '@holdfast/core'
import { memoryNotifier, memoryPaymentProvider, memoryUnitOfWork } from '@holdfast/core/memory'
import { randomIds, systemClock } from '@holdfast/core/system'
import { describe, expect, it } from 'vitest'
import { openBackgroundWork } from './readme-example.ts'
import { hasRedis, openRedisPlace } from './redis/redis-place.ts'
import { abandonTask, eventually, owe, plan } from './world.ts'

const read = (file: string): string => readFileSync(new URL(file, import.meta.url), 'utf8')

const openDependencies = (): Dependencies => {
  const clock = systemClock()
  const notifier = memoryNotifier()
  notifier.failNext(1)
  return {
    unitOfWork: memoryUnitOfWork(),
    paymentProvider: memoryPaymentProvider({ clock }),
    clock,
    ids: randomIds(),
    notifier,
    returnUrls: { of: () => ({ successUrl: 'https://host.example/ok', cancelUrl: 'https://host.example/no' }) },
    fulfilmentKinds: [],
    settings: { ...defaultSettings, triesBeforeDead: 1 },
    logger: silentLogger,
  }
}

interface BoardQueue {
  readonly name: string
  readonly readOnlyMode: boolean
  readonly counts: Readonly<Record<string, number>>
  readonly jobs: readonly { readonly id: string; readonly failedReason?: string; readonly returnValue?: unknown }[]
}

describe('the README', () => {
  it('begins with an example that runs in this test', () => {
    expect(read('../README.md')).toContain(`\`\`\`ts\n${read('./readme-example.ts')}\`\`\`\n`)
  })

  it.runIf(hasRedis())('shows results and failures on the dashboard, and lets nobody change them', async () => {
    const place = openRedisPlace()
    const dependencies = openDependencies()
    const { unitOfWork, clock } = dependencies
    const { fetch, stop } = openBackgroundWork(dependencies, place)
    try {
      // What is stored behind its back is found all the same.
      await plan(unitOfWork, clock, [abandonTask('1')])
      await owe(unitOfWork, clock, ['m1'])
      const board = async (active: string, status: string): Promise<BoardQueue> => {
        const query = `activeQueue=${active}&status=${status}&page=1&jobsPerPage=10`
        const answer = await fetch(new Request(`http://host.example/queues/api/queues?${query}`))
        const { queues } = (await answer.json()) as { readonly queues: readonly BoardQueue[] }
        expect(queues.map(({ name, readOnlyMode }) => [name, readOnlyMode])).toEqual([
          ['tasks', true],
          ['outbox', true],
          ['inbox', true],
        ])
        return queues.find(({ name }) => name === active)!
      }
      await eventually(async () => {
        const { jobs } = await board('tasks', 'completed')
        expect(jobs).toMatchObject([{ id: 'abandon_intent~int_1.0', returnValue: { intent: 'gone' } }])
      })
      await eventually(async () => {
        const { jobs } = await board('outbox', 'failed')
        expect(jobs).toMatchObject([
          { id: 'send_message~m1.0', failedReason: expect.stringContaining('The notifier was told to fail.') },
        ])
      })
      const one = await fetch(new Request('http://host.example/queues/api/queues/outbox/send_message~m1.0'))
      expect([one.status, JSON.stringify(await one.json())]).toEqual([200, expect.not.stringContaining('ana')])
      const retried = await fetch(
        new Request('http://host.example/queues/api/queues/outbox/send_message~m1.0/retry', { method: 'PUT' }),
      )
      expect(retried.status).toBe(405)
      const page = await fetch(new Request('http://host.example/queues/queue/outbox'))
      expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')])
    } finally {
      await stop()
      await place.close()
    }
  })
})
