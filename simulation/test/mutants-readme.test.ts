import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { harmless } from '../src/mutants/harmless.ts'
import { mutants } from '../src/mutants/mutants.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const [, part = ''] = readme.split('## Mistakes made on purpose\n')
const [section = ''] = part.split('\n## ')
const [made = [], brokeNothing = [], usual = []] = section
  .split(/\n\n(?=\|)/)
  .slice(1)
  .map((table) => rowsOf(table.split('\n\n')[0] ?? ''))

function rowsOf(table: string): readonly (readonly string[])[] {
  const [, , ...rows] = table.trim().split('\n')
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

it('tells of every mistake that is made on purpose, with a promise that has to notice it', () => {
  expect(made.map(([mistake]) => mistake).toSorted()).toEqual(mutants.map(({ mistake }) => mistake).toSorted())
  for (const [mistake, , rules = ''] of made) {
    const { noticedBy = [] } = mutants.find((each) => each.mistake === mistake) ?? {}
    expect(noticedBy, mistake).toEqual(expect.arrayContaining(rules.split(', ')))
  }
})

it('tells of every mistake that breaks nothing, and why', () => {
  expect(brokeNothing).toEqual(harmless.map(({ mistake, since }) => [mistake, since]))
})

it('tells what each of the usual mistakes is here, in the words of one that is made', () => {
  const known = [...mutants, ...harmless].map(({ mistake }) => mistake)
  expect(usual.length).toBeGreaterThan(30)
  for (const [theirs, ours = ''] of usual)
    for (const one of ours.split(' <br> ')) if (!one.startsWith('*')) expect(known, theirs).toContain(one)
})

it('makes every mistake under a name of its own, in words of its own', () => {
  const all = [...mutants, ...harmless]
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
  expect(new Set(all.map(({ mistake }) => mistake)).size).toBe(all.length)
})
