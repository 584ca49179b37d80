import { afterAll, expect, it } from 'vitest'
import { tolerantTape } from '../src/kernel/tape.ts'
import { runStory } from '../src/run.ts'
import { sqliteDatabases } from '../src/system/database.ts'
import type { Asked } from '../src/system/stripe.ts'
import { goldenStory } from '../src/workload/golden.ts'

const databases = await sqliteDatabases()
afterAll(() => databases.dispose())

// Stripe is away for a while, then does what it is asked and answers with an error for good, and its lists lag all along.
it.each([
  ['deposit and balance', '/v1/payment_intents'],
  ['deposit and balance', '/v1/checkout/sessions'],
  ['one refund, asked for twice', '/v1/refunds'],
])('nothing is made twice that a lagging list has not yet: %s, %s', async (flow, target) => {
  for (let away = 0; away <= 9; away += 1) {
    let asked = 0
    const faultAt = (_call: number, { path, isList }: Asked) => {
      if (isList) return 'list_lag'
      if (path !== target) return undefined
      asked += 1
      return asked <= away ? 'timeout_before_effect' : asked === away + 1 ? '500_with_effect' : undefined
    }
    const story = goldenStory(flow, { webhooks: false })
    const { failure } = await runStory(story, { databases, tape: tolerantTape([]), script: { faultAt } })
    expect(`away for ${away} calls: ${String(failure)}`).toBe(`away for ${away} calls: undefined`)
    expect(asked).toBeGreaterThan(away)
  }
})
