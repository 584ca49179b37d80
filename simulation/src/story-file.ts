import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Choice } from './kernel/tape.ts'
import { harmless } from './workload/golden.ts'
import type { Story } from './workload/story.ts'

/** A story in a file, with what was found and when. */
export interface StoryFile {
  /** What went wrong, in one line; for a regression, what went wrong once. */
  readonly failure: string
  readonly story: Story
}

/** Writes a story down. Choices are kept label by label; the benign ones at the end are left out. */
export const writeStory = (path: string, { failure, story }: StoryFile): void => {
  const { choices = [], seed, profile, commands } = story
  const byLabel = new Map<string, number[]>()
  for (const { label, value } of choices) byLabel.set(label, [...(byLabel.get(label) ?? []), value])
  const kept = [...byLabel].flatMap(([label, values]): [string, readonly number[]][] => {
    const length = values.findLastIndex((value) => value !== 0) + 1
    return length === 0 ? [] : [[label, values.slice(0, length)]]
  })
  const lines = [
    `"failure": ${JSON.stringify(failure)}`,
    `"seed": ${JSON.stringify(seed)}`,
    `"profile": ${JSON.stringify(profile)}`,
    `"commands": [\n  ${commands.map((command) => JSON.stringify(command)).join(',\n  ')}\n]`,
    `"choices": {\n  ${kept.map(([label, values]) => `${JSON.stringify(label)}: ${JSON.stringify(values)}`).join(',\n  ')}\n}`,
  ]
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `{\n${lines.join(',\n')}\n}\n`)
}

/** Reads a story back. Its choices are for a tolerant tape: their order is kept within each label only. */
export const readStory = (path: string): StoryFile => {
  const { failure, choices, ...story } = JSON.parse(readFileSync(path, 'utf8')) as Omit<Story, 'choices'> & {
    readonly failure: string
    readonly choices: Readonly<Record<string, readonly number[]>>
  }
  if (!Array.isArray(story.commands) || typeof choices !== 'object')
    throw new TypeError('It has no commands, or no choices.')
  const taken = Object.entries(choices).flatMap(([label, values]) => values.map((value): Choice => ({ label, value })))
  // A story that was kept before something else could go wrong is one in which it does not.
  return { failure, story: { ...story, profile: { ...harmless, ...story.profile }, choices: taken } }
}
