import { afterAll, expect, it } from 'vitest'
import { exhaust } from '../src/exhaust.ts'
import { sqliteDatabases } from '../src/system/database.ts'
import { goldenStory } from '../src/workload/golden.ts'

const databases = await sqliteDatabases()
afterAll(() => databases.dispose())

const hour = 3_600_000
const whole = { index: 0, of: 1 }

it('ends well wherever the process ends while a guest cancels and pays', async () => {
  const story = goldenStory('cancelled, and paid all the same', { webhooks: false })
  const { gates, calls, runs, failures } = await exhaust(
    story,
    { databases },
    { downMs: [1_000], faults: true, pairsEvery: 0, share: whole },
  )
  expect(failures.map(({ where, run }) => `${where}: ${String(run.failure)}`)).toEqual([])
  expect(runs).toBe(1 + gates + 20 * calls)
})

it('ends well wherever the process ends, for longer than Stripe keeps a key, while money goes back', async () => {
  const story = goldenStory('refunded in two equal parts, and the stay given up', { webhooks: false })
  const { failures } = await exhaust(
    story,
    { databases },
    { downMs: [26 * hour], faults: false, pairsEvery: 0, share: whole },
  )
  expect(failures.map(({ where, run }) => `${where}: ${String(run.failure)}`)).toEqual([])
})
