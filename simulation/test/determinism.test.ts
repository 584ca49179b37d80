import { afterAll, expect, it } from 'vitest'
import { replayingTape } from '../src/kernel/tape.ts'
import { runStory } from '../src/run.ts'
import { sqliteDatabases } from '../src/system/database.ts'
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

it('another seed is another run', async () => {
  const [one, other] = await Promise.all([
    runStory(drawStory('one'), { databases }),
    runStory(drawStory('other'), { databases }),
  ])
  expect(one.hash).not.toBe(other.hash)
})
