import { afterAll, afterEach, expect, it, vi } from 'vitest'
import { runStory } from '../src/run.ts'
import { runSeeds } from '../src/seeds.ts'
import { sqliteDatabases } from '../src/system/database.ts'
import { drawStory, profileNames } from '../src/workload/story.ts'

const databases = await sqliteDatabases()
afterAll(() => databases.dispose())
afterEach(() => vi.restoreAllMocks())

const stories = profileNames.flatMap((profile) =>
  Array.from({ length: 12 }, (_, index) => ({ profile, seed: `smoke ${index}` })),
)

it.each(stories)('every rule holds in a story that is $profile: $seed', async ({ profile, seed }) => {
  const { failure } = await runStory(drawStory(seed, profile), { databases })
  expect(failure, `npm run simulate -- --seed '${seed}' --profile ${profile}`).toBeUndefined()
})

it('says once a minute how far it has come', async () => {
  let wallMs = 0
  vi.spyOn(Date, 'now').mockImplementation(() => wallMs)
  const told: (readonly number[])[] = []
  const { seeds } = await runSeeds(
    {
      first: 1,
      most: 12,
      untilMs: Infinity,
      profile: 'swarm',
      share: { index: 0, of: 1 },
      keepGoing: true,
      isStopped: () => {
        // Each seed takes 25 seconds.
        wallMs += 25_000
        return false
      },
      onProgress: (done, failing) => told.push([done, failing]),
      onFailure: async () => 1,
    },
    { databases },
  )
  expect(seeds).toBe(12)
  expect(told).toEqual([
    [3, 0],
    [6, 0],
    [9, 0],
    [12, 0],
  ])
})
