import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Choice } from './kernel/tape.ts'
import type { Story } from './workload/story.ts'

/** A story in a file, with what was found and when. */
export interface StoryFile {
  /** What went wrong, in one line; for a regression, what went wrong once. */
  readonly failure: string
  readonly story: Story
}

/** Writes a story down. Choices are kept as `[label, value]`; the benign ones at the end are left out. */
export const writeStory = (path: string, { failure, story }: StoryFile): void => {
  const { choices = [], ...rest } = story
  const last = choices.findLastIndex(({ value }) => value !== 0)
  mkdirSync(dirname(path), { recursive: true })
  const kept = choices.slice(0, last + 1).map(({ label, value }) => [label, value])
  writeFileSync(path, `${JSON.stringify({ failure, ...rest, choices: kept }, null, 1)}\n`)
}

/** Reads a story back. */
export const readStory = (path: string): StoryFile => {
  const { failure, choices, ...story } = JSON.parse(readFileSync(path, 'utf8')) as Omit<Story, 'choices'> & {
    readonly failure: string
    readonly choices: readonly (readonly [string, number])[]
  }
  const taken = choices.map(([label, value]): Choice => ({ label, value }))
  return { failure, story: { ...story, choices: taken } }
}
