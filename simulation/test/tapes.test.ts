import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { tolerantTape, type Choice } from '../src/kernel/tape.ts'
import { runStory } from '../src/run.ts'
import { readStory } from '../src/story-file.ts'
import { sqliteDatabases } from '../src/system/database.ts'

const gatings = [await sqliteDatabases(), await sqliteDatabases('turns')]
afterAll(() => Promise.all(gatings.map((databases) => databases.dispose())))

const folder = join(import.meta.dirname, '..', 'tapes')

const troubles = (choices: readonly Choice[]): number => choices.filter(({ value }) => value !== 0).length

it.each(readdirSync(folder))('no longer ends badly: %s', async (name) => {
  const { story } = readStory(join(folder, name))
  const recorded = story.choices ?? []
  for (const databases of gatings) {
    const { failure, choices } = await runStory(story, { databases, tape: tolerantTape(recorded) })
    expect(failure).toBeUndefined()
    // A tape goes past what is no longer asked for: one whose trouble does not come any more would show nothing.
    expect(troubles(choices)).toBeGreaterThanOrEqual((2 / 3) * troubles(recorded))
  }
})
