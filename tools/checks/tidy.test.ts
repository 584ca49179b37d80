import { describe, expect, it } from 'vitest'
import { listFiles, readText } from './project.ts'
import { rules, type Source } from './tidy-rules.ts'

const isText = (file: string): boolean =>
  /\.(c|m)?(ts|js)x?$|\.(md|json|ya?ml|html|css|sql)$|(^|\/)(run|Dockerfile)$/.test(file) &&
  !file.endsWith('package-lock.json')

/** The rules speak of what they ban, and their plants break them. */
const aboutTheRules = /^tools\/checks\/tidy(-rules|\.test)\.ts$/

const sources: readonly Source[] = listFiles()
  .filter((file) => isText(file) && !aboutTheRules.test(file))
  .map((file) => ({ file, text: readText(file) }))

/** One finding of each rule, and something close to it that is right. */
const plants: Readonly<Record<string, { readonly wrong: Source; readonly right: Source }>> = {
  'nothing is left for later': {
    wrong: { file: 'docs/guide.md', text: 'It works.\nTODO say how.\n' },
    right: { file: 'docs/guide.md', text: 'It works for todos.\n' },
  },
  'no path of somebody’s machine': {
    wrong: { file: 'README.md', text: 'Run `/home/ana/holdfast/run`.\n' },
    right: { file: 'README.md', text: 'See https://example.com/home/ana and `./work/run`.\n' },
  },
  'our statuses are cancelled, Stripe’s canceled': {
    wrong: { file: 'packages/core/src/order/order.ts', text: "const status = 'canceled'\n" },
    right: { file: 'packages/adapter-stripe/src/wire.ts', text: "const status = 'canceled'\n" },
  },
  'a file is named by its subject': {
    wrong: { file: 'packages/core/src/utils.ts', text: '' },
    right: { file: 'packages/core/src/kernel/money.ts', text: '' },
  },
  'no enums': {
    wrong: { file: 'packages/core/src/a.ts', text: 'enum Status { Open }\n' },
    right: { file: 'packages/core/src/a.ts', text: "type Status = 'open' // an enum would do less\n" },
  },
  'no any': {
    wrong: { file: 'packages/core/test/a.test.ts', text: 'const a = (b: any) => b\n' },
    right: { file: 'packages/core/test/a.test.ts', text: "const any = 'any'\n" },
  },
  'no default exports': {
    wrong: { file: 'packages/core/src/a.ts', text: 'export default function a() {}\n' },
    right: { file: 'packages/core/vitest.config.ts', text: 'export default {}\n' },
  },
  'no test is skipped or run alone': {
    wrong: { file: 'packages/core/test/a.test.ts', text: "describe.each([1]).only('a', () => {})\n" },
    right: { file: 'packages/core/test/a.test.ts', text: "it.fails('a', () => {})\nqueue.skip(1)\n" },
  },
  'no current time in the core': {
    wrong: { file: 'packages/core/src/a.ts', text: 'const now = new Date()\n' },
    right: { file: 'packages/core/src/a.ts', text: 'const then = new Date(12)\n' },
  },
  'exported names are described': {
    wrong: { file: 'packages/core/src/a.ts', text: '/** A. */\nexport const a = 1\n\nexport const b = 2\n' },
    right: {
      file: 'packages/core/src/a.ts',
      text: "/** Lengths. */\nexport const a = 1\nexport const b = 2\n\nconst hidden = 3\nexport * from './b.ts'\n",
    },
  },
}

describe.each(Object.entries(rules))('%s', (name, rule) => {
  it('holds in every file', () => {
    expect(sources.flatMap(rule)).toEqual([])
  })

  it('is seen when it does not hold, and only then', () => {
    const { wrong, right } = plants[name]!
    expect(rule(wrong)).toHaveLength(1)
    expect(rule(right)).toEqual([])
  })
})

it('reads the project', () => {
  expect(sources.length).toBeGreaterThan(50)
})
