import { afterAll, expect, it } from 'vitest'
import { exhaust } from '../src/exhaust.ts'
import { tolerantTape } from '../src/kernel/tape.ts'
import { runStory } from '../src/run.ts'
import { sqliteDatabases } from '../src/system/database.ts'
import type { Script } from '../src/world.ts'
import { goldenStory } from '../src/workload/golden.ts'

const databases = await sqliteDatabases()
afterAll(() => databases.dispose())

const hour = 3_600_000
const whole = { index: 0, of: 1 }

it('ends well wherever the process ends while a guest cancels and pays', async () => {
  const story = goldenStory('cancelled, and paid all the same', { webhooks: false })
  const { gates, calls, messages, runs, failures } = await exhaust(
    story,
    { databases },
    { downMs: [1_000], stillMs: [], faults: true, pairsEvery: 0, share: whole },
  )
  expect(failures.map(({ where, run }) => `${where}: ${String(run.failure)}`)).toEqual([])
  expect(runs).toBe(gates + 20 * calls + 3 * messages)
})

it('ends well wherever the process ends, for longer than Stripe keeps a key, while money goes back', async () => {
  const story = goldenStory('refunded in two equal parts, and the stay given up', { webhooks: false })
  const { failures } = await exhaust(
    story,
    { databases },
    { downMs: [26 * hour], stillMs: [], faults: false, pairsEvery: 0, share: whole },
  )
  expect(failures.map(({ where, run }) => `${where}: ${String(run.failure)}`)).toEqual([])
})

it('ends well wherever the process stands still while another takes its place', async () => {
  const story = goldenStory('cancelled while it is paid', { webhooks: true })
  const { gates, runs, failures } = await exhaust(
    story,
    { databases },
    { downMs: [], stillMs: [hour / 12], faults: false, pairsEvery: 0, share: whole },
  )
  expect(failures.map(({ where, run }) => `${where}: ${String(run.failure)}`)).toEqual([])
  expect(runs).toBe(gates)
})

it('lets a process that stood still go on beside the one that took its place', async () => {
  const counted = new Map<string, number>()
  const story = goldenStory('cancelled while it is paid', { webhooks: true })
  for (let at = 1; at <= 40; at += 1) {
    const script: Script = {
      standStillAt: (gate) => (gate === at ? { ms: hour / 12, isReplaced: true } : undefined),
    }
    const { counts } = await runStory(story, { databases, tape: tolerantTape([]), script })
    for (const [what, times] of counts) counted.set(what, (counted.get(what) ?? 0) + times)
  }
  expect(counted.get('pause')).toBe(40)
  expect(counted.get('zombie_commit')).toBeGreaterThan(0)
})
