import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { eventually } from './eventually.ts'
import { startTestServer } from './running.ts'
import { createVisitor } from './visitor.ts'

const redisUrl = process.env['TEST_REDIS_URL'] ?? 'redis://127.0.0.1:6379'
const isTested = process.env['TEST_REDIS_URL'] !== undefined || process.env['CI'] !== undefined
if (!isTested) console.warn('\n  NOT TESTED: work that goes through Redis. Set TEST_REDIS_URL to run this test, too.\n')

interface Board {
  readonly queues: readonly {
    readonly name: string
    readonly readOnlyMode: boolean
    readonly counts: { delayed: number }
  }[]
}

it.runIf(isTested)(
  'hands work out through Redis, shows the queues to staff alone, and is counted as without',
  async () => {
    const prefix = `holdfast-test-${randomBytes(6).toString('hex')}`
    const server = await startTestServer({ REDIS_URL: redisUrl, REDIS_PREFIX: prefix })
    try {
      const [guest, staff] = [createVisitor(server.url), createVisitor(server.url)]
      const { csrfToken } = await guest.signIn('ana@example.com')
      await staff.signIn('staff@example.com')
      expect((await guest.send('/console/queues')).status).toBe(404)
      expect((await guest.send('/console/queues/api/queues')).status).toBe(404)

      const page = await staff.send('/console/queues')
      const html = await page.text()
      expect([page.status, page.headers.get('content-security-policy')]).toEqual([
        200,
        expect.stringContaining("style-src 'self' 'unsafe-inline'"),
      ])
      expect(html).not.toMatch(/(href|src)="https?:/)
      for (const from of ['/console', '/console/work/tasks'])
        expect((await staff.get(from)).html).toContain('href="/console/queues"')
      const script = /src="(static\/js\/main[^"]+)"/.exec(html)?.[1]
      expect((await staff.send(`/console/queues/${script}`)).headers.get('content-type')).toContain('javascript')
      // The sweep is planned at the start.
      const queues = await eventually('the sweep', async () => {
        const board = (await (await staff.send('/console/queues/api/queues')).json()) as Board
        return board.queues.some(({ counts }) => counts.delayed > 0) && board.queues
      })
      expect(queues.map(({ name, readOnlyMode, counts }) => [name, readOnlyMode, counts.delayed])).toEqual([
        ['tasks', true, 1],
        ['outbox', true, 0],
        ['inbox', true, 0],
      ])
      // Who watches what is committed sees it as well.
      const post = async (path: string, body: unknown) => {
        const headers = { 'content-type': 'application/json', 'x-csrf-token': csrfToken }
        const answer = await guest.send(`/api${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
        return (await answer.json()) as { readonly intent_id?: string }
      }
      const intent = await post('/intents', { kind: 'consultation', payload: { doctor: 'lucia-herrera' } })
      await post(`/intents/${intent.intent_id}/pay`, {})
      const metrics = await (await fetch(`${server.url}/metrics`)).text()
      expect(metrics).toContain('payment_attempts_total{method="hosted"} 1\n')
    } finally {
      await server.remove()
      const redis = new Redis(redisUrl)
      const keys = await redis.keys(`${prefix}:*`)
      if (keys.length > 0) await redis.del(...keys)
      redis.disconnect()
    }
  },
)
