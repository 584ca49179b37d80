import { afterAll, expect, it } from 'vitest'
import { runStory } from '../src/run.ts'
import { sqliteDatabases } from '../src/system/database.ts'
import { drawStory, profileNames } from '../src/workload/story.ts'

const databases = await sqliteDatabases()
afterAll(() => databases.dispose())

const stories = profileNames.flatMap((profile) =>
  Array.from({ length: 12 }, (_, index) => ({ profile, seed: `smoke ${index}` })),
)

it.each(stories)('every rule holds in a story that is $profile: $seed', async ({ profile, seed }) => {
  const { failure } = await runStory(drawStory(seed, profile), { databases })
  expect(failure, `npm run simulate -- --seed '${seed}' --profile ${profile}`).toBeUndefined()
})
