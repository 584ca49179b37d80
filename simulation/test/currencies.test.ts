import { afterAll, expect, it } from 'vitest'
import { tolerantTape } from '../src/kernel/tape.ts'
import { runStory } from '../src/run.ts'
import { sqliteDatabases } from '../src/system/database.ts'
import { goldenStory } from '../src/workload/golden.ts'

const databases = await sqliteDatabases()
afterAll(() => databases.dispose())

const flows = [
  'deposit and balance',
  'refunded in two equal parts, and the stay given up',
  'topped up, and deposit and balance paid from the wallet',
  'too little in the wallet, topped up for what is wanted',
  'ordered, sent, and a part of it given back',
  'three payers and two places',
  'paid less than was asked for, and then all of it',
].flatMap((flow) => (['JPY', 'KWD'] as const).map((currency) => ({ flow, currency })))

it.each(flows)('ends well in $currency: $flow', async ({ flow, currency }) => {
  const story = goldenStory(flow, { webhooks: true })
  const run = { ...story, profile: { ...story.profile, currency } }
  const { failure, counts } = await runStory(run, { databases, tape: tolerantTape([]) })
  expect(failure).toBeUndefined()
  expect(counts.get(`paid_in:${currency}`)).toBeGreaterThan(0)
  expect(counts.has('paid_in:MXN')).toBe(false)
})
