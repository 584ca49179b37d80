import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { tolerantTape } from '../src/kernel/tape.ts'
import { runStory } from '../src/run.ts'
import { readStory } from '../src/story-file.ts'
import { sqliteDatabases } from '../src/system/database.ts'

const gatings = [await sqliteDatabases(), await sqliteDatabases('turns')]
afterAll(() => Promise.all(gatings.map((databases) => databases.dispose())))

const folder = join(import.meta.dirname, '..', 'tapes')

it.each(readdirSync(folder))('no longer ends badly: %s', async (name) => {
  const { story } = readStory(join(folder, name))
  for (const databases of gatings) {
    const { failure } = await runStory(story, { databases, tape: tolerantTape(story.choices ?? []) })
    expect(failure).toBeUndefined()
  }
})
