import { afterAll, expect, it } from 'vitest'
import { tolerantTape } from '../src/kernel/tape.ts'
import { runStory } from '../src/run.ts'
import { sqliteDatabases } from '../src/system/database.ts'
import { goldenStory } from '../src/workload/golden.ts'

const databases = await sqliteDatabases()
afterAll(() => databases.dispose())

const flows = [
  'paid less than was asked for, and then all of it',
  'paid in another currency, and then in the right one',
  'paid more into a wallet than was asked for',
].flatMap((flow) => [true, false].map((webhooks) => ({ flow, webhooks })))

it.each(flows)(
  'is held for humans where the host wants it so: $flow, webhooks: $webhooks',
  async ({ flow, webhooks }) => {
    const story = goldenStory(flow, { webhooks })
    const held = { ...story, profile: { ...story.profile, wrongAmount: 'hold' as const } }
    const { failure, counts } = await runStory(held, { databases, tape: tolerantTape([]) })
    expect(failure).toBeUndefined()
    expect(counts.get('wrong_sum:hold')).toBe(1)
    expect(counts.has('fact:refund.requested')).toBe(false)
  },
)
