import { afterAll, expect, it } from 'vitest'
import { runStory } from '../src/run.ts'
import { sqliteDatabases } from '../src/system/database.ts'
import type { Act } from '../src/workload/command.ts'
import { goldenStory } from '../src/workload/golden.ts'

const databases = await sqliteDatabases()
afterAll(() => databases.dispose())

const hour = 3_600_000
const day = 24 * hour

/** A stay that is paid in full, and what happens to its money while no webhook arrives. */
const unheard = (card: string, ...then: readonly (readonly [number, Act])[]) => ({
  ...goldenStory('deposit and balance', { webhooks: false }),
  commands: [
    {
      do: 'book',
      who: 0,
      night: 1,
      checkout: true,
      key: true,
      pays: { card, afterMs: 1_000 },
      process: 0,
      afterMs: 0,
    } as const,
    ...then.map(([afterMs, act]) => ({ ...act, afterMs, process: 0 })),
  ],
})

// The first of each by when the sweep has found that it was paid.
const stories = {
  'a refund in the dashboard': unheard('pm_card_visa', [3 * hour, { do: 'refund_there', on: 0, part: 2 }]),
  'a refund that the bank sent back': unheard('pm_card_refundFail', [
    3 * hour,
    { do: 'refund', on: 0, part: 1, times: 1, key: true },
  ]),
  'a refund in the dashboard that the bank sent back': unheard('pm_card_refundFail', [
    3 * hour,
    { do: 'refund_there', on: 0, part: 1 },
  ]),
  'a dispute that is open': unheard('pm_card_visa', [3 * day, { do: 'dispute', on: 0, outcome: 'open' }]),
  'a dispute that was won': unheard(
    'pm_card_visa',
    [3 * day, { do: 'dispute', on: 0, outcome: 'open' }],
    [6 * day, { do: 'dispute', on: 0, outcome: 'won' }],
  ),
  'a dispute that was lost at once': unheard('pm_card_visa', [3 * day, { do: 'dispute', on: 0, outcome: 'lost' }]),
  'a refund of a part, and a dispute of the rest': unheard(
    'pm_card_visa',
    [3 * hour, { do: 'refund', on: 0, part: 3, times: 1, key: true }],
    [2 * day, { do: 'dispute', on: 0, outcome: 'won' }],
  ),
}

it.each(Object.entries(stories))('is found by asking, with every event lost: %s', async (_what, story) => {
  const { failure, counts } = await runStory(story, { databases })
  expect(failure).toBeUndefined()
  expect(counts.get('aftermath_found_by_asking')).toBeGreaterThan(0)
})
