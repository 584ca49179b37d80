import { afterAll, expect, it } from 'vitest'
import { replayingTape } from '../src/kernel/tape.ts'
import { runStory } from '../src/run.ts'
import { sqliteDatabases } from '../src/system/database.ts'
import { goldenStory } from '../src/workload/golden.ts'
import { drawStory } from '../src/workload/story.ts'

const databases = await sqliteDatabases()
afterAll(() => databases.dispose())

const seeds = Array.from({ length: 8 }, (_, index) => `0xd${index}`)

it.each(seeds)('the same seed is the same run, and so is its tape: %s', async (seed) => {
  const story = drawStory(seed)
  const first = await runStory(story, { databases })
  const second = await runStory(story, { databases })
  const again = await runStory(story, { databases, tape: replayingTape(first.choices) })
  expect([second.hash, again.hash]).toEqual([first.hash, first.hash])
  expect(first.failure).toBeUndefined()
})

it('the same seed leaves the same rows, those included that quote a key which the SDK made up', async () => {
  const quoted = async (): Promise<readonly string[]> => {
    let isFirst = true
    const faultAt = (_call: number, { path }: { readonly path: string }) => {
      if (!isFirst || !path.endsWith('/expire')) return undefined
      isFirst = false
      return '409_key_in_use' as const
    }
    const story = goldenStory('cancelled, and paid all the same', { webhooks: false })
    const { contents } = await runStory(story, { databases, keepsContents: true, script: { faultAt } })
    return contents
  }
  const rows = await quoted()
  expect(rows.some((row) => row.includes('stripe-node-retry-'))).toBe(true)
  expect(await quoted()).toEqual(rows)
})

it('another seed is another run', async () => {
  const [one, other] = await Promise.all([
    runStory(drawStory('one'), { databases }),
    runStory(drawStory('other'), { databases }),
  ])
  expect(one.hash).not.toBe(other.hash)
})
