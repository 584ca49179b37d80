import { afterAll, expect, it } from 'vitest'
import { runStory } from '../src/run.ts'
import { sqliteDatabases } from '../src/system/database.ts'
import { drawStory, profileNames } from '../src/workload/story.ts'

const databases = await sqliteDatabases()
afterAll(() => databases.dispose())

it.each(profileNames)('every rule holds in stories that are %s', async (profile) => {
  for (let index = 0; index < 12; index += 1) {
    const { failure } = await runStory(drawStory(`smoke ${index}`, profile), { databases })
    expect(failure, `npm run simulate -- --seed 'smoke ${index}' --profile ${profile}`).toBeUndefined()
  }
})
